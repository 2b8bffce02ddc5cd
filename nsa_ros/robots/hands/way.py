"""Fingers make way for a thumb that has to get past them.

Retargeting says where fingers end, not how they come there. When the thumb goes from one side of a finger to the other,
as from L under the fingers of M, and the fingers are curled before it comes, it meets them and stays outside. So the
way of the thumb is looked along from where it *is*, in a straight line of its joints: fingers in which it would be on
that way, deeper than at its end, are opened as little as clears it; the thumb waits while they are in its way now, and
they close when it is past.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.capsules import Capsules, axes_apart
from nsa_ros.robots.description.parts import Capsule
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.hands.bodies import HandBodies
from nsa_ros.robots.hands.points import HandPoints
from nsa_ros.robots.kinematics import Kinematics

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

DEEP = 0.004
"""How much deeper than at the end of the way the thumb may be in a finger [m]: pads give way."""

STAYS = 0.05
"""A thumb none of whose joints has farther to go is not under way [rad]."""

PLACES = 16
"""On the way that are looked at."""

OPENED = np.array([0.25, 0.5, 0.75, 1.0])
"""How far a finger may open, from where it is to go to straight: the first that clears the way."""


_SHARES = np.linspace(0.0, 1.0, PLACES)[:, None]


class MakeWay:
    """The next goal of a robot's hand, on its way to a pose.

    Args:
        robot: with one hand, which has a thumb and another finger.
        straight: driven joints with all fingers straight [rad]. Shape (n,).
    """

    def __init__(self, robot: Robot, straight: Array) -> None:
        points = HandPoints(robot)
        self._where = robot.indices(points.joints)
        self._straight = straight[self._where]
        self._lower, self._upper = robot.limits.lower[self._where], robot.limits.upper[self._where]
        thumbs = points.thumbs
        self._thumb: Flags = points.moved[thumbs].any(axis=0)
        self._moved: Flags = points.moved & ~self._thumb & ~thumbs[:, None]
        bodies = HandBodies(robot, points)
        of_thumb = thumbs[bodies.fingers] & (bodies.fingers >= 0)
        pairs = bodies.pairs[of_thumb[bodies.pairs].sum(axis=1) == 1]
        pairs = np.where(of_thumb[pairs[:, :1]], pairs, pairs[:, ::-1])
        pairs = pairs[bodies.fingers[pairs[:, 1]] >= 0]
        pairs = pairs[np.argsort(bodies.fingers[pairs[:, 1]], kind="stable")]
        self._meets = bodies.fingers[pairs[:, 1]]
        self._met = np.unique(self._meets)
        self._every = np.ones(len(points.fingers), dtype=np.bool_)
        own, others = (np.unique(column) for column in pairs.T)
        self._pairs = np.stack([np.searchsorted(own, pairs[:, 0]), np.searchsorted(others, pairs[:, 1])], axis=1)
        self._touch = bodies.capsules.radius[pairs].sum(axis=1)
        self._thumbs, self._others = (
            _Shapes(robot, points, [bodies.capsules.shapes[i] for i in each]) for each in (own, others)
        )

    def __call__(self, goal: Array, measured: Array) -> Array:
        """The next goal.

        Args:
            goal: where the driven joints are to go [rad]. Shape (n,).
            measured: where they are [rad]. Shape (n,).
        """
        there, here = goal[self._where], measured[self._where]
        if not (np.abs(there - here)[self._thumb] > STAYS).any() or not len(self._pairs):
            return goal
        way = self._thumbs.ends(here + _SHARES * (there - here))
        now, then = self._barred(way, np.stack([here, there]), self._every)
        barred = now | then
        if not barred.any():
            return goal
        opened = barred @ self._moved > 0
        fingers = there + np.where(opened, OPENED[:, None] * (self._straight - there), 0.0)
        clear = ~self._barred(way, fingers, barred).any(axis=1)
        if not clear.any():
            return goal
        following, opened = goal.copy(), fingers[clear.argmax()]
        waiting = np.where(self._thumb, here, opened) if now.any() else opened
        following[self._where] = np.clip(waiting, self._lower, self._upper)
        return following

    def _barred(self, way: Array, fingers: Array, which: Flags) -> Flags:
        """Which fingers the thumb would be in on its way.

        Args:
            way: ends of the thumb's capsules at places on it [m]. Shape (s, T, 2, 3).
            fingers: joints of which the other fingers' count, as they may stand [rad]. Shape (k, m).
            which: fingers that are looked at. Shape (N,).

        Returns:
            Shape (k, N).
        """
        met, looked = self._met[which[self._met]], which[self._meets]
        starts, (mine, other) = np.searchsorted(self._meets[looked], met), self._pairs[looked].T
        distance = axes_apart(way[:, mine], self._others.ends(fingers)[:, None, other]) - self._touch[looked]
        nearest = np.minimum.reduceat(distance, starts, axis=-1)
        barred = np.zeros((len(fingers), len(which)), dtype=np.bool_)
        barred[:, met] = nearest.min(axis=1) < np.minimum(nearest[:, -1], 0.0) - DEEP
        return barred


class _Shapes:
    """Some capsules of a hand, and the links that carry them alone."""

    def __init__(self, robot: Robot, points: HandPoints, shapes: Sequence[Capsule]) -> None:
        tree = points.kinematics
        self._kinematics = Kinematics(tree.urdf, tree.joints, [shape.link for shape in shapes], robot.fixed)
        self._capsules = Capsules(self._kinematics, shapes, robot.rest[robot.indices(points.joints)])

    def ends(self, q: Array) -> Array:
        """Both ends of each axis for joints (k, m) [m]. Shape (k, C, 2, 3)."""
        return self._capsules.ends(self._kinematics.frames(q))
