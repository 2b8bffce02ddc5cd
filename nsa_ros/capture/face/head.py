"""How the head is turned and where it is in the picture, from the points that no expression moves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.capture.face.points import Array, face_points, seen_points
from nsa_ros.capture.landmarks import Landmarks

_ROUNDS = 40
_LEAST = 6
"""Rigid points that must be seen."""

_TRUST_IN_DEPTH = 0.5
"""Share of a detector's depth against that of the canonical face."""


class Placement(NamedTuple):
    """The canonical face laid into the picture by scaled orthography: place = scale · rotation · point + shift.

    Attributes:
        rotation: of the head against facing the camera, SMPL-X axes. Shape (F, 3, 3).
        scale: [pixels/mm]. Shape (F,).
        shift: [pixels]. Shape (F, 2).
        known: whether enough was seen; elsewhere the rest are not to be used. Shape (F,).
    """

    rotation: Array
    scale: Array
    shift: Array
    known: NDArray[np.bool_]


def placed(places: Array, confidence: Array, depth: bool, rotation: Array | None = None) -> Placement:
    """The canonical face laid over the points of each frame, by least squares over those that no expression moves.

    Depths that are missing come from the face laid so far, and the face is laid anew (as in POSIT: DeMenthon and Davis,
    "Model-based object pose in 25 lines of code", IJCV 1995); with depth, from both.

    Args:
        places: as `seen_points` gives them. Shape (F, P, 3).
        confidence: shape (F, P).
        depth: whether z says anything.
        rotation: of the head, where it is known already. Shape (F, 3, 3).
    """
    table = face_points()
    rigid = table.rigid > 0
    model, seen = table.canonical[rigid], np.nan_to_num(places[:, rigid])
    weight = table.rigid[rigid] * confidence[:, rigid]
    known = (weight > 0).sum(axis=1) >= _LEAST
    share = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    middle_model, middle = share @ model, np.einsum("fp,fpi->fi", share, seen)
    points = model - middle_model[:, None]
    targets = (seen - middle[:, None]) * (share > 0)[..., None]
    measured = targets[..., 2]
    turned = _turns(points, targets, share) if rotation is None else rotation
    for _ in range(_ROUNDS):
        laid = points @ np.swapaxes(turned, 1, 2)
        plane = np.einsum("fp,fpi->f", share, laid[..., :2] ** 2)
        scale = np.einsum("fp,fpi,fpi->f", share, laid[..., :2], targets[..., :2]) / np.maximum(plane, 1e-12)
        if rotation is not None:
            break
        model_depth = scale[:, None] * laid[..., 2]
        completed = _TRUST_IN_DEPTH * measured + (1 - _TRUST_IN_DEPTH) * model_depth if depth else model_depth
        turned = _nearest(np.einsum("fp,fpi,fpj->fij", share, np.dstack([targets[..., :2], completed]), points))
    shift = middle[:, :2] - scale[:, None] * np.einsum("fij,fj->fi", turned[:, :2], middle_model)
    return Placement(turned, scale, shift, known & (scale > 1e-6))


def _turns(points: Array, targets: Array, share: Array) -> Array:
    """First guess: the best affine view of the model, made a rotation."""
    square = np.einsum("fp,fpi,fpj->fij", share, points, points) + 1e-6 * np.eye(3)
    view = np.linalg.solve(square, np.einsum("fp,fpi,fpj->fij", share, points, targets[..., :2]))
    across, up = view[..., 0], view[..., 1]
    return _nearest(np.stack([across, up, np.cross(across, up)], axis=1))


def _nearest(matrix: Array) -> Array:
    """The rotations nearest to matrices (Kabsch). (F, 3, 3) -> (F, 3, 3)."""
    u, _, vt = np.linalg.svd(matrix + 1e-12 * np.eye(3))
    u[..., -1] *= np.linalg.det(u @ vt)[:, None]
    return np.asarray(u @ vt)


def frontal(places: Array, placement: Placement, depth: bool) -> Array:
    """Where points lie on the face seen from the front, relative to the point between the eyes [mm].

    Turn and size of the head are undone: with depth in space, without it with the depths of the canonical face.
    (F, P, 3) -> (F, P, 2).
    """
    turn, model = placement.rotation, face_points().canonical
    scale = np.maximum(placement.scale, 1e-9)[:, None, None]
    flat = (places[..., :2] - placement.shift[:, None]) / scale
    if depth:
        rigid = face_points().rigid > 0
        behind = places[..., 2:] / scale
        apart = behind[:, rigid] - model[rigid] @ turn[:, 2, :, None]
        known = np.isfinite(apart)
        shift = np.where(known, apart, 0.0).sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
        return np.asarray((np.concatenate([flat, behind - shift], axis=-1) @ turn)[..., :2])
    flat = flat - turn[:, None, :2, 2] * model[:, 2:]
    return np.asarray(flat @ np.swapaxes(np.linalg.inv(turn[:, :2, :2] + 1e-9 * np.eye(2)), 1, 2))


def head_rotation(landmarks: Landmarks) -> Array | None:
    """Rotation of the head against facing the camera, SMPL-X axes, from the points of the face. Shape (F, 3, 3).

    Frames without a face take the nearest one that has; `None` where no face was seen at all. A face of other
    proportions than the canonical one (a longer nose) shows as a constant turn of a few degrees.
    """
    places, confidence = seen_points(landmarks)
    placement = placed(places, confidence, landmarks.depth)
    frames = np.flatnonzero(placement.known)
    if not len(frames):
        return None
    nearest = np.abs(np.arange(len(landmarks))[:, None] - frames).argmin(axis=1)
    return np.asarray(placement.rotation[frames[nearest]])
