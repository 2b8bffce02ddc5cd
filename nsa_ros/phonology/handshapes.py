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

Fine angles, degrees, small; what the soft joints of a real hand give beside their axes (calibrated handshapes only):
    roll: turn of the knuckle about the finger's own line; pip_side, pip_roll, dip_side, dip_roll: the same two turns,
        about the palm normal and about the finger's line, at the next two joints. For the thumb mcp_side, mcp_roll,
        ip_side, ip_roll about the back-to-front axis and the line of its phalanges.
    Each joint turns sideways first, then rolls, then flexes, as in nsa_ros.body.revolute.

The thumb's angles are absolute, so that they mean the same on another skeleton; its flexion axis and rest angles are
read off the bend of the rest thumb. The order of rotations follows the universal joint of hand models
(Lin, Wu and Huang, "Modeling the constraints of human hand motion", HUMO 2000).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

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

FINE_ANGLES = ("roll", "pip_side", "pip_roll", "dip_side", "dip_roll")
THUMB_FINE_ANGLES = ("mcp_side", "mcp_roll", "ip_side", "ip_roll")

_SPREAD_SIGN = {"index": 1.0, "middle": 1.0, "ring": -1.0, "pinky": -1.0}

FLEXIONS = ("fully-open", "bent", "flat", "curved", "stacked", "crossed", "closed")
"""Flexion of the selected fingers, the values of ASL-LEX (Sehyr et al., J. Deaf Stud. Deaf Educ. 26, 2021)."""

_SELECTABLE = "imrpt"

_WORDS = {
    "forward": (0, 0, 1),
    "back": (0, 0, -1),
    "left": (1, 0, 0),
    "right": (-1, 0, 0),
    "up": (0, 1, 0),
    "down": (0, -1, 0),
}


class Features(NamedTuple):
    """A handshape as phonology describes it, with the values of ASL-LEX.

    Attributes:
        selected: selected fingers, of `imrp`: index, middle, ring, pinky.
        thumb: whether the thumb is selected, too.
        flexion: of the selected fingers, one of `FLEXIONS`.
    """

    selected: str
    thumb: bool
    flexion: str


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
    return _rotations(canonical_name(name))


def features(name: str) -> Features:
    """Selected fingers and flexion of a handshape.

    Raises:
        NsaError: no handshape of that name.
    """
    entry = _inventory()["handshapes"][canonical_name(name)]
    selected = entry["selected"]
    return Features(selected.removesuffix("t"), selected.endswith("t"), entry["flexion"])


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


def hand_rotations(angles: Angles, skeleton: Skeleton | None = None, fine: Angles | None = None) -> Array:
    """Axis-angle of the right hand's joints [rad] from anatomical angles [deg]. Shape (15, 3), SMPL-X order.

    Args:
        angles: finger to its `FINGER_ANGLES`, `thumb` to its `THUMB_ANGLES`; what is left out is as in the T-pose.
        skeleton: whose rest thumb the thumb's angles refer to; the default figure if left out.
        fine: finger to its `FINE_ANGLES`, `thumb` to its `THUMB_FINE_ANGLES`; 0 where left out.

    Raises:
        NsaError: an unknown finger or angle.
    """
    fine = fine or {}
    _check(angles, FINGER_ANGLES, THUMB_ANGLES)
    _check(fine, FINE_ANGLES, THUMB_FINE_ANGLES)
    rotations: dict[str, Array] = {}
    for finger, sign in _SPREAD_SIGN.items():
        mcp, spread, pip, dip = _radians(angles.get(finger, {}), FINGER_ANGLES)
        roll, pip_side, pip_roll, dip_side, dip_roll = _radians(fine.get(finger, {}), FINE_ANGLES)
        axes = (-_PALMAR, _DISTAL, _RADIAL)
        rotations[f"right_{finger}1"] = _turns(axes, (sign * spread, roll, mcp))
        rotations[f"right_{finger}2"] = _turns(axes, (pip_side, pip_roll, pip))
        rotations[f"right_{finger}3"] = _turns(axes, (dip_side, dip_roll, dip))
    skeleton = skeleton or default_skeleton()
    rest = rest_thumb(skeleton)
    radial, palmar, opposition, mcp, ip = _radians({**rest, **angles.get("thumb", {})}, THUMB_ANGLES)
    mcp_side, mcp_roll, ip_side, ip_roll = _radians(fine.get("thumb", {}), THUMB_FINE_ANGLES)
    rest_frame = _thumb_frame(*_radians(rest, THUMB_ANGLES[:3]))
    flexion = rest_frame @ _RADIAL
    rotations["right_thumb1"] = _thumb_frame(radial, palmar, opposition) @ rest_frame.T
    for phalanx, key, turns in ((2, "mcp", (mcp_side, mcp_roll, mcp)), (3, "ip", (ip_side, ip_roll, ip))):
        side = np.cross(flexion, _thumb_bones(skeleton)[phalanx - 1])
        side /= np.linalg.norm(side)
        less_rest = (*turns[:2], turns[2] - np.radians(rest[key]))
        rotations[f"right_thumb{phalanx}"] = _turns((side, np.cross(side, flexion), flexion), less_rest)
    return matrix_to_rotvec(np.stack([rotations[joint] for joint in JOINTS[RIGHT_HAND]]))


