"""The stream of targets that a robot follows, as seen at its own ticks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.motion.limits import MotionLimits

Array = NDArray[np.float64]

_JUMP = 3.0
"""A target faster than this many times the velocity limit has jumped, and is not moved on with its velocity."""


class Target(NamedTuple):
    """A retargeted pose of the stream.

    Attributes:
        positions: of the driven joints [rad], NaN for a joint without one. Shape (n,).
        time: when the robot should be there [s].
    """

    positions: Array
    time: float


class Stream:
    """The last two targets.

    Attributes:
        last: the newest target, if there is one.
        came: when it came, on the clock of the caller [s]; 0 before the first.
        invalid: targets without any finite joint, or of another number of joints, or without a time, so far.
        late: targets older than the one before, so far.

    Args:
        limits: of the joints.
        reach: longest time for which a target is moved on with its velocity [s].
        timeout: targets farther apart than this have nothing to do with each other [s].
    """

    def __init__(self, limits: MotionLimits, reach: float, timeout: float) -> None:
        self._limits, self._reach, self._timeout = limits, reach, timeout
        self.last: Target | None = None
        self._before: Target | None = None
        self.came = 0.0
        self.invalid = self.late = 0

    def forget(self) -> None:
        """The targets so far say nothing about those to come: the time has jumped."""
        self.last = self._before = None

    def add(self, target: Target, clock: float) -> None:
        """A target joins, unless it is of no use; `clock` is the caller's [s]."""
        positions = np.asarray(target.positions, dtype=np.float64)
        if positions.shape != self._limits.lower.shape or not (
            np.isfinite(positions).any() and np.isfinite(target.time)
        ):
            self.invalid += 1
            return
        last = self.last
        since = np.inf if last is None else target.time - last.time
        if -self._timeout < since < 0.0:
            self.late += 1
            return
        self._before = last if 0.0 < since < self._timeout else None
        self.last, self.came = Target(positions, target.time), clock

    def at(self, time: float) -> Array:
        """The newest target, moved on with its velocity; NaN where there is none. Shape (n,)."""
        last, before, limits = self.last, self._before, self._limits
        if last is None:
            return np.full_like(limits.lower, np.nan)
        if before is None:
            return last.positions
        inside = np.clip([before.positions, last.positions], limits.lower, limits.upper)
        velocity = (inside[1] - inside[0]) / (last.time - before.time)
        moving = np.abs(velocity) <= _JUMP * limits.velocity
        velocity = np.where(moving, np.clip(velocity, -limits.velocity, limits.velocity), 0.0)
        return np.asarray(last.positions + velocity * np.clip(time - last.time, -self._reach, self._reach))
