"""The planner: text tokens to units in signing order, each with its source token, duration and face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from nsa_ros.learning.networks.text_encoder import PAD, TextConfig, TextTower
from nsa_ros.text.units import FACES

REACH = 8
"""Pointer moves up to this far are told apart."""


@dataclass(frozen=True)
class PlannerConfig:
    """Sizes of the planner.

    Attributes:
        hidden: width of the recurrent cell.
        longest: longest duration of a unit [frames].
    """

    hidden: int = 192
    longest: int = 96


class PlanBatch(NamedTuple):
    """Sentences and their plans, padded. B sentences, T tokens, S steps.

    Attributes:
        tokens: ids, `PAD` after the end. Shape (B, T).
        start: pointer before the first step, one before the first token. Shape (B,).
        units, pointers, frames, faces: of each step, the last one `END`; frames 0 are not known. Shape (B, S).
        steps: 1 for a step, 0 for padding. Shape (B, S).
    """

    tokens: Tensor
    start: Tensor
    units: Tensor
    pointers: Tensor
    frames: Tensor
    faces: Tensor
    steps: Tensor


class PlannerCell(nn.Module):
    """One causal step: GRU over what was emitted, a pointer to the token that comes next, and what it says of it.

    The pointer's score of a token is content (query · key) plus a learned preference for its place relative to the last
    pointer, so that copying a spelling letter by letter is one move to the right.
    """

    def __init__(self, config: PlannerConfig, units: int, token_width: int) -> None:
        super().__init__()
        hidden = config.hidden
        self.config = config
        self.unit_embedding = nn.Embedding(units, hidden)
        self.token = nn.Linear(token_width, hidden)
        self.tempo = nn.Linear(1, hidden)
        self.cell = nn.GRU(hidden, hidden, batch_first=True)
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(token_width, hidden)
        self.place = nn.Linear(hidden, 2 * REACH + 3)  # one score for each move, and for farther back and ahead
        self.trunk = nn.Sequential(nn.Linear(2 * hidden, 2 * hidden), nn.SiLU())
        self.unit = nn.Linear(2 * hidden, units)
        self.face = nn.Linear(2 * hidden, len(FACES))
        self.duration = nn.Sequential(
            nn.Linear(3 * hidden, 2 * hidden), nn.SiLU(), nn.Linear(2 * hidden, config.longest)
        )

    def read(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """What every step reads of a sentence's token features (B, T, W): values and keys, each (B, T, H)."""
        return self.token(features), self.key(features)

    def recur(self, values: Tensor, units: Tensor, pointers: Tensor, frames: Tensor, state: Tensor) -> tuple:
        """Emitted steps to hidden states. units, pointers, frames (B, S), state (1, B, H) -> (B, S, H), state."""
        rows = torch.arange(len(values), device=values.device)[:, None]
        pointed = values[rows, pointers.clamp(min=0)]
        pointed = pointed * (pointers >= 0)[..., None]
        tempo = self.tempo(torch.log(frames.clamp(min=1).float() / 12.0)[..., None])
        return self.cell(self.unit_embedding(units) + pointed + tempo, state)

    def point(self, keys: Tensor, mask: Tensor, hidden: Tensor, last: Tensor) -> Tensor:
        """Pointer logits. keys (B, T, H), mask (B, T), hidden (B, S, H), last pointers (B, S) -> (B, S, T)."""
        content = self.query(hidden) @ keys.transpose(1, 2) / hidden.shape[-1] ** 0.5
        moves = torch.arange(keys.shape[1], device=last.device)[None, None] - last[..., None]
        places = self.place(hidden).gather(-1, moves.clamp(-REACH - 1, REACH + 1) + REACH + 1)
        return (content + places).masked_fill(mask[:, None] < 0.5, -1e4)

    def describe(self, values: Tensor, hidden: Tensor, pointers: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What is signed of the pointed tokens. (B, S) pointers -> trunk (B, S, 2H), unit and face logits."""
        rows = torch.arange(len(values), device=values.device)[:, None]
        pointed = values[rows, pointers]
        trunk = self.trunk(torch.cat([hidden, pointed], dim=-1))
        return trunk, self.unit(trunk), self.face(trunk)

    def time(self, trunk: Tensor, units: Tensor) -> Tensor:
        """Duration logits of the chosen units; class k is k + 1 frames. -> (B, S, longest)."""
        return self.duration(torch.cat([trunk, self.unit_embedding(units)], dim=-1))

    def forward(
        self,
        values: Tensor,
        keys: Tensor,
        mask: Tensor,
        choices: Tensor,
        continues: Tensor,
        state: Tensor,
        unit: Tensor,
        token: Tensor,
        frames: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """One greedy step at run time, from what the last one emitted.

        It is constrained: a spelled word or number that was begun is pointed at letter by letter to its end, and a
        token is signed as one of its choices, whatever the network would rather say.

        Args:
            values, keys: of `read`, (1, T, H); mask: (1, T); state: (1, 1, H).
            unit, token, frames: of the last step, (1,).
            choices: units that each token may be signed as, 0 for no further one; any where all are 0. Shape (1, T, K).
            continues: 1 for a token that goes on with a spelled word or number, else 0. Shape (1, T).

        Returns:
            unit (1,), token (1,), face (1,), duration logits (1, longest), state (1, 1, H).
        """
        hidden, state = self.recur(values, unit[:, None], token[:, None], frames[:, None], state)
        following = (token + 1).clamp(max=keys.shape[1] - 1)[:, None]
        free = self.point(keys, mask, hidden, token[:, None]).argmax(-1)
        pointer = torch.where(continues.gather(1, following) > 0, following, free)
        trunk, unit_logits, face_logits = self.describe(values, hidden, pointer)
        allowed = choices[0, pointer[0]]
        scores = unit_logits[0].gather(-1, allowed).masked_fill(allowed == 0, -1e4)
        best = allowed.gather(-1, scores.argmax(-1, keepdim=True)).T
        chosen = torch.where(best > 0, best, unit_logits.argmax(-1))
        return chosen[:, 0], pointer[:, 0], face_logits.argmax(-1)[:, 0], self.time(trunk, chosen)[:, 0], state


class PlannerModel(nn.Module):
    """Text tower and planner cell, trained together."""

    def __init__(self, text: TextConfig, config: PlannerConfig, tokens: int, units: int) -> None:
        super().__init__()
        self.text = TextTower(text, tokens)
        self.cell = PlannerCell(config, units, self.text.width)

    def loss(self, batch: PlanBatch) -> tuple[Tensor, dict[str, float]]:
        """Teacher-forced negative log-likelihood of a batch, and its parts for the log."""
        _, features = self.text(batch.tokens)
        mask = (batch.tokens != PAD).float()
        first = torch.zeros_like(batch.units[:, :1])
        last_units = torch.cat([first, batch.units[:, :-1]], dim=1)
        known = (batch.frames > 0).float()
        typical = torch.randint_like(batch.frames, 6, 14)
        last_frames = torch.cat([first + 1, torch.where(batch.frames > 0, batch.frames, typical)[:, :-1]], dim=1)
        moved = torch.cat([batch.start[:, None], batch.pointers[:, :-1]], dim=1)
        seen = torch.cat([first - 1, batch.pointers[:, :-1]], dim=1)
        state = features.new_zeros(1, len(features), self.cell.config.hidden)
        values, keys = self.cell.read(features)
        hidden, _ = self.cell.recur(values, last_units, seen, last_frames, state)
        pointer_logits = self.cell.point(keys, mask, hidden, moved)
        trunk, unit_logits, face_logits = self.cell.describe(values, hidden, batch.pointers)
        duration_logits = self.cell.time(trunk, batch.units)

        def likelihood(logits: Tensor, target: Tensor, weight: Tensor = batch.steps) -> Tensor:
            each = functional.cross_entropy(logits.transpose(1, 2), target, reduction="none")
            return (each * weight).sum() / weight.sum().clamp(min=1.0)

        parts = {
            "unit": likelihood(unit_logits, batch.units),
            "pointer": likelihood(pointer_logits, batch.pointers),
            "face": likelihood(face_logits, batch.faces),
            "duration": likelihood(
                duration_logits, (batch.frames - 1).clamp(0, self.cell.config.longest - 1), batch.steps * known
            ),
        }
        loss = parts["unit"] + parts["pointer"] + parts["face"] + 0.2 * parts["duration"]
        right = (unit_logits.argmax(-1) == batch.units) & (pointer_logits.argmax(-1) == batch.pointers)
        wrong_sentences = ((~right) & (batch.steps > 0)).any(1).float().mean()
        report = {name: float(value.detach()) for name, value in parts.items()}
        return loss, report | {"wrong sentences": float(wrong_sentences)}
