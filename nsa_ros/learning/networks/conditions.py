"""What a frame is told: one class for each kind of conditioning, all with the contract of `Condition`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nsa_ros.learning.networks.text_encoder import PAD, TextTower
from nsa_ros.signing.alignment import TIMING
from nsa_ros.text.units import FACES

UNIT_WIDTH, FACE_WIDTH, WAVES = 64, 8, 8

_SECOND = 24.0


class Context(NamedTuple):
    """What the frames of B sequences are told; each kind of conditioning reads its own part.

    Attributes:
        units, faces: ids of previous, current and next. Shape (B, F, 3).
        timing: shape (B, F, TIMING).
        sentence: token ids (B, T), or features of a frozen text encoder: pooled (B, W) or of tokens, zeros after the
            end (B, T, W).
        place: frames of the sequence up to this one, and in all. Shape (B, F, 2).
        dropped: sequences that are told nothing (classifier-free guidance). Shape (B,).
    """

    units: Tensor
    faces: Tensor
    timing: Tensor
    sentence: Tensor
    place: Tensor | None = None
    dropped: Tensor | None = None

    def frames(self, part: slice) -> Context:
        """Of some frames."""
        place = None if self.place is None else self.place[:, part]
        return self._replace(
            units=self.units[:, part], faces=self.faces[:, part], timing=self.timing[:, part], place=place
        )


def places(first: int, frames: int, whole: int) -> NDArray[np.float32]:
    """`Context.place` of `frames` frames from the `first` (0 is the beginning) of a sequence of `whole` frames."""
    done = np.arange(first + 1, first + frames + 1, dtype=np.float32)
    return np.stack([done, np.full_like(done, whole)], axis=1)


def time_features(time: Tensor) -> Tensor:
    """A number in [0, 1] to sines and cosines. (...) -> (..., 2 * WAVES)."""
    angles = time[..., None] * torch.arange(1, WAVES + 1, device=time.device) * (np.pi / 2)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


class Condition(nn.Module, ABC):
    """The contract of all kinds.

    Attributes:
        width: of the condition of a frame.
        rows: of recurrent state of its own, each as wide as the denoiser's.
    """

    width: int
    rows = 0

    @abstractmethod
    def forward(self, context: Context, time: Tensor, noisy: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Conditions of the frames; a frame's never depends on a later frame.

        Args:
            context: what the frames are told.
            time: diffusion time. (B,).
            noisy: (B, F, channels).
            state: (rows, B, hidden), zeros at the start of an utterance.

        Returns:
            Conditions (B, F, width) and the state after the last frame.
        """


