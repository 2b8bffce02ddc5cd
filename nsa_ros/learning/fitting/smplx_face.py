"""Face landmarks to the expression coefficients of a licensed SMPL-X model and its jaw.

The same reading as `capture.face` for the open basis: displacements of points from the person's neutral face, and the
most probable coefficients for them; here of the model's own 51 landmarks, in its own basis.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import JAW, JOINTS
from nsa_ros.capture.face.front import front, neutral
from nsa_ros.capture.face.motion import JAW_RANGE, SMOOTHING, FaceMotion, face_motion, still_face
from nsa_ros.capture.face.points import EYE_DISTANCE, face_points
from nsa_ros.capture.face.time import bridged, smoothed
from nsa_ros.capture.landmarks import Landmarks
from nsa_ros.learning.fitting.smplx_model import COEFFICIENTS, SmplxModel

Array = NDArray[np.float64]

_DLIB = range(17, 68)
"""Points of dlib that SMPL-X's landmarks are."""

_NOISE, _PEOPLE, _MOVED = 1.5, 3.0, 2.0
"""Standard deviations [mm]: of a point in a frame, of the neutral face among people of the same betas, and by which
expressions move a point."""

_JAW_SPREAD = 0.2
_JAW_STEP = 0.05
_ROUNDS = 4
_MOST = 5.0
"""Greatest coefficient [standard deviations]."""


def smplx_face_motion(
    landmarks: Landmarks, model: SmplxModel, betas: Array | None = None, head: Array | None = None
) -> FaceMotion:
    """Expression in SMPL-X's basis, jaw and gaze from the landmarks of a face; all neutral where there are none.

    Args:
        landmarks: with a face layout.
        model: the licensed model.
        betas: the signer's shape; the mean when left out. Shape (10,).
        head: rotation of the head against facing the camera; from the face itself when left out. Shape (F, 3, 3).
    """
    points, seen = front(landmarks, head)
    if not seen.any():
        return still_face(len(seen))
    face = _Face(model, np.zeros(COEFFICIENTS) if betas is None else betas)
    places = face_points().indices["openpose"]
    values = points[:, [places.index((i,)) for i in _DLIB]].reshape(len(points), -1)
    values = values - neutral(values, face.rest, _PEOPLE, _MOVED, 0.5, landmarks.fps)
    if landmarks.ordered:
        values = smoothed(bridged(values, landmarks.fps), SMOOTHING * landmarks.fps)
    found = face.solved(np.nan_to_num(values))
    jaw = np.zeros((len(found), 3))
    jaw[:, 0] = found[:, COEFFICIENTS]
    return FaceMotion(found[:, :COEFFICIENTS], jaw, face_motion(landmarks, head).eyes, seen)


class _Face:
    """Places of the 51 landmarks of one person, seen from the front for eyes `EYE_DISTANCE` apart [mm].

    Attributes:
        rest: of the neutral face. Shape (102,).
    """

    def __init__(self, model: SmplxModel, betas: Array) -> None:
        self._model, self._betas = model, betas
        self._scale, self._middle = 1.0, np.zeros(2)
        flat = self._places(np.zeros((1, COEFFICIENTS + 1))).reshape(-1, 2)
        left, right = (flat[[_DLIB.index(i) for i in eye]].mean(axis=0) for eye in ((42, 45), (36, 39)))
        self._scale, self._middle = EYE_DISTANCE / float((left - right)[0]), (left + right) / 2
        self.rest = self._places(np.zeros((1, COEFFICIENTS + 1)))[0]
        steps = np.diag([1.0] * COEFFICIENTS + [_JAW_STEP])
        self._effects = ((self._places(steps) - self.rest) / np.diag(steps)[:, None]).T

    def _places(self, coefficients: Array) -> Array:
        """For ten coefficients and the jaw. (N, 11) -> (N, 102)."""
        local = np.tile(np.eye(3), (len(coefficients), len(JOINTS), 1, 1))
        local[:, JAW] = rotvec_to_matrix(coefficients[:, COEFFICIENTS:] * np.array([1.0, 0.0, 0.0]))
        betas = np.tile(self._betas, (len(coefficients), 1))
        device = self._model.template.device
        rotations, shape, expression = (
            torch.tensor(values, dtype=torch.float32, device=device)
            for values in (local, betas, coefficients[:, :COEFFICIENTS])
        )
        with torch.no_grad():
            marks = self._model.landmarks(rotations, shape, expression)[..., :2].cpu().numpy().astype(np.float64)
        return np.asarray(((marks - self._middle) * self._scale).reshape(len(coefficients), -1))

    def solved(self, moved: Array) -> Array:
        """The most probable coefficients and jaw for displacements from neutral [mm]. (F, 102) -> (F, 11).

        Gauss-Newton with the effects at the neutral face: the jaw turns its landmarks, so one round does not do.
        """
        weighed = self._effects.T / _NOISE**2
        spread = np.array([1.0] * COEFFICIENTS + [_JAW_SPREAD])
        normal = weighed @ self._effects + np.diag(spread**-2)
        least = np.append(np.full(COEFFICIENTS, -_MOST), JAW_RANGE[0])
        most = np.append(np.full(COEFFICIENTS, _MOST), JAW_RANGE[1])
        found = np.zeros((len(moved), COEFFICIENTS + 1))
        for _ in range(_ROUNDS):
            left = moved + self.rest - self._places(found)
            step = np.linalg.solve(normal, (left @ weighed.T - found / spread**2).T).T
            found = np.clip(found + step, least, most)
        return found
