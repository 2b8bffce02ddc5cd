"""Texts as they are performed: by a bundle, by the reference signer, and by mistake (the control).

A list of performances is of the same texts in the same order as every other list that it is compared with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.motion import concatenate
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus import Passage
from nsa_ros.learning.data.corpus_building import Source
from nsa_ros.signing.alignment import END
from nsa_ros.signing.bundle import UnitName
from nsa_ros.signing.generation import Generation
from nsa_ros.signing.signer import ModelSigner

_APART = 10_000
"""Between the seeds of two draws of the same texts."""


@dataclass(frozen=True)
class Performance:
    """A text and how it was signed, 24 frames a second.

    Attributes:
        text: English.
        poses: shape (F, 55, 3) [rad].
        expression: shape (F, 10).
        units: ids of what was to be signed, in signing order (`PlannedUnit.unit`, above `END`).
    """

    text: str
    poses: NDArray[np.floating[Any]]
    expression: NDArray[np.floating[Any]]
    units: list[int]


def perform_bundle(signer: ModelSigner, texts: Sequence[str], seed: int, steps: int | None = None) -> list[Performance]:
    """The texts signed by a bundle from text alone, with the units and durations of its own planner.

    Args:
        signer: with the bundle.
        texts: English.
        seed: of this draw; every text has a noise of its own.
        steps: DDIM steps; those of the signer when left out.

    Raises:
        NsaError: nothing in a text can be signed, or a number of steps that is not possible.
    """
    signer = _with_steps(signer, steps)
    ids = {unit: END + 1 + place for place, unit in enumerate(signer.bundle.units)}
    made = []
    for place, text in enumerate(texts):
        utterance = signer.sign(text, _APART * seed + place)
        motion = concatenate(list(utterance))
        units = [ids[UnitName(unit.text, unit.kind)] for unit in utterance.units]
        made.append(Performance(text, motion.poses, motion.expression, units))
    return made


def perform_bundle_with_plan(
    signer: ModelSigner, passages: Sequence[Passage], seed: int, steps: int | None = None
) -> list[Performance]:
    """The same with the reference's plan in place of the planner's, so that frames can be compared one by one.

    Raises:
        NsaError: a passage without a plan, or a number of steps that is not possible.
    """
    signer = _with_steps(signer, steps)
    bundle = signer.bundle
    made = []
    for place, passage in enumerate(passages):
        chunks = list(
            Generation(
                _aligned(passage).plan,
                signer.sampler(),
                bundle.chunks,
                bundle.representation,
                bundle.noise_window,
                _APART * seed + place,
            )
        )
        poses, expression = (np.concatenate([getattr(chunk, n) for chunk in chunks]) for n in ("poses", "expression"))
        made.append(Performance(passage.text, poses, expression, _units(passage)))
    return made


def reference(passages: Sequence[Passage]) -> list[Performance]:
    """As the reference signer performed them for the corpus.

    Raises:
        NsaError: a passage without a plan.
    """
    return [Performance(p.text, p.poses, p.expression, _units(_aligned(p))) for p in passages]


def second_reference(passages: Sequence[Passage], seed: int, source: Source) -> list[Performance]:
    """The same texts by the same reference signer on another day: how much renditions differ that are both right.

    Args:
        passages: of the corpus.
        seed: of this draw.
        source: of the corpus's motion, with its own variation.

    Raises:
        NsaError: the source signs a text with other units than the corpus, being of another version.
    """
    drawn = [source.passage(p.text, _APART * (seed + 1) + place, True, 0) for place, p in enumerate(passages)]
    for old, new in zip(passages, drawn, strict=True):
        if _units(old) != _units(new):
            raise NsaError(
                f"{old.text!r} is signed with other units than in the corpus: it was made by another version of the "
                "lexicon or grammar. Make the corpus anew, or leave --data out"
            )
    return reference(drawn)


def shuffled(performances: Sequence[Performance]) -> list[Performance]:
    """Each text with the motion of the next one: the control, which a score that heeds the text must tell apart."""
    if len({p.text for p in performances}) != len(performances):
        raise NsaError("the control needs texts that all differ")
    moved = [*performances[1:], *performances[:1]]
    return [Performance(a.text, b.poses, b.expression, a.units) for a, b in zip(performances, moved, strict=True)]


def _with_steps(signer: ModelSigner, steps: int | None) -> ModelSigner:
    return signer if steps in (None, signer.steps) else ModelSigner(signer.bundle, "cpu", steps)


def _aligned(passage: Passage) -> Passage:
    if not passage.aligned:
        raise NsaError(
            f"{passage.text[:60]!r} has no alignment of units to frames, which this evaluation needs; give a corpus of "
            "`nsa corpus build`"
        )
    return passage


def _units(passage: Passage) -> list[int]:
    return [planned.unit for planned in passage.plan if planned.unit > END]
