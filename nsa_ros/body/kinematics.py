"""Forward kinematics of the SMPL-X tree."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import PARENTS, TIP_PARENTS, Skeleton

Array = NDArray[np.float64]


class Posed(NamedTuple):
    """Where the figure is, in SMPL-X axes.

    Attributes:
        positions: of the joints [m]. Shape (..., 55, 3).
        rotations: of the joints, relative to the T-pose. Shape (..., 55, 3, 3).
        tips: fingertip positions [m]. Shape (..., 10, 3).
    """

    positions: Array
    rotations: Array
    tips: Array


def forward(skeleton: Skeleton, poses: ArrayLike, transl: ArrayLike | None = None) -> Posed:
    """Joint and fingertip positions from axis-angle poses (SMPL-X, Pavlakos et al., CVPR 2019, §3.1).

    Args:
        skeleton: the rest figure.
        poses: rotation of each joint relative to its parent, axis-angle [rad]. Shape (..., 55, 3).
        transl: position of the pelvis [m]. Shape (..., 3); the origin when left out.
    """
    return forward_matrices(skeleton, rotvec_to_matrix(poses), transl)


def forward_matrices(skeleton: Skeleton, local: ArrayLike, transl: ArrayLike | None = None) -> Posed:
    """`forward` for rotations given as matrices, shape (..., 55, 3, 3)."""
    local = np.asarray(local, dtype=np.float64)
    offsets = skeleton.offsets
    rotations = np.empty_like(local)
    positions = np.empty(local.shape[:-1])
    rotations[..., 0, :, :] = local[..., 0, :, :]
    positions[..., 0, :] = offsets[0] if transl is None else offsets[0] + np.asarray(transl)
    for joint, parent in enumerate(PARENTS[1:], start=1):
        rotations[..., joint, :, :] = rotations[..., parent, :, :] @ local[..., joint, :, :]
        positions[..., joint, :] = positions[..., parent, :] + rotations[..., parent, :, :] @ offsets[joint]
    carriers = list(TIP_PARENTS)
    tips = positions[..., carriers, :] + (rotations[..., carriers, :, :] @ skeleton.tips[..., None])[..., 0]
    return Posed(positions, rotations, tips)
