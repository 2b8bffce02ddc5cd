"""A detector of landmarks as it would see a known motion: its noise, its depth, what it loses and confuses."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import Motion
from nsa_ros.body.skeleton import Skeleton
from nsa_ros.capture.anchors import Anchors, anchors
from nsa_ros.capture.camera import Camera
from nsa_ros.capture.landmarks import BODY, HAND, Landmarks
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.evaluation.occlusion import hidden

Array = NDArray[np.float64]

_BODY = slice(0, len(BODY))
_HANDS = (slice(16, 37), slice(37, 58))
_HIPS = (BODY.index("left_hip"), BODY.index("right_hip"))
_DEPTH_OF = np.array([{"nose": 0.6, "wrist": 1.5, "elbow": 1.2}.get(name.split("_")[-1], 0.8) for name in BODY])
"""How uncertain the depth of each point of the body is, relative to others."""

_LONG = 1.5
"""How long errors of depth last [s]."""

_SLANT, _GROWN = (0.08, 0.2), 0.25
"""Standard deviation of the slope of z across the picture, of the body and of hands, and of the log of its scale."""


@dataclass(frozen=True)
class DetectorNoise:
    """Sizes of a detector's errors; zero switches one off. docs/fitting/known_truth.md says where they come from.

    Attributes:
        pixels: standard deviation of white noise of the median point, in each coordinate, in a picture whose
            shorter side is 720 [pixels].
        correlated: of noise that lasts about 0.25 s, relative to `pixels`.
        offset: of where the detector means a point to lie, the same through a clip, in each coordinate: on the body
            [m]; on hands `hand_offset` [m].
        depth: size of the errors of z, 1 for MediaPipe's.
        hand_depth: scale of a hand's z, relative to the truth: MediaPipe flattens hands.
        body_depth: the same of the body's: MediaPipe exaggerates how far arms and head are forward.
        dropouts: share of the time that a point is not seen: of a hand mostly all of it at once.
        swaps: share of the time that left and right hand are exchanged.
        occlusion: how much larger the error of a hidden point is.
        blur: speed at which the error is twice that of a point at rest [pixels/frame at 720 lines].
    """

    pixels: float = 2.0
    correlated: float = 0.5
    offset: float = 0.004
    hand_offset: float = 0.002
    depth: float = 1.0
    hand_depth: float = 0.55
    body_depth: float = 2.0
    dropouts: float = 0.1
    swaps: float = 0.0
    occlusion: float = 2.0
    blur: float = 40.0

    def __post_init__(self) -> None:
        for name, most in (("pixels", 100.0), ("dropouts", 0.9), ("swaps", 0.5)):
            if not 0.0 <= getattr(self, name) <= most:
                raise NsaError(f"detector {name} is {getattr(self, name)}; it must be in [0, {most:g}]")


HEADLINE = DetectorNoise()
"""Of the tables: 2 pixels at 720 lines, a tenth of the points lost."""

_WHOLE_HAND = 0.75
"""Share of a hand's dropouts in which all of it is lost."""


def see(
    motion: Motion, skeleton: Skeleton, camera: Camera, noise: DetectorNoise = HEADLINE, seed: int = 0
) -> Landmarks:
    """What a detector of MediaPipe's kind makes of a motion; no face.

    The draws depend on the seed alone: the same seed at another size of noise gives the same errors, larger or smaller.

    Args:
        motion: in the axes of the camera.
        skeleton: that moves.
        camera: that looks.
        noise: of the detector.
        seed: of the errors.
    """
    draw = _Draws(seed, len(motion), motion.fps)
    posed = forward(skeleton, motion.poses, motion.transl)
    true = anchors(skeleton).positions(posed)
    meant = _displaced(anchors(skeleton), noise, draw).positions(posed)
    pixels, scale = camera.project(meant), min(camera.size) / 720.0
    outside = ((pixels < 0) | (pixels >= camera.size)).any(axis=-1)

    speed = np.linalg.norm(np.gradient(camera.project(true), axis=0), axis=-1) / scale
    error = np.exp(0.3 * draw.lasting("size", 0.3)) * (1.0 + speed / noise.blur if noise.blur else 1.0)
    error *= np.where(hidden(true, camera), noise.occlusion, 1.0) * np.where(outside, 3.0, 1.0)
    error[:, list(_HIPS)] *= np.where(outside[:, list(_HIPS)], 3.0, 1.5)
    error /= np.median(error)
    wobble = draw.white("white", 2) + noise.correlated * draw.lasting("correlated", 0.25, 2)
    pixels = pixels + noise.pixels * scale * error[..., None] * wobble
    z = _depth(true, camera, noise, draw)

    points = np.concatenate([pixels, z[..., None]], axis=-1)
    confidence = np.clip(0.97 / error**0.7 + 0.04 * draw.lasting("confidence", 0.1), 0.05, 0.99)
    confidence = np.where(outside, np.minimum(confidence, 0.2), confidence)
    lost = _lost(error, outside, noise, draw)
    points[lost], confidence[lost] = np.nan, 0.0
    hands, certain = (np.stack([values[:, hand] for hand in _HANDS], axis=1) for values in (points, confidence))
    swapped = draw.share("swaps", noise.swaps)
    hands[swapped], certain[swapped] = hands[swapped][:, ::-1], certain[swapped][:, ::-1]
    frames = len(motion)
    return Landmarks(
        points[:, _BODY], hands, np.zeros((frames, 0, 3)), confidence[:, _BODY], certain, np.zeros((frames, 0)),
        motion.fps, camera.size, f"synthetic-{seed}", labels=(("source", "known truth"), ("status", "synthetic")),
    )  # fmt: skip


