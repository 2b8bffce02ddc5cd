"""The faces of a clip as seen from the front, all of one size, and the person's neutral one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.capture.face.head import frontal, placed
from nsa_ros.capture.face.measures import measure_table
from nsa_ros.capture.face.points import EYE_DISTANCE, Array, face_points, seen_points
from nsa_ros.capture.landmarks import SIDES, Landmarks

_LEAST_CONFIDENCE = 0.2
_MOST_TURN = 0.5
"""Cosine of the turn of the head beyond which a face shows too little."""


class Front(NamedTuple):
    """Faces seen from the front.

    Attributes:
        points: the named points relative to the point between the eyes, for eyes `points.EYE_DISTANCE` apart, x to the
            signer's left, y up [mm]; NaN where unseen. Shape (F, P, 2).
        seen: whether the face was seen at all. Shape (F,).
    """

    points: Array
    seen: NDArray[np.bool_]


def front(landmarks: Landmarks, head: Array | None = None) -> Front:
    """The faces of a clip, the turn and the size of the head undone.

    Args:
        landmarks: of a face.
        head: rotation of the head against facing the camera, SMPL-X axes; from the face when left out. Shape (F, 3, 3).
    """
    places, confidence = seen_points(landmarks)
    placement = placed(places, confidence, landmarks.depth, head)
    seen = placement.known & (placement.rotation[:, 2, 2] > _MOST_TURN)
    usable = seen[:, None] & (confidence >= _LEAST_CONFIDENCE)
    points = np.where(usable[..., None], frontal(places, placement, landmarks.depth), np.nan)
    return Front(points * _size(points), seen)


def _size(points: Array) -> float:
    """Factor that brings the clip's faces to eyes `EYE_DISTANCE` apart."""
    table = face_points()
    left, right = (points[:, table.at(f"{side}_eye_outer", f"{side}_eye_inner"), 0].mean(axis=1) for side in SIDES)
    apart = (left - right)[np.isfinite(left - right)]
    return EYE_DISTANCE / float(np.median(apart)) if len(apart) else 1.0


def neutral(
    values: Array, usual: Array, people: ArrayLike, expression: ArrayLike, level: ArrayLike, fps: float
) -> Array:
    """The person's neutral values: between the clip's own level and the usual face.

    The clip weighs as much as it can be trusted to show more than one expression.

    Args:
        values: NaN where unseen. Shape (F, M).
        usual: of a neutral face. Shape (M,).
        people: standard deviation among neutral faces. Shape (M,).
        expression: standard deviation by which expressions move them. Shape (M,).
        level: quantile of the clip that is taken as neutral. Shape (M,).
        fps: frames per second.
    """
    among, within, levels = (
        np.broadcast_to(given, usual.shape) for given in (np.square(people), np.square(expression), level)
    )
    found = usual.copy()
    for i, share in enumerate(levels):
        known = values[np.isfinite(values[:, i]), i]
        if len(known):
            looks = max(len(known) / fps / measure_table()["persistence"], 0.5)
            found[i] += (np.quantile(known, share) - found[i]) * among[i] / (among[i] + within[i] / looks)
    return found
