"""How the figure of a rig stands at rest: which way is up, where it faces, how large it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import INDEX, Skeleton
from nsa_ros.capture.animation.rig import Placed

Array = NDArray[np.float64]

Bones = Mapping[str, int]
"""Bone of each SMPL-X joint that has one."""

_LEG = ("hip", "knee", "ankle")
_ARM = ("shoulder", "elbow", "wrist")
_UPRIGHT = np.cos(np.radians(35.0))
"""Least cosine between the axis that points up and the trunk, and the legs."""


class NotStanding(ValueError):
    """A rest pose in which no figure stands; the message says what is wrong."""


@dataclass(frozen=True)
class Stance:
    """A rest pose in SMPL-X axes.

    Attributes:
        rest: the bones, turned to y up, x left; still in the file's unit of length. Shape (J).
        turn: rotation from the file's axes. Shape (3, 3).
        up: the file's axis that points up, e.g. `z`.
        scale: metres of the shipped figure per unit of length of the file.
        measured: the limbs that the scale was measured on: `legs` or `arms`.
    """

    rest: Placed
    turn: Array
    up: str
    scale: float
    measured: str

    def aligned(self, placed: Placed, bones: Bones) -> tuple[Placed, str]:
        """A take in SMPL-X axes, and the file's axis that points up in it; unit of length and bone axes stay.

        Some files rest with one axis up and move with another. A signer is upright, so where the mean direction of the
        trunk lies along another axis than at rest, that one is up.

        Args:
            placed: the bones in the file's axes, frame by frame. Shape (F, J).
            bones: of each joint.
        """
        trunk = _top({joint: placed.positions[:, bone] for joint, bone in bones.items()})
        trunk = trunk - placed.positions[:, bones["pelvis"]]
        mean = (trunk / np.maximum(np.linalg.norm(trunk, axis=-1, keepdims=True), 1e-9)).mean(axis=0)
        axis, name = _axis(mean)
        turn, up = self.turn, self.up
        if name != self.up and mean @ axis > _UPRIGHT:
            turn, up = shortest(self.turn @ axis, np.array([0.0, 1.0, 0.0])) @ self.turn, name
        return Placed(placed.positions @ turn.T, turn @ placed.rotations), up


def find_stance(rest: Placed, bones: Bones, skeleton: Skeleton) -> Stance:
    """Read the stance off the places of the bones.

    Raises:
        NotStanding: limbs without length, trunk or legs that do not point along one axis, shoulders that coincide.
    """
    at = {joint: rest.positions[bone] for joint, bone in bones.items()}
    trunk = _direction(_top(at) - at["pelvis"], "pelvis and neck are at one place")
    up, name = _axis(trunk)
    legs = [f"{side}_{part}" for side in ("left", "right") for part in _LEG]
    legged = all(joint in at for joint in legs)
    if legged:
        feet = (at["left_ankle"] + at["right_ankle"]) / 2
        hips = (at["left_hip"] + at["right_hip"]) / 2
        leg = _direction(hips - feet, "hips and ankles are at one place")
        if trunk @ up < _UPRIGHT or leg @ up < _UPRIGHT:
            raise NotStanding("trunk and legs do not stand upright")
    elif trunk @ up < _UPRIGHT:
        raise NotStanding("the trunk does not stand upright")
    across = at["left_shoulder"] - at["right_shoulder"]
    left = _direction(across - (across @ up) * up, "the shoulders are above each other or at one place")
    turn = np.array([left, up, np.cross(left, up)])
    arms = [f"{side}_{part}" for side in ("left", "right") for part in _ARM]
    measured = legs if legged else arms
    scale = _length([skeleton.rest[INDEX[j]] for j in measured]) / _length([at[j] for j in measured])
    placed = Placed(rest.positions @ turn.T, turn @ rest.rotations)
    return Stance(placed, turn, name, scale, "legs" if legged else "arms")


def _top(at: Mapping[str, Array]) -> Array:
    """The upper end of the trunk, from the places of the joints."""
    found = next((at[joint] for joint in ("head", "neck", "spine3", "spine2") if joint in at), None)
    return (at["left_shoulder"] + at["right_shoulder"]) / 2 if found is None else found


def _axis(direction: Array) -> tuple[Array, str]:
    """The axis nearest to a direction, and its name."""
    axis = int(np.argmax(np.abs(direction)))
    sign = -1.0 if direction[axis] < 0 else 1.0
    return sign * np.eye(3)[axis], ("-" if sign < 0 else "") + "xyz"[axis]


def shortest(start: Array, end: Array) -> Array:
    """The smallest rotation that brings one unit vector onto another. (3,), (3,) -> (3, 3)."""
    axis, cosine = np.cross(start, end), float(start @ end)
    sine = float(np.linalg.norm(axis))
    if sine < 1e-12:
        if cosine > 0.0:
            return np.eye(3)
        axis = np.cross(start, np.eye(3)[int(np.argmin(np.abs(start)))])
        return rotvec_to_matrix(np.pi * axis / np.linalg.norm(axis))
    return rotvec_to_matrix(np.arctan2(sine, cosine) * axis / sine)


def _direction(vector: Array, otherwise: str) -> Array:
    length = float(np.linalg.norm(vector))
    if length < 1e-9:
        raise NotStanding(otherwise)
    return np.asarray(vector / length)


def _length(places: Iterable[Array]) -> float:
    """Of two limbs of three joints each."""
    a, b, c, d, e, f = places
    length = float(sum(np.linalg.norm(end - start) for start, end in ((a, b), (b, c), (d, e), (e, f))))
    if length < 1e-9:
        raise NotStanding("the limbs have no length")
    return length
