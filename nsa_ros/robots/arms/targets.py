"""The signer's arms as what a robot's are compared with: palms, points of the hands and upper arms about the chest.

Everything is given in the frame of the chest (`spine3`) with the axes of a robot's torso (REP 103: x forward, y to the
left, z up), from the middle between the shoulders, so that the signer's lean and turn do not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.face import eye_midpoint
from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import Skeleton, joint_index
from nsa_ros.robots.human import FINGERS, PALM_AXES, SIDES, HumanHands

Array = NDArray[np.float64]

TO_ROS = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
"""From SMPL-X axes (x left, y up, z forward) to those of REP 103."""

REACHING = 0.15
"""How far a hand is from the face or from the other hand when its fingers begin to count instead of its palm [m]."""

_TOUCHING = 0.03
"""How much farther away a finger is than the nearest one when it counts 1/e of that [m]."""

PALM = 0.5
"""Where the middle of the palm is, from the wrist to the knuckles."""

_HEAD = np.array([[0.0, 0.02, -0.075, 0.088], [0.0, -0.05, -0.055, 0.068]])
"""Skull and jaw as balls: middle from between the eyes and radius, for the shipped figure [m]."""


class Signed(NamedTuple):
    """What A arms do.

    Attributes:
        palms: distal, palmar and radial (columns) of each palm. Shape (A, 3, 3).
        points: of each hand: middle of the palm, five fingertips, five `pip` points [m]. Shape (A, 11, 3).
        weights: which of these points matter, sum 1: those that touch, else the palm. Shape (A, 11).
        upper: unit vectors along the upper arms. Shape (A, 3).
        face: between the eyes [m]. Shape (3,).
        near: how near each hand is to the face, 1 where it touches. Shape (A,).
    """

    palms: Array
    points: Array
    weights: Array
    upper: Array
    face: Array
    near: Array


class SignedArms:
    """The arms of a figure.

    Attributes:
        length: shoulder to the middle of the palm of the straight arm [m].

    Args:
        skeleton: the rest figure.
        sides: of the arms that are wanted.
    """

    def __init__(self, skeleton: Skeleton, sides: Sequence[str]) -> None:
        arms = [[joint_index(f"{s}_{j}") for j in ("collar", "shoulder", "elbow", "wrist")] for s in sides]
        self._joints = np.array([*np.ravel(arms), joint_index("neck"), joint_index("head")])
        self._hands = HumanHands(skeleton)
        self._which = [SIDES.index(side) for side in sides]
        rest, chest = skeleton.rest, skeleton.rest[joint_index("spine3")]
        self._offsets = np.array([np.diff(rest[arm], axis=0, prepend=chest[None]) for arm in arms])
        self._neck = rest[joint_index("neck")] - chest
        self._head = rest[joint_index("head")] - rest[joint_index("neck")]
        self._eyes = eye_midpoint(skeleton)[0] - rest[joint_index("head")]
        self._balls = self._eyes + eye_midpoint(skeleton)[1] * _HEAD[:, :3]
        self._radii = eye_midpoint(skeleton)[1] * _HEAD[:, 3]
        self._axes = np.stack([PALM_AXES[side].T for side in sides])
        shoulders = np.array([rest[arm[1]] for arm in arms]) - chest
        self._middle = shoulders.mean(axis=0)
        bones = np.linalg.norm(self._offsets[:, 2:], axis=-1)
        palms = PALM * np.linalg.norm(self._hands.knuckles[self._which, 1:].mean(axis=1), axis=-1)
        self.length = float((bones.sum(axis=1) + palms).mean())

    def __call__(self, poses: ArrayLike) -> Signed:
        """What the arms do in one frame.

        Args:
            poses: axis-angle of the 55 joints [rad]. Shape (55, 3).
        """
        poses = np.asarray(poses, dtype=np.float64)
        local = rotvec_to_matrix(poses[self._joints])
        turns, (neck, head) = local[:-2].reshape(-1, 4, 3, 3), local[-2:]
        turned, joints = np.broadcast_to(np.eye(3), (len(turns), 3, 3)), []
        at = np.zeros((len(turns), 3)) - self._middle
        for i in range(4):
            at = at + (turned @ self._offsets[:, i, :, None])[..., 0]
            turned = turned @ turns[:, i]
            joints.append(at)
        palms = turned @ self._axes
        fingers = self._hands.points(poses)[self._which]
        palm = PALM * fingers[:, 1:, 0].mean(axis=1)
        points = np.concatenate([palm[:, None], fingers[:, :, 3], fingers[:, :, 1]], axis=1)
        points = joints[3][:, None] + points @ np.swapaxes(palms, -1, -2)
        carrier, root = neck @ head, self._neck - self._middle + neck @ self._head
        face, balls = root + carrier @ self._eyes, root + self._balls @ carrier.T
        apart = np.linalg.norm(points[..., None, :] - balls, axis=-1) - self._radii
        weights, near = _weights(points, apart.min(axis=-1))
        upper = joints[2] - joints[1]
        upper = upper / np.linalg.norm(upper, axis=-1, keepdims=True)
        return Signed(TO_ROS @ palms, points @ TO_ROS.T, weights, upper @ TO_ROS.T, TO_ROS @ face, near)


def _weights(points: Array, from_head: Array) -> tuple[Array, Array]:
    """Weights of the points of the hands by how near they are to head or other hand, and nearness to the head.

    How much the palm counts depends on the distance of the nearest point alone, and among the others their differences
    count: they hardly change when a hand comes near, however fast.
    """
    apart = from_head
    if len(points) == 2:
        between = points[0][:, None] - points[1][None]
        between = np.sqrt(np.einsum("ijk,ijk->ij", between, between))
        apart = np.minimum(apart, np.stack([between.min(axis=1), between.min(axis=0)]))
    least = apart.min(axis=1, keepdims=True)
    shares = np.exp((least - apart) / _TOUCHING)
    weights = _nearness(least) * shares / shares.sum(axis=1, keepdims=True)
    weights[:, 0] += 1.0 - weights.sum(axis=1)
    return weights, _nearness(from_head.min(axis=1))


def _nearness(distance: Array) -> Array:
    """1 for what touches, down to 0 for what is out of reach [m]."""
    return np.exp(-np.square(np.maximum(distance, 0.0) / (REACHING / 2.0)))


HUMAN_POINTS = (("palm", ""), *((finger, "tip") for finger in FINGERS), *((finger, "pip") for finger in FINGERS))
"""What `Signed.points` are."""