class AlignedCondition(Condition):
    """The alignment of units to frames: who, when. Nothing is `NONE` before, now and after, at no time."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.unit = nn.Embedding(units, UNIT_WIDTH)
        self.face = nn.Embedding(len(FACES), FACE_WIDTH)
        self.width = 3 * (UNIT_WIDTH + FACE_WIDTH) + TIMING + 2 * WAVES

    def forward(self, context: Context, time: Tensor, noisy: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        told = context[:3]
        if context.dropped is not None:
            told = tuple(part * ~context.dropped[:, None, None] for part in told)
        ids, looks, timing = told
        batch, frames, _ = ids.shape
        units = self.unit(ids).reshape(batch, frames, -1)
        faces = self.face(looks).reshape(batch, frames, -1)
        waves = time_features(time)[:, None].expand(-1, frames, -1)
        return torch.cat([units, faces, timing, waves], dim=-1), state


class PooledCondition(Condition):
    """One text feature for all frames; where a frame is in the text the decoder has to find out for itself."""

    def __init__(self, width: int, droppable: bool) -> None:
        """`droppable` adds the learned feature of no text."""
        super().__init__()
        self.width = width + 2 * WAVES
        self.nothing = nn.Parameter(0.1 * torch.randn(width)) if droppable else None

    @abstractmethod
    def pool(self, text: Tensor) -> Tensor:
        """`Context.sentence` -> (B, width)."""

    def forward(self, context: Context, time: Tensor, noisy: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        feature = _or_nothing(self.pool(context.sentence), context.dropped, self.nothing)
        condition = torch.cat([feature, time_features(time)], dim=-1)
        return condition[:, None].expand(-1, noisy.shape[1], -1), state


class SentenceCondition(PooledCondition):
    """A sentence feature, as drawn in the paper: of a frozen CLIP, or of a tower trained with the model."""

    def __init__(self, tower: TextTower | None, width: int, droppable: bool = False) -> None:
        """`width` is that of the feature; without a `tower`, `Context.sentence` is the feature."""
        super().__init__(width, droppable)
        self.tower = tower

    def pool(self, text: Tensor) -> Tensor:
        return text if self.tower is None else self.tower(text)[0]


class WordsCondition(PooledCondition):
    """The mean of learned word vectors: which words, without order and context."""

    def __init__(self, vocabulary: int, width: int, droppable: bool = False) -> None:
        """`vocabulary` is the number of tokens; the end token, whose id it is, does not count as a word."""
        super().__init__(width, droppable)
        self.end = vocabulary
        self.word = nn.Embedding(vocabulary + 1, width)

    def pool(self, text: Tensor) -> Tensor:
        words = ((text != PAD) & (text != self.end))[..., None]
        return (self.word(text) * words).sum(1) / words.sum(1).clamp(min=1)


class TokensCondition(Condition):
    """Attention of every frame to the features of the tokens, for data without alignment.

    The query comes from a GRU over the noisy frames and their place (time since the start and total length), so that it
    can learn where in the text it is; keys know their place in the text. All of the text is known beforehand and the
    GRU is causal, so streaming stays exact. The total length is an input: a text does not say how long its motion is.
    """

    rows = 1

    def __init__(
        self,
        tower: TextTower | None,
        token_width: int,
        channels: int,
        hidden: int,
        width: int,
        heads: int,
        droppable: bool = False,
    ) -> None:
        """
        Args:
            tower: trained with the model; without one, `Context.sentence` holds token features.
            token_width: of a token's feature.
            channels: of a frame.
            hidden: width of the GRU, which is that of the denoiser's state.
            width: of what is read from the text.
            heads: of the attention.
            droppable: adds the learned feature of no text.
        """
        super().__init__()
        self.tower = tower
        self.place = 4 * WAVES + 2
        self.enter = nn.Sequential(nn.Linear(channels + self.place, hidden), nn.SiLU())
        self.walk = nn.GRU(hidden, hidden, batch_first=True)
        self.query = nn.Linear(hidden, width)
        self.key = nn.Linear(token_width + 2 * WAVES, width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.nothing = nn.Parameter(0.1 * torch.randn(width)) if droppable else None
        self.width = width + self.place

    def forward(self, context: Context, time: Tensor, noisy: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        frames = noisy.shape[1]
        waves = time_features(time)[:, None].expand(-1, frames, -1)
        place = torch.cat([_place_features(context.place), waves], dim=-1)
        walked, state = self.walk(self.enter(torch.cat([noisy, place], dim=-1)), state.contiguous())
        keys, padding = self._keys(context.sentence)
        read, _ = self.attention(self.query(walked), keys, keys, key_padding_mask=padding, need_weights=False)
        return torch.cat([_or_nothing(read, context.dropped, self.nothing), place], dim=-1), state

    def _keys(self, text: Tensor) -> tuple[Tensor, Tensor]:
        """Keys (B, T, width) and where there are none (B, T)."""
        if self.tower is None:
            features, there = text.float(), (text != 0).any(-1)
        else:
            features, there = self.tower(text)[1], text != PAD
        order = torch.arange(there.shape[1], device=there.device)
        share = (order / there.sum(1, keepdim=True).clamp(min=1)).clamp(max=1.0)
        return self.key(torch.cat([features, time_features(share)], dim=-1)), ~there


def _place_features(place: Tensor) -> Tensor:
    """(B, F, 2) -> waves of the share that is done, logarithms of what is done and of the whole (B, F, 2 WAVES + 2)."""
    done, whole = place.unbind(-1)
    logs = torch.log(place.clamp(min=1.0) / _SECOND)
    return torch.cat([time_features((done / whole.clamp(min=1.0)).clamp(max=1.0)), logs], dim=-1)


def _or_nothing(feature: Tensor, dropped: Tensor | None, nothing: Tensor | None) -> Tensor:
    """(B, ..., W) with the learned feature of no text where it was dropped (B,)."""
    if dropped is None or nothing is None:
        return feature
    return torch.where(dropped.reshape(-1, *[1] * (feature.dim() - 1)), nothing.to(feature.dtype), feature)
