"""Places of articulation: points of the body and of the space in front of it, and parts of the hand.

A place is a name and an offset, written `chin` or `chin 0 -5 12`: centimetres to the signer's left, up and forward.
`weak.` before a part of the arm or hand is that part of the weak arm (`weak.palm`).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.kinematics import forward
from nsa_ros.body.skeleton import INDEX, JOINTS, RIGHT_HAND, Skeleton, default_skeleton
from nsa_ros.body.surface import Landmark, landmarks
from nsa_ros.errors import NsaError
from nsa_ros.phonology.handshapes import handshape

Array = NDArray[np.float64]

SPACE: dict[str, tuple[float, float, float]] = {
    "neutral": (-0.13, 0.22, 0.30),
    "center": (0.0, 0.22, 0.30),
    "side": (-0.26, 0.28, 0.26),
    "spelling": (-0.20, 0.42, 0.21),
}
"""Points of the signing space, in the trunk's frame of the shipped figure [m]: in front of the dominant side, on the
midline, beside the body, and where letters are spelled."""

WEAK = "weak."

_BLENDS: dict[str, dict[str, float]] = {
    "center": {"palm": 0.5, "palm_back": 0.5},
    "fingertips": {"index_tip": 0.5, "middle_tip": 0.5},
    "pads": {"index_pad": 0.5, "middle_pad": 0.5},
    "pinch": {"thumb_pad": 0.5, "index_pad": 0.5},
    "fist": {"index2_back": 0.5, "middle2_back": 0.5},
    "knuckles": {"index1_back": 0.5, "middle1_back": 0.5},
    "index": {"index2_back": 0.5, "index2_front": 0.5},
    "middle": {"middle2_back": 0.5, "middle2_front": 0.5},
}
"""Parts of the hand that are the weighted mean of landmarks; `index` and `middle` are the middle of those fingers."""


class Place(NamedTuple):
    """A place of articulation.

    Attributes:
        name: of the point, one of `place_names`.
        offset: from it to the signer's left, up and forward [m].
    """

    name: str
    offset: tuple[float, float, float]

    @property
    def on_weak_hand(self) -> bool:
        """Whether it moves with the weak arm."""
        return self.name.startswith(WEAK)


def parse_place(text: str) -> Place:
    """A place from its notation, `name` or `name LEFT UP FORWARD` in centimetres.

    Raises:
        NsaError: an unknown name, or an offset that is not three finite numbers.
    """
    name, *numbers = str(text).split()
    try:
        offset = [float(number) / 100.0 for number in numbers] or [0.0, 0.0, 0.0]
    except ValueError:
        offset = []
    if len(offset) != 3 or not np.isfinite(offset).all():
        raise NsaError(f"place {text!r}: expected 3 offset numbers or none: centimetres left, up and forward")
    if name not in place_names():
        raise NsaError(f"unknown place {name!r}. Places: {', '.join(place_names())}")
    return Place(name, (offset[0], offset[1], offset[2]))


@cache
def hand_parts() -> tuple[str, ...]:
    """Parts of the hand that can be brought to a place: landmarks of the hand, blends of them, and the wrist."""
    hand = {"right_wrist", *JOINTS[RIGHT_HAND]}
    marks = (name.removeprefix("right_") for name, mark in _landmarks().items() if mark.joint in hand)
    return ("wrist", *_BLENDS, *marks)


@cache
def place_names() -> tuple[str, ...]:
    """Every name that a place can have."""
    arm = ("shoulder", "elbow", "wrist", *(joint.removeprefix("right_") for joint in JOINTS[RIGHT_HAND]))
    marks = _landmarks()
    body = [name for name, mark in marks.items() if mark.joint.split("_", 1)[-1] not in arm]
    weak = [name.removeprefix("left_") for name, mark in marks.items() if mark.joint.removeprefix("left_") in arm]
    return (*SPACE, *body, *(f"{WEAK}{part}" for part in (*_BLENDS, *weak)))


def on_head(name: str) -> bool:
    """Whether a place moves with the head."""
    return name in _landmarks() and _landmarks()[name].joint in ("head", "jaw")


class Body:
    """A skeleton with its landmarks, found once.

    Args:
        skeleton: the figure.
    """

    def __init__(self, skeleton: Skeleton) -> None:
        self.skeleton = skeleton
        self._marks = landmarks(skeleton)
        self._size = _size(skeleton) / _size(default_skeleton())

    def point(self, name: str) -> Array:
        """Where a place that is not on the weak arm lies with the trunk at rest [m]. Shape (3,)."""
        if name in SPACE:
            return np.array(SPACE[name]) * self._size
        mark = self._marks[name]
        return np.asarray(self.skeleton.rest[INDEX[mark.joint]] + mark.offset)

    def hand_part(self, name: str, shape: str) -> Array:
        """A part of the right hand relative to its wrist in the T-pose, fingers in a handshape [m]. Shape (3,)."""
        if name == "wrist":
            return np.zeros(3)
        pose = np.zeros((len(JOINTS), 3))
        pose[RIGHT_HAND] = handshape(shape)
        return self._posed("right", name, pose) - self.skeleton.rest[INDEX["right_wrist"]]

    def weak_point(self, name: str, pose: Array) -> Array:
        """Where a place on the weak (left) arm lies in a pose (55, 3) [m]. Shape (3,)."""
        return self._posed("left", name.removeprefix(WEAK), pose)

    def _posed(self, side: str, part: str, pose: Array) -> Array:
        posed = forward(self.skeleton, pose)
        total = np.zeros(3)
        for name, weight in _BLENDS.get(part, {part: 1.0}).items():
            mark = self._marks[f"{side}_{name}"]
            joint = INDEX[mark.joint]
            total += weight * (posed.positions[joint] + posed.rotations[joint] @ mark.offset)
        return total


def _size(skeleton: Skeleton) -> Array:
    """What the signing space grows with: the arm's length sideways and forward, the shoulder's height upward [m]."""
    shoulder, elbow, wrist = (skeleton.rest[INDEX[f"right_{name}"]] for name in ("shoulder", "elbow", "wrist"))
    arm = float(np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow))
    return np.array([arm, shoulder[1], arm])


@cache
def _landmarks() -> dict[str, Landmark]:
    return landmarks(default_skeleton())
