"""A weighted mean of the last poses of a robot, so that its joints can follow together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Smoother:
    """A triangular window over the last poses.

    Each joint of a robot meets its limits of acceleration alone; one that falls behind the others leaves the posture
    that was kept clear of collisions. After the window all of them are equally late, and nearly always within those
    limits. As a mean of poses within position limits it is within them, too.

    Args:
        start: where the robot stands. Shape (n,).
        ticks: half of the window, in poses; the output is one less behind.
    """

    def __init__(self, start: ArrayLike, ticks: int) -> None:
        ramp = np.minimum(np.arange(1, 2 * ticks), np.arange(2 * ticks - 1, 0, -1)).astype(np.float64)
        self._weights = ramp / ramp.sum()
        self.reset(start)

    def reset(self, start: ArrayLike) -> None:
        """Go on from a pose at rest. Shape (n,)."""
        self._last = np.tile(np.asarray(start, dtype=np.float64), (len(self._weights), 1))

    def __call__(self, q: ArrayLike) -> Array:
        """The mean after another pose. (n,) -> (n,)."""
        self._last = np.concatenate([self._last[1:], np.asarray(q, dtype=np.float64)[None]])
        return np.asarray(self._weights @ self._last)
