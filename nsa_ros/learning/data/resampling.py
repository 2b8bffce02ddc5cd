"""Motion at other times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.rotations import matrix_to_rotvec, rotvec_to_matrix, slerp
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

_SAME = 1e-6
"""Times that differ by less are the same [s]."""


def resample(poses: Array, expression: Array, times: Array, fps: float) -> tuple[Array, Array]:
    """A motion at an even rate: rotations along the geodesic (slerp), expression in a straight line.

    Gaps in `times` are filled on the way. The first frame stays the first; the last is less than one new frame before
    the end. There is no low-pass filter: signing holds little above the 12 Hz that 24 frames/s can carry.

    Args:
        poses: axis-angle [rad]. Shape (F, J, 3).
        expression: (F, E).
        times: of the frames, rising [s]. Shape (F,).
        fps: frames per second wanted.

    Raises:
        NsaError: times that do not rise, or a rate that is not above 0.
    """
    if not fps > 0 or not (np.diff(times) > 0).all():
        raise NsaError(f"resampling to {fps:g} frames/s: the rate must be above 0, and times must rise")
    wanted = times[0] + np.arange(int((times[-1] - times[0] + _SAME) * fps) + 1) / fps
    if len(times) < 2 or (len(wanted) == len(times) and np.abs(wanted - times).max() < _SAME):
        return poses, expression
    before = np.clip(np.searchsorted(times, wanted + _SAME, side="right") - 1, 0, len(times) - 2)
    part = np.clip((wanted - times[before]) / (times[before + 1] - times[before]), 0.0, 1.0)
    rotations = rotvec_to_matrix(poses)
    turned = slerp(rotations[before], rotations[before + 1], np.repeat(part[:, None], poses.shape[1], axis=1))
    faces = expression[before] + part[:, None] * (expression[before + 1] - expression[before])
    return matrix_to_rotvec(turned), faces
