"""One space for texts and motions: near for a text and its signing (Petrovich et al., TMR, ICCV 2023).

Both ways end in a vector of length 1. They are learned by InfoNCE (van den Oord et al., 2018) between texts and
motions, and by naming the units of either from its vector, which texts without motion teach as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nsa_ros.learning.evaluation.recogniser.translator import PAD


@dataclass(frozen=True)
class EmbeddingConfig:
    """Sizes: of the space, and of the layer before it."""

    dimensions: int = 128
    inner: int = 224
    dropout: float = 0.1


class EmbeddingNetwork(nn.Module):
    """Hidden states of the recogniser, or vectors of a text's tokens, to a vector of length 1."""

    def __init__(self, config: EmbeddingConfig, hidden: int, tokens: int, units: int) -> None:
        """
        Args:
            config: sizes.
            hidden: width of the recogniser's hidden states.
            tokens: width of the vectors of tokens.
            units: how many there are, without blank.
        """
        super().__init__()
        inner, size = config.inner, config.dimensions
        self.motion = nn.Sequential(nn.Linear(hidden, inner), nn.ReLU(), nn.Dropout(config.dropout))
        self.motion_out = nn.Linear(inner, size)
        self.text = nn.Conv1d(tokens, inner, 3, padding=1)
        self.text_drop = nn.Dropout(config.dropout)
        self.text_out = nn.Linear(inner, size)
        self.units = nn.Linear(size, units)
        self.temperature = nn.Parameter(torch.tensor(2.5))

    def of_motion(self, hidden: Tensor, steps: Tensor) -> Tensor:
        """(B, S, hidden), steps of each (B,) -> (B, dimensions)."""
        present = (torch.arange(hidden.shape[1], device=hidden.device)[None] < steps[:, None])[..., None]
        pooled = (self.motion(hidden) * present).sum(1) / steps[:, None]
        return nn.functional.normalize(self.motion_out(pooled), dim=-1)

    def of_text(self, vectors: Tensor, tokens: Tensor) -> Tensor:
        """(B, T, width) vectors of tokens, their ids (B, T), 0 in padding -> (B, dimensions)."""
        present = (tokens != PAD)[..., None]
        rows = torch.relu(self.text((vectors * present).transpose(1, 2)).transpose(1, 2))
        pooled = (self.text_drop(rows) * present).sum(1) / present.sum(1)
        return nn.functional.normalize(self.text_out(pooled), dim=-1)

    def named(self, vectors: Tensor) -> Tensor:
        """Logits of the units that occur. (B, dimensions) -> (B, units)."""
        return torch.as_tensor(self.units(vectors * 10.0))
