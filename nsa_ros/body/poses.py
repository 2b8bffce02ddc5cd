"""Named poses of the figure: `rest` (arms hanging) and `neutral` (where every utterance starts and ends)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from nsa_ros.body.skeleton import JOINTS, joint_index, mirror_permutation
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

_FILE = Path(__file__).parent / "data" / "poses.yaml"


def mirror_pose(pose: Array) -> Array:
    """The pose as seen in a mirror (left and right exchanged), axis-angle [rad]. (..., 55, 3) -> (..., 55, 3)."""
    return np.asarray(pose[..., mirror_permutation(), :] * np.array([1.0, -1.0, -1.0]))


@cache
def named_pose(name: str) -> Array:
    """A pose of `data/poses.yaml`, axis-angle [rad]. Shape (55, 3), read-only.

    The file gives midline and left joints; the right side mirrors the left unless it is given too.

    Raises:
        NsaError: no pose of that name.
    """
    poses = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    if name not in poses:
        raise NsaError(f"unknown pose {name!r}. Poses: {', '.join(poses)}")
    pose = np.zeros((len(JOINTS), 3))
    for joint, rotvec in poses[name].items():
        pose[joint_index(joint)] = rotvec
    mirrored = mirror_pose(pose)
    for i, joint in enumerate(JOINTS):
        if joint.startswith("right_") and joint not in poses[name]:
            pose[i] = mirrored[i]
    pose.setflags(write=False)
    return pose
