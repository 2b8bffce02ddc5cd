"""Clips of landmarks to whole fits: pose, shape and camera by optimisation, then the face, labels and the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nsa_ros.body.motion import Motion
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import EYES, JAW, default_skeleton
from nsa_ros.capture.face import face_motion
from nsa_ros.capture.fitted import Fitted
from nsa_ros.capture.landmarks import Landmarks
from nsa_ros.capture.quality import quality
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.clips import NO_EXPRESSION, OPEN_EXPRESSION, SMPLX_EXPRESSION
from nsa_ros.learning.fitting.figure import turns_of
from nsa_ros.learning.fitting.fit import fit, lifted_start
from nsa_ros.learning.fitting.prior import Prior
from nsa_ros.learning.fitting.settings import Settings
from nsa_ros.learning.fitting.smplx_face import smplx_face_motion
from nsa_ros.learning.fitting.smplx_model import SmplxModel
from nsa_ros.learning.fitting.start import Start, first_camera, started


def fit_landmarks(
    clips: Sequence[Landmarks],
    settings: Settings | None = None,
    prior: Prior | None = None,
    initial: Sequence[Motion | None] | None = None,
) -> list[Fitted]:
    """Fit clips together.

    Args:
        clips: landmarks.
        settings: of the optimisation.
        prior: of poses; the shipped one when left out.
        initial: a regressor's estimate of each clip to start from, where there is one.

    Raises:
        NsaError: a clip without frames, or an estimate of another length.
    """
    settings, given = settings or Settings(), initial or [None] * len(clips)
    for clip in clips:
        if not len(clip):
            raise NsaError(f"{clip.name} has no frames")
    starts = [
        lifted_start(clip, settings.focal) if motion is None else estimated_start(clip, motion, settings.focal)
        for clip, motion in zip(clips, given, strict=True)
    ]
    model = SmplxModel(settings.smplx) if settings.smplx else None
    fits = fit(clips, settings, prior, starts)
    return [_finished(clip, fitted, model) for clip, fitted in zip(clips, fits, strict=True)]


def estimated_start(landmarks: Landmarks, motion: Motion, focal: float | None = None) -> Start:
    """A start from a regressor's poses; where the signer stands is taken from the landmarks.

    Raises:
        NsaError: not as many frames as the clip.
    """
    if len(motion) != len(landmarks):
        raise NsaError(f"{landmarks.name} has {len(landmarks)} frames, the estimate to start from {len(motion)}")
    q = RevoluteModel(default_skeleton()).from_motion(motion.poses, motion.transl)
    angles = turns_of(q)
    return started(landmarks, first_camera(landmarks, focal), angles)


def _finished(landmarks: Landmarks, fitted: Fitted, model: SmplxModel | None) -> Fitted:
    face = smplx_face_motion(landmarks, model, fitted.betas) if model else face_motion(landmarks)
    basis = SMPLX_EXPRESSION if model else OPEN_EXPRESSION
    poses = fitted.motion.poses.copy()
    poses[:, JAW], poses[:, EYES] = face.jaw, face.eyes
    labels = {
        "source": "not stated",
        "license": "not stated",
        "status": "captured, monocular",
        **dict(landmarks.labels),
        "made_by": "nsa fit",
        "expression_basis": basis if np.any(face.seen) else NO_EXPRESSION,
    }
    motion = replace(fitted.motion, poses=poses, expression=face.expression)
    finished = replace(fitted, motion=motion, labels=labels)
    return replace(finished, quality=quality(landmarks, finished))
