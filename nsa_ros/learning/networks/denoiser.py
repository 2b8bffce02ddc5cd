"""The denoiser: encoders of each frame's pose and expression, gates, a causal decoder, an MLP head."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from nsa_ros.body.skeleton import JOINTS
from nsa_ros.learning.networks.decoders import DECODERS
from nsa_ros.learning.networks.encoders import ExpressionLayer, FlatLayer, flat_width
from nsa_ros.learning.networks.gate import Gate
from nsa_ros.learning.networks.graph import EdgeGraphLayer, SharedGraphLayer


@dataclass(frozen=True)
class DenoiserConfig:
    """Sizes and parts of the denoiser.

    Attributes:
        graph_widths: feature width of a joint after each graph layer (Eq. 8).
        expression_widths: feature width of a coefficient after each expression layer (Eq. 9).
        condition: width of the condition of a frame.
        hidden: width of the decoder.
        layers: its layers.
        cell: kind of the decoder, as in `decoders.DECODERS`; `none` has no memory.
        gated_frame: gate the frame's feature and add it to the decoder's output; not drawn in the paper.
        encoder: of the pose: `edge` (a linear map per directed edge, Eq. 8), `shared` (one for all edges), or `mlp`
            (the flattened pose, with as many parameters as `edge`).
        embeddings: learned embeddings of joints and coefficients, P_i and E_i; an `mlp` encoder has no P_i.
    """

    graph_widths: tuple[int, ...]
    expression_widths: tuple[int, ...]
    condition: int
    hidden: int
    layers: int
    cell: Literal["lstm", "gru", "attention", "none"] = "gru"
    gated_frame: bool = True
    encoder: Literal["edge", "shared", "mlp"] = "edge"
    embeddings: bool = True


class Denoiser(nn.Module):
    """Noisy frames and their condition to the prediction of the diffusion's target, causally.

    A channel is one modelled number of a frame: `joint_channels` of each moving joint, then the modelled expression
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
        pose_layers, widths, nodes = _pose_layers(config, len(joints), joint_channels)
        self.pose_layers = nn.ModuleList(pose_layers)
        self.pose_gates = nn.ModuleList(Gate(config.condition, width) for width in widths)
        frame = nodes * widths[-1] + coefficients * config.expression_widths[-1]
        self.lift = nn.Linear(1, config.expression_widths[0])
        widths = (config.expression_widths[0], *config.expression_widths)
        self.expression_layers = nn.ModuleList(
            ExpressionLayer(coefficients, a, b, config.embeddings) for a, b in pairwise(widths)
        )
        self.expression_gates = nn.ModuleList(Gate(config.condition, width) for width in config.expression_widths)
        self.frame = nn.Linear(frame, config.hidden)
        self.frame_gate = Gate(config.condition, config.hidden) if config.gated_frame else None
        self.decoder = DECODERS[config.cell](config.hidden, config.layers)
        self.head = nn.Sequential(
            nn.Linear(config.hidden, config.hidden), nn.SiLU(), nn.Linear(config.hidden, self.channels)
        )

    @property
    def state_shape(self) -> tuple[int, int]:
        """Shape of one sequence's state in the decoder: rows and width."""
        return self.decoder.rows, self.config.hidden

    def encode(self, noisy: Tensor, condition: Tensor) -> Tensor:
        """Frames on their own. (N, channels), (N, condition) -> (N, hidden)."""
        count = noisy.shape[0]
        split = self.channels - self.coefficients
        pose = self._nodes(noisy[:, :split])  # (nodes, N, width)
        for layer, gate in zip(self.pose_layers, self.pose_gates, strict=True):
            pose = gate(layer(pose), condition)
        face = self.lift(noisy[:, split:].transpose(0, 1)[..., None])  # (coefficients, N, width)
        for layer, gate in zip(self.expression_layers, self.expression_gates, strict=True):
            face = gate(layer(face), condition)
        feature = torch.cat([part.transpose(0, 1).reshape(count, -1) for part in (pose, face)], dim=-1)
        feature = self.frame(feature)
        return feature if self.frame_gate is None else self.frame_gate(feature, condition)

    def _nodes(self, pose: Tensor) -> Tensor:
        """What the pose encoder takes: every joint, or the whole pose as one node. (N, C) -> (nodes, N, width)."""
        if self.config.encoder == "mlp":
            return pose[None]
        pose = pose.reshape(pose.shape[0], -1, self.joint_channels).transpose(0, 1)  # (moving, N, joint_channels)
        return torch.cat([pose, torch.zeros_like(pose[:1])]).index_select(0, self.slots)

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
        decoded, state = self.decoder(feature, state)
        if self.config.gated_frame:
            decoded = decoded + feature
        return self.head(decoded), state


def _pose_layers(
    config: DenoiserConfig, joints: int, joint_channels: int
) -> tuple[list[nn.Module], tuple[int, ...], int]:
    """Layers of the pose encoder, their widths, and the nodes they work on: the joints, or one for the whole pose."""
    if config.encoder == "mlp":
        channels = joints * joint_channels
        width = flat_width(channels, config.graph_widths, joint_channels, config.condition, config.hidden)
        widths = (width,) * len(config.graph_widths)
        return [FlatLayer(a, b) for a, b in pairwise((channels, *widths))], widths, 1
    layer = {"edge": EdgeGraphLayer, "shared": SharedGraphLayer}[config.encoder]
    widths = config.graph_widths
    layers = [layer(a, b, config.embeddings) for a, b in pairwise((joint_channels, *widths))]
    return layers, widths, len(JOINTS)
