"""The pose encoder's layer: graph convolution over the SMPL-X tree with one linear map for every directed edge."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nsa_ros.body.skeleton import PARENTS

CHILDREN = range(1, len(PARENTS))


class EdgeGraphLayer(nn.Module):
    """f'_i = γ( Σ_{j∈K_i} g_ij (f_j − f_i) + P_i )  (Neural Sign Actors, Eq. 8).

    K_i are the neighbours of joint i in the tree, g_ij is one linear map per directed edge, P_i one learned embedding
    per joint, γ a SiLU. Features are joint-major, so that all edge maps are one batched product.
    """

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__()
        joints, edges = len(PARENTS), len(CHILDREN)
        # Of each bone: the map of the message down (parent to child), then of the message up (child to parent).
        self.edge_maps = nn.Parameter(torch.randn(edges, width_in, 2 * width_out) * width_in**-0.5)
        self.joint_embedding = nn.Parameter(0.1 * torch.randn(joints, 1, width_out))
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
        return self.activation(received + self.joint_embedding)
