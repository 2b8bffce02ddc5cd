"""Messages to a robot's controllers from arrays, and arrays from its joint states. Nothing here needs a node."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
from builtin_interfaces.msg import Duration, Time
from numpy.typing import NDArray
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray, Header
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

Array = NDArray[np.float64]

_AHEAD = 0.1
"""How far ahead of now a measurement may be that another thread has just taken [s]."""

DRIFT = 0.05
"""How far the arrival of a pose may be from what its stamp says, before the clocks are compared again [s]."""


def joint_trajectory(
    names: Sequence[str], times: Array, positions: Array, velocities: Array, start: Time
) -> JointTrajectory:
    """A JointTrajectory as joint_trajectory_controller takes it.

    Args:
        names: joints of the controller, in the order of the columns. Length n.
        times: of the points since `start` [s], strictly increasing. Shape (k,).
        positions: [rad]. Shape (k, n).
        velocities: [rad/s]; zero in the last row, unless the controller allows otherwise. Shape (k, n).
        start: when the trajectory begins, by the clock of the controller.
    """
    points = [
        JointTrajectoryPoint(positions=_doubles(position), velocities=_doubles(velocity), time_from_start=_duration(at))
        for at, position, velocity in zip(times, positions, velocities, strict=True)
    ]
    return JointTrajectory(header=Header(stamp=start), joint_names=names, points=points)


def position_command(positions: Array) -> Float64MultiArray:
    """A Float64MultiArray as position controllers take it.

    Args:
        positions: [rad], in the controller's order. Shape (n,).
    """
    return Float64MultiArray(data=_doubles(positions))


def joint_command(names: Sequence[str], positions: Array, velocities: Array, time: Time) -> JointState:
    """A JointState as drivers take it that have a command topic of that type.

    Args:
        names: joints, in the order of the arrays. Length n.
        positions: [rad]. Shape (n,).
        velocities: [rad/s]. Shape (n,).
        time: when they are to be reached.
    """
    return JointState(
        header=Header(stamp=time), name=names, position=_doubles(positions), velocity=_doubles(velocities)
    )


class JointFeedback:
    """The measured joint state of a robot, out of messages in any order, each of which may have some of its joints.

    Args:
        names: joints of the robot. Length n.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._rows = {name: row for row, name in enumerate(names)}
        self._position = np.full(len(names), np.nan)
        self._time = np.full(len(names), -np.inf)

    def clear(self) -> None:
        """Forget what was measured; for when time has gone backwards."""
        self._position[:], self._time[:] = np.nan, -np.inf

    def update(self, message: JointState, now: float) -> None:
        """Take what a message says of this robot's joints.

        Args:
            message: names and positions; names of other joints are left alone.
            now: when it was received [s].
        """
        for name, position in zip(message.name, message.position, strict=False):
            row = self._rows.get(name)
            if row is not None:
                self._position[row], self._time[row] = position, now

    @property
    def heard(self) -> bool:
        """Whether any joint has ever been measured."""
        return bool(np.isfinite(self._time).any())

    @property
    def positions(self) -> Array:
        """Of every joint [rad]; not finite where it was measured so, or never. Shape (n,)."""
        return self._position.copy()

    def age(self, now: float) -> float:
        """How old the oldest position of a joint that was measured is [s].

        Infinite when there is none, or one is of a time to come: then time has gone backwards.
        """
        ages = now - self._time[np.isfinite(self._time)]
        return float(max(ages.max(), 0.0)) if len(ages) and ages.min() > -_AHEAD else np.inf

    def fault(self, now: float, longest: float) -> str:
        """What is wrong with the measured joint state, naming joints; "" when it can be relied on.

        Args:
            now: [s].
            longest: how old a position may be [s].
        """
        if not self.heard:
            return "no joint state has been received"
        never = np.isinf(self._time)
        parts = {
            "missing": never,
            "not finite": ~np.isfinite(self._position) & ~never,
            f"older than {longest:g} s": (now - self._time > longest) & ~never,
            "of a time to come": (self._time - now > _AHEAD) & ~never,
        }
        told = [f"{fault}: {self._listed(where)}" for fault, where in parts.items() if where.any()]
        return f"joint states {'; '.join(told)}" if told else ""

    def _listed(self, where: NDArray[np.bool_]) -> str:
        names = [name for name, chosen in zip(self._names, where, strict=True) if chosen]
        return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


class StreamClock:
    """When each pose of a stream should be reached: as regular as its stamps, on the clock of whoever receives it.

    The clock of another machine, or of a recording, differs by an offset; it is measured when the stream begins, and
    again when the poses come much sooner or later than it says.
    """

    def __init__(self) -> None:
        self._offset = np.nan

    def time(self, stamp: float, now: float) -> float:
        """When a pose should be reached [s].

        Args:
            stamp: of its message [s]; 0 for none.
            now: when it was received [s].
        """
        if not stamp:
            return now
        if not abs(stamp + self._offset - now) < DRIFT:
            self._offset = now - stamp
        return float(stamp + self._offset)


def _doubles(values: Array) -> array[float]:
    return array("d", np.ascontiguousarray(values, np.float64).tobytes())


def _duration(time: float) -> Duration:
    nanoseconds = round(float(time) * 1e9)
    return Duration(sec=nanoseconds // 1_000_000_000, nanosec=nanoseconds % 1_000_000_000)
