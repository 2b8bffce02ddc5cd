"""The body of a robot as capsules: which may touch, how far apart they are, and how that changes with its joints."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.rotations import dot
from nsa_ros.robots.description.parts import Arm, Capsule, Finger
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.description.urdf import Urdf, frame_at_zero
from nsa_ros.robots.kinematics import Frames, Kinematics

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_SHORT = 0.01
"""Segments of an arm below this length [m] get no capsule: joints whose axes meet."""

_BREADTH = 0.015
"""Distance [m] below which capsules of neighbours are taken to belong to their joint."""

_PARALLEL = 1e-12


class Closest(NamedTuple):
    """Where pairs of capsules are closest.

    Attributes:
        distance: between their surfaces, below 0 where they go into each other [m]. Shape (..., P).
        normal: unit vector from the second to the first. Shape (..., P, 3).
        first: point on the axis of the first [m]. Shape (..., P, 3).
        second: point on the axis of the second [m]. Shape (..., P, 3).
    """

    distance: Array
    normal: Array
    first: Array
    second: Array


class Capsules:
    """The capsules of a robot and the pairs of them that may touch.

    Left out are pairs on links that do not move against each other, on links that the joints' limits keep apart, and
    pairs that touch in the rest pose: of neighbours in the tree (with no other capsule between them), which share a
    joint, those within a finger's breadth.

    Attributes:
        shapes: the capsules.
        radius: of each [m]. Shape (C,).
        links: index of the link that carries each in the kinematics' `links`. Shape (C,).
        pairs: indices of both capsules of each pair. Shape (P, 2).
        touching: pairs that are left out because they touch at rest though they share no joint, deepest first.
            Shape (T, 2).

    Args:
        kinematics: of the robot.
        shapes: its capsules.
        rest: pose of the driven joints in which nothing collides [rad]. Shape (n,).
        apart: pairs of links that never touch.
    """

    def __init__(
        self,
        kinematics: Kinematics,
        shapes: Sequence[Capsule],
        rest: ArrayLike,
        apart: Collection[tuple[str, str]] = (),
    ) -> None:
        self._kinematics = kinematics
        self.shapes = tuple(shapes)
        self.radius = np.array([shape.radius for shape in shapes], dtype=np.float64)
        self.links = np.array([kinematics.index(shape.link) for shape in shapes], dtype=np.intp)
        self._ends = np.array([[shape.start, shape.end] for shape in shapes], dtype=np.float64).reshape(-1, 2, 3)
        found = np.array(list(_pairs(kinematics, self.links, apart)), dtype=np.intp).reshape(-1, 3)
        pairs, neighbours = found[:, :2], found[:, 2] == 1
        distance = self.closest(kinematics.frames(rest), pairs).distance
        touching = (distance < 0.0) & ~neighbours
        self.touching: Indices = pairs[touching][np.argsort(distance[touching], kind="stable")]
        self.pairs: Indices = pairs[distance >= np.where(neighbours, _BREADTH, 0.0)]

    def __len__(self) -> int:
        return len(self.shapes)

    def name(self, pair: ArrayLike) -> str:
        """What is said of a pair: the links of both, or the link and number of capsules where a link carries many."""
        return " and ".join(self.shapes[int(i)].link for i in np.asarray(pair))

    def ends(self, frames: Frames) -> Array:
        """Both ends of each axis in the root's frame [m]. Shape (..., C, 2, 3)."""
        rotations, positions = frames.rotations[..., self.links, :, :], frames.positions[..., self.links, :]
        return np.asarray(self._ends @ np.swapaxes(rotations, -1, -2) + positions[..., None, :])

    def closest(self, frames: Frames, pairs: Indices | None = None) -> Closest:
        """Distances of pairs of capsules.

        Args:
            frames: of one pose or of many.
            pairs: of capsules, shape (P, 2); `self.pairs` when left out.
        """
        pairs = self.pairs if pairs is None else pairs
        return closest(self.ends(frames), self.radius, pairs)

    def distances(self, frames: Frames, pairs: Indices) -> Array:
        """Distances alone, as `closest` gives them [m]. Shape (..., P)."""
        return distances(self.ends(frames), self.radius, pairs)

    def gradient(self, frames: Frames, found: Closest, pairs: Indices | None = None) -> Array:
        """How the distances change with the driven joints, of one pose [m/rad]. Shape (P, n)."""
        pairs = self.pairs if pairs is None else pairs
        first = self._kinematics.jacobian(frames, self.links[pairs[:, 0]], found.first)
        second = self._kinematics.jacobian(frames, self.links[pairs[:, 1]], found.second)
        return np.asarray((found.normal[:, None] @ (first - second))[:, 0])


def closest(ends: Array, radius: Array, pairs: Indices) -> Closest:
    """Distances of pairs of capsules (Ericson, "Real-Time Collision Detection", 2005, 5.1.9).

    Args:
        ends: of the axes [m]. Shape (..., C, 2, 3).
        radius: [m]. Shape (C,).
        pairs: indices of both capsules. Shape (P, 2).
    """
    i, j = pairs.T
    first, second = _nearest(ends[..., i, :, :], ends[..., j, :, :])
    apart = first - second
    length = np.sqrt(dot(apart, apart))
    crossing = length < 1e-9
    if crossing.any():
        middles = ends.mean(axis=-2)
        between = middles[..., i, :] - middles[..., j, :] + np.array([0.0, 0.0, 1e-6])
        apart = np.where(crossing[..., None], between, apart)
    normal = apart / np.maximum(np.sqrt(dot(apart, apart)), 1e-12)[..., None]
    return Closest(length - radius[i] - radius[j], normal, first, second)


