"""The corpus: texts with their tokens, plan and motion. `corpus_building` makes it, `shards` keeps it on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.motion import NO_UNIT
from nsa_ros.errors import NsaError
from nsa_ros.signing.alignment import END, PlannedUnit
from nsa_ros.text.tokenizer import Vocabulary
from nsa_ros.text.units import Kind

Part = Literal["train", "plans", "val", "test", "drills"]

PARTS: tuple[Part, ...] = ("train", "plans", "val", "test", "drills")
"""Training texts with motion; further ones without, for the planner; held out for tuning; held out for judging; motion
for training without a text (`drills`)."""


@dataclass(frozen=True)
class Sentence:
    """What the planner reads at once, and makes of it.

    Attributes:
        tokens: ids.
        plan: units in signing order with `token` counted in `tokens`; frames are 0 where no motion was made.
    """

    tokens: list[int]
    plan: list[PlannedUnit]


@dataclass(frozen=True)
class Passage:
    """A text of one or more sentences, and how it was signed from neutral to neutral.

    Attributes:
        text: English.
        seed: of the signer.
        sentences: of the text.
        rest: frames of the return to neutral after the last unit; 0 where no motion was made.
        poses, expression: (F, 55, 3) [rad] and (F, 10); F = 0 where no motion was made.
    """

    text: str
    seed: int
    sentences: list[Sentence]
    rest: int
    poses: NDArray[np.float32]
    expression: NDArray[np.float32]

    @property
    def aligned(self) -> bool:
        """Whether it is known which frame belongs to which unit; data sets of others have text and motion only."""
        return any(sentence.plan for sentence in self.sentences)

    @property
    def plan(self) -> list[PlannedUnit]:
        """Of the whole text, the last one `END`, the return to neutral."""
        return [*(unit for sentence in self.sentences for unit in sentence.plan), PlannedUnit(END, 0, self.rest, 0)]


def unit_ids(units: Mapping[Kind, Sequence[str]]) -> dict[tuple[str, str], int]:
    """(kind, text) to the id used in plans, after `alignment.NONE` and `alignment.END`."""
    names = [(kind, text) for kind, texts in units.items() for text in texts]
    return {name: END + 1 + place for place, name in enumerate(names)}


def durations(labels: NDArray[np.int64], units: int) -> tuple[list[int], int]:
    """Frames of each unit of a motion, and frames of the return to neutral after the last.

    Args:
        labels: `Motion.unit`. Frames of no unit count for the unit that follows them. Shape (F,).
        units: how many there are.

    Raises:
        NsaError: the frames visit the units out of order, or leave one out.
    """
    visited = labels[labels != NO_UNIT]
    if sorted(set(visited.tolist())) != list(range(units)) or (np.diff(visited) < 0).any():
        raise NsaError(
            f"motion visits units {sorted(set(visited.tolist()))} of {units}; each must have frames, in order"
        )
    ends = [int(np.flatnonzero(labels == unit)[-1]) + 1 for unit in range(units)]
    return [int(n) for n in np.diff([0, *ends])], len(labels) - ends[-1]


class Share(NamedTuple):
    """One data set's part in a mixture: how often it is drawn, and how many clips for training it has."""

    weight: float
    clips: int


@dataclass(frozen=True)
class Corpus:
    """A corpus that was read, or another data set as one.

    Attributes:
        meta: its manifest (`shards.MANIFEST`), or what `clips.describe` says of a data set.
        train: with motion.
        plans: without motion.
        val: with motion, of other texts, for tuning.
        test: with motion, of other texts, for judging.
        drills: with motion and alignment but without text, for those who learn what a unit looks like.
        shares: of the data sets of a mixture, in the order of their clips in `train`; empty for one data set.
    """

    meta: Mapping[str, Any]
    train: list[Passage]
    plans: list[Passage]
    val: list[Passage]
    test: list[Passage]
    drills: list[Passage] = field(default_factory=list)
    shares: tuple[Share, ...] = ()

    def draw(self, rng: np.random.Generator) -> int:
        """Place in `train` of a random clip: of a data set drawn by weight, every clip of it as likely as the others.

        Raises:
            NsaError: there is no clip to train on.
        """
        if not self.train:
            raise NsaError("no clip to train on: the data set has none in its part `train`")
        if not self.shares:
            return int(rng.integers(len(self.train)))
        weights = np.array([share.weight for share in self.shares])
        chosen = int(rng.choice(len(weights), p=weights / weights.sum()))
        return sum(share.clips for share in self.shares[:chosen]) + int(rng.integers(self.shares[chosen].clips))

    @property
    def vocabulary(self) -> Vocabulary:
        """Of the text."""
        return Vocabulary.from_dict(self.meta["vocabulary"])

    @property
    def unit_count(self) -> int:
        """Entries of the unit vocabulary, `NONE` and `END` included."""
        return END + 1 + sum(len(texts) for texts in self.meta["units"].values())
