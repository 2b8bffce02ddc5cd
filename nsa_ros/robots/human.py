"""The signer's hands, as what a robot's hand is compared with: points of the fingers in palm coordinates.

Palm coordinates are (distal, palmar, radial) from the wrist: towards the fingertips, out of the palm, towards the thumb
side. A left hand and the right hand that mirrors it have the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import TIPS, Skeleton, default_skeleton, joint_index

Array = NDArray[np.float64]

SIDES = ("left", "right")
FINGERS = ("thumb", "index", "middle", "ring", "pinky")
POINTS = ("mcp", "pip", "dip", "tip")
"""Points of a finger; those of the thumb, cmc, mcp, ip and tip, go by the same names."""

PALM_AXES = {
    "left": np.array([[1.0, 0, 0], [0, -1.0, 0], [0, 0, 1.0]]),
    "right": np.array([[-1.0, 0, 0], [0, -1.0, 0], [0, 0, 1.0]]),
}
"""Distal, palmar and radial (rows) of each wrist in SMPL-X axes at the T-pose."""


class HumanHands:
    """Both hands of a figure.

    Attributes:
        knuckles: `mcp` points of the flat hand in palm coordinates [m]. Shape (2, 5, 3).

    Args:
        skeleton: the rest figure; the shipped one when left out.
    """

    def __init__(self, skeleton: Skeleton | None = None) -> None:
        skeleton = skeleton or default_skeleton()
        self._joints = np.array(
            [[[joint_index(f"{side}_{finger}{i}") for i in (1, 2, 3)] for finger in FINGERS] for side in SIDES]
        )
        wrists = np.array([skeleton.rest[joint_index(f"{side}_wrist")] for side in SIDES])
        rest = np.asarray(skeleton.rest)[self._joints]
        tips = np.array([[skeleton.tips[TIPS.index(f"{side}_{finger}")] for finger in FINGERS] for side in SIDES])
        self._axes = np.stack([PALM_AXES[side] for side in SIDES])
        self._bones = np.concatenate([np.diff(rest, axis=2), tips[:, :, None]], axis=2)
        self._start = rest[:, :, 0] - wrists[:, None]
        self.knuckles = np.asarray(self._start @ np.swapaxes(self._axes, 1, 2))

    def points(self, poses: ArrayLike) -> Array:
        """Where the fingers are.

        Args:
            poses: axis-angle of the 55 joints [rad]. Shape (..., 55, 3).

        Returns:
            Palm coordinates [m], sides as in `SIDES`, fingers as in `FINGERS`, points as in `POINTS`.
            Shape (..., 2, 5, 4, 3).
        """
        turns = rotvec_to_matrix(np.asarray(poses, dtype=np.float64)[..., self._joints, :])
        point = np.broadcast_to(self._start, (*turns.shape[:-5], *self._start.shape))
        points, turned = [point], turns[..., 0, :, :]
        for i in range(3):
            if i:
                turned = turned @ turns[..., i, :, :]
            point = point + (turned @ self._bones[:, :, i, :, None])[..., 0]
            points.append(point)
        return np.asarray(np.stack(points, axis=-2) @ np.swapaxes(self._axes, 1, 2)[:, None])
