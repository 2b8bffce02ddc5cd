"""How deep the fingers of a robot's hands are in each other and in their palms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.capsules import Capsules, finger_capsules
from nsa_ros.robots.description.parts import Capsule
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.hands.points import HandPoints
from nsa_ros.robots.kinematics import Frames

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

SQUEEZE = 0.003
"""Depth up to which fingers only touch [m]: their pads give way."""

REACH = 0.02
"""Distance from which fingers do not come to touch within a frame [m]."""


class HandBodies:
    """The fingers and palms of a robot's hands as capsules; each hand alone.

    Attributes:
        kinematics: of the hands.
        capsules: all of them.
        fingers: index in `points.fingers` of the finger that each capsule belongs to, -1 for palms. Shape (C,).
        pairs: those that may touch, of one hand each. Shape (P, 2).

    Args:
        robot: whose hands.
        points: of its hands.
    """

    def __init__(self, robot: Robot, points: HandPoints) -> None:
        shapes, sides, fingers = list[Capsule](), list[str](), list[int]()
        for side, hand in robot.hands.items():
            palm = [shape for shape in robot.capsules if shape.link == hand.palm]
            shapes += palm
            sides += [side] * len(palm)
            fingers += [-1] * len(palm)
        for index, (side, finger) in enumerate(points.fingers):
            bones = finger_capsules(robot.urdf, finger, robot.hands[side].radius)
            shapes += bones
            sides += [side] * len(bones)
            fingers += [index] * len(bones)
        self.kinematics = points.kinematics
        self.capsules = Capsules(points.kinematics, shapes, robot.rest[robot.indices(points.joints)])
        self.fingers: Indices = np.array(fingers, dtype=np.intp)
        pairs = self.capsules.pairs
        self.pairs: Indices = pairs[[sides[first] == sides[second] for first, second in pairs]]

    def near(self, frames: Frames) -> Indices:
        """Those pairs of capsules that may come to touch within a frame, at most `REACH` apart. Shape (P, 2)."""
        return self.pairs[self.capsules.closest(frames, self.pairs).distance < REACH]

    def depths(self, frames: Frames, pairs: Indices) -> tuple[Array, Array]:
        """Depths beyond `SQUEEZE` of those of some pairs that are deeper, and how they change with the hands' joints.

        Args:
            frames: of one pose of `points.kinematics`.
            pairs: as `near` gives them.

        Returns:
            [m], shape (D,), and [m/rad], shape (D, m).
        """
        found = self.capsules.closest(frames, pairs)
        deep = np.flatnonzero(found.distance < -SQUEEZE)
        distance, normal, first, second = (value[deep] for value in found)
        links = self.capsules.links[pairs[deep]].T.ravel()
        moves = self.kinematics.jacobian(frames, links, np.concatenate([first, second]))
        apart = moves[: len(deep)] - moves[len(deep) :]
        return -SQUEEZE - distance, -np.einsum("pi,pin->pn", normal, apart)
