"""The recogniser's vocabularies: names of units and tokens of text, with the ids of its networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nsa_ros.learning.evaluation.recogniser.spelling import MARKS, Named, marked_source, marked_target, written
from nsa_ros.text.tokenizer import Vocabulary
from nsa_ros.text.units import Kind


@dataclass(frozen=True)
class Vocabularies:
    """What the networks read and write.

    Attributes:
        units: kind and name of each; the recogniser's id of the first is 1, after blank. A translator's source ids are
            these, then the marks of spelled words; 0 is padding.
        text: of the tokens; a translator's target ids are the tokens' own, then the marks, then begin and end.
    """

    units: tuple[Named, ...]
    text: Vocabulary

    @classmethod
    def of(cls, units: Mapping[Kind, Sequence[str]], text: Vocabulary) -> Vocabularies:
        """From lists of names by kind, as in a corpus's manifest."""
        return cls(tuple((kind, name) for kind, names in units.items() for name in names), text)

    @cached_property
    def unit_ids(self) -> dict[Named, int]:
        """The recogniser's id of each unit."""
        return {unit: place for place, unit in enumerate(self.units, start=1)}

    @property
    def sources(self) -> int:
        """Entries of the translator's source vocabulary."""
        return 1 + len(self.units) + MARKS

    @property
    def targets(self) -> int:
        """Entries of the translator's target vocabulary."""
        return self.end + 1

    @property
    def begin(self) -> int:
        """The target token that begins a text."""
        return len(self.text) + MARKS

    @property
    def end(self) -> int:
        """The target token that ends a text."""
        return self.begin + 1

    def source(self, units: Sequence[Named]) -> list[int]:
        """A translator's row of units."""
        return marked_source(units, self.unit_ids, 1 + len(self.units))

    def target(self, tokens: Sequence[int], units: Sequence[Named]) -> list[int]:
        """A translator's row of tokens, without begin and end."""
        return marked_target([self.text.tokens[i] for i in tokens], units, self.text.ids, len(self.text))

    def english(self, targets: Sequence[int], runs: Sequence[str]) -> str:
        """Text of a translator's row; `runs` are the spelled words that marks stand for, others are left out."""
        tokens = []
        for target in targets:
            if target < len(self.text):
                tokens.append(self.text.tokens[target])
            elif target - len(self.text) < min(MARKS, len(runs)):
                tokens.append(f"={runs[target - len(self.text)]}")
        return written(tokens)
