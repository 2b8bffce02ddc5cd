"""Forms of English words: the regular ones by rule, the others from the tables of data/inflection.yaml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_TABLES = Path(__file__).parent / "data" / "inflection.yaml"
_VOWELS = "aeiou"


class Inflection:
    """Inflects verbs, nouns and adjectives; of an expression the head: look for -> looked for, ice cream -> ice creams.

    Attributes:
        uncountable: nouns without a plural of their own.
        graded: adjectives that have forms in -er and -est.
    """

    def __init__(self, tables: Mapping[str, Any]) -> None:
        """Args:
        tables: `verbs` (past, participle), `plurals`, `doubled`, `uncountable`, `graded` as in data/inflection.yaml.
        """
        self._verbs: Mapping[str, Sequence[str]] = tables["verbs"]
        self._plurals: Mapping[str, str] = tables["plurals"]
        self._doubled = frozenset(tables["doubled"])
        self.uncountable = frozenset(tables["uncountable"])
        self.graded = frozenset(tables["graded"])
        forms = (form for forms in self._verbs.values() for form in forms)
        self._past = frozenset(forms) - frozenset(self._verbs)
        self._irregular = self._past | frozenset(self._plurals.values()) - frozenset(self._plurals)

    def is_irregular(self, word: str) -> bool:
        """Whether the head of a word is a past form, participle or plural of the tables, not inflected again."""
        return word in self._irregular or word.split()[0] in self._irregular

    def is_past(self, word: str) -> bool:
        """Whether the head of a word is a past form or participle of the tables, and no verb's own first form."""
        return word.split()[0] in self._past

    def third(self, verb: str) -> str:
        """he/she/it: goes, tries, looks for."""
        head, rest = _cut(verb)
        return {"have": "has", "be": "is", "do": "does"}.get(head, _with_s(head)) + rest

    def gerund(self, verb: str) -> str:
        """Going, lying, getting up."""
        head, rest = _cut(verb)
        if head.endswith("ie"):
            return head[:-2] + "ying" + rest
        stem = head[:-1] if head.endswith("e") and not head.endswith(("ee", "oe", "ye")) and len(head) > 2 else head
        return self._double(stem, head) + "ing" + rest

    def past(self, verb: str) -> str:
        """Went, tried, looked for."""
        return self._past_form(verb, 0)

    def participle(self, verb: str) -> str:
        """Gone, tried, looked for."""
        return self._past_form(verb, -1)

    def plural(self, noun: str) -> str:
        """Men, cities, ice creams."""
        front, _, head = noun.rpartition(" ")
        return f"{front} {self._plurals.get(head, _with_s(head))}".strip()

    def comparative(self, adjective: str) -> tuple[str, str]:
        """Bigger and biggest."""
        if adjective.endswith("y") and adjective[-2] not in _VOWELS:
            stem = adjective[:-1] + "i"
        else:
            stem = self._double(adjective.removesuffix("e"), adjective)
        return stem + "er", stem + "est"

    def verb_forms(self, verb: str) -> tuple[str, ...]:
        """Its -s, -ing, past and participle."""
        return self.third(verb), self.gerund(verb), self.past(verb), self.participle(verb)

    def _past_form(self, verb: str, which: int) -> str:
        head, rest = _cut(verb)
        if head in self._verbs:
            return self._verbs[head][which] + rest
        if head.endswith("e"):
            return head + "d" + rest
        if head.endswith("y") and head[-2:-1] not in _VOWELS:
            return head[:-1] + "ied" + rest
        return self._double(head, head) + "ed" + rest

    def _double(self, stem: str, word: str) -> str:
        """The last consonant doubled after a short stressed vowel: stop -> stopp, begin -> beginn."""
        if stem != word or len(stem) < 3 or stem[-1] in f"{_VOWELS}wxy" or stem[-2] not in _VOWELS:
            return stem
        short = stem[-3] not in _VOWELS or stem[-3:-1] == "ui"
        single = sum(letter in _VOWELS for letter in stem) - ("qu" in stem) == 1
        return stem + stem[-1] if (short and single) or word in self._doubled else stem


def _cut(expression: str) -> tuple[str, str]:
    head, blank, rest = expression.partition(" ")
    return head, blank + rest


def _with_s(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


@cache
def default_inflection() -> Inflection:
    """The shipped tables."""
    return Inflection(yaml.safe_load(_TABLES.read_text(encoding="utf-8")))
