"""Landmarks as a fit needs them: the clips of one optimisation, frame after frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nsa_ros.capture.landmarks import BODY, Landmarks

Array = NDArray[np.float64]

BODY_WEIGHT = 0.5
"""Landmarks of the body lie less surely than those of a hand."""


class Evidence(NamedTuple):
    """What was seen, all clips one after the other.

    Attributes:
        points: [pixels]. Shape (N, 58, 2).
        depth: of the hands behind the wrist [pixels]. Shape (N, 2, 21).
        weight: of each point. Shape (N, 58).
        depth_weight: the same, 0 where there is no depth. Shape (N, 58).
        unslanted: takes the nearest plane out of a hand's depths. Shape (N, 2, 21, 21).
        clip: which clip a frame belongs to. Shape (N,).
        follows: whether a frame follows the one before it. Shape (N - 1,).
    """

    points: Tensor
    depth: Tensor
    weight: Tensor
    depth_weight: Tensor
    unslanted: Tensor
    clip: Tensor
    follows: Tensor


def gather(clips: Sequence[Landmarks]) -> Evidence:
    """The landmarks of all clips as tensors."""
    points, depth, weight, depth_weight, clip, follows = [], [], [], [], [], []
    for index, seen in enumerate(clips):
        every = np.concatenate([seen.body, seen.hands.reshape(len(seen), -1, 3)], axis=1)
        sure = np.concatenate(
            [seen.body_confidence * BODY_WEIGHT, seen.hands_confidence.reshape(len(seen), -1)], axis=1
        )
        sure = np.where(np.isfinite(every[..., :2]).all(axis=-1), sure, 0.0)
        behind = seen.hands[..., 2] - seen.hands[:, :, :1, 2]
        points.append(np.nan_to_num(every[..., :2]))
        depth.append(np.nan_to_num(behind))
        weight.append(sure)
        in_depth = np.concatenate(
            [np.zeros((len(seen), len(BODY))), (seen.hands_confidence * np.isfinite(behind)).reshape(len(seen), -1)], 1
        )
        depth_weight.append(in_depth if seen.depth else 0.0 * in_depth)
        clip.append(np.full(len(seen), index))
        follows.append(np.concatenate([[0.0], np.full(len(seen) - 1, float(seen.ordered))]))
    arrays = [np.concatenate(rows) for rows in (points, depth, weight, depth_weight)]
    arrays.append(_unslanted(arrays[0][:, len(BODY) :], arrays[3][:, len(BODY) :]))
    tensors = [torch.tensor(array, dtype=torch.float32) for array in arrays]
    return Evidence(
        *tensors, torch.tensor(np.concatenate(clip)), torch.tensor(np.concatenate(follows)[1:], dtype=torch.float32)
    )


def _unslanted(points: Array, weight: Array) -> Array:
    """What takes the nearest plane over the picture out of a hand's depths. (N, 42, 2), (N, 42) -> (N, 2, 21, 21).

    A detector knows better how fingers lie to each other in depth than how the whole hand is slanted.
    """
    points, weight = points.reshape(len(points), 2, -1, 2), weight.reshape(len(points), 2, -1)
    centre = (weight[..., None] * points).sum(axis=2) / np.maximum(weight.sum(axis=2), 1e-9)[..., None]
    size = np.abs(points - centre[:, :, None]).max(axis=(2, 3), keepdims=True) + 1e-9
    plane = np.concatenate([np.ones((*weight.shape, 1)), (points - centre[:, :, None]) / size], axis=-1)
    weighed = np.swapaxes(plane * weight[..., None], -1, -2)
    nearest = np.linalg.solve(weighed @ plane + 1e-6 * np.eye(3), weighed)
    return np.asarray(np.eye(points.shape[2]) - plane @ nearest)
