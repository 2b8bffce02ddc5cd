"""Forms that templates ask for: articles, plurals, conjugated verb phrases, comparison, possessives of the subject."""

from __future__ import annotations

import re
from collections.abc import Callable

from nsa_ros.errors import NsaError
from nsa_ros.phonology.inflection import default_inflection

_NO_PLURAL, _NO_SINGULAR = "~", "+"
_AN = re.compile(r"\b([Aa]) (?=(?!eu|uni|use|one\b)[aeiou]|hour|honest|x-ray|8)", re.IGNORECASE)
_OWNER = re.compile(r"[@`^]|\b(?:I|you|we|they|he|she)\b")
_POSSESSIVES = {"I": "my", "you": "your", "we": "our", "they": "their", "he": "his", "she": "her", "^": "their"}


def inflect(text: str, form: str, adjective: str = "") -> str:
    """A form of what fills a slot.

    Args:
        text: a noun (`rice~` has no plural, `scissors+` no singular), adjective, or verb phrase in its first form.
        form: a name of `FORMS`; empty for none.
        adjective: put between article and noun.

    Raises:
        NsaError: an unknown form.
    """
    noun = text.rstrip(_NO_PLURAL + _NO_SINGULAR)
    described = f"{adjective} {noun}".strip()
    if form == "":
        return noun
    if form == "the":
        return f"the {described}"
    if form in ("a", "some", "plural"):
        counted = noun == text
        if counted and form != "a":
            described = f"{adjective} {default_inflection().plural(noun)}".strip()
        if form == "plural":
            return described
        return f"a {described}" if counted and form == "a" else f"some {described}"
    if form not in _VERBAL:
        raise NsaError(f"template: unknown form {form!r}; known are {', '.join(FORMS)}")
    return _VERBAL[form](text)


def _comparative(adjective: str) -> str:
    graded = adjective in default_inflection().graded
    return default_inflection().comparative(adjective)[0] if graded else f"more {adjective}"


def _superlative(adjective: str) -> str:
    graded = adjective in default_inflection().graded
    return default_inflection().comparative(adjective)[1] if graded else f"most {adjective}"


_VERBAL: dict[str, Callable[[str], str]] = {
    "s": lambda text: default_inflection().third(text),
    "ing": lambda text: default_inflection().gerund(text),
    "ed": lambda text: default_inflection().past(text),
    "en": lambda text: default_inflection().participle(text),
    "er": _comparative,
    "est": _superlative,
}
FORMS = ("a", "the", "some", "plural", *_VERBAL)
"""Names of forms: of nouns, of verbs, of adjectives."""


def finish(text: str, his: str) -> str:
    """A drawn text with `an` before vowels and `@` replaced by the possessive of the subject before it.

    Args:
        text: in which a backtick marks a subject of he or she, `^` one of they; both are taken out.
        his: `his` or `her`, for a subject of either.
    """
    owner = "your"

    def replace(match: re.Match[str]) -> str:
        nonlocal owner
        found = match[0]
        if found == "@":
            return owner
        if found == "`":
            owner = owner if text[: match.start()].endswith((" he", " she")) else his
            return ""
        owner = _POSSESSIVES[found]
        return "" if found == "^" else found

    return _AN.sub(r"\1n ", _OWNER.sub(replace, text))
