"""How a pose lies in an SmplxFrame: what the messages and the bag share, free of ROS."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.skeleton import BODY, EYES, JAW, JOINTS, LEFT_HAND, RIGHT_HAND

Array = NDArray[np.float64]

PARTS: dict[str, slice] = {
    "global_orient": slice(0, 1),
    "body_pose": BODY,
    "jaw_pose": slice(JAW, JAW + 1),
    "leye_pose": slice(EYES.start, EYES.start + 1),
    "reye_pose": slice(EYES.start + 1, EYES.stop),
    "left_hand_pose": LEFT_HAND,
    "right_hand_pose": RIGHT_HAND,
}
"""Field of SmplxFrame to the SMPL-X joints it holds."""

UNIT_KINDS = {"sign": 1, "letter": 2, "number": 3}
"""Kind of a `Unit` to its number in the messages (SmplxFrame.UNIT_*)."""

SOURCES = {"rest": 0, "hold": 1, "transition": 2, "reference": 3, "model": 4}
"""Where a sample comes from to its number (SmplxFrame.SOURCE_*)."""

BASE_FRAME = "base_link"
"""Root link of the URDF: ROS axes (x forward, y left, z up)."""

FIGURE_FRAME = "figure"
"""Link of the URDF with SMPL-X axes (x left, y up, z forward), fixed to the base."""


def split(poses: Array) -> dict[str, NDArray[np.float32]]:
    """Axis-angle poses (55, 3) [rad] as the flat fields of an SmplxFrame."""
    poses = np.asarray(poses, np.float32)
    return {field: poses[joints].ravel() for field, joints in PARTS.items()}


def joined(message: object) -> Array:
    """Inverse of `split`: the poses (55, 3) [rad] of anything with an SmplxFrame's fields."""
    poses = np.empty((len(JOINTS), 3))
    for field, joints in PARTS.items():
        poses[joints] = np.reshape(getattr(message, field), (-1, 3))
    return poses
