"""Fingers make way for a thumb that has to get past them.

Retargeting says where fingers end, not how they come there. When the thumb goes from one side of a finger to the other,
as from L under the fingers of M, and the fingers are curled before it comes, it meets them and stays outside. So the
way of the thumb is looked along from where it *is*, in a straight line of its joints: fingers in which it would be on
that way, deeper than at its end, are opened as little as clears it; the thumb waits while they are in its way now, and
they close when it is past.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.capsules import closest
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.hands.bodies import HandBodies
from nsa_ros.robots.hands.points import HandPoints
from nsa_ros.robots.human import POINTS

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

_MOVES = 1e-6


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
        self._bodies = HandBodies(robot, points)
        self._lower, self._upper = robot.limits.lower[self._where], robot.limits.upper[self._where]
        _, frames, given = points.at((self._lower + self._upper) / 2)
        moves = points.jacobian(frames, given).reshape(len(points.fingers), len(POINTS) * 3, -1)
        moved = np.asarray((np.abs(moves) > _MOVES).any(axis=1))
        thumbs = np.array([finger.name == "thumb" for _, finger in points.fingers])
        self._thumb: Flags = moved[thumbs].any(axis=0)
        self._moved: Flags = moved & ~self._thumb & ~thumbs[:, None]
        first, second = self._bodies.fingers[self._bodies.pairs].T
        across = (first >= 0) & (second >= 0) & (thumbs[first] != thumbs[second])
        finger = np.where(thumbs[first], second, first)
        rows = np.flatnonzero(across)[np.argsort(finger[across], kind="stable")]
        self._pairs = self._bodies.pairs[rows]
        self._of_thumb = thumbs[self._bodies.fingers] & (self._bodies.fingers >= 0)
        self._met, self._starts = np.unique(finger[rows], return_index=True)

    def __call__(self, goal: Array, measured: Array) -> Array:
        """The next goal.

        Args:
            goal: where the driven joints are to go [rad]. Shape (n,).
            measured: where they are [rad]. Shape (n,).
        """
        there, here = goal[self._where], measured[self._where]
        if not (np.abs(there - here)[self._thumb] > STAYS).any() or not len(self._met):
            return goal
        share = np.linspace(0.0, 1.0, PLACES)[:, None]
        way = self._ends(np.where(self._thumb, here + share * (there - here), there))
        now, then = self._barred(way, np.stack([here, there]))
        barred = now | then
        if not barred.any():
            return goal
        opened = barred @ self._moved > 0
        fingers = there + np.where(opened, OPENED[:, None] * (self._straight - there), 0.0)
        clear = ~self._barred(way, fingers)[:, barred].any(axis=1)
        if not clear.any():
            return goal
        following, opened = goal.copy(), fingers[clear.argmax()]
        waiting = np.where(self._thumb, here, opened) if now.any() else opened
        following[self._where] = np.clip(waiting, self._lower, self._upper)
        return following

    def _ends(self, q: Array) -> Array:
        """Both ends of each capsule for joints (k, m) [m]. Shape (k, C, 2, 3)."""
        return self._bodies.capsules.ends(self._bodies.kinematics.frames(q))

    def _barred(self, way: Array, fingers: Array) -> Flags:
        """Which fingers the thumb would be in on its way.

        Args:
            way: ends of the capsules at places on it, of which the thumb's count [m]. Shape (s, C, 2, 3).
            fingers: joints of which the other fingers' count, as they may stand [rad]. Shape (k, m).

        Returns:
            Shape (k, N).
        """
        ends = np.where(self._of_thumb[:, None, None], way, self._ends(fingers)[:, None])
        distance = closest(ends, self._bodies.capsules.radius, self._pairs).distance
        nearest = np.minimum.reduceat(distance, self._starts, axis=-1)
        barred = np.zeros((len(fingers), len(self._moved)), dtype=np.bool_)
        barred[:, self._met] = nearest.min(axis=1) < np.minimum(nearest[:, -1], 0.0) - DEEP
        return barred
