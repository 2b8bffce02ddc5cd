"""Layers of the pose encoder over the SMPL-X tree: one linear map per directed edge, or one shared by all."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nsa_ros.body.skeleton import PARENTS

CHILDREN = range(1, len(PARENTS))


def joint_embedding(width: int) -> nn.Parameter:
    """P_i, one learned vector per joint: without it the joints of a shared map cannot be told apart. (55, 1, width)."""
    return nn.Parameter(0.1 * torch.randn(len(PARENTS), 1, width))


class EdgeGraphLayer(nn.Module):
    """f'_i = γ( Σ_{j∈K_i} g_ij (f_j − f_i) + P_i )  (Neural Sign Actors, Eq. 8).

    K_i are the neighbours of joint i in the tree, g_ij is one linear map per directed edge, P_i one learned embedding
    per joint, γ a SiLU. Features are joint-major, so that all edge maps are one batched product.
    """

    def __init__(self, width_in: int, width_out: int, embeddings: bool = True) -> None:
        """`embeddings` False leaves P_i out."""
        super().__init__()
        joints, edges = len(PARENTS), len(CHILDREN)
        # Of each bone: the map of the message down (parent to child), then of the message up (child to parent).
        self.edge_maps = nn.Parameter(torch.randn(edges, width_in, 2 * width_out) * width_in**-0.5)
        self.joint_embedding = joint_embedding(width_out) if embeddings else None
        self.register_buffer("parents", torch.tensor(PARENTS[1:]), persistent=False)
        gather = torch.zeros(joints, edges)
        gather[list(PARENTS[1:]), torch.arange(edges)] = 1.0
        self.register_buffer("gather_up", gather, persistent=False)
        self.activation = nn.SiLU()

    def forward(self, features: Tensor) -> Tensor:
        """(55, N, width_in) -> (55, N, width_out)."""
        bones = features.index_select(0, self.parents) - features[1:]  # (54, N, in)
        down, up = torch.bmm(bones, self.edge_maps).chunk(2, dim=-1)  # 2 × (54, N, out)
        edges, count, width = up.shape
        received = (self.gather_up.to(up.dtype) @ up.reshape(edges, count * width)).reshape(-1, count, width)
        received = received + torch.cat([torch.zeros_like(down[:1]), down])
        return self.activation(received if self.joint_embedding is None else received + self.joint_embedding)


def normalised_adjacency() -> Tensor:
    """Â = D^-½ (A + I) D^-½ of the tree (Kipf & Welling, ICLR 2017, eq. 2). Shape (55, 55)."""
    adjacency = torch.eye(len(PARENTS))
    for child in CHILDREN:
        adjacency[child, PARENTS[child]] = adjacency[PARENTS[child], child] = 1.0
    scale = adjacency.sum(0).rsqrt()
    return scale[:, None] * adjacency * scale


class SharedGraphLayer(nn.Module):
    """f' = γ( Â f W + P ): an ordinary graph convolution, one linear map for all edges (Kipf & Welling, ICLR 2017)."""

    def __init__(self, width_in: int, width_out: int, embeddings: bool = True) -> None:
        """`embeddings` False leaves P out."""
        super().__init__()
        self.linear = nn.Linear(width_in, width_out, bias=False)
        self.joint_embedding = joint_embedding(width_out) if embeddings else None
        self.register_buffer("adjacency", normalised_adjacency(), persistent=False)
        self.activation = nn.SiLU()

    def forward(self, features: Tensor) -> Tensor:
        """(55, N, width_in) -> (55, N, width_out)."""
        mapped = self.linear(features)
        joints, count, width = mapped.shape
        received = (self.adjacency.to(mapped.dtype) @ mapped.reshape(joints, count * width)).reshape(mapped.shape)
        return self.activation(received if self.joint_embedding is None else received + self.joint_embedding)
