"""Whether a robot that starts has caught up with its stream."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.motion.limits import MotionLimits

Array = NDArray[np.float64]


class Meeting:
    """Whether each joint has met its target once: has come near to it, or been passed by it, however fast that is.

    While the robot is steered elsewhere than to the targets, joints that meet theirs on the way do not count. Nor do
    they at first, when what makes the targets may itself be on the way to where the signer is.

    Args:
        limits: of the joints; a target beyond them is met at the limit.
        near: how near is near enough [rad].
        settling: ticks at first in which nothing counts.
    """

    def __init__(self, limits: MotionLimits, near: float, settling: int) -> None:
        self._limits, self._near, self._settling = limits, near, settling
        self.begin()

    def begin(self) -> None:
        """No joint has met its target yet."""
        self._left = self._settling
        self._forget()

    def _forget(self) -> None:
        n = len(self._limits.lower)
        self._met, self._ahead = np.zeros(n, dtype=np.bool_), np.zeros(n)

    def look(self, targets: Array, steered: Array, position: Array) -> None:
        """Takes note of a tick.

        Args:
            targets: of the joints [rad]; one without a target has met it. Shape (n,).
            steered: where the robot was told to go instead [rad], or the same. Shape (n,).
            position: command after that [rad]. Shape (n,).
        """
        limits, near = self._limits, self._near
        targets, steered = (np.clip(values, limits.lower, limits.upper) for values in (targets, steered))
        self._left = max(self._left - 1, 0)
        if self._left or not (np.abs(steered - targets) <= near).all(where=np.isfinite(targets)):
            self._forget()
            return
        ahead = targets - position
        self._met |= ~(np.abs(ahead) > near) | (ahead * self._ahead < 0.0)
        self._ahead = ahead

    @property
    def over(self) -> bool:
        """Whether every joint has met its target."""
        return bool(self._met.all())
