"""The shape of a robot as far as its YAML tells it: capsules along fingers, palms, arms and body.

A URDF without its meshes shows nothing and touches nothing. Its fingers' points, its arms' links and the capsules of
its YAML say enough for both.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.capsules import arm_capsules, finger_capsules
from nsa_ros.robots.description.parts import Capsule, Hand, Point
from nsa_ros.robots.description.robot import Robot

Array = NDArray[np.float64]

_PALM = 0.011
"""Least radius of a palm's bars [m]."""


class Segment(NamedTuple):
    """A bar of the robot.

    Attributes:
        link: that carries it.
        start: of its axis in the link's frame [m]. Shape (3,).
        end: of its axis [m]. Shape (3,).
        radius: [m].
        part: `finger`, `tip` (the last bar of a finger), `palm`, `arm` or `body`.
        name: of the finger; the side of palms and arms; empty for the body.
        side: of the hand or arm; empty for the body.
    """

    link: str
    start: Array
    end: Array
    radius: float
    part: str
    name: str
    side: str

    @property
    def length(self) -> float:
        """Of its axis [m]."""
        return float(np.linalg.norm(self.end - self.start))


def segments(robot: Robot) -> tuple[Segment, ...]:
    """All bars of a robot."""
    palms = {hand.palm: side for side, hand in robot.hands.items()}
    palms_given = {palms[capsule.link] for capsule in robot.capsules if capsule.link in palms}
    bars = []
    for capsule in robot.capsules:
        side = palms.get(capsule.link, "")
        bars.append(Segment(*_fields(capsule), "palm" if side else "body", side, side))
    for side, arm in robot.arms.items():
        end = robot.hands[side].palm if side in robot.hands else arm.wrist
        bars += [Segment(*_fields(capsule), "arm", side, side) for capsule in arm_capsules(robot.urdf, arm, end)]
    for side, hand in robot.hands.items():
        if side not in palms_given:
            bars += palm_bars(robot, hand)
        for finger in hand.fingers:
            chain = finger_capsules(robot.urdf, finger, hand.radius)
            parts = ["finger"] * (len(chain) - 1) + ["tip"]
            bars += [Segment(*_fields(c), part, finger.name, side) for c, part in zip(chain, parts, strict=True)]
    return tuple(bars)


def _fields(capsule: Capsule) -> tuple[str, Array, Array, float]:
    return capsule.link, capsule.start, capsule.end, capsule.radius


def palm_bars(robot: Robot, hand: Hand) -> list[Segment]:
    """A palm of which the YAML tells nothing: bars from the wrist to each knuckle.

    The wrist is where the palm's link begins, or below the thumb. Nothing where the fingers begin at the wrist.
    """
    firsts = {finger.name: _in_palm(robot, hand, next(iter(finger.points.values()))) for finger in hand.fingers}
    thumb = firsts.get("thumb")
    knuckles = [point for name, point in firsts.items() if name != "thumb"]
    low = min(0.0, float(thumb[0]) - 0.03) if thumb is not None else 0.0
    if not knuckles or min(point[0] for point in knuckles) - low < 0.02:
        return []
    radius = max(hand.radius, _PALM)
    middle = np.mean([point[2] for point in knuckles], axis=0)
    ends = []
    steps = [np.linspace(a, b, 2 + int(np.linalg.norm(b - a) / (1.6 * radius)))[:-1] for a, b in pairwise(knuckles)]
    for point in np.concatenate([*steps, knuckles[-1:]]):
        top = point - np.array([radius, 0.0, 0.0])
        ends.append((np.array([low + radius, point[1], middle + 0.75 * (point[2] - middle)]), top))
    if thumb is not None:
        level = np.array([low + 0.5 * (thumb[0] - low), np.mean([p[1] for p in knuckles]), middle])
        ends.append((level, thumb))
    return [Segment(hand.palm, a @ hand.axes, b @ hand.axes, radius, "palm", hand.side, hand.side) for a, b in ends]


def _in_palm(robot: Robot, hand: Hand, point: Point) -> Array:
    """A point at rest, along the palm's axes from its link's origin [m]. Shape (3,)."""
    positions, rotations = robot.kinematics.frames(robot.rest)
    own, palm = robot.kinematics.index(point.link), robot.kinematics.index(hand.palm)
    world = positions[own] + rotations[own] @ point.at
    return np.asarray((world - positions[palm]) @ rotations[palm] @ hand.axes.T)
