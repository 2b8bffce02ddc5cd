"""Where the eyes look, from the irises between the corners of the eyes."""

from __future__ import annotations

import numpy as np

from nsa_ros.body.rotations import matrix_to_rotvec, rotvec_to_matrix
from nsa_ros.capture.face.points import Array, face_points
from nsa_ros.capture.face.time import bridged, smoothed
from nsa_ros.capture.landmarks import SIDES, Landmarks

_RADIUS = 11.5
"""From the centre of the eye to its iris, for eyes 59 mm apart [mm]; an eyeball is 24 mm across."""

_OPEN = 0.6
"""Share of an eye's usual opening below which its iris is not to be trusted."""

_MOST = (0.6, 0.5)
"""Greatest turn to a side and up or down [rad]."""

_SHARE = 0.5
"""Of the clip's median that is put down to person and detector: who signs looks at the camera most of the time."""


def gaze(points: Array, openness: Array, landmarks: Landmarks) -> Array:
    """Rotation of both eyes against looking straight ahead; both turn alike, as the mean of what the two irises show.

    Args:
        points: faces seen from the front for eyes 59 mm apart [mm]. Shape (F, P, 2).
        openness: of each eye against its usual. Shape (F, 2).
        landmarks: that they come from.

    Returns:
        Axis-angle [rad]; 0 where no iris was seen. Shape (F, 2, 3).
    """
    table = face_points()
    offsets = []
    for i, side in enumerate(SIDES):
        pupil, outer, inner = table.at(f"{side}_pupil", f"{side}_eye_outer", f"{side}_eye_inner")
        offset = points[:, pupil] - (points[:, outer] + points[:, inner]) / 2
        rest = table.canonical[pupil] - (table.canonical[outer] + table.canonical[inner]) / 2
        offsets.append(np.where(openness[:, i, None] >= _OPEN, offset - rest[:2], np.nan))
    known = np.isfinite(offsets)
    total = np.where(known, offsets, 0.0).sum(axis=0)
    seen = known.sum(axis=0)
    shift = np.where(seen > 0, total / np.maximum(seen, 1), np.nan)
    if not np.isfinite(shift).any():
        return np.zeros((len(points), 2, 3))
    shift = shift - _SHARE * np.nanmedian(shift, axis=0)
    shift = smoothed(bridged(shift, landmarks.fps), 0.03 * landmarks.fps) if landmarks.ordered else np.nan_to_num(shift)
    left, up = (np.clip(np.arcsin(np.clip(shift[:, i] / _RADIUS, -1, 1)), -_MOST[i], _MOST[i]) for i in (0, 1))
    turn = rotvec_to_matrix(left[:, None] * np.array([0, 1.0, 0])) @ rotvec_to_matrix(
        -up[:, None] * np.array([1.0, 0, 0])
    )
    return np.repeat(matrix_to_rotvec(turn)[:, None], 2, axis=1)
