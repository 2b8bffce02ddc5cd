"""The denoiser together with what it is told."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.networks.conditions import (
    AlignedCondition,
    Condition,
    Context,
    SentenceCondition,
    TokensCondition,
    WordsCondition,
)
from nsa_ros.learning.networks.denoiser import Denoiser
from nsa_ros.learning.networks.text_encoder import TextTower
from nsa_ros.signing.representation import Representation


class MotionModel(nn.Module):
    """Denoiser and condition."""

    def __init__(
        self, config: ModelConfig, representation: Representation, units: int, tokens: int, clip_width: int = 0
    ) -> None:
        """
        Args:
            config: sizes.
            representation: of a frame.
            units: entries of the unit vocabulary, the ids before it included.
            tokens: entries of the text vocabulary.
            clip_width: width of a frozen CLIP's features, 0 where the text encoder is trained here.

        Raises:
            NsaError: an unknown conditioning, or settings that do not go together.
        """
        super().__init__()
        self.condition = _condition(config, representation.channels, units, tokens, clip_width)
        self.droppable = config.conditioning == "aligned" or config.guidance.dropout > 0
        self.denoiser = Denoiser(
            config.denoiser,
            representation.joints,
            representation.joint_channels,
            len(representation.coefficients),
            self.condition.width,
        )

    @property
    def state_shape(self) -> tuple[int, int]:
        """Shape of one sequence's recurrent state: rows of the condition, then of the denoiser; and width."""
        rows, hidden = self.denoiser.state_shape
        return self.condition.rows + rows, hidden

    def start(self, batch: int) -> Tensor:
        """The state at the start of `batch` utterances, on the model's device. (rows, batch, hidden)."""
        rows, hidden = self.state_shape
        return torch.zeros(rows, batch, hidden, device=next(self.parameters()).device)

    def forward(self, noisy: Tensor, context: Context, time: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """noisy (B, F, C), time (B,), state (rows, B, hidden) -> prediction (B, F, C), next state."""
        rows = self.condition.rows
        told, own = self.condition(context, time, noisy, state[:rows] if rows else state)
        if not rows:
            return self.denoiser(noisy, told, state)
        predicted, after = self.denoiser(noisy, told, state[rows:].contiguous())
        return predicted, torch.cat([own.to(after.dtype), after])


def _condition(config: ModelConfig, channels: int, units: int, tokens: int, clip_width: int) -> Condition:
    text, droppable = config.text, config.guidance.dropout > 0
    tower = None if clip_width or config.conditioning in ("aligned", "words") else TextTower(text, tokens)
    match config.conditioning:
        case "aligned":
            return AlignedCondition(units)
        case "sentence":
            return SentenceCondition(tower, clip_width or text.width, droppable)
        case "words":
            return WordsCondition(tokens, text.width, droppable)
        case "tokens":
            width = clip_width or 2 * text.width
            sizes = config.denoiser
            return TokensCondition(tower, width, channels, sizes.hidden, sizes.condition, text.heads, droppable)
    raise NsaError(f"unknown conditioning {config.conditioning!r}, choose aligned, sentence, words or tokens")
