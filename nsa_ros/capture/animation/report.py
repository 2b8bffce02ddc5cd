"""What an import did, and how well our figure follows the rig."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.kinematics import Posed, forward
from nsa_ros.body.limits import limits
from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.body.skeleton import FINGERS, INDEX, JOINTS, Skeleton, default_skeleton
from nsa_ros.capture.animation.animation import Animation
from nsa_ros.capture.animation.bone_map import BoneMap
from nsa_ros.capture.animation.retargeting import Retargeted
from nsa_ros.capture.animation.take import Take
from nsa_ros.capture.landmarks import SIDES

Array = NDArray[np.float64]

_LINES: dict[str, tuple[str, str]] = {
    "trunk": ("pelvis", "neck"),
    **{
        f"{side} {name}": (f"{side}_{start}", f"{side}_{end}")
        for side in SIDES
        for name, start, end in (
            ("collar", "collar", "shoulder"),
            ("upper arm", "shoulder", "elbow"),
            ("forearm", "elbow", "wrist"),
            ("hand", "wrist", "middle1"),
            ("thigh", "hip", "knee"),
            ("shin", "knee", "ankle"),
        )
    },
}
"""Lines between two joints whose directions are compared, beside the phalanges."""

_SLACK = np.radians(1.0)
"""How far beyond a limit counts as beyond it."""


def report(
    animation: Animation, take: Take, bone_map: BoneMap, result: Retargeted, skeleton: Skeleton | None = None
) -> dict[str, Any]:
    """Figures and names for a person or `--json`.

    Args:
        animation: the file.
        take: the one imported.
        bone_map: that was used.
        result: of `retarget`.
        skeleton: our figure; the shipped one when left out.
    """
    skeleton = skeleton or default_skeleton()
    motion, rig, driven = result.motion, animation.rig, set(result.bones.values())
    posed = forward(skeleton, motion.poses, motion.transl)
    return {
        "file": str(animation.path),
        "format": animation.format,
        "take": take.name,
        "map": bone_map.name,
        "rest_pose": result.rest,
        "up": result.up,
        "up_at_rest": result.stance.up,
        "turned_degrees": round(result.heading, 1),
        "metres_per_unit": float(f"{result.stance.scale:.4g}"),
        "scale_measured_on": result.stance.measured,
        "frames": len(motion),
        "fps": round(motion.fps, 3),
        "take_fps": round(take.fps, 3),
        "seconds": round(motion.duration, 3),
        "driven": {joint: rig.names[bone] for joint, bone in result.bones.items()},
        "at_rest": [joint for joint in JOINTS if joint not in result.bones],
        "no_direction": list(result.loose),
        "unused_bones": [
            name
            for bone, name in enumerate(rig.names)
            if bone not in driven and any(c.bone == bone for c in take.channels)
        ],
        "upper_arm_twist_degrees": {side: round(angle, 1) for side, angle in result.hinges.items()},
        "direction_error_degrees": direction_errors(result, posed),
        "hand_offset_mm": hand_offsets(result, posed, skeleton),
        "frames_beyond_limits": beyond_limits(result, skeleton),
        "notes": list(animation.notes),
    }


def direction_errors(result: Retargeted, posed: Posed) -> dict[str, float]:
    """Mean angle between each line of the rig and ours [degrees]; `fingers` is the mean of all phalanges."""
    errors = {
        name: _angle(result, posed, *ends)
        for name, ends in _LINES.items()
        if all(joint in result.bones for joint in ends)
    }
    phalanges = [
        (f"{side}_{finger}{i}", f"{side}_{finger}{i + 1}") for side in SIDES for finger in FINGERS for i in (1, 2)
    ]
    angles = [_angle(result, posed, *ends) for ends in phalanges if all(joint in result.bones for joint in ends)]
    if angles:
        errors["fingers"] = float(np.mean(angles))
    return {name: round(error, 2) for name, error in errors.items()}


def _angle(result: Retargeted, posed: Posed, start: str, end: str) -> float:
    theirs = result.placed.positions[:, result.bones[end]] - result.placed.positions[:, result.bones[start]]
    ours = posed.positions[:, INDEX[end]] - posed.positions[:, INDEX[start]]
    sine, cosine = np.linalg.norm(np.cross(theirs, ours), axis=-1), (theirs * ours).sum(-1)
    return float(np.degrees(np.arctan2(sine, cosine)).mean())


def hand_offsets(result: Retargeted, posed: Posed, skeleton: Skeleton) -> dict[str, dict[str, float]]:
    """How far our wrists are from the rig's, seen from between the shoulders, arms made equally long [mm].

    `left` and `right` are the distance from where the rig has the wrist, `apart` the difference of the distance between
    the two wrists: what is left is that figures have shoulders and limbs of other proportions.
    """
    theirs = _arms(lambda joint: result.placed.positions[:, result.bones[joint]])
    ours = _arms(lambda joint: posed.positions[:, INDEX[joint]])
    rest = _arms(lambda joint: skeleton.rest[INDEX[joint]])
    wrists = []
    for arms in (theirs, ours):
        length = np.mean([_length(arms[side]) for side in SIDES], axis=0)
        middle = (arms["left"][0] + arms["right"][0]) / 2
        grown = np.mean([_length(rest[side]) for side in SIDES]) / np.maximum(length, 1e-9)
        wrists.append({side: grown[:, None] * (arms[side][2] - middle) for side in SIDES})
    their, our = wrists
    offsets = {side: np.linalg.norm(their[side] - our[side], axis=-1) for side in SIDES}
    offsets["apart"] = np.abs(
        np.linalg.norm(their["left"] - their["right"], axis=-1) - np.linalg.norm(our["left"] - our["right"], axis=-1)
    )
    return {
        name: {"median": round(1e3 * float(np.median(mm)), 1), "worst": round(1e3 * float(mm.max()), 1)}
        for name, mm in offsets.items()
    }


def _arms(place: Callable[[str], Array]) -> dict[str, list[Array]]:
    """Shoulder, elbow and wrist of both arms."""
    return {side: [place(f"{side}_{part}") for part in ("shoulder", "elbow", "wrist")] for side in SIDES}


def _length(arm: list[Array]) -> Array:
    """Of an arm along its bones. (..., 3) three times -> (...)."""
    return np.asarray(np.linalg.norm(arm[1] - arm[0], axis=-1) + np.linalg.norm(arm[2] - arm[1], axis=-1))


def beyond_limits(result: Retargeted, skeleton: Skeleton) -> dict[str, int]:
    """Frames in which a joint is more than a degree beyond its limits; joints that never are, are left out."""
    model = RevoluteModel(skeleton)
    allowed = limits(model)
    q = model.from_motion(result.motion.poses, result.motion.transl)
    outside = ((q < allowed.lower - _SLACK) | (q > allowed.upper + _SLACK))[:, len(ROOT) :]
    joints = outside.reshape(len(q), len(JOINTS), 3).any(axis=2).sum(axis=0)
    return {joint: int(count) for joint, count in zip(JOINTS, joints, strict=True) if count}
