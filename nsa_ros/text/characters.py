"""Unicode to the plain characters that can be signed, each with its place in the original text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True)
class Skipped:
    """A run of characters that cannot be signed.

    Attributes:
        text: the characters as written.
        span: [first, last) in the original text.
        reason: what they are: `Cyrillic script`, `emoji or pictograph`, `control character` …
    """

    text: str
    span: Span
    reason: str


@dataclass(frozen=True)
class Folded:
    """Text as printable ASCII and the signs € £ ¥ °.

    Attributes:
        text: letters a-z and A-Z, digits, punctuation and blanks.
        spans: for each of its characters, [first, last) in the original text; never decreasing.
        skipped: what was left out, in order.
    """

    text: str
    spans: list[Span]
    skipped: list[Skipped]


_REPLACED = {
    **dict.fromkeys("‘’‚‛ʼʹ′´`＇", "'"),
    **dict.fromkeys("“”„‟″«»‹›", '"'),
    **dict.fromkeys("‐‑‒–−", "-"),
    **dict.fromkeys("—―؛、،", ","),
    **dict.fromkeys("。｡۔।", "."),
    "؟": "?",
    "¿": " ",
    "¡": " ",
    "·": " ",
    "•": ",",
    "⁄": "/",
    "×": " times ",
    "÷": " divided by ",
    "ß": "ss",
    "ẞ": "SS",
    "œ": "oe",
    "Œ": "OE",
    "þ": "th",
    "Þ": "TH",
    "ð": "d",
    "Ð": "D",
    "ı": "i",
    "ŋ": "ng",
    "Ŋ": "NG",
    "ə": "e",
    "Ə": "E",
    "€": "€",
    "£": "£",
    "¥": "¥",
    "°": "°",
    "™": " ",
    "℠": " ",
    "©": " ",
    "®": " ",
}
"""Characters that NFKD leaves alone or takes apart wrongly. Currency and degree signs stay: they are words later."""

_LATIN = re.compile(r"LATIN (SMALL|CAPITAL) LETTER ([A-Z]{1,2})(?: WITH .*)?$")
_KINDS = {
    "Cc": "control character",
    "Cs": "unpaired surrogate",
    "Co": "private-use character",
    "Cn": "unassigned character",
    "So": "emoji or pictograph",
    "Sk": "emoji or pictograph",
    "Sm": "mathematical symbol",
    "Sc": "currency symbol",
}


def fold(text: str) -> Folded:
    """Fold Unicode to ASCII: compatibility forms (NFKD), diacritics, quotes and dashes, other scripts' digits.

    Blanks, line breaks and everything skipped become single blanks; invisible format characters (joiners, soft
    hyphens, direction marks) vanish. Nothing that could be read is left out without an entry in `skipped`.
    """
    characters: list[str] = []
    spans: list[Span] = []
    skipped: list[Skipped] = []
    for place, character in enumerate(text):
        span = (place, place + 1)
        category = unicodedata.category(character)
        if category in ("Mn", "Me", "Mc", "Cf") or _is_skin_tone(character):
            if skipped and skipped[-1].span[1] == place:
                _extend(skipped, text, place + 1)
            elif spans and spans[-1][1] == place and category != "Cf":
                spans[-1] = (spans[-1][0], place + 1)
            continue
        plain, reason = _plain(character, category)
        if reason:
            if skipped and skipped[-1].span[1] == place and skipped[-1].reason == reason:
                _extend(skipped, text, place + 1)
            else:
                skipped.append(Skipped(character, span, reason))
        if "/" in plain and len(plain) > 1 and characters and characters[-1].isdigit():
            plain = " " + plain
        characters.extend(plain)
        spans.extend([span] * len(plain))
    return Folded("".join(characters), spans, skipped)


def _plain(character: str, category: str) -> tuple[str, str]:
    """The ASCII characters for one character, and the reason when there are none (then a blank takes its place)."""
    if character in _REPLACED:
        return _REPLACED[character], ""
    if character.isspace() or category.startswith("Z"):
        return " ", ""
    if " " < character <= "~":
        return character, ""
    if category == "Nd":
        return str(unicodedata.decimal(character)), ""
    if category in _KINDS and category.startswith("C"):
        return " ", _KINDS[category]
    plain = ""
    for part in unicodedata.normalize("NFKD", character):
        latin = _LATIN.match(unicodedata.name(part, ""))
        if part in _REPLACED:
            plain += _REPLACED[part]
        elif part <= "~":
            plain += part
        elif latin:
            plain += latin[2].lower() if latin[1] == "SMALL" else latin[2]
        elif not unicodedata.combining(part):
            return " ", _reason(part, category)
    return plain, ""


def _reason(character: str, category: str) -> str:
    if category in _KINDS:
        return _KINDS[category]
    if category.startswith("P"):
        return "punctuation"
    return f"{unicodedata.name(character, 'UNKNOWN').split()[0].split('-')[0].capitalize()} script".replace(
        "Cjk", "CJK"
    )


def _is_skin_tone(character: str) -> bool:
    return "\U0001f3fb" <= character <= "\U0001f3ff"


def _extend(skipped: list[Skipped], text: str, last: int) -> None:
    first = skipped[-1].span[0]
    skipped[-1] = Skipped(text[first:last], (first, last), skipped[-1].reason)
