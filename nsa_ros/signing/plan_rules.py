"""What a plan must keep to, read off the tokens of a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.signing.alignment import END
from nsa_ros.signing.bundle import Bundle
from nsa_ros.text.tokenizer import PAD, PUNCTUATION

Integers = NDArray[np.int64]


class SentenceRules(NamedTuple):
    """Rules for each token of a sentence, as the planner takes them.

    Attributes:
        choices: units that it may be signed as, 0 for no further one; any where all are 0. Shape (1, T, K).
        continues: 1 if it goes on with a spelled word or with a number signed digit by digit, else 0. Shape (1, T).
        required: 1 if it must be signed; -1 if it never is, being a mark, a silent word or a figure of a number that is
            one sign; else 0. Shape (1, T).
    """

    choices: Integers
    continues: Integers
    required: Integers


def choice_width(choices: Mapping[str, Sequence[int]]) -> int:
    """K of `SentenceRules.choices` for the units that each word may be signed as."""
    return max(map(len, choices.values()), default=1)


class PlanRules:
    """The rules of a bundle's language."""

    def __init__(self, bundle: Bundle) -> None:
        """`bundle`: says which units a word may be signed as, and which words may be left unsigned."""
        units = {(unit.kind, unit.text.lower()): place + END + 1 for place, unit in enumerate(bundle.units)}
        self._numbers = {text: unit for (kind, text), unit in units.items() if kind == "number"}
        self._tokens = bundle.vocabulary.tokens
        size = len(bundle.vocabulary) + 1  # the last id is that of the end token
        choices = np.zeros((size, choice_width(bundle.choices)), dtype=np.int64)
        continues, required = np.zeros((2, size), dtype=np.int64)
        free = {PAD, *bundle.vocabulary.silent, *bundle.optional}
        for token, place in bundle.vocabulary.ids.items():
            spelled = len(token) == 2 and token[0] in "#-"
            follows = spelled and token[0] == "-"
            letter = units.get(("letter", token[1])) if spelled else None
            known = bundle.choices.get(token, ()) if letter is None else (letter,)
            choices[place, : len(known)] = known
            continues[place] = follows and letter is not None
            never = token in PUNCTUATION or (token in bundle.vocabulary.silent and not len(known))
            required[place] = -1 if never else not (follows or token in free)
        self._rules = SentenceRules(choices, continues, required)

    def of(self, row: Integers) -> SentenceRules:
        """Of a sentence. `row`: token ids, the end token and padding, shape (1, T)."""
        rules = SentenceRules(*(rule[row] for rule in self._rules))
        places = row[0].tolist()
        start = 0
        while start < len(places):
            figures = self._number(places[start:])
            if figures:
                self._set_number(rules, start, figures)
            start += max(1, len(figures))
        return rules

    def _number(self, ids: list[int]) -> str:
        """The figures of the number that begins with the first token, "" where none does."""
        figures = ""
        for token in (self._tokens[i] if i < len(self._tokens) else "" for i in ids):
            if len(token) != 2 or not token[1].isdigit() or (figures and token[0] == "#"):
                break
            figures += token[1]
        return figures

    def _set_number(self, rules: SentenceRules, start: int, figures: str) -> None:
        """A number is one sign if there is one for it, else it is signed digit by digit."""
        part = slice(start, start + len(figures))
        whole = self._numbers.get(figures)
        rules.choices[0, part] = 0
        rules.choices[0, part, 0] = [whole or self._numbers.get(figure, 0) for figure in figures]
        rules.continues[0, start + 1 : part.stop] = whole is None
        rules.required[0, start + 1 : part.stop] = 0 if whole is None else -1
