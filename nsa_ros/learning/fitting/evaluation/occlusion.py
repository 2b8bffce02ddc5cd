"""Which points of the hands are hidden behind a hand, as seen by a camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.capture.camera import Camera

Array = NDArray[np.float64]

_FIRST = 16
_RADIUS, _BEHIND = 0.009, 0.012
"""Half the width of a finger, and how far behind it a point must be to be hidden [m]."""

_BONES = np.array(
    [(0, 1), (1, 2), (2, 3), (3, 4)]
    + [(a, b) for first in (5, 9, 13, 17) for a, b in ((0, first), (first, first + 1), (first + 1, first + 2))]
    + [(first + 2, first + 3) for first in (5, 9, 13, 17)]
)


def hidden(points: Array, camera: Camera) -> NDArray[np.bool_]:
    """Whether a bone of either hand lies before a point, closer in the picture than half a finger's width.

    Args:
        points: anchors in the axes of the camera [m]. Shape (F, 58, 3).
        camera: that looks.

    Returns:
        Shape (F, 58); points of the body are never hidden.
    """
    away = camera.position[2] - points[:, _FIRST:, 2]
    flat = (points[:, _FIRST:, :2] - np.array(camera.position[:2])) / away[..., None]
    bones = np.concatenate([_BONES, _BONES + 21])
    a, b = flat[:, bones[:, 0]], flat[:, bones[:, 1]]
    along, length = b - a, ((b - a) ** 2).sum(axis=-1)
    share = ((flat[:, :, None] - a[:, None]) * along[:, None]).sum(axis=-1) / np.maximum(length, 1e-9)[:, None]
    share = np.clip(share, 0.0, 1.0)
    apart = np.linalg.norm(flat[:, :, None] - a[:, None] - share[..., None] * along[:, None], axis=-1)
    depth = away[:, bones[:, 0], None].swapaxes(1, 2) * (1 - share) + away[:, bones[:, 1], None].swapaxes(1, 2) * share
    before = (apart * away[..., None] < _RADIUS) & (depth < away[..., None] - _BEHIND)
    before &= ~(np.arange(42)[:, None, None] == bones[None]).any(axis=-1)
    result = np.zeros(points.shape[:2], dtype=bool)
    result[:, _FIRST:] = before.any(axis=2)
    return result
