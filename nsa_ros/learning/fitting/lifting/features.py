"""What the network sees of a clip: landmarks free of the picture's size and of where the signer stands in it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from nsa_ros.capture.landmarks import BODY, HAND

_BODY = len(BODY)
_SHOULDERS = (BODY.index("left_shoulder"), BODY.index("right_shoulder"))
_WRIST, _KNUCKLES = 0, (HAND.index("index1"), HAND.index("middle1"), HAND.index("pinky1"))

SHOULDERS = 0.323
"""Width of the shipped figure's shoulders [m]."""

PALM = 0.0935
"""From its wrist to the middle knuckle [m]."""


class Seen(NamedTuple):
    """Landmarks of clips of equal length.

    Attributes:
        points: in the picture, x right, y down, relative to the principal point, over the focal length. (N, T, 58, 2).
        behind: depth of the hands' points behind their wrist, on the same scale. (N, T, 2, 21).
        confidence: (N, T, 58).
        depth: whether `behind` says anything. (N,).
        valid: whether there is a frame at all. (N, T).
    """

    points: Tensor
    behind: Tensor
    confidence: Tensor
    depth: Tensor
    valid: Tensor


SIZE = _BODY * 3 + 2 * len(HAND) * 4 + 2 * 2 + 6


def features(seen: Seen) -> Tensor:
    """Points of the body about the middle of the shoulders, of hands about their wrist, all in metres as far as the
    largest shoulders or palms of the clip tell. (N, T, `SIZE`)."""
    sure = seen.confidence * seen.valid[..., None]
    there = (sure > 0).float()
    points = seen.points * there[..., None]
    scale = _metres(points, there)[:, None, None, None]
    body, hands = points[:, :, :_BODY], points[:, :, _BODY:].unflatten(2, (2, len(HAND)))
    body_there, hands_there = there[:, :, :_BODY], there[:, :, _BODY:].unflatten(2, (2, len(HAND)))
    shoulders = body[:, :, _SHOULDERS]
    both = body_there[:, :, _SHOULDERS].amin(dim=2, keepdim=True)
    middle = shoulders.mean(dim=2, keepdim=True)
    placed = scale * (body - middle) * body_there[..., None] * both[..., None]
    wrists = hands[:, :, :, :1]
    wrist_there = hands_there[:, :, :, :1]
    shape = scale[..., None] * (hands - wrists) * (hands_there * wrist_there)[..., None]
    behind = scale * seen.behind * hands_there * wrist_there * seen.depth[:, None, None, None]
    reach = scale * (wrists[:, :, :, 0] - middle) * (wrist_there[..., 0] * both)[..., None]
    ray = torch.where(both[..., None] > 0, middle, wrists.sum(dim=2) / wrist_there.sum(dim=2)[..., None].clamp_min(1.0))
    flags = torch.cat([seen.valid[..., None], seen.depth[:, None, None].expand(-1, sure.shape[1], 1), both], dim=-1)
    size = scale[:, :, :, 0].expand(-1, sure.shape[1], 1)
    parts = [
        placed.flatten(2), sure[:, :, :_BODY], shape.flatten(2), behind.flatten(2), sure[:, :, _BODY:],
        reach.flatten(2), ray.flatten(2), flags, size,
    ]  # fmt: skip
    return torch.cat(parts, dim=-1)


def _metres(points: Tensor, there: Tensor) -> Tensor:
    """Distance of each clip's signer [m], by the shoulders or else by the palms. (N,)."""
    shoulders = points[:, :, _SHOULDERS]
    width = torch.linalg.vector_norm(shoulders[:, :, 0] - shoulders[:, :, 1], dim=-1)
    width = _largest(width, there[:, :, _SHOULDERS].amin(dim=2), 0.75)
    palms = []
    for side in range(2):
        start = _BODY + side * len(HAND)
        for knuckle in _KNUCKLES:
            ends = [start + _WRIST, start + knuckle]
            length = torch.linalg.vector_norm(points[:, :, ends[0]] - points[:, :, ends[1]], dim=-1)
            palms.append(_largest(length, there[:, :, ends].amin(dim=2), 0.9))
    palm = torch.stack(palms).amax(dim=0)
    distance = torch.where(width > 0, SHOULDERS / width.clamp_min(1e-6), PALM / palm.clamp_min(1e-6))
    return distance.clamp(0.2, 10.0)


def _largest(values: Tensor, there: Tensor, share: float) -> Tensor:
    """A high quantile over the frames in which a length was seen, 0 if it never was. (N, T) -> (N,)."""
    ordered = torch.where(there > 0, values, torch.nan)
    return torch.nan_to_num(torch.nanquantile(ordered, share, dim=1))
