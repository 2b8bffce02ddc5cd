"""Handshapes, written as joint angles a person can read (`data/handshapes.yaml`), and orientations in words.

All is said of the right hand; the left hand is its mirror image, (x, -y, -z) joint by joint. In the T-pose of the
skeleton the right hand is flat: *distal* is -x, *palmar* (out of the palm) is -y, *radial* (thumb side) is +z.

Fingers, degrees:
    mcp: flexion of the knuckle about the finger's lateral axis (+z), 0 = in line with the palm, 90 = at right angles.
    spread: turn of the whole finger about the palm normal, applied outside the flexion; positive away from the middle
        finger (for the middle finger: towards the thumb).
    pip, dip: flexion of the next two joints about the finger's lateral axis.

Thumb, degrees:
    radial: direction of the metacarpal turned from distal towards the thumb side about the palm normal.
    palmar: its elevation out of the plane of the palm.
    opposition: turn of the thumb about its metacarpal: 0 = its pad faces as the palm does, 90 = towards the index
        finger, 180 = the palm.
    mcp, ip: flexion of the next two joints, 0 = straight.

The thumb's angles are absolute, so that they mean the same on another skeleton; its flexion axis and rest angles are
read off the bend of the rest thumb. The order of rotations follows the universal joint of hand models
(Lin, Wu and Huang, "Modeling the constraints of human hand motion", HUMO 2000).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from nsa_ros.body.rotations import matrix_to_rotvec, rotvec_to_matrix
from nsa_ros.body.skeleton import INDEX, JOINTS, RIGHT_HAND, TIPS, Skeleton, default_skeleton
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]
Angles = Mapping[str, Mapping[str, float]]

_FILE = Path(__file__).parent / "data" / "handshapes.yaml"

_DISTAL, _PALMAR, _RADIAL = np.array([-1.0, 0, 0]), np.array([0, -1.0, 0]), np.array([0, 0, 1.0])

FINGER_ANGLES = ("mcp", "spread", "pip", "dip")
THUMB_ANGLES = ("radial", "palmar", "opposition", "mcp", "ip")

_SPREAD_SIGN = {"index": 1.0, "middle": 1.0, "ring": -1.0, "pinky": -1.0}

_WORDS = {
    "forward": (0, 0, 1),
    "back": (0, 0, -1),
    "left": (1, 0, 0),
    "right": (-1, 0, 0),
    "up": (0, 1, 0),
    "down": (0, -1, 0),
}


def names() -> tuple[str, ...]:
    """Every name that `handshape` takes, aliases included."""
    inventory = _inventory()
    return (*inventory["handshapes"], *inventory["aliases"])


def handshape(name: str) -> Array:
    """Joint rotations of the right hand, relative to the flat hand of the T-pose, axis-angle [rad].

    Shape (15, 3), read-only, in SMPL-X order: index 1-3, middle 1-3, pinky 1-3, ring 1-3, thumb 1-3. For the left hand
    multiply by (1, -1, -1).

    Raises:
        NsaError: no handshape of that name.
    """
    if name not in names():
        raise NsaError(f"unknown handshape {name!r}. Handshapes: {', '.join(names())}")
    return _rotations(_inventory()["aliases"].get(name, name))


def direction(words: str) -> Array:
    """Unit vector of hyphenated direction words of the signer, e.g. `forward-left`. Shape (3,), SMPL-X axes.

    A word said twice weighs double.

    Raises:
        NsaError: an unknown word, or words that cancel.
    """
    parts = words.split("-")
    if unknown := [part for part in parts if part not in _WORDS]:
        raise NsaError(f"unknown direction {unknown[0]!r} in {words!r}. Directions: {', '.join(_WORDS)}")
    total: Array = np.sum([_WORDS[part] for part in parts], axis=0, dtype=np.float64)
    length = float(np.linalg.norm(total))
    if length == 0:
        raise NsaError(f"direction {words!r} cancels itself out")
    return total / length


def wrist_rotation(palm: str, fingers: str) -> Array:
    """Rotation of the right wrist relative to the T-pose that turns the hand as said. Shape (3, 3).

    `fingers` is kept exactly; the palm faces as near to `palm` as it can.

    Raises:
        NsaError: unknown words, or palm and fingers along one line.
    """
    distal = direction(fingers)
    palmar = direction(palm) - distal * (direction(palm) @ distal)
    length = np.linalg.norm(palmar)
    if length < 1e-6:
        raise NsaError(f"palm {palm!r} and fingers {fingers!r} lie along one line; the palm faces across the fingers")
    palmar = palmar / length
    return np.column_stack([-distal, -palmar, np.cross(distal, palmar)])


def hand_rotations(angles: Angles, skeleton: Skeleton | None = None) -> Array:
    """Axis-angle of the right hand's joints [rad] from anatomical angles [deg]. Shape (15, 3), SMPL-X order.

    Args:
        angles: finger to its `FINGER_ANGLES`, `thumb` to its `THUMB_ANGLES`; what is left out is as in the T-pose.
        skeleton: whose rest thumb the thumb's angles refer to; the default figure if left out.

    Raises:
        NsaError: an unknown finger or angle.
    """
    _check(angles)
    rotations: dict[str, Array] = {}
    for finger, sign in _SPREAD_SIGN.items():
        mcp, spread, pip, dip = (np.radians(angles.get(finger, {}).get(key, 0.0)) for key in FINGER_ANGLES)
        rotations[f"right_{finger}1"] = _turn(-_PALMAR, sign * spread) @ _turn(_RADIAL, mcp)
        rotations[f"right_{finger}2"] = _turn(_RADIAL, pip)
        rotations[f"right_{finger}3"] = _turn(_RADIAL, dip)
    rest = rest_thumb(skeleton or default_skeleton())
    radial, palmar, opposition, mcp, ip = (
        np.radians(angles.get("thumb", {}).get(key, rest[key])) for key in THUMB_ANGLES
    )
    rest_frame = _thumb_frame(*(np.radians(rest[key]) for key in THUMB_ANGLES[:3]))
    axis = rest_frame @ _RADIAL
    rotations["right_thumb1"] = _thumb_frame(radial, palmar, opposition) @ rest_frame.T
    rotations["right_thumb2"] = _turn(axis, mcp - np.radians(rest["mcp"]))
    rotations["right_thumb3"] = _turn(axis, ip - np.radians(rest["ip"]))
    return matrix_to_rotvec(np.stack([rotations[joint] for joint in JOINTS[RIGHT_HAND]]))


def rest_thumb(skeleton: Skeleton) -> dict[str, float]:
    """The `THUMB_ANGLES` of a skeleton's T-pose [deg], from the directions of its thumb's bones."""
    first, second, third = (skeleton.rest[INDEX[f"right_thumb{i}"]] for i in (1, 2, 3))
    bones = [second - first, third - second, skeleton.tips[TIPS.index("right_thumb")]]
    metacarpal, proximal, last = (bone / np.linalg.norm(bone) for bone in bones)
    radial = np.arctan2(metacarpal @ _RADIAL, metacarpal @ _DISTAL)
    palmar = np.arcsin(metacarpal @ _PALMAR)
    bend = np.cross(metacarpal, proximal)
    axis = _thumb_frame(radial, palmar, 0.0).T @ (bend / np.linalg.norm(bend))
    values = (radial, palmar, np.arctan2(axis @ _PALMAR, axis @ _RADIAL), _angle(metacarpal, proximal))
    return dict(zip(THUMB_ANGLES, np.degrees([*values, _angle(proximal, last)]).tolist(), strict=True))


def _thumb_frame(radial: float, palmar: float, opposition: float) -> Array:
    """Of the metacarpal: its columns are where -distal, -palmar and the flexion axis +z are carried."""
    return _turn(-_PALMAR, radial) @ _turn(_RADIAL, palmar) @ _turn(_DISTAL, -opposition)


def _turn(axis: Array, angle: float) -> Array:
    return rotvec_to_matrix(axis * angle)


def _angle(a: Array, b: Array) -> float:
    return float(np.arccos(np.clip(a @ b, -1.0, 1.0)))


def _check(angles: Angles) -> None:
    legal = {**dict.fromkeys(_SPREAD_SIGN, FINGER_ANGLES), "thumb": THUMB_ANGLES}
    for finger, values in angles.items():
        if finger not in legal:
            raise NsaError(f"unknown finger {finger!r}. Fingers: {', '.join(legal)}")
        if unknown := [key for key in values if key not in legal[finger]]:
            raise NsaError(f"unknown angle {unknown[0]!r} of the {finger}. Angles: {', '.join(legal[finger])}")


@cache
def _inventory() -> dict[str, Any]:
    inventory: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return inventory


@cache
def _rotations(name: str) -> Array:
    rotations = hand_rotations(_inventory()["handshapes"][name]["angles"])
    rotations.setflags(write=False)
    return rotations