def rest_thumb(skeleton: Skeleton) -> dict[str, float]:
    """The `THUMB_ANGLES` of a skeleton's T-pose [deg], from the directions of its thumb's bones."""
    metacarpal, proximal, last = _thumb_bones(skeleton)
    radial = np.arctan2(metacarpal @ _RADIAL, metacarpal @ _DISTAL)
    palmar = np.arcsin(metacarpal @ _PALMAR)
    bend = np.cross(metacarpal, proximal)
    axis = _thumb_frame(radial, palmar, 0.0).T @ (bend / np.linalg.norm(bend))
    values = (radial, palmar, np.arctan2(axis @ _PALMAR, axis @ _RADIAL), _angle(metacarpal, proximal))
    return dict(zip(THUMB_ANGLES, np.degrees([*values, _angle(proximal, last)]).tolist(), strict=True))


def _thumb_bones(skeleton: Skeleton) -> list[Array]:
    """Directions of metacarpal, proximal and last phalanx in the T-pose."""
    first, second, third = (skeleton.rest[INDEX[f"right_thumb{i}"]] for i in (1, 2, 3))
    bones = [second - first, third - second, skeleton.tips[TIPS.index("right_thumb")]]
    return [bone / np.linalg.norm(bone) for bone in bones]


def _thumb_frame(radial: float, palmar: float, opposition: float) -> Array:
    """Of the metacarpal: its columns are where -distal, -palmar and the flexion axis +z are carried."""
    return _turn(-_PALMAR, radial) @ _turn(_RADIAL, palmar) @ _turn(_DISTAL, -opposition)


def _turn(axis: Array, angle: float) -> Array:
    return rotvec_to_matrix(axis * angle)


def _turns(axes: Iterable[Array], angles: Iterable[float]) -> Array:
    a, b, c = (_turn(axis, angle) for axis, angle in zip(axes, angles, strict=True))
    return a @ b @ c


def _radians(values: Mapping[str, float], keys: tuple[str, ...]) -> list[float]:
    return [float(np.radians(values.get(key, 0.0))) for key in keys]


def _angle(a: Array, b: Array) -> float:
    return float(np.arccos(np.clip(a @ b, -1.0, 1.0)))


def _check(angles: Angles, of_fingers: tuple[str, ...], of_thumb: tuple[str, ...]) -> None:
    legal = {**dict.fromkeys(_SPREAD_SIGN, of_fingers), "thumb": of_thumb}
    for finger, values in angles.items():
        if finger not in legal:
            raise NsaError(f"unknown finger {finger!r}. Fingers: {', '.join(legal)}")
        if unknown := [key for key in values if key not in legal[finger]]:
            raise NsaError(f"unknown angle {unknown[0]!r} of the {finger}. Angles: {', '.join(legal[finger])}")


def canonical_name(name: str) -> str:
    """The name under which a handshape stands in the inventory, of an alias or of itself.

    Raises:
        NsaError: no handshape of that name.
    """
    if name not in names():
        raise NsaError(f"unknown handshape {name!r}. Handshapes: {', '.join(names())}")
    aliases: dict[str, str] = _inventory()["aliases"]
    return aliases.get(name, name)


def _check_features(name: str, entry: Mapping[str, Any]) -> None:
    selected, flexion = entry.get("selected"), entry.get("flexion")
    if not selected or selected != "".join(finger for finger in _SELECTABLE if finger in str(selected)):
        raise NsaError(
            f"{_FILE.name}: {name}: selected: {selected!r}; write the selected fingers in the order {_SELECTABLE}"
        )
    if flexion not in FLEXIONS:
        raise NsaError(f"{_FILE.name}: {name}: flexion: {flexion!r}. Flexions: {', '.join(FLEXIONS)}")


@cache
def _inventory() -> dict[str, Any]:
    inventory: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    for name, entry in inventory["handshapes"].items():
        _check_features(name, entry)
    return inventory


@cache
def _rotations(name: str) -> Array:
    entry = _inventory()["handshapes"][name]
    rotations = hand_rotations(entry["angles"], fine=entry.get("fine"))
    rotations.setflags(write=False)
    return rotations
