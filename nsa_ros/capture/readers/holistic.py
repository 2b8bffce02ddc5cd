"""MediaPipe Holistic's points: 33 of the body, 468 or 478 of the face, 21 of each hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.capture.landmarks import BODY
from nsa_ros.capture.readers.seen import Seen, unseen

Array = NDArray[np.float64]

POSE, HAND, FACE = 33, 21, 468

_POINTS = {"nose": 0} | {
    f"{side}_{part}": index + offset
    for part, index in (("shoulder", 11), ("elbow", 13), ("wrist", 15), ("hip", 23), ("ear", 7), ("mouth", 9))
    for offset, side in enumerate(("left", "right"))
}
_POINTS |= {"left_eye": 2, "right_eye": 5}

_AT = [BODY.index(name) for name in _POINTS]
_FROM = list(_POINTS.values())


def of_parts(pose: Array | None, hands: Array, face: Array | None = None) -> Seen:
    """Bring the parts of a detection together; points that are all zero or NaN count as not seen.

    Args:
        pose: x, y, z and perhaps visibility. Shape (F, 33, 3 or 4).
        hands: left and right; a fourth value is not used, since MediaPipe gives hands none. Shape (F, 2, 21, 2 to 4).
        face: shape (F, 468 or 478, 2 to 4).
    """
    there = face is not None and bool(_seen(face).any())
    seen = unseen(len(hands), "mediapipe" if there else "")
    if pose is not None:
        _fill(seen.body, seen.body_confidence, pose[:, _FROM], _AT, _visibility(pose)[:, _FROM])
    _fill(seen.hands, seen.hands_confidence, hands, slice(None))
    if there and face is not None:
        _fill(seen.face, seen.face_confidence, face, slice(0, face.shape[1]))
    if hands.shape[-1] == 2:
        seen.depth = False
    return seen


def _visibility(pose: Array) -> Array:
    """Fourth value of a body point, 1 where a file has none. Shape (F, 33)."""
    if pose.shape[-1] < 4 or not np.nan_to_num(pose[..., 3]).any():
        return np.ones(pose.shape[:2])
    return np.asarray(np.clip(np.nan_to_num(pose[..., 3]), 0.0, 1.0))


def _seen(points: Array) -> NDArray[np.bool_]:
    """Whether a point is anything but zeros or NaN. (..., C) -> (...)."""
    return np.asarray((np.nan_to_num(points[..., :3]) != 0).any(axis=-1))


def _fill(to: Array, confidence: Array, points: Array, at: list[int] | slice, sure: Array | None = None) -> None:
    seen = _seen(points)
    if points.ndim == 4:
        seen = np.broadcast_to(seen.any(axis=-1, keepdims=True), seen.shape)
    values = np.zeros((*points.shape[:-1], 3))
    values[..., : min(points.shape[-1], 3)] = points[..., :3]
    to[..., at, :] = np.where(seen[..., None], values, np.nan)
    confidence[..., at] = seen * (1.0 if sure is None else sure)
