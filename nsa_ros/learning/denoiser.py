"""The denoiser: graph and expression encoders of each frame, gates, a causal recurrent decoder, an MLP head."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from nsa_ros.body.skeleton import JOINTS
from nsa_ros.learning.gate import Gate
from nsa_ros.learning.graph import EdgeGraphLayer


@dataclass(frozen=True)
class DenoiserConfig:
    """Sizes of the denoiser.

    Attributes:
        graph_widths: feature width of a joint after each graph layer (Eq. 8).
        expression_widths: feature width of a coefficient after each expression layer (Eq. 9).
        condition: width of the condition of a frame.
        hidden: width of the recurrent decoder.
        layers: its layers.
        cell: its kind.
        gated_frame: gate the frame's feature and add it to the decoder's output; not drawn in the paper.
    """

    graph_widths: tuple[int, ...]
    expression_widths: tuple[int, ...]
    condition: int
    hidden: int
    layers: int
    cell: Literal["gru", "lstm"] = "gru"
    gated_frame: bool = True


class ExpressionLayer(nn.Module):
    """g'_i = γ( MLP(g_i + E_i) ) with one learned embedding E_i per coefficient (Neural Sign Actors, Eq. 9)."""

    def __init__(self, coefficients: int, width_in: int, width_out: int) -> None:
        super().__init__()
        self.embedding = nn.Parameter(0.1 * torch.randn(coefficients, 1, width_in))
        self.mlp = nn.Sequential(nn.Linear(width_in, width_out), nn.SiLU(), nn.Linear(width_out, width_out), nn.SiLU())

    def forward(self, features: Tensor) -> Tensor:
        """(coefficients, N, width_in) -> (coefficients, N, width_out)."""
        return self.mlp(features + self.embedding)


class Denoiser(nn.Module):
    """Noisy frames and their condition to the prediction of the diffusion's target, causally.

    A channel is one modelled number of a frame: `joint_channels` of each moving joint, then the moving expression
    coefficients. Joints that never move have no channel and enter the graph as zeros.
    """

    def __init__(
        self, config: DenoiserConfig, joints: tuple[int, ...], joint_channels: int, coefficients: int, condition: int
    ) -> None:
        super().__init__()
        self.config = config
        self.joint_channels = joint_channels
        self.coefficients = coefficients
        self.channels = len(joints) * joint_channels + coefficients
        slots = torch.full((len(JOINTS),), len(joints))  # joints without a channel read the row of zeros
        slots[list(joints)] = torch.arange(len(joints))
        self.register_buffer("slots", slots, persistent=False)
        self.condition = nn.Sequential(
            nn.Linear(condition, config.condition), nn.SiLU(), nn.Linear(config.condition, config.condition), nn.SiLU()
        )
        widths = (joint_channels, *config.graph_widths)
        self.pose_layers = nn.ModuleList(EdgeGraphLayer(a, b) for a, b in pairwise(widths))
        self.pose_gates = nn.ModuleList(Gate(config.condition, width) for width in config.graph_widths)
        self.lift = nn.Linear(1, config.expression_widths[0])
        widths = (config.expression_widths[0], *config.expression_widths)
        self.expression_layers = nn.ModuleList(ExpressionLayer(coefficients, a, b) for a, b in pairwise(widths))
        self.expression_gates = nn.ModuleList(Gate(config.condition, width) for width in config.expression_widths)
        frame = len(JOINTS) * config.graph_widths[-1] + coefficients * config.expression_widths[-1]
        self.frame = nn.Linear(frame, config.hidden)
        self.frame_gate = Gate(config.condition, config.hidden) if config.gated_frame else None
        recurrent = {"gru": nn.GRU, "lstm": nn.LSTM}[config.cell]
        self.decoder = recurrent(config.hidden, config.hidden, config.layers, batch_first=True)
        self.head = nn.Sequential(
            nn.Linear(config.hidden, config.hidden), nn.SiLU(), nn.Linear(config.hidden, self.channels)
        )

    @property
    def state_shape(self) -> tuple[int, int]:
        """Shape of one sequence's recurrent state: rows (LSTM: hidden rows, then cell rows) and width."""
        return self.config.layers * (2 if self.config.cell == "lstm" else 1), self.config.hidden

    def encode(self, noisy: Tensor, condition: Tensor) -> Tensor:
        """Frames on their own. (N, channels), (N, condition) -> (N, hidden)."""
        count = len(noisy)
        split = self.channels - self.coefficients
        pose = noisy[:, :split].reshape(count, -1, self.joint_channels).transpose(0, 1)  # (moving, N, joint_channels)
        pose = torch.cat([pose, torch.zeros_like(pose[:1])]).index_select(0, self.slots)  # (55, N, joint_channels)
        for layer, gate in zip(self.pose_layers, self.pose_gates, strict=True):
            pose = gate(layer(pose), condition)
        face = self.lift(noisy[:, split:].transpose(0, 1)[..., None])  # (coefficients, N, width)
        for layer, gate in zip(self.expression_layers, self.expression_gates, strict=True):
            face = gate(layer(face), condition)
        feature = torch.cat([part.transpose(0, 1).reshape(count, -1) for part in (pose, face)], dim=-1)
        feature = self.frame(feature)
        return feature if self.frame_gate is None else self.frame_gate(feature, condition)

    def forward(self, noisy: Tensor, condition: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Predict the diffusion's target.

        Args:
            noisy: (B, F, channels).
            condition: of each frame, diffusion time included. (B, F, condition inputs).
            state: (rows, B, hidden), zeros at the start of an utterance.

        Returns:
            Prediction (B, F, channels) and the state after the last frame.
        """
        batch, frames, _ = noisy.shape
        condition = self.condition(condition.reshape(batch * frames, -1))
        feature = self.encode(noisy.reshape(batch * frames, -1), condition).reshape(batch, frames, -1)
        if self.config.cell == "lstm":
            decoded, (hidden, memory) = self.decoder(feature, tuple(state.chunk(2)))
            state = torch.cat([hidden, memory])
        else:
            decoded, state = self.decoder(feature, state)
        if self.config.gated_frame:
            decoded = decoded + feature
        return self.head(decoded), state
