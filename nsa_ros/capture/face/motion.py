"""Face landmarks to coefficients: measures against the person's neutral face, read as the mannequin's face moves.

Coefficients c displace the measures by d = E c + noise, all taken as Gaussian; the most probable c is read off, so that
what no measure shows stays 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.face import EXPRESSION
from nsa_ros.capture.face.front import front, neutral
from nsa_ros.capture.face.gaze import gaze
from nsa_ros.capture.face.lids import lid_columns, lids, with_shut_eyes
from nsa_ros.capture.face.measures import column, effects, measure_table, measured, usual
from nsa_ros.capture.face.points import Array
from nsa_ros.capture.face.time import bridged, smoothed
from nsa_ros.capture.landmarks import Landmarks

JAW_RANGE = (0.0, 0.6)
"""Of the opening of the jaw [rad]."""

SMOOTHING = 0.035
"""Standard deviation of the Gaussian over time [s]; lids are not smoothed, so that blinks stay."""

_NOT_NEGATIVE = [EXPRESSION.index(name) for name in ("lips_press", "nose_wrinkle", "left_wink", "right_wink")]


@dataclass(frozen=True)
class FaceMotion:
    """The face of a clip.

    Attributes:
        expression: coefficients of `body.face` in [-1, 1]. Shape (F, 10).
        jaw: SMPL-X `jaw`, axis-angle, opening only [rad]. Shape (F, 3).
        eyes: SMPL-X eyes, left and right, axis-angle [rad]. Shape (F, 2, 3).
        seen: whether the face was seen; elsewhere it is bridged (short) or fades to neutral. Shape (F,).
    """

    expression: Array
    jaw: Array
    eyes: Array
    seen: NDArray[np.bool_]


def face_motion(landmarks: Landmarks, head: Array | None = None) -> FaceMotion:
    """Expression, jaw and gaze from the landmarks of a face; all neutral where there are none.

    Args:
        landmarks: with a face layout; others give a neutral face, unseen.
        head: rotation of the head against facing the camera, SMPL-X axes; from the face itself when left out. Shape
            (F, 3, 3).
    """
    points, seen = front(landmarks, head)
    if not seen.any():
        return still_face(len(seen))
    values = measured(points)
    rest = neutral(values, usual(), column("people"), column("expression"), column("level"), landmarks.fps)
    moved = values - rest
    moved[:, lid_columns()], openness = lids(values, rest)
    if landmarks.ordered:
        moved, openness = bridged(moved, landmarks.fps), bridged(openness - 1, landmarks.fps) + 1
        calm = smoothed(moved, SMOOTHING * landmarks.fps)
        calm[:, lid_columns()] = moved[:, lid_columns()]
        moved = calm
    else:
        moved, openness = np.nan_to_num(moved), np.nan_to_num(openness, nan=1.0)
    found = _coefficients(moved)
    expression = with_shut_eyes(found[:, :10], openness)
    jaw = np.zeros((len(found), 3))
    jaw[:, 0] = np.clip(found[:, 10], *JAW_RANGE)
    return FaceMotion(np.clip(expression, -1.0, 1.0), jaw, gaze(points, openness, landmarks), seen)


def still_face(frames: int) -> FaceMotion:
    """A neutral face that was not seen."""
    return FaceMotion(
        np.zeros((frames, 10)), np.zeros((frames, 3)), np.zeros((frames, 2, 3)), np.zeros(frames, dtype=bool)
    )


def _coefficients(moved: Array) -> Array:
    """The most probable coefficients and jaw for displacements of the measures. (F, M) -> (F, 11).

    Coefficients that cannot be negative and would be are taken as 0 and the rest solved again.
    """
    table = measure_table()
    weighed = effects().T / column("noise") ** 2
    spread = np.array([table.get(name, table["coefficient"]) for name in EXPRESSION] + [table["jaw"]])
    normal, wanted = weighed @ effects() + np.diag(spread**-2.0), moved @ weighed.T
    kept = np.ones((len(moved), len(spread)), dtype=bool)
    for _ in range(len(_NOT_NEGATIVE) + 1):
        held = normal * kept[:, :, None] * kept[:, None] + np.eye(len(spread)) * ~kept[:, None]
        found = np.linalg.solve(held, (wanted * kept)[..., None])[..., 0]
        kept[:, _NOT_NEGATIVE] &= found[:, _NOT_NEGATIVE] >= 0
    return np.asarray(found)
