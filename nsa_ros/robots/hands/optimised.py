"""Hands that follow by optimisation: from the signer's fingers to their joints."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.hands.bodies import HandBodies
from nsa_ros.robots.hands.points import HandPoints
from nsa_ros.robots.hands.search import Search
from nsa_ros.robots.hands.solver import FIRM, SOFT, HandSolver
from nsa_ros.robots.motion.limits import MotionLimits

Array = NDArray[np.float64]

METHODS = {"optimise": SOFT, "search": FIRM}
"""Of hands, and how fingers are pushed out of each other."""


class OptimisedHands:
    """Those hands of a robot that follow by one of `METHODS`.

    Args:
        robot: with at least one such hand.
        method: which.
        mapped: which of the robot's driven joints have a row in the direct map. Shape (n,).

    Raises:
        NsaError: the robot's YAML names what the signer does not have.
    """

    def __init__(self, robot: Robot, method: str, mapped: NDArray[np.bool_]) -> None:
        own = replace(robot, hands={side: hand for side, hand in robot.hands.items() if hand.method == method})
        points = HandPoints(own)
        self._where = robot.indices(points.joints)
        limits = MotionLimits(*(limit[self._where] for limit in robot.limits))
        bodies = HandBodies(own, points)
        self._solver = HandSolver(points, bodies, limits, mapped[self._where], METHODS[method])
        firm = METHODS[method] is FIRM
        self._search = Search(self._solver, points, limits, robot.rest[self._where]) if firm else None

    def __call__(self, human: Array, previous: Array, guess: Array) -> Array:
        """Joints for the signer's fingers.

        Args:
            human: palm coordinates, as `HumanHands.points` gives them, finite [m]. Shape (2, 5, 4, 3).
            previous: the robot's driven joints of the frame before [rad]. Shape (n,).
            guess: the same, as the direct map or rest has them [rad]. Shape (n,).

        Returns:
            The guess with these hands' joints solved [rad]. Shape (n,).
        """
        goal, drawn, q = self._solver.goal(human), guess[self._where], guess.copy()
        found = self._solver.solve(goal, previous[self._where], drawn)
        q[self._where] = self._search(goal, found, drawn) if self._search else found
        return q
