"""Controllers of ros2_control as their documentation and source describe them; nothing here needs a node.

`TrajectoryController` is joint_trajectory_controller (ros2_controllers, branch jazzy: `validate_trajectory_msg`,
`Trajectory::sample`, `interpolate_between_points`) with command interface position and the settings of
config/controllers; `PositionController` is forward_command_controller or JointGroupPositionController;
`JointCommandDriver` is a driver that takes commands by name. For a simulated robot, and for tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

Array = NDArray[np.float64]

EPSILON = float(np.finfo(np.float32).eps)


def seconds(time: Any) -> float:
    """A Time or Duration message [s]."""
    return float(time.sec + 1e-9 * time.nanosec)


def fault(message: JointTrajectory, joints: Sequence[str], now: float) -> str:
    """Why joint_trajectory_controller rejects a trajectory; "" when it accepts it.

    Args:
        message: the trajectory.
        joints: of the controller.
        now: the controller's time [s].
    """
    names, points = list(message.joint_names), message.points
    if len(names) != len(joints):
        return "joints on incoming trajectory don't match the controller joints"
    if not points:
        return "empty trajectory received"
    for name in names:
        if name not in joints:
            return f"incoming joint {name} doesn't match the controller's joints"
    if len(set(names)) < len(names):
        return "a joint is on the incoming trajectory twice"
    if any(abs(v) > EPSILON for v in points[-1].velocities):
        return "velocity of last trajectory point is not zero"
    start = seconds(message.header.stamp)
    if start != 0.0 and start + seconds(points[-1].time_from_start) < now:
        return f"trajectory with non-zero start time ({start}) that ends in the past"
    before = 0.0
    for i, point in enumerate(points):
        at = seconds(point.time_from_start)
        if i and at <= before:
            return f"time between points {i - 1} and {i} is not strictly increasing, it is {before} and {at}"
        before = at
        for field, may_be_empty in (("positions", False), ("velocities", True), ("accelerations", True)):
            values = getattr(point, field)
            if not (may_be_empty and not len(values)) and len(values) != len(names):
                return f"mismatch between joint_names ({len(names)}) and {field} ({len(values)}) at point {i}"
        if len(point.effort):
            return "effort without an effort command interface"
    return ""


class Point:
    """A state of the joints. Shapes (n,); velocity and acceleration may be missing."""

    def __init__(self, position: Array, velocity: Array | None = None, acceleration: Array | None = None) -> None:
        self.position, self.velocity, self.acceleration = position, velocity, acceleration


def between(ta: float, a: Point, tb: float, b: Point, t: float) -> Point:
    """`interpolate_between_points`: linear, cubic or quintic, by what both points say."""
    span, x = tb - ta, t - ta
    smooth = 0.0 <= x <= span
    x = min(max(x, 0.0), span)
    if not (smooth and a.velocity is not None and b.velocity is not None):
        slope = (b.position - a.position) / span if span else 0.0 * a.position
        return Point(a.position + slope * x, slope)
    p, v, q, w = a.position, a.velocity, b.position, b.velocity
    if not span:
        return Point(p, v, 0.0 * p)
    if a.acceleration is None or b.acceleration is None:
        c = [p, v, (3 * (q - p) - 2 * v * span - w * span) / span**2, (2 * (p - q) + (v + w) * span) / span**3]
    else:
        s, e = a.acceleration, b.acceleration
        c = [
            p, v, s / 2,
            (20 * (q - p) + (e - 3 * s) * span**2 - (12 * v + 8 * w) * span) / (2 * span**3),
            (30 * (p - q) + (3 * s - 2 * e) * span**2 + (16 * v + 14 * w) * span) / (2 * span**4),
            (12 * (q - p) + (e - s) * span**2 - 6 * (v + w) * span) / (2 * span**5),
        ]  # fmt: skip
    powers = x ** np.arange(len(c))
    position = np.tensordot(powers, c, 1)
    velocity = np.tensordot(powers[:-1], [k * c[k] for k in range(1, len(c))], 1)
    acceleration = np.tensordot(powers[:-2], [k * (k - 1) * c[k] for k in range(2, len(c))], 1)
    return Point(position, velocity, acceleration)


class TrajectoryController:
    """joint_trajectory_controller: the newest trajectory replaces the one before, and is sampled at every update.

    Args:
        joints: in its order. Length n.
        position: where the joints are, which is held until a trajectory comes. Shape (n,).
    """

    kind = JointTrajectory

    def __init__(self, joints: Sequence[str], position: Array) -> None:
        self.joints = list(joints)
        self._last, self._last_time = Point(position.copy(), np.zeros(len(joints))), None
        self._points: list[tuple[float, Point]] = []
        self._sampled = True

    def receive(self, message: JointTrajectory, now: float) -> str:
        """Take a message of the command topic; returns why it is rejected, "" when it is not."""
        reason = fault(message, self.joints, now)
        if reason:
            return reason
        order = [list(message.joint_names).index(name) for name in self.joints]
        start = seconds(message.header.stamp)

        def sorted_(values: Any) -> Array | None:
            return np.array(values)[order] if len(values) else None

        self._points = [
            (
                (start or now) + seconds(point.time_from_start),
                Point(np.array(point.positions)[order], sorted_(point.velocities), sorted_(point.accelerations)),
            )
            for point in message.points
        ]
        self._sampled = False
        return ""

    def update(self, now: float, period: float) -> Array:
        """The positions to write to the hardware, one period ahead as the original does [rad]. Shape (n,)."""
        if not self._points:
            return self._last.position
        if not self._sampled:
            self._sampled = True
            self._before = (now if self._last_time is None else self._last_time), self._last
            first, (t0, point) = self._points[0][1], self._before
            if first.acceleration is not None and point.acceleration is None:
                self._before = t0, Point(point.position, point.velocity, np.zeros(len(self.joints)))
        self._last, self._last_time = self._sample(now + period), now
        return self._last.position

    def _sample(self, t: float) -> Point:
        if t < self._points[0][0]:
            return between(*self._before, *self._points[0], t)
        for (ta, a), (tb, b) in pairwise(self._points):
            if ta <= t < tb:
                return between(ta, a, tb, b, t)
        end = self._points[-1][1]
        zero = np.zeros(len(self.joints))
        return Point(end.position, zero if end.velocity is None else end.velocity, end.acceleration)


class PositionController:
    """forward_command_controller of positions: the newest finite command of the right size is written as it is.

    Args:
        joints: in its order. Length n.
        position: where the joints are, which is held until a command comes. Shape (n,).
    """

    kind: Any = Float64MultiArray

    def __init__(self, joints: Sequence[str], position: Array) -> None:
        self.joints, self._command = list(joints), position.copy()

    def receive(self, message: Any, now: float) -> str:
        """Take a message of the command topic; returns why it is rejected, "" when it is not."""
        return self._take(message.data)

    def _take(self, positions: Sequence[float]) -> str:
        if len(positions) != len(self.joints):
            return f"command size ({len(positions)}) does not match number of interfaces ({len(self.joints)})"
        if not np.isfinite(positions).all():
            return "non-finite value received, dropping message"
        self._command = np.array(positions)
        return ""

    def update(self, now: float, period: float) -> Array:
        """The positions to write to the hardware [rad]. Shape (n,)."""
        return self._command


class JointCommandDriver(PositionController):
    """A driver that takes sensor_msgs/JointState commands, by name."""

    kind = JointState

    def receive(self, message: Any, now: float) -> str:
        """Take a message of the command topic; returns why it is rejected, "" when it is not."""
        if sorted(message.name) != sorted(self.joints) or len(message.position) != len(message.name):
            return f"joints {list(message.name)}, {len(message.position)} positions: not those of the driver"
        return self._take([message.position[list(message.name).index(name)] for name in self.joints])


CONTROLLERS: dict[str, Any] = {
    "joint_trajectory": TrajectoryController,
    "position": PositionController,
    "joint_state": JointCommandDriver,
}
"""Controller for each type that a robot's YAML may name."""
