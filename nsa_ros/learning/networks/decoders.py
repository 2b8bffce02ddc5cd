"""Causal decoders: the features of the frames so far to the features the head reads, with a state of fixed shape.

All take (B, F, hidden) and a state (rows, B, hidden) that is zeros at the start of an utterance, and give the same
frames however the sequence is cut. A layer of each has about 8 hidden² parameters, so that they can be compared.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nsa_ros.errors import NsaError

HEADS = 4
REACH = 32
"""Frames before it that a frame attends to in one layer of attention; the length of the cache."""

_NEVER = -1e4


class LstmDecoder(nn.LSTM):
    """LSTM layers. State rows: the hidden state of each layer, then the cell of each.

    They begin with open gates and an orthogonal map into the cell. From torch's own beginning each layer passes on
    about a seventh of what it takes, so that after four of them nothing of the frame is left and a prediction of ε does
    not begin to learn (docs/model.md).
    """

    _CANDIDATE_GAIN, _OPEN = 1.5, 1.0

    def __init__(self, hidden: int, layers: int) -> None:
        super().__init__(hidden, hidden, layers, batch_first=True)
        self.rows = 2 * layers
        for name, values in self.named_parameters():
            into, _, candidate, out = values.data.chunk(4)  # torch's order of the gates
            if name.startswith("weight_ih"):
                nn.init.orthogonal_(candidate, self._CANDIDATE_GAIN)
            elif name.startswith("bias_ih"):
                for part in (into, out):
                    nn.init.constant_(part, self._OPEN)

    def forward(self, features: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """(B, F, hidden), (rows, B, hidden) -> the same shapes."""
        decoded, (hidden, memory) = super().forward(features, tuple(state.chunk(2)))
        return decoded, torch.cat([hidden, memory])


class GruDecoder(nn.GRU):
    """GRU layers. State rows: the hidden state of each layer."""

    def __init__(self, hidden: int, layers: int) -> None:
        super().__init__(hidden, hidden, layers, batch_first=True)
        self.rows = layers


class FeedForward(nn.Module):
    """x + W₂ SiLU(W₁ norm(x)), frame by frame."""

    def __init__(self, hidden: int, widening: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.LayerNorm(hidden),
            nn.Linear(hidden, widening * hidden),
            nn.SiLU(),
            nn.Linear(widening * hidden, hidden),
        )

    def forward(self, features: Tensor) -> Tensor:
        """(..., hidden) -> (..., hidden)."""
        return features + self.inner(features)


class AttentionLayer(nn.Module):
    """Pre-norm self-attention of a frame to itself and the `REACH` frames before it, then a feed-forward layer.

    Where a frame stands is told by a learned bias per head and distance (Raffel et al., JMLR 2020, without buckets),
    so nothing depends on how long the utterance has lasted.
    """

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(hidden)
        self.project = nn.Linear(hidden, 3 * hidden)
        self.out = nn.Linear(hidden, hidden)
        self.distance_bias = nn.Parameter(torch.zeros(HEADS, REACH + 1))
        self.feed_forward = FeedForward(hidden, 2)

    def forward(self, features: Tensor, cache: Tensor, empty: Tensor) -> tuple[Tensor, Tensor]:
        """
        Args:
            features: (B, F, hidden).
            cache: keys, then values of the last REACH frames. (2 * REACH, B, hidden).
            empty: 1 for a place, of the cache and after it, that holds no frame yet. (B, REACH + F).

        Returns:
            Features (B, F, hidden) and the cache after the last frame.
        """
        batch, frames, hidden = features.shape
        query, *new = self.project(self.norm(features)).chunk(3, dim=-1)
        key, value = (
            torch.cat([old.transpose(0, 1).to(made.dtype), made], dim=1)
            for old, made in zip(cache.chunk(2), new, strict=True)
        )  # 2 × (B, REACH + F, hidden)
        q, k, v = (x.reshape(batch, -1, HEADS, hidden // HEADS).transpose(1, 2) for x in (query, key, value))
        places = torch.arange(REACH + frames, device=features.device)
        distance = places[REACH:, None] - places  # (F, REACH + F)
        outside = (distance < 0) | (distance > REACH)
        bias = self.distance_bias[:, distance.clamp(0, REACH)] + _NEVER * outside  # (HEADS, F, REACH + F)
        scores = q @ k.transpose(-1, -2) * (hidden // HEADS) ** -0.5 + bias + _NEVER * empty[:, None, None]
        attended = (scores.softmax(dim=-1) @ v.to(scores.dtype)).transpose(1, 2).reshape(batch, frames, hidden)
        cache = torch.cat([x[:, frames:].transpose(0, 1) for x in (key, value)])
        return self.feed_forward(features + self.out(attended)), cache


class AttentionDecoder(nn.Module):
    """Causal self-attention over a sliding window, with a key and value cache of `REACH` frames.

    State rows: the caches of the layers, then one row whose first number counts the frames seen, up to REACH.
    """

    def __init__(self, hidden: int, layers: int) -> None:
        """
        Raises:
            NsaError: `hidden` cannot be divided among the heads.
        """
        super().__init__()
        if hidden % HEADS:
            raise NsaError(f"an attention decoder of {HEADS} heads cannot have hidden {hidden}; choose a multiple")
        self.layers = nn.ModuleList(AttentionLayer(hidden) for _ in range(layers))
        self.norm = nn.LayerNorm(hidden)
        self.rows = 2 * REACH * layers + 1

    def forward(self, features: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """(B, F, hidden), (rows, B, hidden) -> the same shapes."""
        caches, seen = state[:-1].chunk(len(self.layers)), state[-1:]
        places = torch.arange(REACH + features.shape[1], device=features.device)
        empty = (places < REACH - seen[0, :, :1]).to(features.dtype)  # (B, REACH + F)
        following = []
        for layer, cache in zip(self.layers, caches, strict=True):
            features, cache = layer(features, cache, empty)
            following.append(cache.to(state.dtype))
        seen = (seen + features.shape[1]).clamp(max=REACH)
        return self.norm(features), torch.cat([*following, seen])


class FrameDecoder(nn.Module):
    """No memory: feed-forward layers on each frame alone. The state is one row that stays as it is."""

    def __init__(self, hidden: int, layers: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(FeedForward(hidden, 4) for _ in range(layers)), nn.LayerNorm(hidden))
        self.rows = 1

    def forward(self, features: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """(B, F, hidden), (rows, B, hidden) -> the same shapes."""
        return self.layers(features), state.clone()


DECODERS = {"lstm": LstmDecoder, "gru": GruDecoder, "attention": AttentionDecoder, "none": FrameDecoder}
"""Decoder of each `DenoiserConfig.cell`."""
