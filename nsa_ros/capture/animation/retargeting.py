"""A take of a rig as SMPL-X motion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.motion import Motion
from nsa_ros.body.rotations import matrix_to_rotvec, rotvec_to_matrix
from nsa_ros.body.skeleton import JOINTS, PARENTS, Skeleton, default_skeleton
from nsa_ros.capture.animation.animation import Animation
from nsa_ros.capture.animation.bone_map import BoneMap
from nsa_ros.capture.animation.correction import find_corrections
from nsa_ros.capture.animation.rig import Placed
from nsa_ros.capture.animation.stance import Bones, NotStanding, Stance, find_stance
from nsa_ros.capture.animation.take import Take
from nsa_ros.capture.animation.twist import set_hinges, share_pronation
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

_FACING = 15.0
"""Mean heading beyond which a take is turned to face ahead [degrees]."""

_LONGEST = 50_000
"""Most frames that are made of one take, for the memory (2 GB): half an hour at 24 frames/s."""


@dataclass(frozen=True)
class Retargeted:
    """An imported motion and how it was made.

    Attributes:
        motion: in SMPL-X axes [m], the pelvis at the origin in the median.
        bones: of each joint that one drives.
        placed: the bones in the motion's axes and place [m], frame by frame. Shape (F, J).
        stance: how the figure stands at rest.
        up: the file's axis that points up in the take.
        rest: name of the rest pose that was used.
        heading: angle by which the take was turned about the vertical [degrees].
        hinges: angle by which each upper arm was turned about itself [degrees].
        loose: joints whose bone shows no direction at rest.
    """

    motion: Motion
    bones: Bones
    placed: Placed
    stance: Stance
    up: str
    rest: str
    heading: float
    hinges: dict[str, float]
    loose: tuple[str, ...]


def retarget(
    animation: Animation,
    take: Take,
    bone_map: BoneMap,
    bones: Bones,
    fps: float = 0.0,
    skeleton: Skeleton | None = None,
) -> Retargeted:
    """Bring a take onto our figure (`correction` says how).

    Args:
        animation: the file.
        take: one of its takes.
        bone_map: of its rig.
        bones: of each joint, as `bone_map` finds them.
        fps: frames per second of the motion; those of the take when 0.
        skeleton: our figure; the shipped one when left out.

    Raises:
        NsaError: no rest pose in which the figure stands, bones without length, a take that moves none of the bones.
    """
    skeleton = skeleton or default_skeleton()
    moved = {channel.bone for channel in take.channels}
    if not any(_moves(animation, bone, moved) for bone in bones.values()):
        raise NsaError(f"{animation.path}: take {take.name!r} moves none of the bones that the map names")
    name, stance = _stance(animation, take, bone_map, bones, skeleton)
    corrections = find_corrections(animation.rig, stance.rest, bones, skeleton)
    rate = fps or take.fps
    times = take.frames(rate)
    if len(times) > _LONGEST:
        raise NsaError(f"{animation.path}: take {take.name!r} has {len(times)} frames; {_LONGEST} at most. Lower --fps")
    placed, up = stance.aligned(take.place(animation.rig, times), bones)
    turn, heading = _heading(placed.rotations[:, bones["pelvis"]] @ stance.rest.rotations[bones["pelvis"]].T)
    placed = Placed(placed.positions @ turn.T, turn @ placed.rotations)
    rotations = _joints(placed, stance.rest, bones, corrections.rotations)
    hinges = set_hinges(rotations, skeleton)
    poses = matrix_to_rotvec(_relative(rotations))
    share_pronation(poses, skeleton)
    pelvis = stance.scale * placed.positions[:, bones["pelvis"]]
    middle = np.median(pelvis, axis=0)
    motion = Motion(poses, np.zeros((len(poses), 10)), pelvis - middle, rate)
    there = Placed(stance.scale * placed.positions - middle, placed.rotations)
    return Retargeted(motion, bones, there, stance, up, name, heading, hinges, corrections.loose)


def _moves(animation: Animation, bone: int, moved: set[int]) -> bool:
    """Whether a bone or one above it has a channel."""
    while bone >= 0:
        if bone in moved:
            return True
        bone = animation.rig.parents[bone]
    return False


def _stance(
    animation: Animation, take: Take, bone_map: BoneMap, bones: Bones, skeleton: Skeleton
) -> tuple[str, Stance]:
    """The first rest pose in which the figure stands, and its name."""
    rests = animation.rests
    if bone_map.rest:
        times = take.frames(take.fps)
        if bone_map.rest > len(times):
            raise NsaError(f"the rest pose is frame {bone_map.rest}, take {take.name!r} has {len(times)} frames")
        frame = take.place(animation.rig, times[bone_map.rest - 1 : bone_map.rest])
        rests = {f"frame {bone_map.rest}": Placed(frame.positions[0], frame.rotations[0])}
    reasons = []
    for name, rest in rests.items():
        try:
            return name, find_stance(rest, bones, skeleton)
        except NotStanding as error:
            reasons.append(f"{name}: {error}")
    raise NsaError(
        f"{animation.path}: the rig rests in no T or A pose ({'; '.join(reasons)}). If the take has a frame in which "
        "the figure stands upright with straight arms, give its number, from 1, with --rest or as `rest` in the map"
    )


def _heading(pelvis: Array) -> tuple[Array, float]:
    """A turn about y that makes the pelvis face +z in the mean, and its angle [degrees]; none for small angles."""
    ahead = pelvis[:, :, 2].mean(axis=0)
    angle = -float(np.degrees(np.arctan2(ahead[0], ahead[2])))
    if abs(angle) <= _FACING:
        return np.eye(3), 0.0
    return rotvec_to_matrix([0.0, np.radians(angle), 0.0]), angle


def _joints(placed: Placed, rest: Placed, bones: Bones, corrections: Array) -> Array:
    """World rotations of the joints; those without a bone go with their parent. Shape (F, 55, 3, 3)."""
    rotations = np.empty((len(placed.rotations), len(JOINTS), 3, 3))
    for index, joint in enumerate(JOINTS):
        if joint in bones:
            bone = bones[joint]
            rotations[:, index] = placed.rotations[:, bone] @ rest.rotations[bone].T @ corrections[index]
        else:
            rotations[:, index] = rotations[:, PARENTS[index]]
    return rotations


def _relative(rotations: Array) -> Array:
    """World rotations to rotations relative to the parent. (F, 55, 3, 3) -> (F, 55, 3, 3)."""
    relative = rotations.copy()
    relative[:, 1:] = np.swapaxes(rotations[:, list(PARENTS[1:])], -1, -2) @ rotations[:, 1:]
    return relative
