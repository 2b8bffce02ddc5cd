"""The lifting network: temporal convolutions with residual connections (Bai et al., 2018; Pavllo et al., CVPR 2019)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from nsa_ros.learning.fitting.figure import MOVING
from nsa_ros.learning.fitting.lifting.features import SIZE

DILATIONS = (1, 2, 4, 8, 1, 2)
WIDTH = 256
TURNS = 3 * len(MOVING)

_SPREAD = (-5.0, 0.5)
"""Range of the logarithm of a turn's standard deviation [rad]."""


class Lifted(NamedTuple):
    """What the network makes of clips.

    Attributes:
        angles: three turns of each of `figure.MOVING` [rad]. Shape (N, T, 44, 3).
        spread: how far off each may be, as a standard deviation [rad]. Shape (N, T, 44, 3).
    """

    angles: Tensor
    spread: Tensor


class Lifter(nn.Module):
    """Features to angles, each with its uncertainty; sees 18 frames either way."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(TURNS))
        self.register_buffer("scale", torch.ones(TURNS))
        self.register_buffer("feature_scale", torch.ones(SIZE))
        self.into = nn.Linear(SIZE, WIDTH)
        self.blocks = nn.ModuleList(_Block(dilation) for dilation in DILATIONS)
        self.out = nn.Linear(WIDTH, 2 * TURNS)

    def forward(self, features: Tensor) -> Lifted:
        """(N, T, `SIZE`)."""
        hidden = self.into(features / self.feature_scale)
        for block in self.blocks:
            hidden = block(hidden)
        angles, spread = self.out(hidden).chunk(2, dim=-1)
        shape = (-1, len(MOVING), 3)
        spread = torch.exp(spread.clamp(*_SPREAD))
        return Lifted((self.mean + self.scale * angles).unflatten(-1, shape[1:]), spread.unflatten(-1, shape[1:]))


class _Block(nn.Module):
    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.over_time = nn.Conv1d(WIDTH, WIDTH, 3, dilation=dilation, padding=dilation)
        self.within = nn.Linear(WIDTH, WIDTH)

    def forward(self, hidden: Tensor) -> Tensor:
        over = self.over_time(self.norm(hidden).transpose(1, 2)).transpose(1, 2)
        return hidden + self.within(torch.nn.functional.gelu(over))
