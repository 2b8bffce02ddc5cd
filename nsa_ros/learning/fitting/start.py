"""Where a fit starts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.kinematics import forward
from nsa_ros.body.poses import named_pose
from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.capture.anchors import anchors
from nsa_ros.capture.camera import Camera
from nsa_ros.capture.landmarks import Landmarks
from nsa_ros.learning.fitting.figure import MOVING

Array = NDArray[np.float64]

FIELD = 1.1
"""Focal length over the longer side of the picture where nobody knows it: a webcam or phone of 49 degrees."""


class Start(NamedTuple):
    """A first guess.

    Attributes:
        q: playback coordinates, the camera at the world's origin [m], [rad]. Shape (F, 168).
        camera: at the origin.
        spread: how far off each turn of `figure.MOVING` may be, as a standard deviation [rad]; None where unknown.
            Shape (F, 44, 3).
    """

    q: Array
    camera: Camera
    spread: Array | None = None


def first_camera(landmarks: Landmarks, focal: float | None = None) -> Camera:
    """A camera of that focal length, or of `FIELD`, with the principal point in the middle, at the origin."""
    width, height = landmarks.size
    return Camera(focal or FIELD * max(width, height), (width / 2, height / 2), (0.0, 0.0, 0.0), landmarks.size)


def started(landmarks: Landmarks, camera: Camera, angles: Array, spread: Array | None = None) -> Start:
    """A start from the turns of `figure.MOVING` (F, 44, 3), placed where it was seen."""
    model = RevoluteModel(default_skeleton())
    q = np.repeat(model.from_motion(named_pose("neutral")[None], np.zeros((1, 3))), len(landmarks), axis=0)
    q[:, len(ROOT) :].reshape(len(q), -1, 3)[:, list(MOVING)] = angles
    q[:, : len(ROOT)] = place(landmarks, camera, model.to_motion(q)[0])
    return Start(q, camera, spread)


def place(landmarks: Landmarks, camera: Camera, poses: Array) -> Array:
    """Where the pelvis is, so that the figure lies on the landmarks in least squares [m]. Shape (F, 3).

    The distance is one for the clip, the median over frames (single pictures keep their own); frames without landmarks
    take the place of those around.
    """
    skeleton = default_skeleton()
    shown = anchors(skeleton).positions(forward(skeleton, poses))
    seen = np.concatenate([landmarks.body, landmarks.hands.reshape(len(landmarks), -1, 3)], axis=1)[..., :2]
    sure = np.concatenate([landmarks.body_confidence, landmarks.hands_confidence.reshape(len(landmarks), -1)], axis=1)
    sure = np.where(np.isfinite(seen).all(axis=-1), sure, 0.0)
    ray = np.nan_to_num((seen - np.array(camera.centre)) / camera.focal) * [1.0, -1.0]
    # x + tx = ray * -(z + tz) for each coordinate: linear in t
    weight = np.repeat(np.sqrt(sure)[..., None], 2, axis=-1)
    target = -ray * shown[..., 2:] - shown[..., :2]
    rows = np.zeros((*ray.shape, 3))
    rows[..., 0, 0] = rows[..., 1, 1] = 1.0
    rows[..., 2] = ray
    rows, target = (
        (values * w).reshape(len(poses), -1, *values.shape[3:])
        for values, w in ((rows, weight[..., None]), (target, weight))
    )
    enough = (sure > 0).sum(axis=1) >= _FEWEST
    if not enough.any():
        return np.tile([0.0, -0.4, -1.5], (len(poses), 1))
    normal = np.swapaxes(rows, 1, 2) @ rows + 1e-6 * np.eye(3)
    depth = np.linalg.solve(normal, (np.swapaxes(rows, 1, 2) @ target[..., None]))[enough, 2, 0]
    moments = np.arange(len(poses))
    own = np.median(depth) if landmarks.ordered else np.interp(moments, moments[enough], depth)
    away = np.broadcast_to(np.minimum(own, _NEAREST), len(poses))
    flat = rows[:, :, :2]
    normal = np.swapaxes(flat, 1, 2) @ flat + 1e-6 * np.eye(2)
    across = np.linalg.solve(normal, np.swapaxes(flat, 1, 2) @ (target - rows[:, :, 2] * away[:, None])[..., None])[
        ..., 0
    ]
    held = [np.interp(moments, moments[enough], across[enough, axis]) for axis in range(2)]
    return np.column_stack([*held, away])


_FEWEST = 4
_NEAREST = -0.25
