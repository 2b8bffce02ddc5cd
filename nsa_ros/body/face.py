"""The face: ten open expression coefficients and the small joints of the mannequin's face that they move.

SMPL-X's expression space is a principal component basis that comes with its licensed model; this one is ours, with a
meaning for each coefficient, named after the actions signers use (Facial Action Coding System, Ekman & Friesen 1978:
brows AU 1+2 and 4, lid AU 5, 7 and 45, nose AU 9, lip corners AU 12 and 15, pucker AU 18, lip press AU 24, puff AU 34).
Opening the mouth is the SMPL-X `jaw` joint, gaze the two SMPL-X eye joints.

The face is made of rigid pieces on one-degree-of-freedom joints, so that the same face moves in RViz (as URDF links),
in the browser viewer and in the film.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.skeleton import INDEX, Skeleton
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

EXPRESSION: tuple[str, ...] = (
    "brows_raise",
    "brows_furrow",
    "mouth_corners",
    "mouth_round",
    "cheeks_puff",
    "eyes_wide",
    "lips_press",
    "nose_wrinkle",
    "left_wink",
    "right_wink",
)
"""Names of the coefficients, each nominally in [-1, 1]. `mouth_corners` above 0 is a smile, below it a frown;
`eyes_wide` below 0 is a squint; `mouth_round` puckers; a wink of 1 closes that eye, both make a blink."""


@dataclass(frozen=True)
class FaceJoint:
    """One degree of freedom of the face.

    Attributes:
        name: of the joint and of the link that it moves.
        parent: the SMPL-X joint (`head` or `jaw`) or the face joint that carries it.
        kind: `prismatic` [m] or `revolute` [rad].
        axis: unit vector in SMPL-X axes, in the T-pose. A right joint mirrors the left one, so that equal values are a
            symmetric face.
        anchor: where the joint lies relative to the point between the eyes, in the T-pose, for eyes 59 mm apart [m].
        lower: least value, [m] or [rad].
        upper: greatest value.
        gains: value per unit of each expression coefficient that moves it.
    """

    name: str
    parent: str
    kind: Literal["prismatic", "revolute"]
    axis: tuple[float, float, float]
    anchor: tuple[float, float, float]
    lower: float
    upper: float
    gains: dict[str, float]


_EYE_DISTANCE = 0.059
_EYE, _BROW, _CHEEK, _MOUTH = (0.0295, 0.0, 0.0), (0.031, 0.021, 0.016), (0.034, -0.05, 0.0), (0.0, -0.066, 0.024)


def _mirrored(joint: FaceJoint) -> FaceJoint:
    x, y, z = joint.axis
    axis = (-x, y, z) if joint.kind == "prismatic" else (x, -y, -z)
    gains = {name.replace("left", "right"): gain for name, gain in joint.gains.items()}
    anchor = (-joint.anchor[0], *joint.anchor[1:])
    name, parent = (text.replace("left", "right") for text in (joint.name, joint.parent))
    return FaceJoint(name, parent, joint.kind, axis, anchor, joint.lower, joint.upper, gains)


def _both(*joints: FaceJoint) -> list[FaceJoint]:
    return [side for joint in joints for side in (joint, _mirrored(joint))]


def _lip(lip: str, parent: str, corners: float) -> list[FaceJoint]:
    base = FaceJoint(
        lip, parent, "prismatic", (0, 0, 1), _MOUTH, -0.005, 0.008, {"mouth_round": 0.007, "lips_press": -0.0025}
    )
    slide, turn = f"left_{lip}_slide", f"left_{lip}"
    return [
        base,
        *_both(
            FaceJoint(
                slide,
                lip,
                "prismatic",
                (1, 0, 0),
                _MOUTH,
                -0.010,
                0.004,
                {"mouth_round": -0.009, "mouth_corners": 0.004},
            ),
            FaceJoint(turn, slide, "revolute", (0, 0, 1), _MOUTH, -0.45, 0.45, {"mouth_corners": corners}),
        ),
    ]


FACE_JOINTS: tuple[FaceJoint, ...] = (
    *_both(
        FaceJoint(
            "left_brow_raise",
            "head",
            "prismatic",
            (0, 1, 0),
            _BROW,
            -0.006,
            0.011,
            {"brows_raise": 0.010, "brows_furrow": -0.004, "nose_wrinkle": -0.002, "eyes_wide": 0.002},
        ),
        FaceJoint(
            "left_brow",
            "left_brow_raise",
            "revolute",
            (0, 0, 1),
            _BROW,
            -0.35,
            0.4,
            {"brows_furrow": 0.33, "brows_raise": -0.06, "nose_wrinkle": 0.1},
        ),
        FaceJoint(
            "left_upper_eyelid",
            "head",
            "revolute",
            (1, 0, 0),
            _EYE,
            -0.3,
            0.95,
            {"left_wink": 0.80, "eyes_wide": -0.25, "brows_furrow": 0.08},
        ),
        FaceJoint(
            "left_lower_eyelid",
            "head",
            "revolute",
            (-1, 0, 0),
            _EYE,
            -0.15,
            0.35,
            {"left_wink": 0.18, "eyes_wide": -0.2, "mouth_corners": 0.08, "nose_wrinkle": 0.15},
        ),
        FaceJoint(
            "left_cheek",
            "head",
            "prismatic",
            (0.6, 0.0, 0.8),
            _CHEEK,
            -0.004,
            0.008,
            {"cheeks_puff": 0.005},
        ),
    ),
    FaceJoint("nose", "head", "prismatic", (0, 1, 0), (0.0, -0.03, 0.02), -0.001, 0.004, {"nose_wrinkle": 0.0035}),
    *_lip("upper_lip", "head", 0.2),
    *_lip("lower_lip", "jaw", 0.22),
)
"""The joints of the face, parents before children."""

FACE_INDEX: dict[str, int] = {joint.name: i for i, joint in enumerate(FACE_JOINTS)}
"""Face joint name to its index in `FACE_JOINTS`."""

LOWER: Array = np.array([joint.lower for joint in FACE_JOINTS])
UPPER: Array = np.array([joint.upper for joint in FACE_JOINTS])
"""Limits of the face joints, [m] or [rad]. Shape (k,)."""

_MAP = np.array([[joint.gains.get(name, 0.0) for name in EXPRESSION] for joint in FACE_JOINTS])


def face_joints(expression: ArrayLike) -> Array:
    """Values of the face joints for expression coefficients, kept within their limits. (..., 10) -> (..., k).

    Raises:
        NsaError: the last axis is not 10 long.
    """
    expression = np.asarray(expression, dtype=np.float64)
    if expression.shape[-1:] != (len(EXPRESSION),):
        raise NsaError(
            f"expression has shape {expression.shape}; its last axis must be the 10 of {', '.join(EXPRESSION)}"
        )
    return np.asarray(np.clip(expression @ _MAP.T, LOWER, UPPER))


def eye_midpoint(skeleton: Skeleton) -> tuple[Array, float]:
    """The point between the eyes in the T-pose [m], shape (3,), and the face's size relative to the shipped one."""
    left, right = (skeleton.rest[INDEX[f"{side}_eye_smplhf"]] for side in ("left", "right"))
    return (left + right) / 2, float(np.linalg.norm(left - right)) / _EYE_DISTANCE


def origins(skeleton: Skeleton) -> Array:
    """Position of each face joint relative to its parent joint, in the T-pose, SMPL-X axes [m]. Shape (k, 3)."""
    middle, scale = eye_midpoint(skeleton)
    absolute = {joint.name: middle + scale * np.array(joint.anchor) for joint in FACE_JOINTS}
    rest = {name: skeleton.rest[i] for name, i in INDEX.items()} | absolute
    return np.array([absolute[joint.name] - rest[joint.parent] for joint in FACE_JOINTS])
