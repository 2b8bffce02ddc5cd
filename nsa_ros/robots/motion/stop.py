"""The fastest jerk-limited stop of each joint: how far it goes, where it turns, and every state on the way.

From velocity v and acceleration a, bounded by |a| ≤ A and |jerk| ≤ J, the stop in least time has three phases of jerk
-J, 0, +J (mirrored where the joint moves the other way): the acceleration goes to -min(A, √(a² / 2 + J v)), stays,
and comes back to 0 together with the velocity (Biagiotti and Melchiorri, Trajectory Planning for Automatic Machines
and Robots, 2008, the double-S profile). All closed formulas, over arrays of joints.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class State(NamedTuple):
    """Position [rad], velocity [rad/s] and acceleration [rad/s²] of n joints. Each of shape (n,)."""

    position: Array
    velocity: Array
    acceleration: Array


class Stop(NamedTuple):
    """Stops of joints, each from its own state. Shapes (..., n) throughout.

    Attributes:
        start: where the stops begin.
        jerk: jerk of the first phase, signed; the third has the opposite.
        first: duration of the first phase [s].
        second: duration of the second.
        third: duration of the third.
    """

    start: State
    jerk: Array
    first: Array
    second: Array
    third: Array

    @property
    def duration(self) -> float:
        """Time after which every joint stands [s]."""
        return float((self.first + self.second + self.third).max(initial=0.0))

    def at(self, time: float) -> State:
        """State `time` [s] after the start; velocity and acceleration are exactly 0 when stopped."""
        p, v, a = self.start
        left: Array | float = time
        for jerk, duration in ((self.jerk, self.first), (0.0, self.second), (-self.jerk, self.third)):
            t = np.minimum(left, duration)
            p = p + t * (v + t * (a / 2.0 + t * jerk / 6.0))
            v = v + t * (a + t * jerk / 2.0)
            a = a + t * jerk
            left = left - t
        moving = left <= 0.0
        return State(p, np.where(moving, v, 0.0), np.where(moving, a, 0.0))

    def extent(self) -> tuple[Array, Array]:
        """Least and greatest position from now until standstill."""
        p, v, a = self.start
        j, first, second, third = self.jerk, self.first, self.second, self.third
        lowest = a + first * j
        end = p + first * (v + first * (a / 2.0 + first * j / 6.0))
        end = end + second * (v + first * (a + first * j / 2.0) + second * lowest / 2.0) - third**3 * j / 6.0
        least, most = np.minimum(p, end), np.maximum(p, end)
        back = v * j > 0.0  # moves against the direction of the stop, and turns first
        if back.any():
            size = np.where(back, np.abs(j), 1.0)
            turn = (np.abs(a) - np.sqrt(np.maximum(a * a - 2.0 * size * np.abs(v), 0.0))) / size * back
            turned = p + turn * (v + turn * (a / 2.0 + turn * j / 6.0))
            least, most = np.minimum(least, turned), np.maximum(most, turned)
        return least, most


def stop(start: State, acceleration: Array, jerk: Array) -> Stop:
    """The fastest stop from states whose acceleration is within the limit.

    Args:
        start: states. Shapes (..., n).
        acceleration: limit A, above 0. Shape (n,).
        jerk: limit J, above 0. Shape (n,).
    """
    _, v, a = start
    way = np.copysign(1.0, coasting(start, jerk))
    area = np.maximum(0.5 * a * a + jerk * way * v, 0.0)
    peak = np.minimum(acceleration, np.sqrt(area))
    first = np.maximum((way * a + peak) / jerk, 0.0)
    second = (area - peak * peak) / (jerk * np.maximum(peak, _TINY))
    return Stop(start, -way * jerk, first, np.maximum(second, 0.0), peak / jerk)


def coasting(state: State, jerk: Array) -> Array:
    """Velocity that is left once the acceleration has been brought to 0 as fast as possible. Shape (..., n)."""
    _, v, a = state
    return np.asarray(v + a * np.abs(a) / (2.0 * jerk))


def stopping_velocity(room: Array, acceleration: Array, jerk: Array) -> Array:
    """Greatest velocity, at no acceleration, from which the fastest stop takes no more than `room`.

    Args:
        room: distance left, at least 0. Shape (..., n).
        acceleration: limit A. Shape (n,).
        jerk: limit J. Shape (n,).
    """
    half = acceleration * acceleration / (2.0 * jerk)
    wedge = np.cbrt(room * room * jerk)
    return np.where(wedge <= 2.0 * half, wedge, np.sqrt(half * half + 2.0 * acceleration * room) - half)


_TINY = float(np.finfo(np.float64).tiny)
