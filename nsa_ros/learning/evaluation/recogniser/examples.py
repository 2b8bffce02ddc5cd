"""Training examples of the recogniser: clips of whole units, altered, with their units frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nsa_ros.learning.data.corpus import Passage
from nsa_ros.learning.evaluation.recogniser.augmentation import FLAT, altered, time_warp
from nsa_ros.learning.evaluation.recogniser.features import features
from nsa_ros.learning.evaluation.recogniser.landmarks import Landmarks, landmarks_of_motion
from nsa_ros.learning.evaluation.recogniser.network import BLANK, STRIDE
from nsa_ros.signing.alignment import END


def recogniser_id(unit: int) -> int:
    """The recogniser's id of a plan's unit: from 1 on, `BLANK` for none or the end."""
    return max(unit - END, BLANK)


class Batch(NamedTuple):
    """Clips, padded. B clips, F frames, S steps.

    Attributes:
        features: (B, F, CHANNELS).
        lengths: frames of each. Shape (B,).
        targets: units of all clips, one after the other.
        counts: units of each clip. Shape (B,).
        places: unit of each step, -100 in padding. Shape (B, S).
    """

    features: Tensor
    lengths: Tensor
    targets: Tensor
    counts: Tensor
    places: Tensor


@dataclass(frozen=True)
class Clip:
    """A signed text: landmarks, and the unit of each frame, counted from 0 in `units`, -1 for none."""

    hands: NDArray[np.float32]
    body: NDArray[np.float32]
    units: list[int]
    place: NDArray[np.int64]


def clip_of(passage: Passage) -> Clip:
    """Of a passage with motion."""
    seen = landmarks_of_motion(passage.poses)
    plan = [unit for unit in passage.plan if unit.unit > END]
    place = np.repeat(np.arange(len(plan)), [unit.frames for unit in plan])
    place = np.concatenate([place, np.full(len(seen) - len(place), -1)])
    units = [recogniser_id(unit.unit) for unit in plan]
    return Clip(seen.hands.astype(np.float32), seen.body.astype(np.float32), units, place)


def cut(clip: Clip, longest: int, rng: np.random.Generator) -> Clip:
    """A part of a clip that begins and ends with whole units, at most about `longest` frames; short clips are kept."""
    frames = len(clip.place)
    if frames <= longest:
        return clip
    starts = np.flatnonzero(np.diff(clip.place, prepend=-2) > 0)
    start = int(rng.choice(starts[starts < max(1, frames - longest // 2)]))
    ends = np.append(starts[starts > start], frames)
    end = int(ends[max(0, np.searchsorted(ends, start + longest, side="right") - 1)])
    place = clip.place[start:end]
    first, last = int(place[0]), int(place.max())
    place = np.where(place < 0, -1, place - first)
    return Clip(clip.hands[start:end], clip.body[start:end], clip.units[first : last + 1], place)


def batch_of(clips: Sequence[Clip], rng: np.random.Generator) -> Batch:
    """Clips, each altered and warped in time."""
    rows, places = [], []
    for clip in clips:
        shown = time_warp(len(clip.place), rng)
        made = altered(Landmarks(clip.hands[shown].astype(float), clip.body[shown].astype(float)), rng)
        rows.append(features(made, depth=bool(rng.random() >= FLAT)))
        units = np.array([*clip.units, BLANK])
        places.append(units[clip.place[shown]][::STRIDE])
    lengths = [len(row) for row in rows]
    padded = np.zeros((len(rows), max(lengths), rows[0].shape[1]), dtype=np.float32)
    steps = np.full((len(rows), (max(lengths) - 1) // STRIDE + 1), -100, dtype=np.int64)
    for i, (row, place) in enumerate(zip(rows, places, strict=True)):
        padded[i, : len(row)], steps[i, : len(place)] = row, place
    return Batch(
        torch.from_numpy(padded),
        torch.tensor(lengths),
        torch.tensor([unit for clip in clips for unit in clip.units]),
        torch.tensor([len(clip.units) for clip in clips]),
        torch.from_numpy(steps),
    )
