"""Training views: signs of our lexicon by figures of any proportions, before any camera, as a detector would see them.

Everything is drawn anew for each batch: proportions, camera, how the pose departs from the lexicon's, which points are
lost and how far off the others are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nsa_ros.body.motion import Motion, mirror_motion
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.capture.landmarks import BODY
from nsa_ros.learning.fitting.figure import LEFT_PLACES, MOVING, RIGHT_PLACES, OpenFigure, turns_of
from nsa_ros.learning.fitting.lifting.features import Seen

Array = NDArray[np.float64]

_BODY = len(BODY)


class Library:
    """Motions to draw windows from.

    Args:
        motions: at 24 frames/s; each is also taken in the mirror.
    """

    def __init__(self, motions: Sequence[Motion]) -> None:
        model = RevoluteModel(default_skeleton())
        self.rows = [
            torch.tensor(_turns(model, seen), dtype=torch.float32) for m in motions for seen in (m, mirror_motion(m))
        ]
        self._weights = np.array([len(row) for row in self.rows], dtype=np.float64)
        self._weights /= self._weights.sum()

    def draw(self, rng: np.random.Generator, count: int, frames: int) -> Tensor:
        """Windows at any speed from half to half as fast again. Shape (count, frames, 44, 3)."""
        windows = []
        for row in rng.choice(len(self.rows), size=count, p=self._weights):
            turns, step = self.rows[row], rng.uniform(0.5, 1.5)
            start = rng.uniform(0, max(len(turns) - 1 - step * frames, 0))
            at = np.clip(start + step * np.arange(frames), 0, len(turns) - 1.001)
            low = torch.tensor(at.astype(np.int64))
            share = torch.tensor(at - np.floor(at), dtype=torch.float32)[:, None, None]
            windows.append(turns[low] * (1 - share) + turns[low + 1] * share)
        return torch.stack(windows)


def _turns(model: RevoluteModel, motion: Motion) -> Array:
    q = model.from_motion(motion.poses, motion.transl)
    return turns_of(q)


class Studio:
    """Draws batches of what a detector saw and the angles that were to be found."""

    def __init__(self, library: Library, seed: int) -> None:
        self._library, self._rng = library, np.random.default_rng(seed)
        self._figure = OpenFigure()

    def batch(self, clips: int, frames: int) -> tuple[Seen, Tensor]:
        """Clips of equal length, some of them shown only in part. Angles have shape (clips, frames, 44, 3)."""
        angles = self._poses(clips, frames)
        with torch.no_grad():
            points = self._placed(angles)
            return self._seen(points), angles

    def _normal(self, *shape: int) -> Tensor:
        return torch.tensor(self._rng.standard_normal(shape), dtype=torch.float32)

    def _uniform(self, low: float, high: float, *shape: int) -> Tensor:
        return torch.tensor(self._rng.uniform(low, high, shape), dtype=torch.float32)

    def _chance(self, probability: float, *shape: int) -> Tensor:
        return torch.tensor(self._rng.random(shape) < probability)

    def _poses(self, clips: int, frames: int) -> Tensor:
        """The lexicon's poses with hands of other signs, limbs held differently, and the signer turned and leaning."""
        angles = self._library.draw(self._rng, clips, frames)
        for places in (LEFT_PLACES, RIGHT_PLACES):
            other = self._library.draw(self._rng, clips, frames)[:, :, places]
            exchanged = self._chance(0.3, clips)
            angles[exchanged, :, places] = other[exchanged]
        size = self._uniform(0.0, 1.0, clips, 1, 1, 1) * _DEPARTURE
        angles = angles + size * (
            self._normal(clips, 1, len(MOVING), 3) + 0.6 * self._slow(clips, frames, len(MOVING) * 3)
        )
        angles[:, :, 0] += _TURN * self._normal(clips, 1, 3) + 0.03 * self._slow(clips, frames, 3)[:, :, 0]
        return angles

    def _slow(self, clips: int, frames: int, values: int) -> Tensor:
        """Noise of about unit variance that changes within half a second. Shape (clips, frames, values / 3, 3)."""
        knots = max(frames // 8, 1) + 2
        rough = self._normal(clips, values, knots)
        return (
            torch.nn.functional.interpolate(rough, frames, mode="linear", align_corners=True)
            .transpose(1, 2)
            .unflatten(2, (-1, 3))
        )

    def _placed(self, angles: Tensor) -> Tensor:
        """Anchors before a camera at the origin [m]. Shape (clips, frames, 58, 3)."""
        clips, frames = angles.shape[:2]
        shape = 0.06 * self._normal(clips, self._figure.shape_size)
        distance = self._uniform(0.6, 2.8, clips, 1)
        slip = self._normal(clips, 1, 3) * torch.tensor([0.12, 0.08, 0.0])
        transl = slip * distance[..., None] + torch.stack([0 * distance, 0 * distance - 0.35, -distance], dim=-1)
        transl = transl + 0.01 * self._slow(clips, frames, 3)[:, :, 0]
        clip = torch.arange(clips).repeat_interleave(frames)
        shown = self._figure(angles.flatten(0, 1), transl.flatten(0, 1), shape, clip).anchors.unflatten(
            0, (clips, frames)
        )
        offset = torch.full((58, 1), 0.003)
        offset[:_BODY] = 0.008
        return shown + offset * self._normal(clips, 1, 58, 3)

    def _seen(self, points: Tensor) -> Seen:
        clips, frames = points.shape[:2]
        distance = (-points[..., 2]).clamp_min(0.1)
        flat = torch.stack([points[..., 0] / distance, -points[..., 1] / distance], dim=-1)
        size = self._uniform(0.3, 2.5, clips, 1, 1, 1) * 0.0018
        wobble = torch.exp(0.3 * self._normal(clips, frames, 58, 1))
        noise = self._normal(clips, frames, 58, 2) + 0.5 * self._slow(clips, frames, 58 * 3)[..., :2]
        flat = flat + size * wobble * noise
        misjudged = torch.exp(0.15 * self._normal(clips, 1, 1))[..., None]
        flat = flat / misjudged
        behind = self._behind(points, distance) / misjudged
        confidence = (0.95 / wobble[..., 0] ** 0.7).clamp(0.1, 1.0) * self._kept(clips, frames)
        certain = self._chance(0.3, clips)
        confidence[certain] = (confidence[certain] > 0).float()
        length = torch.where(self._chance(0.15, clips), torch.ones(clips), self._uniform(4, frames + 16, clips))
        valid = (torch.arange(frames) < length[:, None]).float()
        return Seen(flat, behind, confidence, (~self._chance(0.4, clips)).float(), valid)

    def _behind(self, points: Tensor, distance: Tensor) -> Tensor:
        """Depth of hands as MediaPipe gives it: flattened, slanted, each finger off for itself."""
        clips, frames = points.shape[:2]
        hands, away = points[:, :, _BODY:].unflatten(2, (2, 21)), distance[:, :, _BODY:].unflatten(2, (2, 21))
        relative = hands - hands[:, :, :, :1]
        size = self._uniform(0.3, 1.5, clips, 1, 1, 1)
        slant = 0.25 * size * self._slow(clips, frames, 6)
        wrong = (relative[..., :2] * slant[..., None, :2]).sum(dim=-1) + size * 0.008 * self._slow(clips, frames, 126)[
            ..., 0
        ].unflatten(2, (2, 21))
        flattening = torch.exp(0.2 * self._normal(clips, 1, 2, 1)) * 0.8
        return (flattening * (away - away[:, :, :, :1]) + wrong) / away[:, :, :, :1]

    def _kept(self, clips: int, frames: int) -> Tensor:
        """Which points are not lost: single ones, whole hands for a while, hands or body for the whole clip."""
        kept = 1.0 - self._chance(0.03, clips, frames, 58).float()
        for hand in (slice(_BODY, _BODY + 21), slice(_BODY + 21, 58)):
            lost = self._slow(clips, frames, 3)[:, :, 0, 0] > self._uniform(0.8, 3.0, clips, 1)
            never = self._chance(0.08, clips)[:, None]
            kept[:, :, hand] *= (~(lost | never)).float()[..., None]
        kept[:, :, :_BODY] *= (~self._chance(0.15, clips)).float()[:, None, None]
        kept[:, :, [13, 14]] *= (~self._chance(0.5, clips)).float()[:, None, None]
        kept[:, :, 15] *= (~self._chance(0.8, clips)).float()[:, None]
        return kept


_DEPARTURE = torch.full((len(MOVING), 3), 0.15)
_TURN = torch.tensor([0.15, 0.12, 0.05])
"""Standard deviation of how a signer is turned before the camera: yaw, pitch, roll [rad]."""
