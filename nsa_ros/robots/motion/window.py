"""Windows of a trajectory, as streamed to joint_trajectory_controller of ros2_controllers.

What the controller does (its `trajectory.cpp`, `joint_trajectory_controller.cpp`): a new message replaces the old
trajectory whole, at any moment. Before the first point it goes there from its last command
(`interpolate_from_desired_state: true`) or, by default, from the *measured* state; between points it goes along the
cubic given by positions and velocities; after the last point it holds. It refuses a message whose times do not
strictly increase, whose last velocity is not 0 (unless told otherwise), or that ended before it arrived.

So that no moment of replacement can be felt, the command of a tick is due `lead` after it is made, and a window holds

- the commands due from a few ticks before its tick until `lead` after it, each at the time that it had in the windows
  before. The controller's present lies between two of them: the reference goes on along the same curve, and neither
  desired nor measured state plays a part;
- a tail: the fastest stop within limits, to velocity 0. If no window comes any more, the robot stops within its limits.

A window that comes less than `lead` after its tick has no effect on the present at all; one that comes later finds the
robot on the tail of the last, which is where the conduct (`Rules.coasts`) takes it to be if `Rules.gap` is less than
`lead` by what a message takes on its way. The window's `start` is its header's stamp, before its first point, so that
all times are above 0. The first windows of an activation begin with where the robot stands: the controller stays
there until that is due. Clocks of the sender and of the controller must agree to within a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.robots.motion.stop import State, Stop

Array = NDArray[np.float64]

_PAST = 4
"""How many ticks before its own a window reaches back."""
_STILL = 0.5
"""A window ends, standing, no earlier than this after its last command [s]: a controller refuses one that has ended."""


class Window(NamedTuple):
    """One JointTrajectory.

    Attributes:
        start: stamp of the header [s], on the clock of `now`.
        times: from the start [s], strictly increasing, above 0. Shape (k,).
        positions: [rad]. Shape (k, n).
        velocities: [rad/s], the last 0. Shape (k, n).
    """

    start: float
    times: Array
    positions: Array
    velocities: Array


class Windows:
    """Makes the windows of one activation, one a tick.

    Args:
        dt: length of a tick [s].
        lead: time from a tick until its command is due [s]; rounded to ticks, at least one. It is the latency added.
        count: greatest number of points of a tail, at least 2. A stop that takes more ticks is told more coarsely.

    Raises:
        NsaError: a number out of range.
    """

    def __init__(self, dt: float, lead: float = 0.04, count: int = 40) -> None:
        if not (0.0 < dt < np.inf and 0.0 < lead < np.inf and count >= 2):
            raise NsaError(f"windows of tick {dt} s, lead {lead} s and {count} tail points; give numbers above 0.")
        self._dt, self._lead, self._count = dt, max(round(lead / dt), 1), count
        self.clear()

    def clear(self) -> None:
        """Forgets what was commanded: for the next activation."""
        self._known: list[tuple[float, State]] = []

    def add(self, time: float, states: Sequence[State], stop: Stop) -> Window:
        """The window of a tick.

        Args:
            time: of the tick, on a grid of ticks [s] (`Conduct.time`).
            states: commands of this tick, and before them those of ticks left out (`Conduct.states`).
            stop: the fastest stop after them (`Follower.stop`).
        """
        dt, newest = self._dt, time + self._lead * self._dt
        made = [(newest - i * dt, state) for i, state in zip(range(len(states))[::-1], states, strict=True)]
        first = made[0][0] if made else newest + dt
        kept = [known for known in self._known if known[0] < first - 0.5 * dt]  # later ones: the clock went back
        self._known = [*kept, *made][-(self._lead + _PAST) :] or [(newest, stop.start)]
        tail = self._tail(stop.duration)
        points = [*self._known, *((self._known[-1][0] + time, stop.at(time)) for time in tail)]
        start = self._known[0][0] - dt
        return Window(
            start=start,
            times=np.array([due for due, _ in points]) - start,
            positions=np.array([state.position for _, state in points]),
            velocities=np.array([state.velocity for _, state in points]),
        )

    def _tail(self, duration: float) -> Array:
        """Times of the tail after the last command [s]: ticks, the end of the stop, and a while of standing. (k,)."""
        ticks = int(np.ceil(duration / self._dt))
        tail = self._dt * np.arange(1, max(min(ticks, self._count - 1), 1) + 1)
        tail[-1] = max(tail[-1], duration)
        return np.append(tail, max(_STILL, tail[-1] + self._dt))
