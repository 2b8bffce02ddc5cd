"""Drills: units in random order without a text, every one as often as every other. In texts many are rare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nsa_ros.body.motion import concatenate
from nsa_ros.learning.data.corpus import Passage, Sentence, durations, unit_ids
from nsa_ros.phonology.sentences import Sentences
from nsa_ros.phonology.synthesis import Synthesizer
from nsa_ros.signing.alignment import PlannedUnit
from nsa_ros.text.units import Kind, Unit

_LENGTH = 10
_DOUBLED = 0.3

Name = tuple[Kind, str]


def drill_rows(units: Mapping[Kind, Sequence[str]], rng: np.random.Generator) -> list[list[Name]]:
    """Every unit once, in random order, in rows of ten; then as many letters, in words with letters doubled."""
    names = [(kind, name) for kind, row in units.items() for name in row]
    order = [names[i] for i in rng.permutation(len(names))]
    rows = [order[start : start + _LENGTH] for start in range(0, len(order), _LENGTH)]
    for _ in range(len(rows) // 2):
        word = rng.choice(units["letter"], _LENGTH).tolist()
        doubled = rng.random(_LENGTH) < _DOUBLED
        rows.append([("letter", str(x)) for x, twice in zip(word, doubled, strict=True) for _ in range(1 + int(twice))])
    return rows


def without_held_out(rows: Sequence[Sequence[Name]], sentences: Sentences) -> list[list[Name]]:
    """The rows, cut between two signs that are a held-out pair and before the last letter of a held-out name."""
    kept: list[list[Name]] = []
    for row in rows:
        kept.append([])
        for name in row:
            if not _may_follow(kept[-1], name, sentences):
                kept.append([])
            kept[-1].append(name)
    return kept


def _may_follow(row: Sequence[Name], name: Name, sentences: Sentences) -> bool:
    if not row or row[-1][0] != name[0]:
        return True
    if name[0] == "sign":
        return sentences.pair(row[-1][1], name[1]) == "train"
    letters = [text for kind, text in [*row, name] if kind == "letter"]
    return name[0] != "letter" or sentences.name("".join(letters).lower()) == "train"


def sign_drills(
    units: Mapping[Kind, Sequence[str]],
    rows: Sequence[Sequence[Name]],
    synthesizer: Synthesizer,
    rng: np.random.Generator,
) -> list[Passage]:
    """Passages without text: one sentence without tokens each, whose units point at no token and whose face is neutral.

    Args:
        units: the unit vocabulary.
        rows: of units.
        synthesizer: signs them.
        rng: of the renditions.
    """
    ids = unit_ids(units)
    return [_signed(synthesizer, row, ids, int(rng.integers(2**31))) for row in rows]


def _signed(synthesizer: Synthesizer, row: Sequence[Name], ids: Mapping[tuple[str, str], int], seed: int) -> Passage:
    units = [Unit(name, kind, (0, 0), 0) for kind, name in row]
    motion = concatenate([motion for _, motion in synthesizer.stream(units, seed)])
    frames, rest = durations(motion.unit, len(units))
    plan = [PlannedUnit(ids[unit], 0, count, 0) for unit, count in zip(row, frames, strict=True)]
    poses, expression = motion.poses.astype(np.float32), motion.expression.astype(np.float32)
    return Passage("", seed, [Sentence([], plan)], rest, poses, expression)
