"""How renditions of the same text differ: natural variation drawn from a seed, each kind with its own size."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Variation:
    """Sizes of natural variation; zero, the default, switches a kind off.

    Attributes:
        tempo: standard deviation of the log of the speed, one draw for an utterance and a third of it for each unit.
        amplitude: standard deviation of the log of the size of movements, drawn likewise.
        position: standard deviation of where free (not touching) hands are [m].
        fingers: amplitude of slow drift of the finger joints [rad]; 0.05 keeps every handshape legible.
        sway: amplitude of idle movement of trunk and head [rad].
        rest: how far hands may hang at the start and the end, as the largest share of the way from the pose `neutral`
            (0) to `rest` (1).
        left_handed: share of renditions by a left-handed signer.
    """

    tempo: float = 0.0
    amplitude: float = 0.0
    position: float = 0.0
    fingers: float = 0.0
    sway: float = 0.0
    rest: float = 0.0
    left_handed: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value, most = getattr(self, field.name), _MOST.get(field.name, 0.5)
            if not 0.0 <= value <= most:
                raise NsaError(f"variation {field.name} is {value}, it must be in [0, {most}]")


_MOST = {"rest": 1.0, "left_handed": 1.0}


NATURAL = Variation(tempo=0.12, amplitude=0.10, position=0.006, fingers=0.04, sway=0.012)
"""About as much as one right-handed signer varies who begins and ends in `neutral`; used for the corpus."""


class Drift:
    """Slow random movement of several values: sums of sines, a function of the seed and of time alone.

    Args:
        rng: source of frequencies and phases.
        values: how many.
    """

    def __init__(self, rng: np.random.Generator, values: int) -> None:
        self._rate = 2.0 * np.pi * rng.uniform(0.15, 0.7, size=(3, values))
        self._phase = rng.uniform(0.0, 2.0 * np.pi, size=(3, values))

    def __call__(self, seconds: Array) -> Array:
        """Values with a mean of zero, about in [-1, 1]. (F,) -> (F, values)."""
        return np.asarray(np.sin(seconds[:, None, None] * self._rate + self._phase).mean(axis=1) * 1.4)
