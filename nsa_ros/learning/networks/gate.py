"""The conditioning gate."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Gate(nn.Module):
    """h ⊙ σ(W_γ c) + W_β c  (Neural Sign Actors, conditioning of both encoders)."""

    def __init__(self, condition: int, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(condition, 2 * width)

    def forward(self, features: Tensor, condition: Tensor) -> Tensor:
        """(..., N, width), (N, condition) -> (..., N, width)."""
        scale, shift = self.linear(condition).chunk(2, dim=-1)
        return features * torch.sigmoid(scale) + shift
