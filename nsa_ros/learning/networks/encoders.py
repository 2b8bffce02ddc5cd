"""Layers of a frame's encoders: of its expression (Eq. 9), and of its pose where the tree is not used."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from nsa_ros.body.skeleton import JOINTS


class ExpressionLayer(nn.Module):
    """g'_i = γ( MLP(g_i + E_i) ) with one learned embedding E_i per coefficient (Neural Sign Actors, Eq. 9)."""

    def __init__(self, coefficients: int, width_in: int, width_out: int, embeddings: bool = True) -> None:
        """`embeddings` False leaves E_i out."""
        super().__init__()
        self.embedding = nn.Parameter(0.1 * torch.randn(coefficients, 1, width_in)) if embeddings else None
        self.mlp = nn.Sequential(nn.Linear(width_in, width_out), nn.SiLU(), nn.Linear(width_out, width_out), nn.SiLU())

    def forward(self, features: Tensor) -> Tensor:
        """(coefficients, N, width_in) -> (coefficients, N, width_out)."""
        return self.mlp(features if self.embedding is None else features + self.embedding)


class FlatLayer(nn.Sequential):
    """A layer of the pose encoder that knows no tree: γ(W f + b) on the whole pose. (1, N, in) -> (1, N, out)."""

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__(nn.Linear(width_in, width_out), nn.SiLU())


def flat_width(channels: int, graph_widths: Sequence[int], joint_channels: int, condition: int, hidden: int) -> int:
    """Width of `FlatLayer`s whose encoder has as many parameters as the graph encoder, or just fewer.

    Counted are the layers, their gates and their part of the map to the decoder's width.

    Args:
        channels: of the whole pose.
        graph_widths, joint_channels: of the graph encoder that is matched.
        condition, hidden: as in `DenoiserConfig`.
    """
    joints, layers = len(JOINTS), len(graph_widths)
    edges = 2 * (joints - 1)
    maps = sum(edges * a * b for a, b in pairwise((joint_channels, *graph_widths)))
    embeddings_and_gates = sum(graph_widths) * (joints + 2 * (condition + 1))
    graph = maps + embeddings_and_gates + joints * graph_widths[-1] * hidden

    def flat(width: int) -> int:
        linear = (channels + 1) * width + (layers - 1) * (width + 1) * width
        return linear + layers * 2 * width * (condition + 1) + width * hidden

    width = 1
    while flat(width + 1) <= graph:
        width += 1
    return width
