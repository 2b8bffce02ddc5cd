"""How deep the fingers of a robot's hands are in each other and in their palms."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.capsules import Capsules, closest, distances, finger_capsules
from nsa_ros.robots.description.parts import Capsule
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.hands.points import HandPoints
from nsa_ros.robots.human import SIDES
from nsa_ros.robots.kinematics import Frames

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

SQUEEZE = 0.003
"""Depth up to which fingers only touch [m]: their pads give way."""

REACH = 0.02
"""Distance from which fingers do not come to touch within a frame [m]."""


class Depths(NamedTuple):
    """How deep fingers are in each other.

    Attributes:
        depth: beyond `SQUEEZE`, of pairs that are deeper [m]. Shape (D,).
        deeper: how it changes with the hands' joints [m/rad]. Shape (D, m).
        near: pairs that may come to touch within a frame. Shape (N, 2).
    """

    depth: Array
    deeper: Array
    near: Indices


class HandBodies:
    """The fingers and palms of a robot's hands as capsules; each hand alone.

    Attributes:
        kinematics: of the hands.
        capsules: all of them.
        fingers: index in `points.fingers` of the finger that each capsule belongs to, -1 for palms. Shape (C,).
        pairs: those that may touch, of one hand each. Shape (P, 2).
        sides: index in `human.SIDES` of the hand of each pair. Shape (P,).

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
        self.sides: Indices = np.array([SIDES.index(sides[first]) for first, _ in self.pairs], dtype=np.intp)

    def depth(self, frames: Frames) -> Array:
        """How deep each pair is in each other beyond `SQUEEZE`, 0 where it is not [m]. Shape (..., P)."""
        return np.asarray(np.maximum(-SQUEEZE - self.capsules.distances(frames, self.pairs), 0.0))

    def depths(self, frames: Frames, pairs: Indices) -> Depths:
        """How deep pairs are in each other beyond `SQUEEZE`, of those that are.

        Args:
            frames: of one pose of `points.kinematics`.
            pairs: of `self.pairs`. Shape (P, 2).
        """
        ends, radius = self.capsules.ends(frames), self.capsules.radius
        distance = distances(ends, radius, pairs)
        deep = pairs[distance < -SQUEEZE]
        found = closest(ends, radius, deep)
        points = np.concatenate([found.first, found.second])
        moves = self.kinematics.jacobian(frames, self.capsules.links[deep.T.ravel()], points)
        apart = moves[: len(deep)] - moves[len(deep) :]
        deeper = -np.einsum("pi,pin->pn", found.normal, apart)
        return Depths(-SQUEEZE - found.distance, deeper, pairs[distance < REACH])
