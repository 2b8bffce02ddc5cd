"""Features of a frame, made from landmarks alone, so that nothing of a model's own representation is seen.

Places are taken around the middle of the shoulders, in shoulder widths; the points of a hand around its wrist, in
lengths of the hand. Without depth, as from one camera, what needs it is zero, and a flag says so.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.learning.evaluation.recogniser.landmarks import Landmarks

Array = NDArray[np.float64]

_BONES = np.array([[0, *range(4 * f + 1, 4 * f + 5)] for f in range(5)])
_KNUCKLES = (5, 9, 13, 17)
_HAND = 1 + 3 + 3 + 60 + 15 + 12
CHANNELS = 2 * _HAND + 9 + 3
"""Features of a frame."""

_FASTER = 8.0  # puts the velocity of wrists [shoulder widths / frame] on the scale of places


def features(landmarks: Landmarks, depth: bool = True) -> NDArray[np.float32]:
    """Features of every frame. Shape (F, CHANNELS).

    Args:
        landmarks: to describe.
        depth: whether the third coordinate is known.
    """
    hands, body = landmarks.hands.astype(np.float32), landmarks.body.astype(np.float32)
    if not depth:
        hands, body = hands * np.float32([1, 1, 0]), body * np.float32([1, 1, 0])
    frames = len(hands)
    shoulders = body[:, 1:3]
    placed = bool(np.isfinite(shoulders).all(axis=(1, 2)).any())
    if placed:
        middle = np.nanmedian(shoulders.mean(axis=1), axis=0)
        width = float(np.nanmedian(np.linalg.norm(shoulders[:, 0] - shoulders[:, 1], axis=-1))) or 1.0
    rows = []
    size = _hand_size(hands)
    for side in (0, 1):
        points = hands[:, side]
        seen = np.isfinite(points).all(axis=(1, 2))
        wrist = np.where(seen[:, None], points[:, 0], body[:, 5 + side])
        place = (wrist - middle) / width if placed else np.zeros((frames, 3), np.float32)
        place = _bridged(place)
        speed = np.diff(place, axis=0, prepend=place[:1]) * _FASTER
        own = np.where(seen[:, None, None], (points - points[:, :1]) / size, 0.0)
        palm = own[:, _KNUCKLES, :].mean(axis=1, keepdims=True)
        spread = _turned(own - palm) if depth else np.zeros((frames, 12), np.float32)
        bends = _bends(own) if depth else np.zeros((frames, 15), np.float32)
        rows += [seen[:, None], place, speed, own[:, 1:].reshape(frames, 60), bends, spread * seen[:, None]]
    upper = (body[:, [0, 3, 4]] - middle) / width if placed else np.zeros((frames, 3, 3), np.float32)
    flags = np.tile(np.float32([depth, placed, 1.0]), (frames, 1))
    rows += [np.nan_to_num(upper.reshape(frames, 9)), flags]
    return np.concatenate(rows, axis=1).astype(np.float32)


def _hand_size(hands: Array) -> float:
    """From wrist to the knuckle of the middle finger, where it is seen at its full length."""
    length = np.linalg.norm(hands[:, :, 9] - hands[:, :, 0], axis=-1)
    length = length[np.isfinite(length)]
    return max(float(np.percentile(length, 90)), 1e-6) if len(length) else 1.0


def _bridged(values: Array) -> Array:
    """Gaps of NaN bridged in time; zeros when there is nothing else. Shape (F, n)."""
    seen = np.isfinite(values).all(axis=1)
    if seen.all():
        return values
    if not seen.any():
        return np.zeros_like(values)
    frames = np.arange(len(values))
    return np.stack([np.interp(frames, frames[seen], column[seen]) for column in values.T], axis=1)


def _bends(points: Array) -> Array:
    """1 - cosine of the bend at each finger joint. (F, 21, 3) -> (F, 15)."""
    bones = np.diff(points[:, _BONES], axis=2)
    bones = bones / np.maximum(np.linalg.norm(bones, axis=-1, keepdims=True), 1e-6)
    return np.asarray(1.0 - (bones[:, :, 1:] * bones[:, :, :-1]).sum(-1)).reshape(len(points), 15)


def _turned(points: Array) -> Array:
    """Tips of the fingers but the thumb's knuckle side, in the frame of the palm. (F, 21, 3) -> (F, 12)."""
    along = points[:, 9] - points[:, 0]
    across = points[:, 5] - points[:, 17]
    along = along / np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-6)
    out = np.cross(along, across)
    out = out / np.maximum(np.linalg.norm(out, axis=-1, keepdims=True), 1e-6)
    frame = np.stack([along, np.cross(out, along), out], axis=1)  # (F, 3, 3), rows are axes
    tips = points[:, [4, 8, 12, 20]]
    return np.asarray(np.einsum("fij,fpj->fpi", frame, tips)).reshape(len(points), 12)
