"""Which English words mean which sign, and what each is in a sentence: the lexicon's, their forms, and others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nsa_ros.errors import NsaError
from nsa_ros.phonology.inflection import Inflection, default_inflection
from nsa_ros.text.normalize import normalize

_NOUNS = ("tion", "sion", "ment", "ness", "ity", "ance", "ence")
_UNCOUNTED = ("ness", "ics")
_HELPERS = frozenset(["do", "does", "did", "can", "could", "will", "would", "not", "be", "get", "have", "light"])
_TIMES = frozenset(
    [
        "day",
        "week",
        "month",
        "year",
        "hour",
        "minute",
        "morning",
        "night",
        "evening",
        "afternoon",
        "weekend",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "summer",
        "winter",
    ]
)
"""Words of time that are counted."""


@dataclass(frozen=True)
class Words:
    """The grammar's words.

    Attributes:
        signs: gloss of each word and expression.
        roles: of each word: a class of `sign.WORD_CLASSES`, or `auxiliary`.
        silent: words that are read and not signed.
        past: past forms and participles of verbs.
    """

    signs: Mapping[str, str]
    roles: Mapping[str, str]
    silent: frozenset[str]
    past: frozenset[str]


def read_words(glosses: Mapping[str, Iterable[str]], classes: Mapping[str, str], rules: Mapping[str, Any]) -> Words:
    """The words of a lexicon by rules as in data/grammar.yaml.

    Raises:
        NsaError: two glosses list the same word.
    """
    inflection = default_inflection()
    exceptions = {word: role for role, words in rules["roles"].items() for word in words}
    also_verbs, also_nouns = frozenset(rules["also_verbs"]), frozenset(rules["also_nouns"])
    listed: dict[str, str] = {}
    for gloss, english in glosses.items():
        for word in filter(None, map(_plain, english)):
            if listed.setdefault(word, gloss) != gloss:
                raise NsaError(
                    f"lexicon: {word!r} is a word of both {listed[word]} and {gloss}; leave it with one of them"
                )
    silent = {*rules["silent"], *(word for word in rules["quiet"] if word not in listed)}
    roles = {
        word: exceptions.get(word) or _class_of(word, classes.get(gloss, "noun")) for word, gloss in listed.items()
    }
    for word, gloss in rules["synonyms"].items():
        if gloss in glosses and word not in listed:
            listed[word] = gloss
            roles[word] = exceptions.get(word) or _class_of(word, classes.get(gloss, "noun"))
    forms = {
        word: _forms(word, roles[word], word in also_verbs, inflection)
        for word in listed
        if word not in silent and not inflection.is_irregular(word)
    }
    made = {(listed[word], form) for word, (verbal, nominal) in forms.items() for form in (*verbal, *nominal)}
    for word in listed:
        if inflection.is_past(word):
            roles[word] = exceptions.get(word, "verb")
    past = {word for word in listed if roles[word] == "verb" and inflection.is_irregular(word)}
    for word, (verbal, nominal) in forms.items():
        if (listed[word], word) in made and word not in verbal:
            continue
        past.update(verbal[2:])
        made_here = [(form, "verb") for form in verbal] + [(form, roles[word]) for form in nominal]
        if word in also_nouns:
            made_here.append((inflection.plural(word), "noun"))
        for form, role in made_here:
            if listed.setdefault(form, listed[word]) == listed[word]:
                roles.setdefault(form, exceptions.get(form, role))
    signs = {word: gloss for word, gloss in listed.items() if word not in silent}
    return Words(signs, {**exceptions, **roles}, frozenset(silent), frozenset(past & signs.keys()))


def _plain(english: str) -> str:
    """A word as the tokenizer sees it (`what's up`: what is up); empty where it sees a number or marks."""
    pieces = normalize(english).pieces
    return " ".join(piece.text for piece in pieces) if all(piece.kind == "word" for piece in pieces) else ""


def _class_of(word: str, word_class: str) -> str:
    """What a word is, by its sign's class and its ending: clearly, kindness, explanation."""
    if word_class in ("verb", "adjective", "adverb"):
        if word.endswith(_NOUNS) and " " not in word and len(word) > 6:
            return "noun"
        if word_class == "adjective" and word.endswith("ly") and len(word) > 6:
            return "adverb"
    return word_class


def _forms(word: str, role: str, also_verb: bool, inflection: Inflection) -> tuple[Sequence[str], Sequence[str]]:
    """Forms of a word as a verb, and as a noun or adjective."""
    verbal: Sequence[str] = ()
    nominal: list[str] = []
    head = word.split()[0]
    if (role == "verb" or also_verb) and (head not in _HELPERS or word in ("have", "get", "light")):
        verbal = inflection.verb_forms(word)
    if word in _TIMES or (role == "noun" and word not in inflection.uncountable and not word.endswith(_UNCOUNTED)):
        nominal.append(inflection.plural(word))
    if word in inflection.graded:
        nominal += inflection.comparative(word)
    return verbal, nominal
