"""Another place for a thumb, looked for while the hand follows.

Gauss-Newton steps go downhill from the frame before. Where fingers do not go through each other, a thumb that is under
them stays there, though it may be nearer to what the signer shows in front of them. So beside the joints that follow,
others go downhill from somewhere else: the thumb anywhere, fingers half way to rest. After `TRIED` frames they take
over where they are better, each hand for itself, and the next are tried.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.hands.points import HandPoints
from nsa_ros.robots.hands.solver import Goal, HandSolver
from nsa_ros.robots.motion.limits import MotionLimits

Array = NDArray[np.float64]

TRIED = 12
"""Frames, each with one Gauss-Newton step."""

BETTER = 0.1
"""By how much less the sum of squares must be [-]: the robot needs time to go there."""

_INERTIA = 0.2
_OPENED = 0.5


class Search:
    """Joints that follow, and may jump to better ones.

    Args:
        solver: of the hands.
        points: of the same hands.
        limits: of the joints `points.joints`.
        rest: of the same joints [rad]. Shape (m,).
    """

    def __init__(self, solver: HandSolver, points: HandPoints, limits: MotionLimits, rest: Array) -> None:
        self._solver, self._limits, self._rest = solver, limits, rest
        self._of_thumb = points.moved[points.thumbs].any(axis=0)
        self._rng = np.random.default_rng(0)
        self._tried, self._other = TRIED, rest

    def __call__(self, goal: Goal, q: Array, guess: Array) -> Array:
        """The better of two sets of joints, hand by hand.

        Args:
            goal: what the signer's hands ask for.
            q: joints that follow them [rad]. Shape (m,).
            guess: what joints are drawn to [rad]. Shape (m,).
        """
        if self._tried == TRIED:
            anywhere = self._rng.uniform(self._limits.lower, self._limits.upper)
            self._other = np.where(self._of_thumb, anywhere, q + _OPENED * (self._rest - q))
            self._tried = 0
        self._other = self._solver.solve(goal, self._other, guess, steps=1, inertia=_INERTIA)
        self._tried += 1
        if self._tried < TRIED:
            return q
        better = self._solver.costs(goal, self._other, guess) < self._solver.costs(goal, q, guess) - BETTER
        return np.where(better[self._solver.sides], self._other, q)
