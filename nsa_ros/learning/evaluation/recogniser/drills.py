"""The recogniser's own drills, signed with more variation than a corpus has, so that it bears more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from nsa_ros.learning.data.corpus import Passage
from nsa_ros.learning.data.drills import drill_rows, sign_drills
from nsa_ros.learning.data.shards import read_shard, write_shard
from nsa_ros.phonology.synthesis import Synthesizer
from nsa_ros.phonology.variation import Variation
from nsa_ros.text.units import Kind

VARIATION = Variation(tempo=0.16, amplitude=0.14, position=0.010, fingers=0.05, sway=0.016)


def make_drills(units: Mapping[Kind, Sequence[str]], rounds: int, folder: Path, seed: int = 0) -> list[Passage]:
    """Signed drills, as many times every unit as there are rounds; each round is kept in `folder` and made once.

    Raises:
        NsaError: a file cannot be written or read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Passage] = []
    synthesizer = Synthesizer(variation=VARIATION)
    for number in range(rounds):
        file = folder / f"drills-{seed}-{number:03d}.npz"
        if not file.is_file():
            rng = np.random.default_rng([seed, 10, number])
            write_shard(file, sign_drills(units, drill_rows(units, rng), synthesizer, rng))
        made += read_shard(file)
    return made