def flat(landmarks: Landmarks) -> Landmarks:
    """The same without depth."""
    body, hands = landmarks.body.copy(), landmarks.hands.copy()
    for points in (body, hands):
        points[..., 2] = np.where(np.isnan(points[..., 0]), np.nan, 0.0)
    return replace(landmarks, body=body, hands=hands, depth=False)


class _Draws:
    """Random values for frames and points, each kind a stream of its own."""

    def __init__(self, seed: int, frames: int, fps: float) -> None:
        self._seed, self._frames, self._fps = seed, frames, fps

    def rng(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, *name.encode()])

    def white(self, name: str, values: int) -> Array:
        """Shape (F, 58, values)."""
        return self.rng(name).standard_normal((self._frames, 58, values))

    def lasting(self, name: str, seconds: float, *values: int, points: int = 58) -> Array:
        """Unit variance, correlated over some seconds (first-order). Shape (F, points, *values)."""
        rng = self.rng(name)
        keep = float(np.exp(-1.0 / (seconds * self._fps)))
        fresh = rng.standard_normal((self._frames, points, *values))
        fresh[1:] *= np.sqrt(1.0 - keep**2)
        return np.asarray(lfilter([1.0], [1.0, -keep], fresh, axis=0))

    def share(self, name: str, share: float) -> NDArray[np.bool_]:
        """Frames in runs, that share of the clip. Shape (F,)."""
        return _lowest(self.lasting(name, 0.2, points=1)[:, 0], share)


def _lowest(values: Array, share: float) -> NDArray[np.bool_]:
    """The frames with the lowest values. (F, ...) -> (F, ...)."""
    if share <= 0:
        return np.zeros(values.shape, dtype=bool)
    return np.asarray(values <= np.quantile(values, share, axis=0))


def _displaced(points: Anchors, noise: DetectorNoise, draw: _Draws) -> Anchors:
    size = np.full((58, 1), noise.hand_offset)
    size[_BODY] = noise.offset
    return points._replace(offsets=points.offsets + size * draw.rng("offset").standard_normal((58, 3)))


def _lost(error: Array, outside: NDArray[np.bool_], noise: DetectorNoise, draw: _Draws) -> NDArray[np.bool_]:
    """Points that are not seen: bursts, sooner where the error is large; a hand that is out of the picture. (F, 58)."""
    single = 1.0 - (1.0 - noise.dropouts) / (1.0 - _WHOLE_HAND * noise.dropouts)
    rate = np.full(58, noise.dropouts)
    rate[_BODY.stop :] = single
    strain = draw.lasting("single", 0.15) - np.log(error)
    lost = strain <= np.array([np.quantile(strain[:, k], rate[k]) if rate[k] > 0 else -np.inf for k in range(58)])
    for k, hand in enumerate(_HANDS):
        strain_of_hand = draw.lasting(f"hand {k}", 0.2, points=1)[:, 0] - 2.0 * np.log(error[:, hand]).mean(axis=1)
        whole = _lowest(strain_of_hand, _WHOLE_HAND * noise.dropouts) | (outside[:, hand].mean(axis=1) > 0.5)
        lost[whole, hand] = True
    return np.asarray(lost)


def _depth(true: Array, camera: Camera, noise: DetectorNoise, draw: _Draws) -> Array:
    """z [pixels]: of hands relative to the wrist, of the body to the middle of the hips. Shape (F, 58)."""
    away = camera.position[2] - true[..., 2]
    z = np.empty(away.shape)
    sizes = draw.rng("flattening").standard_normal(3)
    for k, part in enumerate((_BODY, *_HANDS)):
        origin = away[:, _HIPS].mean(axis=1) if k == 0 else away[:, part.start]
        middle = true[:, _HIPS, :2].mean(axis=1) if k == 0 else true[:, part.start, :2]
        slant = draw.lasting(f"slant {k}", _LONG, 2, points=1)
        slip = draw.lasting(f"slip {k}", _LONG, points=part.stop - part.start)
        wrong = _SLANT[k > 0] * ((true[:, part, :2] - middle[:, None]) * slant).sum(axis=-1)
        wrong += 0.03 * _DEPTH_OF * slip if k == 0 else _fingers(slip)
        grown = (noise.hand_depth if k else noise.body_depth) * np.exp(_GROWN * noise.depth * sizes[k])
        away_from = grown * (away[:, part] - origin[:, None] + noise.depth * wrong)
        z[:, part] = (camera.focal / origin)[:, None] * away_from
    return z


def _fingers(slip: Array) -> Array:
    """Errors of the depth of a hand's points [m]: they add up along each finger. (F, 21) -> (F, 21)."""
    wrong = np.zeros_like(slip)
    for first in range(1, len(HAND), 4):
        wrong[:, first : first + 4] = np.cumsum(slip[:, first : first + 4] * [0.006, 0.004, 0.003, 0.003], axis=1)
    return wrong
