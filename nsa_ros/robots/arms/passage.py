"""Ways of a robot with arms: motions by way of goals in a row, and whether bodies go into each other on them.

A way is looked at in steps; between two of them each end of a capsule is taken to go straight, which is true to some
millimetres, and only pairs that could come near on the step are looked at more closely.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.arms.arms import PERIOD
from nsa_ros.robots.capsules import Capsules, axes_apart
from nsa_ros.robots.description.robot import Robot

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

SHARE = 0.24
"""Share of the velocity limits at which ways are gone: what a follower may use that starts slowly, or a little less."""

RAMP = 0.1
"""Least time to come to that speed [s]."""

_STEP = 0.25
"""Longest step in which a way is looked at: angles of all joints added up [rad]."""

_FINGERS = 0.3
"""Weight of the joints of fingers, which move little, in that sum."""

_AT_ONCE = 24
"""Steps that are looked at together: where one is not free, the rest is spared."""

_PARTS = 6
"""Parts of a step, where something comes near on it."""

_BEND = 0.002
"""How much nearer than on the straight line the end of a capsule may come on its bent one [m]."""


class Leg(NamedTuple):
    """Part of a way, on a straight line of all joints but fingers that take longer than the arms: these come later.

    Attributes:
        goal: where it goes [rad]. Shape (n,).
        waits: whether it ends when all joints are there; else when those of the arms are.
    """

    goal: Array
    waits: bool = False


class Way(NamedTuple):
    """A motion.

    Attributes:
        poses: of every tick, from the start [rad]. Shape (k, n).
        legs: that it consists of.
        ticks: index of the pose at the end of each.
        arrivals: index of the pose where its arms are there.
    """

    poses: Array
    legs: tuple[Leg, ...] = ()
    ticks: tuple[int, ...] = ()
    arrivals: tuple[int, ...] = ()


class Passage:
    """Tells which ways are free.

    Attributes:
        pairs: of capsules that must stay apart. Shape (P, 2).
        fastest: speed of each joint on a way [rad/s]. Shape (n,).
        ramp: time to come to that speed, or from it to that of the way back, well within the limits of acceleration and
            jerk [s].

    Args:
        robot: the robot.
        capsules: of it.
        pairs: that must stay apart. Shape (P, 2).
        arms: where the joints of the arms are in the robot's q.
    """

    def __init__(self, robot: Robot, capsules: Capsules, pairs: Indices, arms: Indices) -> None:
        self.pairs = pairs
        self._capsules, self._kinematics = capsules, robot.kinematics
        self._arms = np.isin(np.arange(len(robot.joints)), arms)
        self._limits, self.fastest = robot.limits, SHARE * robot.limits.velocity
        limits = robot.limits
        quickest = np.maximum(4.0 * self.fastest / limits.acceleration, np.sqrt(15.0 * self.fastest / limits.jerk))
        self.ramp = PERIOD * int(np.ceil(max(RAMP, float(quickest.max())) / PERIOD))
        self._weight = np.where(self._arms, 1.0, _FINGERS)
        lengths = [np.linalg.norm(shape.end - shape.start) for shape in capsules.shapes]
        balls = capsules.radius + 0.5 * np.array(lengths)
        self._balls = balls[pairs].sum(axis=1)

    def distance(self, q: Array) -> Array:
        """Of the pairs in poses (..., n) [rad]. Shape (..., P) [m]."""
        return self._capsules.distances(self._kinematics.frames(q), self.pairs)

    def way(self, start: Array, velocity: Array, legs: Sequence[Leg]) -> Way:
        """The motion by way of some goals, at rest in each but the fingers that are not yet there.

        Args:
            start: where it begins [rad]. Shape (n,).
            velocity: there [rad/s]. Shape (n,).
            legs: it consists of.
        """
        poses, ticks, arrivals = [start[None]], [0], list[int]()
        for goal, waits in legs:
            begun, ramp = poses[-1][-1], self.ramp
            length = goal - begun - 0.5 * ramp * velocity
            lasting = np.maximum(np.abs(length) / self.fastest + ramp, 2.0 * ramp)
            arrived = float(lasting[self._arms].max(initial=2.0 * ramp))
            until = float(lasting.max()) if waits else arrived
            lasting = np.maximum(lasting, arrived)
            count = int(np.ceil(until / PERIOD))
            times = np.arange(1.0, count + 1.0)[:, None] * PERIOD
            fading = velocity * (np.minimum(times, ramp) - _risen(times, ramp))
            poses.append(begun + fading + length * _gone(np.minimum(times, lasting), lasting, ramp))
            velocity = (poses[-1][-1] - poses[-1][-2]) / PERIOD * ~self._arms
            velocity = np.where(np.abs(goal - poses[-1][-1]) < 1e-6, 0.0, velocity)
            arrivals.append(ticks[-1] + min(int(np.ceil(arrived / PERIOD)), count))
            ticks.append(ticks[-1] + count)
        motion = np.clip(np.concatenate(poses), self._limits.lower, self._limits.upper)
        return Way(motion, tuple(legs), tuple(ticks[1:]), tuple(arrivals))

    def free(self, way: Way, least: Array) -> bool:
        """Whether no pair comes nearer than its least distance on a way.

        Args:
            way: that may be gone.
            least: distance of the pairs [m]. Shape (P,).
        """
        length = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(way.poses, axis=0)) @ self._weight)])
        steps = np.linspace(0.0, length[-1], int(np.ceil(length[-1] / _STEP)) + 1)
        looked = np.unique([*np.searchsorted(length, steps[:-1]), *way.arrivals, *way.ticks])
        parts = range(0, len(looked) - 1, _AT_ONCE)
        return all(self._clear(way.poses[looked[i : i + _AT_ONCE + 1]], least) for i in parts)

    def _clear(self, course: Array, least: Array) -> bool:
        """Whether no pair comes nearer than its least distance in steps from pose to pose (k, n)."""
        ends = self._capsules.ends(self._kinematics.frames(course))
        between, radius = 0.5 * (ends[:-1] + ends[1:]), self._capsules.radius
        moved = 0.5 * np.sqrt(np.square(np.diff(ends, axis=0)).sum(axis=-1).max(axis=-1))
        steps, pairs = self._near(between, moved, least)
        first, second = self.pairs[pairs].T
        floor = least[pairs] + radius[first] + radius[second]
        closer = axes_apart(between[steps, first], between[steps, second])
        closer = closer - moved[steps, first] - moved[steps, second] < floor + _BEND
        steps, first, second, floor = steps[closer], first[closer], second[closer], floor[closer]
        share = np.linspace(0.0, 1.0, _PARTS + 1)[1:, None, None, None]
        mine, other = ((1.0 - share) * ends[steps, each] + share * ends[steps + 1, each] for each in (first, second))
        return bool((axes_apart(mine, other) >= floor).all())

    def _near(self, ends: Array, moved: Array, least: Array) -> tuple[Indices, Indices]:
        """Steps and pairs whose bounding balls come nearer on them than the least distance.

        Args:
            ends: in the middle of the steps [m]. Shape (k, C, 2, 3).
            moved: by how much they move to either side [m]. Shape (k, C).
            least: distance of the pairs [m]. Shape (P,).

        Returns:
            Each of shape (N,).
        """
        middles = 0.5 * ends.sum(axis=2)
        squares = np.square(middles).sum(axis=-1)
        apart = squares[:, :, None] + squares[:, None] - 2.0 * middles @ np.swapaxes(middles, -1, -2)
        first, second = self.pairs.T
        apart = apart.reshape(len(apart), -1).take(first * len(self._capsules) + second, axis=1)
        reach = self._balls + least + _BEND + moved.take(first, axis=1) + moved.take(second, axis=1)
        steps, pairs = np.nonzero(apart < np.square(np.maximum(reach, 0.0)))
        return steps, pairs


def _gone(times: Array, lasting: Array, ramp: float) -> Array:
    """Share of a way after some time, at a speed that rises and falls in ramps. (k, n), (n,) -> (k, n)."""
    steady = np.maximum(np.minimum(times, lasting - ramp) - ramp, 0.0)
    begun, ended = _risen(times, ramp), 0.5 * ramp - _risen(lasting - times, ramp)
    return np.asarray((begun + steady + ended) / (lasting - ramp))


def _risen(times: Array, ramp: float) -> Array:
    """Way after some time of a speed that rises to 1 in a smooth ramp."""
    share = np.clip(times / ramp, 0.0, 1.0)
    return np.asarray(ramp * share**3 * (1.0 - 0.5 * share))
