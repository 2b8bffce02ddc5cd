"""Forward kinematics in torch, for losses: `nsa_ros.body.kinematics` level by level of the tree."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import JOINTS, PARENTS, TIP_PARENTS, Skeleton
from nsa_ros.signing.representation import Representation


def rot6d_to_matrix(rot6d: Tensor) -> Tensor:
    """Gram-Schmidt on two columns (Zhou et al., CVPR 2019). (..., 6) -> (..., 3, 3)."""
    x = torch.nn.functional.normalize(rot6d[..., :3], dim=-1)
    b = rot6d[..., 3:]
    y = torch.nn.functional.normalize(b - (x * b).sum(-1, keepdim=True) * x, dim=-1)
    return torch.stack([x, y, torch.cross(x, y, dim=-1)], dim=-1)


def rotvec_to_matrix_torch(rotvec: Tensor) -> Tensor:
    """Exponential map. (..., 3) -> (..., 3, 3)."""
    zero = torch.zeros_like(rotvec[..., 0])
    x, y, z = rotvec.unbind(-1)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).reshape(*rotvec.shape, 3)
    return torch.matrix_exp(skew)


class Kinematics(nn.Module):
    """Channels of a representation to joint and fingertip positions."""

    def __init__(self, skeleton: Skeleton, representation: Representation) -> None:
        super().__init__()
        self.rotation = representation.rotation
        self.channels = len(representation.joints) * representation.joint_channels
        self.register_buffer("joints", torch.tensor(representation.joints), persistent=False)
        for name, values in {
            "mean": representation.mean[: self.channels],
            "scale": representation.scale[: self.channels],
            "still": rotvec_to_matrix(representation.still.copy()),
            "offsets": skeleton.offsets,
            "tips": skeleton.tips,
        }.items():
            self.register_buffer(name, torch.tensor(values, dtype=torch.float32), persistent=False)
        depth = [0] * len(PARENTS)
        for joint, parent in enumerate(PARENTS[1:], start=1):
            depth[joint] = depth[parent] + 1
        self.levels = [[j for j in range(len(PARENTS)) if depth[j] == d] for d in range(1, max(depth) + 1)]

    def forward(self, channels: Tensor) -> Tensor:
        """(N, C) -> positions of 55 joints and 10 fingertips [m] (N, 65, 3)."""
        count = len(channels)
        raw = (channels[:, : self.channels].float() * self.scale + self.mean).reshape(count, len(self.joints), -1)
        moving = rot6d_to_matrix(raw) if self.rotation == "rot6d" else rotvec_to_matrix_torch(raw)
        local = self.still.expand(count, -1, -1, -1).index_copy(1, self.joints, moving)
        rotations: list[Tensor] = [local[:, 0]] * len(PARENTS)
        positions: list[Tensor] = [self.offsets[0].expand(count, 3)] * len(PARENTS)
        for level in self.levels:
            parents = [PARENTS[j] for j in level]
            carried = torch.stack([rotations[p] for p in parents], dim=1)  # (N, L, 3, 3)
            placed = (carried @ self.offsets[level][..., None])[..., 0]
            turned = carried @ local[:, level]
            for place, (joint, parent) in enumerate(zip(level, parents, strict=True)):
                rotations[joint] = turned[:, place]
                positions[joint] = positions[parent] + placed[:, place]
        carriers = torch.stack([rotations[j] for j in TIP_PARENTS], dim=1)
        tips = torch.stack([positions[j] for j in TIP_PARENTS], dim=1) + (carriers @ self.tips[..., None])[..., 0]
        return torch.cat([torch.stack(positions, dim=1), tips], dim=1)


POINTS = len(JOINTS) + len(TIP_PARENTS)
