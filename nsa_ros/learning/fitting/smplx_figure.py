"""A licensed SMPL-X model as the figure of a fit: the interface of `figure.OpenFigure` with real vertices and betas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nsa_ros.body.proportions import SEGMENTS
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import INDEX, JOINTS, PARENTS, Skeleton, default_skeleton, load_smplx_skeleton
from nsa_ros.body.surface import capsules
from nsa_ros.capture.anchors import SIZE_BONES, anchors, grown_with
from nsa_ros.learning.fitting.figure import MOVING, Shown, rotations
from nsa_ros.learning.fitting.smplx_model import COEFFICIENTS, SmplxModel

Array = NDArray[np.float64]

_UNIT = 0.05
"""What one standard deviation of SMPL-X's shape space counts as: about that of an `OpenFigure`'s factors among people,
so that both weigh and move alike in a fit."""

_LEAST, _MOST = 0.7, 1.4
"""Factors that `body.proportions.resized` takes."""


class SmplxFigure(nn.Module):
    """SMPL-X with a signer's shape.

    Anchors lie on its joints and grow with head, hands and fingers as on the open figure; the skin is its own. Turns of
    joints are about the open figure's axes, so that limits and prior hold. Trunk and head, for penetration, keep the
    girth of the mean shape.

    Attributes:
        model: the licensed model.
        shape_size: ten betas.
        trunk_radius: of the capsules of trunk and head [m]. Shape (T,).
    """

    shape_size = COEFFICIENTS
    trunk_radius: Tensor

    def __init__(self, path: str | Path) -> None:
        """Args:
        path: `SMPLX_*.npz`.

        Raises:
            NsaError: no such file, or it is not a whole SMPL-X model.
        """
        super().__init__()
        self.model, self._path = SmplxModel(path), Path(path)
        mean = load_smplx_skeleton(path)
        points = anchors(mean)
        ends = [(INDEX[c.joint], end) for c in capsules(mean) if _of_trunk(c.joint) for end in (c.a, c.b)]
        owners = self.model.weights.argmax(dim=1)[self.model.surface_indices].tolist()
        limbs = [joint in MOVING and not _of_trunk(JOINTS[joint]) for joint in owners]
        buffers = {
            "chains": RevoluteModel(default_skeleton()).chains[list(MOVING)],
            "anchor_carriers": points.carriers,
            "anchor_offsets": points.offsets,
            "anchor_growth": [
                [float(name in grown_with(i)) for name in SIZE_BONES] for i in range(len(points.carriers))
            ],
            "bone_starts": [INDEX[start] for start, _ in SIZE_BONES.values()],
            "bone_ends": [INDEX[end] for _, end in SIZE_BONES.values()],
            "trunk_carriers": [joint for joint, _ in ends],
            "trunk_offsets": [end for _, end in ends],
            "trunk_radius": [c.radius for c in capsules(mean) if _of_trunk(c.joint)],
        }
        for name, values in buffers.items():
            tensor = torch.tensor(np.asarray(values))
            kept = tensor.float() if tensor.is_floating_point() else tensor
            self.register_buffer(name, kept, persistent=False)
        self.register_buffer("skin", self.model.surface_indices[torch.tensor(limbs)], persistent=False)
        self.register_buffer("mean_sizes", self._sizes(torch.zeros(1, COEFFICIENTS)), persistent=False)

    def forward(self, angles: Tensor, transl: Tensor, shape: Tensor, clip: Tensor) -> Shown:
        """Forward kinematics and skinning.

        Args:
            angles: of the three turns of each of `figure.MOVING` [rad]. Shape (N, 44, 3).
            transl: position of the pelvis [m]. Shape (N, 3).
            shape: of each clip's signer, `betas` says in which unit. Shape (C, 10).
            clip: which clip a frame belongs to. Shape (N,).
        """
        betas = shape / _UNIT
        local = torch.eye(3, device=angles.device).expand(len(angles), len(JOINTS), 3, 3)
        local = local.index_copy(1, torch.tensor(MOVING, device=angles.device), rotations(angles, self.chains))
        posed = self.model(local, betas[clip], None, transl, self.skin)

        def attached(carriers: Tensor, offsets: Tensor) -> Tensor:
            return posed.joints[:, carriers] + (posed.turns[:, carriers] @ offsets[..., None])[..., 0]

        growth = torch.exp(torch.log(self._sizes(betas) / self.mean_sizes) @ self.anchor_growth.T)
        marks = attached(self.anchor_carriers, (growth[..., None] * self.anchor_offsets)[clip])
        trunk = attached(self.trunk_carriers, self.trunk_offsets)
        return Shown(posed.joints[:, list(MOVING)], marks, posed.vertices, trunk.unflatten(1, (-1, 2)))

    def _sizes(self, betas: Tensor) -> Tensor:
        """Lengths of `anchors.SIZE_BONES`, that of fingers as a share of that of hands. (C, 10) -> (C, 3)."""
        joints = self.model.joints_at_rest(betas)
        head, hand, finger = (joints[:, self.bone_ends] - joints[:, self.bone_starts]).norm(dim=-1).unbind(-1)
        return torch.stack([head, hand, finger / hand], dim=-1)

    def betas(self, shape: Array) -> Array:
        """Shape coefficients of SMPL-X for one shape of a fit. (10,) -> (10,)."""
        return np.asarray(shape, dtype=np.float64) / _UNIT

    def skeleton(self, shape: Array) -> Skeleton:
        """The rest skeleton of one shape."""
        return load_smplx_skeleton(self._path, self.betas(shape))

    def proportions(self, shape: Array) -> dict[str, float]:
        """Factors of `body.proportions.resized` that bring the open figure nearest to one shape."""
        own, usual = (_lengths(skeleton) for skeleton in (self.skeleton(shape), default_skeleton()))
        factors = {name: own[name] / usual[name] for name in SEGMENTS}
        factors["fingers"] /= factors["hands"]
        return {name: float(np.clip(factor, _LEAST, _MOST)) for name, factor in factors.items()}


def _of_trunk(joint: str) -> bool:
    return not joint.startswith(("left_", "right_"))


def _lengths(skeleton: Skeleton) -> dict[str, float]:
    """How long the bones of each segment are together; of hands those of the palm."""
    bones = np.linalg.norm(skeleton.rest - skeleton.rest[list(PARENTS)], axis=1)
    palm = [joint for joint in SEGMENTS["hands"] if joint not in SEGMENTS["fingers"]]
    joints = {**SEGMENTS, "hands": palm}
    return {name: float(bones[[INDEX[joint] for joint in joints[name]]].sum()) for name in SEGMENTS}
