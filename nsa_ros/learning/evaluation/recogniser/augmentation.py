"""Renditions that differ from the corpus as models, signers and cameras do, so that the recogniser reads those too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from nsa_ros.learning.evaluation.recogniser.landmarks import Landmarks

Array = NDArray[np.float64]

FLAT = 0.2
"""Share of training clips without depth."""


def time_warp(frames: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Frames to show, one after the other: another tempo, which wavers, and some frames shown twice for lost ones."""
    rate = np.exp(rng.normal(0.0, 0.12) + gaussian_filter1d(rng.normal(0.0, 0.6, frames), 12))
    at = np.cumsum(rate) - rate[0]
    count = max(2, round(at[-1]) + 1)
    shown = np.interp(np.linspace(0.0, at[-1], count), at, np.arange(frames))
    if rng.random() < 0.25:
        lost = rng.random(count) < rng.uniform(0.0, 0.15)
        lost[0] = False
        shown = shown[np.maximum.accumulate(np.where(lost, 0, np.arange(count)))]
    return np.round(shown).astype(np.int64)


def altered(landmarks: Landmarks, rng: np.random.Generator) -> Landmarks:
    """The same landmarks as of another signer, model or camera. Time stays.

    Turned and scaled as a whole, hands shifted against the body and scaled, movement larger or smaller around its
    mean, smoothed in time or with tremor, each point off by a little all the time, and sometimes no body, no left hand
    or gaps.
    """
    hands, body = landmarks.hands, landmarks.body
    frames = len(hands)
    turn = _turn(np.radians(rng.normal(0.0, [4.0, 6.0, 2.5])))
    hands, body = hands @ turn.T, body @ turn.T
    wrists = hands[:, :, :1]
    own = (hands - wrists) * np.exp(rng.normal(0.0, 0.05)) * np.exp(rng.normal(0.0, 0.03, 3))
    own = own + rng.normal(0.0, 0.002, (1, 2, 21, 3)) + rng.normal(0.0, rng.uniform(0.0, 0.003), own.shape)
    mean = wrists.mean(axis=0)
    wrists = mean + (wrists - mean) * np.exp(rng.normal(0.0, 0.08)) + rng.normal(0.0, 0.012, (1, 2, 1, 3))
    wrists = wrists + rng.normal(0.0, rng.uniform(0.0, 0.003), wrists.shape)
    tilt = np.stack([_turn(np.radians(rng.normal(0.0, 5.0, 3))) for _ in range(2)])
    hands = np.einsum("fspi,sji->fspj", own, tilt) + wrists
    body = body + rng.normal(0.0, 0.01, (1, *body.shape[1:]))
    if rng.random() < 0.4:
        width = int(rng.integers(2, 5))
        hands, body = uniform_filter1d(hands, width, axis=0), uniform_filter1d(body, width, axis=0)
    if rng.random() < 0.05:
        body = np.full_like(body, np.nan)
    if rng.random() < 0.15:
        gaps = uniform_filter1d((rng.random((frames, 2)) < 0.08).astype(float), 3, axis=0) > 0.0
        hands = np.where(gaps[:, :, None, None], np.nan, hands)
    return Landmarks(hands, body)


def _turn(angles: Array) -> Array:
    """Rotation by small angles about x, y and z. Shape (3, 3)."""
    x, y, z = angles
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    left, _, right = np.linalg.svd(np.eye(3) + skew)
    return np.asarray(left @ right)
