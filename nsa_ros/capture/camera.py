"""The pinhole camera before the signer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Camera:
    """A camera that looks along -z of SMPL-X axes (x to the signer's left, y up, z towards the camera), without lens
    distortion; a tilt of the real one is part of the signer's root orientation.

    Attributes:
        focal: focal length [pixels].
        centre: principal point [pixels]. Shape (2,).
        position: of the camera in the signer's world [m]. Shape (3,).
        size: width and height of the picture [pixels].
    """

    focal: float
    centre: tuple[float, float]
    position: tuple[float, float, float]
    size: tuple[int, int]

    def project(self, points: ArrayLike) -> Array:
        """World [m] to the picture [pixels], x right, y down. (..., 3) -> (..., 2); NaN behind the camera."""
        relative = np.asarray(points, dtype=np.float64) - np.array(self.position)
        distance = -relative[..., 2:]
        distance = np.where(distance > 1e-6, distance, np.nan)
        return np.asarray(self.focal * relative[..., :2] * [1.0, -1.0] / distance + np.array(self.centre))
