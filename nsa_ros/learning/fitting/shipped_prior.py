"""Make the prior in the package: `python -m nsa_ros.learning.fitting.shipped_prior`, the same bytes every time.

It is learned from one half of our lexicon, signs, letters and numbers with natural variation; fits are measured on the
other half (`split.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from nsa_ros.body.motion import Motion, concatenate
from nsa_ros.learning.fitting.prior import PRIOR_FILE, learn_prior
from nsa_ros.learning.fitting.split import half
from nsa_ros.phonology.synthesis import Synthesizer
from nsa_ros.phonology.variation import NATURAL

LABELS = {
    "source": "signs of the nsa_ros lexicon with natural variation, the half that fits are not measured on",
    "license": "Apache-2.0",
    "status": "synthetic, not reviewed by Deaf signers",
}

_ROUNDS = 2
_ROW = 20


def motions() -> Iterator[Motion]:
    """Every unit of the half, in random rows."""
    synthesizer, units = Synthesizer(variation=NATURAL), half(measured=False)
    for seed in range(_ROUNDS):
        order = np.random.default_rng(seed).permutation(len(units))
        for start in range(0, len(order), _ROW):
            row = [units[i] for i in order[start : start + _ROW]]
            yield concatenate([motion for _, motion in synthesizer.stream(row, seed)])


def main(path: Path = PRIOR_FILE) -> None:
    """Learn and write it."""
    learn_prior(motions(), LABELS).save(path)


if __name__ == "__main__":
    main()
