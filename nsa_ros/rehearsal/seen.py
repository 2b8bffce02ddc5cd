"""Captured hands in the same numbers: 21 landmarks, as hand trackers give them, in palm coordinates."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.robots.human import FINGERS, POINTS, SIDES, HumanHands

Array = NDArray[np.float64]

LANDMARKS = 1 + len(FINGERS) * len(POINTS)
"""The wrist, then the points of each finger in the order of `FINGERS` and `POINTS`, as MediaPipe has them."""


def palm_points(landmarks: ArrayLike) -> Array:
    """Right hands as a camera saw them, laid onto the palm of the shipped figure.

    Wrist and knuckles are fitted by rotation and scale (Kabsch 1976), never mirrored.

    Args:
        landmarks: in right-handed axes, any unit. Shape (..., 21, 3).

    Returns:
        Palm coordinates [m]. Shape (..., 5, 4, 3).
    """
    landmarks = np.asarray(landmarks, dtype=np.float64)
    palm = np.concatenate([np.zeros((1, 3)), HumanHands().knuckles[SIDES.index("right"), 1:]])
    seen = landmarks[..., [0, *range(5, LANDMARKS, 4)], :]
    palm = palm - palm.mean(axis=0)
    seen = seen - seen.mean(axis=-2, keepdims=True)
    left, _, right = np.linalg.svd(np.swapaxes(seen, -1, -2) @ palm)
    handed = np.linalg.det(left @ right)
    left[..., :, -1] *= np.sign(handed)[..., None]
    scale = np.sqrt((palm**2).sum() / (seen**2).sum(axis=(-1, -2)))
    points = (landmarks[..., 1:, :] - landmarks[..., :1, :]) @ (left @ right) * scale[..., None, None]
    return np.asarray(points.reshape(*points.shape[:-2], len(FINGERS), len(POINTS), 3))
