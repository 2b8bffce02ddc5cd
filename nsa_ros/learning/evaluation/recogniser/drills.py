"""Motion without a text in which every unit occurs as often as every other: in a corpus of texts many are rare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from nsa_ros.body.motion import concatenate
from nsa_ros.learning.data.corpus import Passage, Sentence, durations, unit_ids
from nsa_ros.learning.data.shards import read_shard, write_shard
from nsa_ros.phonology.synthesis import Synthesizer
from nsa_ros.phonology.variation import Variation
from nsa_ros.signing.alignment import PlannedUnit
from nsa_ros.text.units import Kind, Unit

VARIATION = Variation(tempo=0.16, amplitude=0.14, position=0.010, fingers=0.05, sway=0.016)

_LENGTH = 10
_DOUBLED = 0.3


def drill_units(units: Mapping[Kind, Sequence[str]], rng: np.random.Generator) -> list[list[tuple[Kind, str]]]:
    """Every unit once, in random order, in rows of ten; then as many letters, in words with letters doubled."""
    names = [(kind, name) for kind, row in units.items() for name in row]
    order = [names[i] for i in rng.permutation(len(names))]
    rows = [order[start : start + _LENGTH] for start in range(0, len(order), _LENGTH)]
    for _ in range(len(rows) // 2):
        word = rng.choice(units["letter"], _LENGTH).tolist()
        doubled = rng.random(_LENGTH) < _DOUBLED
        rows.append([("letter", str(x)) for x, twice in zip(word, doubled, strict=True) for _ in range(1 + int(twice))])
    return rows


def make_drills(units: Mapping[Kind, Sequence[str]], rounds: int, folder: Path, seed: int = 0) -> list[Passage]:
    """Signed drills, as many times every unit as there are rounds; each round is kept in `folder` and made once.

    Raises:
        NsaError: a file cannot be written or read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ids, made = unit_ids(units), []
    synthesizer = Synthesizer(variation=VARIATION)
    for number in range(rounds):
        file = folder / f"drills-{seed}-{number:03d}.npz"
        if not file.is_file():
            rng = np.random.default_rng([seed, 10, number])
            rows = drill_units(units, rng)
            write_shard(file, [_signed(synthesizer, row, ids, int(rng.integers(2**31))) for row in rows])
        made += read_shard(file)
    return made


def _signed(
    synthesizer: Synthesizer, row: Sequence[tuple[Kind, str]], ids: Mapping[tuple[str, str], int], seed: int
) -> Passage:
    units = [Unit(name, kind, (0, 0), 0) for kind, name in row]
    motion = concatenate([motion for _, motion in synthesizer.stream(units, seed)])
    frames, rest = durations(motion.unit, len(units))
    plan = [PlannedUnit(ids[unit], 0, count, 0) for unit, count in zip(row, frames, strict=True)]
    poses, expression = motion.poses.astype(np.float32), motion.expression.astype(np.float32)
    return Passage("", seed, [Sentence([], plan)], rest, poses, expression)
