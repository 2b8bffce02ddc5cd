"""The rest-pose correction: how our figure in its T-pose must turn, joint by joint, to rest as the rig does.

With B the world rotation of a bone and C the correction of its joint, the joint's world rotation is

    R(t) = B(t) B(rest)⁻¹ C

so that a rig at rest in an A-pose shows our figure in that A-pose, whatever axes its bones have.

- Trunk, head, collars, feet, jaw and eyes: C = 1. Every figure stands upright at rest and looks ahead; the lines
  between these joints run differently in different rigs and say nothing about posture.
- Limbs and fingers: C turns our bone onto the rig's by the shortest way from the parent's correction, without twist.
- Hands: wrist to knuckles, and index to little knuckle for the palm, are brought together.
- Upper arms: their twist shows in no direction at rest. It is set afterwards from the motion (`twist.py`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.skeleton import FINGERS, INDEX, JOINTS, PARENTS, TIPS, Skeleton
from nsa_ros.capture.animation.rig import Placed, Rig
from nsa_ros.capture.animation.stance import Bones, shortest
from nsa_ros.capture.landmarks import SIDES
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

_NEXT = {
    f"{side}_{joint}": f"{side}_{child}"
    for side in SIDES
    for joint, child in (
        ("hip", "knee"),
        ("knee", "ankle"),
        ("shoulder", "elbow"),
        ("elbow", "wrist"),
        *((f"{finger}{i}", f"{finger}{i + 1}") for finger in FINGERS for i in (1, 2)),
    )
}
"""Where the bone of each limb or finger joint leads."""


class Corrections(NamedTuple):
    """Attributes:
    rotations: C of each joint; that of its parent where no bone drives it. Shape (55, 3, 3).
    loose: joints whose bone shows no direction, so that they rest in line with their parent.
    """

    rotations: Array
    loose: tuple[str, ...]


def find_corrections(rig: Rig, rest: Placed, bones: Bones, skeleton: Skeleton) -> Corrections:
    """C of every joint.

    Args:
        rig: the bones, for messages and for the ends of fingers.
        rest: where they rest, in SMPL-X axes. Shape (J).
        bones: of each joint.
        skeleton: our figure.

    Raises:
        NsaError: an arm or leg bone of no length.
    """
    rotations = np.tile(np.eye(3), (len(JOINTS), 1, 1))
    loose: list[str] = []
    for index, joint in enumerate(JOINTS):
        before = rotations[PARENTS[index]] if index else np.eye(3)
        if joint not in bones:
            rotations[index] = before
        elif joint.endswith("_wrist"):
            rotations[index] = _hand(rest, bones, skeleton, joint.removesuffix("_wrist"), before)
        elif joint in _NEXT or (joint[-1] == "3" and joint != "spine3"):
            theirs = _bone_direction(rig, rest, bones, joint)
            if theirs is None:
                loose.append(joint)
                theirs = before @ _our_direction(skeleton, joint)
            rotations[index] = shortest(before @ _our_direction(skeleton, joint), theirs) @ before
    return Corrections(rotations, tuple(loose))


def _our_direction(skeleton: Skeleton, joint: str) -> Array:
    if joint in _NEXT:
        return _unit(skeleton.rest[INDEX[_NEXT[joint]]] - skeleton.rest[INDEX[joint]])
    return _unit(skeleton.tips[TIPS.index(joint[:-1])])


def _bone_direction(rig: Rig, rest: Placed, bones: Bones, joint: str) -> Array | None:
    """Unit vector along the bone of a limb or finger joint; None when nothing shows it."""
    bone, child = bones[joint], bones.get(_NEXT.get(joint, ""))
    tiny = 1e-6 * float(np.ptp(rest.positions, axis=0).max())
    if child is not None:
        along = rest.positions[child] - rest.positions[bone]
        if np.linalg.norm(along) > tiny:
            return _unit(along)
        if joint[-1] not in "123":
            raise NsaError(
                f"bone {rig.path(bone)!r} ({joint}) has no length: {rig.names[child]!r} is at the same place at rest. "
                "Give the joint another bone in the map"
            )
    ends = [rest.positions[end] - rest.positions[bone] for end in rig.children(bone)]
    longest = max(ends, key=lambda end: float(np.linalg.norm(end)), default=np.zeros(3))
    if np.linalg.norm(longest) > tiny:
        return _unit(longest)
    return _as_parent(rig, rest, bone, tiny)


def _as_parent(rig: Rig, rest: Placed, bone: int, tiny: float) -> Array | None:
    """Direction of a last bone whose end is not in the file: along the same one of its own axes as its parent's."""
    parent = rig.parents[bone]
    along = rest.positions[bone] - rest.positions[parent]
    if parent < 0 or np.linalg.norm(along) <= tiny:
        return None
    return np.asarray(rest.rotations[bone] @ rest.rotations[parent].T @ _unit(along))


def _hand(rest: Placed, bones: Bones, skeleton: Skeleton, side: str, before: Array) -> Array:
    """C of a wrist from the knuckles that the rig has; in line with the forearm when it has none."""
    knuckles = [f"{side}_{finger}1" for finger in FINGERS[1:] if f"{side}_{finger}1" in bones]
    if not knuckles:
        return before
    ours = np.array([skeleton.rest[INDEX[knuckle]] for knuckle in knuckles]) - skeleton.rest[INDEX[f"{side}_wrist"]]
    theirs = rest.positions[[bones[knuckle] for knuckle in knuckles]] - rest.positions[bones[f"{side}_wrist"]]
    if np.linalg.norm(theirs.mean(0)) < 1e-9:
        return before
    if len(knuckles) == 1 or np.linalg.norm(np.cross(theirs.mean(0), theirs[0] - theirs[-1])) < 1e-12:
        return shortest(before @ _unit(ours.mean(0)), _unit(theirs.mean(0))) @ before
    return np.asarray(_frame(theirs.mean(0), theirs[0] - theirs[-1]) @ _frame(ours.mean(0), ours[0] - ours[-1]).T)


def _frame(along: Array, across: Array) -> Array:
    """Rotation whose first column is a direction, and whose second is as near as may be to another."""
    first = _unit(along)
    second = _unit(across - (across @ first) * first)
    return np.stack([first, second, np.cross(first, second)], axis=-1)


def _unit(vector: Array) -> Array:
    return np.asarray(vector / np.linalg.norm(vector))
