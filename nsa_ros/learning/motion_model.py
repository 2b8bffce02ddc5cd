"""The denoiser together with what it is told: diffusion time and either an alignment or a sentence feature."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.denoiser import Denoiser
from nsa_ros.learning.text_encoder import TextTower
from nsa_ros.signing.alignment import TIMING
from nsa_ros.signing.representation import Representation
from nsa_ros.text.units import FACES

UNIT_WIDTH, FACE_WIDTH, WAVES = 64, 8, 8


class Context(NamedTuple):
    """What the frames of B sequences are told; the aligned model reads the first three, the sentence model the last.

    Attributes:
        units, faces: ids of previous, current and next. Shape (B, F, 3).
        timing: shape (B, F, TIMING).
        sentence: token ids (B, T), or features of a frozen text encoder (B, W).
    """

    units: Tensor
    faces: Tensor
    timing: Tensor
    sentence: Tensor


def time_features(time: Tensor) -> Tensor:
    """Diffusion time in [0, 1] to sines and cosines. (B,) -> (B, 2 * WAVES)."""
    angles = time[:, None] * torch.arange(1, WAVES + 1, device=time.device) * (np.pi / 2)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


class AlignedCondition(nn.Module):
    """Condition of a frame from its alignment."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.unit = nn.Embedding(units, UNIT_WIDTH)
        self.face = nn.Embedding(len(FACES), FACE_WIDTH)
        self.width = 3 * (UNIT_WIDTH + FACE_WIDTH) + TIMING + 2 * WAVES

    def forward(self, context: Context, time: Tensor) -> Tensor:
        """-> (B, F, width)."""
        batch, frames, _ = context.units.shape
        units = self.unit(context.units).reshape(batch, frames, -1)
        faces = self.face(context.faces).reshape(batch, frames, -1)
        waves = time_features(time)[:, None].expand(-1, frames, -1)
        return torch.cat([units, faces, context.timing, waves], dim=-1)


class SentenceCondition(nn.Module):
    """One text feature for all frames, as drawn in the paper: of a frozen CLIP, or a tower trained with the model."""

    def __init__(self, tower: TextTower | None, width: int) -> None:
        super().__init__()
        self.tower = tower
        self.width = width + 2 * WAVES

    def forward(self, context: Context, time: Tensor) -> Tensor:
        """-> (B, F, width)."""
        sentence = context.sentence if self.tower is None else self.tower(context.sentence)[0]
        condition = torch.cat([sentence, time_features(time)], dim=-1)
        return condition[:, None].expand(-1, context.units.shape[1], -1)


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
            clip_width: width of a frozen CLIP's sentence feature, 0 where the tower is trained here.
        """
        super().__init__()
        self.condition: AlignedCondition | SentenceCondition
        if config.conditioning == "aligned":
            self.condition = AlignedCondition(units)
        else:
            tower = None if clip_width else TextTower(config.text, tokens)
            self.condition = SentenceCondition(tower, clip_width or config.text.width)
        self.denoiser = Denoiser(
            config.denoiser,
            representation.joints,
            representation.joint_channels,
            len(representation.coefficients),
            self.condition.width,
        )

    def forward(self, noisy: Tensor, context: Context, time: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """noisy (B, F, C), time (B,), state (rows, B, hidden) -> prediction (B, F, C), next state."""
        return self.denoiser(noisy, self.condition(context, time), state)
