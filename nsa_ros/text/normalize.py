"""Raw text to a plain list of words, numbers and sentence marks, each with its place in the original text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from nsa_ros.errors import NsaError
from nsa_ros.text.characters import Folded, Skipped, Span, fold
from nsa_ros.text.expansions import ABBREVIATIONS, SYMBOLS, expand_word
from nsa_ros.text.numbers import NUMBER_WORDS, ORDINALS, read_number


class TextError(NsaError):
    """Text that holds nothing to sign. The message says what was found and what is accepted."""


@dataclass(frozen=True)
class Piece:
    """A word, a number or a sentence mark.

    Attributes:
        text: lower-case letters and apostrophes; letters and digits; or one of `. ? ! ,`.
        kind: which of the three.
        spans: for each character of `text`, [first, last) in the original text.
        case: how the word was written: `lower`, `title` or `upper`.
        spell: the writer asks for its letters (`fs-Will`, `A-D-A`, `U.S.A.`).
    """

    text: str
    kind: Literal["word", "number", "punctuation"]
    spans: tuple[Span, ...]
    case: Literal["lower", "title", "upper"] = "lower"
    spell: bool = False

    @property
    def span(self) -> Span:
        """[first, last) of the whole piece in the original text."""
        return self.spans[0][0], self.spans[-1][1]


@dataclass(frozen=True)
class Normalized:
    """The pieces of a text in order, and what was left out of it."""

    pieces: list[Piece]
    skipped: list[Skipped]


_PATTERN = re.compile(
    r"""
    (?P<forced>(?<![A-Za-z0-9'])[fF][sS]-[A-Za-z0-9']+(?:-[A-Za-z0-9']+)*)
  | (?P<hyphened>(?<![A-Za-z0-9'-])[A-Za-z](?:-[A-Za-z])+(?![A-Za-z0-9'-]))
  | (?P<abbreviation>(?<![A-Za-z0-9'.])(?:e\.g\.|i\.e\.|eg\.|vs\.|approx\.|min\.|etc\.|no\.(?=\ ?\d)))
  | (?P<dotted>(?<![A-Za-z0-9'.])(?:[A-Za-z]\.){2,}[A-Za-z]?(?![A-Za-z]))
  | (?P<title>(?<![A-Za-z0-9'.])(?:mr|mrs|ms|mx|dr|prof|st|jr|sr)\.)
  | (?P<amount>[$€£¥]\ ?\d+(?:,\d{3})*(?:\.\d+)?(?![A-Za-z0-9]))
  | (?P<time>(?<![A-Za-z0-9])\d{1,2}:\d{2}(?::\d{2})?(?![0-9]))
  | (?P<ordinal>(?<![A-Za-z0-9])\d+(?:st|nd|rd|th)(?![A-Za-z0-9]))
  | (?P<figure>(?<![A-Za-z0-9])-?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)*(?<=\d)(?![A-Za-z0-9]))
  | (?P<meridiem>(?<=[0-9])\ ?[ap]m(?![A-Za-z0-9']))
  | (?P<mixed>[A-Za-z]*\d[A-Za-z0-9]*)
  | (?P<word>[A-Za-z]+(?:'[A-Za-z]+)*)
  | (?P<dot>(?:(?<=[A-Za-z0-9])\.(?=(?:com|org|net|edu|gov|io|ai)(?![A-Za-z0-9]))|(?<=www)\.))
  | (?P<mark>[.?!]+|[,;:]+|--+)
  | (?P<symbol>[&@%+=°$€£¥])
    """,
    re.VERBOSE | re.IGNORECASE,
)

_ONE_AFTER = {"no": "nobody", "any": "anyone", "some": "someone", "every": "everyone"}


def normalize(text: str) -> Normalized:
    """Normalise English text (the rules: docs/text.md).

    Raises:
        TextError: nothing in it can be signed.
    """
    folded = fold(text)
    pieces = _number_words(_punctuation(_scan(folded)))
    if not any(piece.kind != "punctuation" for piece in pieces):
        raise TextError(_complaint(text, folded.skipped))
    return Normalized(pieces, folded.skipped)


def _scan(folded: Folded) -> list[Piece]:
    """Cut folded text into pieces, short forms written out."""
    pieces: list[Piece] = []
    for match in _PATTERN.finditer(folded.text):
        kind, raw = str(match.lastgroup), match[0]
        spans = tuple(folded.spans[match.start() : match.end()])
        whole = (spans[0][0], spans[-1][1])
        if kind == "forced":
            pieces += _spelled(raw[3:], spans[3:])
        elif kind == "hyphened":
            pieces.append(_letters(raw, spans))
        elif kind == "abbreviation":
            pieces += _expanded(ABBREVIATIONS[raw.lower()], whole)
            pieces += _sentence_end(folded.text, match.end(), spans) if raw.lower() == "etc." else []
        elif kind == "dotted":
            pieces.append(_letters(raw, spans))
            pieces += _sentence_end(folded.text, match.end(), spans)
        elif kind == "title":
            pieces.append(_word(raw[:-1], spans[:-1]))
        elif kind == "ordinal" and int(raw[:-2]) in ORDINALS:
            pieces += _expanded((ORDINALS[int(raw[:-2])],), whole)
        elif kind in ("amount", "time", "ordinal", "figure"):
            pieces += _figure(kind, raw, spans, glued=_glued(folded.text, match.start()))
        elif kind == "mixed":
            pieces.append(Piece(raw.lower(), "number" if raw.isdigit() else "word", spans, spell=not raw.isdigit()))
        elif kind == "meridiem":
            pieces.append(_word(raw.strip(), spans[-2:], spell=True))
        elif kind == "word":
            pieces += _words(raw, spans)
        elif kind == "dot":
            pieces += _expanded(("dot",), whole)
        elif kind == "symbol":
            pieces += [replace(piece, spell=raw == "@") for piece in _expanded(SYMBOLS[raw], whole)]
        else:
            pieces.append(Piece(_mark(raw), "punctuation", (whole,)))
    return pieces


def _case(raw: str) -> Literal["lower", "title", "upper"]:
    letters = raw.replace("'", "")
    if letters.isupper() and len(letters) > 1:
        return "upper"
    return "title" if raw[:1].isupper() else "lower"


def _word(raw: str, spans: tuple[Span, ...], spell: bool = False) -> Piece:
    return Piece(raw.lower(), "word", spans, _case(raw), spell)


def _words(raw: str, spans: tuple[Span, ...]) -> list[Piece]:
    """A written word, or the words that it is short for: `what's` -> what, is with the span of `'s`."""
    first, *rest = expand_word(raw.lower())
    if not rest:
        return [_word(raw, spans)]
    cut = len(first) if raw.lower().startswith(first) and len(first) < len(raw) else 0
    whole = (spans[cut][0], spans[-1][1])
    head = _word(raw[:cut], spans[:cut]) if cut else Piece(first, "word", (whole,) * len(first), _case(raw))
    return [head, *_expanded(tuple(rest), whole)]


def _expanded(words: tuple[str, ...], span: Span) -> list[Piece]:
    return [Piece(word, "word", (span,) * len(word)) for word in words]


def _letters(raw: str, spans: tuple[Span, ...]) -> Piece:
    """`A-D-A` and `U.S.A.`: one spelled word."""
    kept = [(letter, span) for letter, span in zip(raw, spans, strict=True) if letter.isalpha()]
    return _word("".join(letter for letter, _ in kept), tuple(span for _, span in kept), spell=True)


def _spelled(raw: str, spans: tuple[Span, ...]) -> list[Piece]:
    """The words behind `fs-`, cut at hyphens."""
    cut = ((part.start(), part.end()) for part in re.finditer(r"[A-Za-z0-9']*[A-Za-z0-9][A-Za-z0-9']*", raw))
    return [_word(raw[first:last], spans[first:last], spell=True) for first, last in cut]


def _figure(kind: str, raw: str, spans: tuple[Span, ...], glued: bool) -> list[Piece]:
    """A number in figures: digit groups, `point` between decimals, `minus` and the currency as words."""
    whole = (spans[0][0], spans[-1][1])
    pieces: list[Piece] = []
    for part in re.finditer(r"\d+(?:,\d{3})*|\.", raw):
        if part[0] == ".":
            pieces += _expanded(("point",), spans[part.start()])
        else:
            digits = [at for at in range(part.start(), part.end()) if raw[at].isdigit()]
            pieces.append(Piece("".join(raw[at] for at in digits), "number", tuple(spans[at] for at in digits)))
    if kind == "figure" and raw.startswith("-") and not glued:
        pieces[:0] = _expanded(("minus",), spans[0])
    if kind == "amount":
        pieces = [replace(piece, spans=(whole,) * len(piece.text)) for piece in pieces]
        pieces += _expanded(SYMBOLS[raw[0]], whole)
    return pieces


def _glued(text: str, start: int) -> bool:
    """Whether something readable stands right before a hyphen: then it is no minus."""
    return start > 0 and not text[start - 1].isspace()


def _mark(raw: str) -> str:
    if raw[0] in ",;:-":
        return ","
    return "?" if "?" in raw else raw[0] if raw[0] == "!" else "."


def _sentence_end(text: str, end: int, spans: tuple[Span, ...]) -> list[Piece]:
    """The full stop of `p.m.` also ends the sentence when a capital or nothing follows."""
    rest = text[end : end + 50].lstrip()
    return [Piece(".", "punctuation", (spans[-1],))] if not rest or rest[0].isupper() else []


def _punctuation(pieces: list[Piece]) -> list[Piece]:
    """One mark between words, none before the first, no comma after the last; the stronger of two neighbours stays."""
    kept: list[Piece] = []
    for piece in pieces:
        if piece.kind == "punctuation":
            if not kept:
                continue
            if kept[-1].kind == "punctuation":
                if "?" in piece.text or kept[-1].text == ",":
                    kept[-1] = piece
                continue
        kept.append(piece)
    if kept and kept[-1].text == ",":
        kept.pop()
    return kept


def _number_words(pieces: list[Piece]) -> list[Piece]:
    """Number words to digits: `twenty-one` is the number 21, every digit with the span of the words."""
    kept: list[Piece] = []
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        if piece.kind == "word" and piece.text in NUMBER_WORDS and not piece.spell:
            words = [other.text if not other.spell else "" for other in pieces[place : place + 12]]
            value, used = read_number(words)
            if words[0] == "one" and kept and kept[-1].text in _ONE_AFTER:
                word = _ONE_AFTER[kept[-1].text]
                span = (kept[-1].span[0], piece.span[1])
                kept[-1] = Piece(word, "word", (span,) * len(word), kept[-1].case)
            else:
                span = (piece.span[0], pieces[place + used - 1].span[1])
                kept.append(Piece(str(value), "number", (span,) * len(str(value))))
            place += used
        else:
            kept.append(piece)
            place += 1
    return kept


def _complaint(text: str, skipped: list[Skipped]) -> str:
    accepted = (
        "accepted are Latin letters (accents are folded), digits and English punctuation: "
        "write the text in English, or spell it with Latin letters"
    )
    if not text.strip():
        return f"nothing to sign: the text is empty; {accepted}"
    reasons = sorted({entry.reason for entry in skipped})
    found = " and ".join(reasons) if reasons else "punctuation or invisible characters"
    shown = text if len(text) <= 40 else text[:40] + "…"
    return f"nothing to sign in {shown!r}: found only {found}; {accepted}"
