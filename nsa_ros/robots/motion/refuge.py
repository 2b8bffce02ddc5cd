"""Where a command gives way to when the robot is not where it was commanded to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.motion.limits import MotionLimits
from nsa_ros.robots.motion.rules import Rules

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Refuge:
    """Where the robot was found, and whether it has come free since.

    A joint that did not follow has come free once it is measured where it is commanded to, farther from the refuge than
    the error that is allowed: it has moved by itself.

    Attributes:
        position: where the command gives way to [rad], within the limits. Shape (n,).
        failures: following errors in a row: since all joints were free.

    Args:
        start: where the robot stands [rad]. Shape (n,).
        limits: of the joints.
        rules: what is near, and what is an error.
    """

    def __init__(self, start: Array, limits: MotionLimits, rules: Rules) -> None:
        self._limits, self._rules = limits, rules
        self.move(start)
        self.failures, self._stuck = 0, np.zeros(len(start), dtype=np.bool_)

    def move(self, found: Array) -> None:
        """The robot is found elsewhere [rad]. Shape (n,)."""
        self.position = np.clip(found, self._limits.lower, self._limits.upper)

    def flee(self, found: Array, blocked: Flags) -> None:
        """Some joints did not follow; `found` is where the robot is [rad]. Each of shape (n,)."""
        self.move(found)
        self.failures += 1
        self._stuck |= blocked

    def give_way(self, found: Array) -> None:
        """Follows a robot that is still being moved, joints that have left the refuge; noise is let be. Shape (n,)."""
        self.move(np.where(np.abs(found - self.position) > self._rules.caught_up, found, self.position))

    def release(self, found: Array, commanded: Array) -> None:
        """Looks which joints have come free. Each of shape (n,)."""
        if self._stuck.any() and self._rules.error is not None:
            left = np.abs(found - self.position) > self._rules.error
            self._stuck &= ~(left & (np.abs(found - commanded) <= self._rules.error))
            self.failures *= bool(self._stuck.any())

    def reached(self, commanded: Array) -> bool:
        """Whether a command (n,) is there."""
        return bool((np.abs(commanded - self.position) <= self._rules.caught_up).all())