def distances(ends: Array, radius: Array, pairs: Indices) -> Array:
    """Distances alone, as `closest` gives them [m]. Shape (..., P)."""
    i, j = pairs.T
    return np.asarray(axes_apart(ends[..., i, :, :], ends[..., j, :, :]) - radius[i] - radius[j])


def axes_apart(first: Array, second: Array) -> Array:
    """Distances between line segments by their ends [m]. (..., P, 2, 3), (..., P, 2, 3) -> (..., P)."""
    a, b = _nearest(first, second)
    apart = a - b
    return np.asarray(np.sqrt(dot(apart, apart)))


def _nearest(first: Array, second: Array) -> tuple[Array, Array]:
    """The points of line segments that are nearest to each other. Shapes (..., P, 3)."""
    a, b = first[..., 0, :], second[..., 0, :]
    u, v, w = first[..., 1, :] - a, second[..., 1, :] - b, a - b
    uu, vv, uv, uw, vw = dot(u, u), dot(v, v), dot(u, v), dot(u, w), dot(v, w)
    s = _unit_clip((uv * vw - vv * uw) / np.maximum(uu * vv - uv * uv, _PARALLEL))
    t = _unit_clip((uv * s + vw) / np.maximum(vv, _PARALLEL))
    s = _unit_clip((uv * t - uw) / np.maximum(uu, _PARALLEL))
    return a + s[..., None] * u, b + t[..., None] * v


def robot_capsules(robot: Robot) -> Capsules:
    """All capsules of a robot: those of its YAML, and those of its arms and fingers, which follow from their points.

    Links of an arm with one other between them are taken to be kept apart by its joints' limits, as elbows are built.
    """
    shapes, apart = list(robot.capsules), list[tuple[str, str]]()
    for side, arm in robot.arms.items():
        hand = robot.hands.get(side)
        found = arm_capsules(robot.urdf, arm, hand.palm if hand else arm.wrist)
        shapes += found
        apart += [(first.link, second.link) for first, second in zip(found, found[2:], strict=False)]
    for hand in robot.hands.values():
        for finger in hand.fingers:
            shapes += finger_capsules(robot.urdf, finger, hand.radius)
    return Capsules(robot.kinematics, shapes, robot.rest, apart)


def arm_capsules(urdf: Urdf, arm: Arm, palm: str) -> list[Capsule]:
    """One capsule from each joint of an arm to the next, and from the last to the palm link's origin."""
    shapes = []
    for joint in urdf.chain(arm.base, palm)[1:]:
        if np.linalg.norm(joint.position) > _SHORT:
            shapes.append(Capsule(joint.parent, np.zeros(3), joint.position, arm.radius))
    return shapes


def finger_capsules(urdf: Urdf, finger: Finger, radius: float) -> list[Capsule]:
    """One capsule from each point of a finger to the next one farther out, on the link whose joint carries the latter.

    The last one is shortened by the radius, so that its end is where the tip is.
    """
    shapes = []
    points = list(finger.points.values())
    for inner, outer in pairwise(points):
        chain = urdf.chain(inner.link, outer.link)
        moving = [joint.parent for joint in chain if joint.moves]
        link = moving[-1] if moving else inner.link
        shift, turn = frame_at_zero(urdf.chain(inner.link, link))
        start = turn.T @ (inner.at - shift)
        shift, turn = frame_at_zero(urdf.chain(link, outer.link))
        bone = turn @ outer.at + shift - start
        length = float(np.linalg.norm(bone))
        if outer is points[-1] and length > radius:
            bone = bone * (1.0 - radius / length)
        if length > _SHORT / 10:
            shapes.append(Capsule(link, start, start + bone, radius))
    return shapes


def _pairs(
    kinematics: Kinematics, links: Indices, apart: Collection[tuple[str, str]]
) -> Iterator[tuple[int, int, bool]]:
    """Pairs of capsules that move against each other, and 1 if they are neighbours, else 0."""
    never = {*apart, *((second, first) for first, second in apart)}
    urdf, names = kinematics.urdf, kinematics.links
    gain = kinematics.values(np.eye(len(kinematics))) - kinematics.values(np.zeros(len(kinematics)))
    moving = {names[joint + 1] for joint in np.flatnonzero(gain.any(axis=0))}
    body: dict[str, str] = {}
    for link in names:
        body[link] = link if link == urdf.links[0] or link in moving else body[urdf.carrier[link].parent]
    bodies = [body[names[link]] for link in links]
    solid, inner = set(bodies), dict[str, str]()
    for link in solid:
        below = link
        while below != urdf.links[0]:
            below = body[urdf.carrier[below].parent]
            if below in solid:
                inner[link] = below
                break
    for i, first in enumerate(bodies):
        for j in range(i + 1, len(bodies)):
            second = bodies[j]
            if first != second and (names[links[i]], names[links[j]]) not in never:
                yield i, j, inner.get(first) == second or inner.get(second) == first


def _unit_clip(values: Array) -> Array:
    return np.asarray(np.minimum(np.maximum(values, 0.0), 1.0))
