"""The recogniser's network: residual convolutions over time, and two readings of every step.

Connectionist temporal classification (Graves et al., ICML 2006) reads which units come in which order; a second reading
says which unit a step belongs to, which the corpus's alignment teaches and which makes the first one learn sooner.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nsa_ros.learning.evaluation.recogniser.features import CHANNELS

STRIDE = 2
"""Frames of a step."""

BLANK = 0
"""Id of no unit; units count from 1."""


@dataclass(frozen=True)
class RecogniserConfig:
    """Sizes.

    Attributes:
        first: width of the convolution over frames.
        width: of everything after it.
        dilations: steps between the three taps of each residual block.
        vector: width of a unit's vector.
        dropout: share of the last hidden values.
        bf16: in bfloat16 while training.
    """

    first: int = 160
    width: int = 208
    dilations: tuple[int, ...] = (1, 2, 4, 8, 1, 2, 4)
    vector: int = 160
    dropout: float = 0.15
    bf16: bool = True


class _Block(nn.Module):
    """A residual block: three taps in time, then a linear map."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.taps = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.mix = nn.Linear(width, width)

    def forward(self, rows: Tensor, present: Tensor) -> Tensor:
        """`rows` (B, S, width), `present` (B, S, 1) is 0 in padding."""
        taps = self.taps((self.norm(rows) * present).transpose(1, 2)).transpose(1, 2)
        return rows + self.mix(torch.relu(taps))


class RecogniserNetwork(nn.Module):
    """Features of frames to logits of units."""

    def __init__(self, config: RecogniserConfig, units: int) -> None:
        """`units` is their number, without blank."""
        super().__init__()
        self.scale = nn.BatchNorm1d(CHANNELS, affine=False, momentum=0.02)
        self.first = nn.Conv1d(CHANNELS, config.first, 5, padding=2)
        self.second = nn.Conv1d(config.first, config.width, 5, stride=STRIDE, padding=2)
        self.blocks = nn.ModuleList(_Block(config.width, dilation) for dilation in config.dilations)
        self.norm = nn.LayerNorm(config.width)
        self.drop = nn.Dropout(config.dropout)
        self.order = nn.Linear(config.width, config.vector)
        self.place = nn.Linear(config.width, config.vector)
        self.units = nn.Linear(config.vector, units + 1)
        self._bf16 = config.bf16

    def hidden(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Hidden states of steps.

        Args:
            features: (B, F, CHANNELS).
            lengths: frames of each. Shape (B,).

        Returns:
            Hidden states (B, S, width) and the number of steps of each (B,).
        """
        frames = _present(features.shape[1], lengths)
        steps = (lengths - 1) // STRIDE + 1
        present = _present((features.shape[1] - 1) // STRIDE + 1, steps)
        rows = self.scale(features.transpose(1, 2)) * frames.transpose(1, 2)  # (B, CHANNELS, F)
        with torch.autocast(rows.device.type, torch.bfloat16, enabled=self._bf16 and self.training):
            rows = torch.relu(self.first(rows)) * frames.transpose(1, 2)
            rows = torch.relu(self.second(rows)).transpose(1, 2)  # (B, S, width)
            for block in self.blocks:
                rows = block(rows, present)
        return self.drop(self.norm(rows.float())), steps

    def read(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the order and of the place of units, blank first. Both (B, S, units + 1)."""
        with torch.autocast(hidden.device.type, torch.bfloat16, enabled=self._bf16 and self.training):
            order, place = (self.units(torch.relu(read(hidden))) for read in (self.order, self.place))
        return order.float(), place.float()


def _present(size: int, lengths: Tensor) -> Tensor:
    """1 where there is something, 0 in padding. Shape (B, size, 1)."""
    return (torch.arange(size, device=lengths.device)[None] < lengths[:, None])[..., None].float()
