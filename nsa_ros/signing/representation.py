"""How a frame becomes the numbers that are denoised, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.rotations import matrix_to_rot6d, matrix_to_rotvec, rot6d_to_matrix, rotvec_to_matrix
from nsa_ros.body.skeleton import JOINTS
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

ROTATIONS = {"rot6d": 6, "rotvec": 3}
"""Rotation of a joint: 6D (Zhou et al., CVPR 2019) or axis-angle; and its channels."""


@dataclass(frozen=True)
class Representation:
    """Normalised channels of a frame: rotations of the joints that move, then the expression coefficients that move.

    Attributes:
        rotation: one of `ROTATIONS`.
        joints: indices of the modelled joints; the others stay in the neutral pose. Shape (J,).
        coefficients: indices of the modelled expression coefficients; the others stay 0. Shape (E,).
        mean: of each channel. Shape (C,) with C = J * channels per joint + E.
        scale: standard deviation each channel is divided by. Shape (C,).
        still: pose of the joints that are not modelled, axis-angle [rad]. Shape (55, 3).
    """

    rotation: str
    joints: tuple[int, ...]
    coefficients: tuple[int, ...]
    mean: Array
    scale: Array
    still: Array

    def __post_init__(self) -> None:
        if self.rotation not in ROTATIONS:
            raise NsaError(f"unknown rotation {self.rotation!r}, choose one of {', '.join(ROTATIONS)}")
        channels = len(self.joints) * self.joint_channels + len(self.coefficients)
        for name in ("mean", "scale"):
            if len(getattr(self, name)) != channels:
                raise NsaError(f"representation: {name} has {len(getattr(self, name))} values, expected {channels}")

    @property
    def joint_channels(self) -> int:
        """Channels of one joint."""
        return ROTATIONS[self.rotation]

    @property
    def channels(self) -> int:
        """Channels of a frame, C."""
        return len(self.mean)

    def encode(self, poses: Array, expression: Array) -> NDArray[np.float32]:
        """Poses (F, 55, 3) [rad] and expression (F, 10) -> channels (F, C)."""
        values = np.concatenate([raw_rotations(self.rotation, poses, self.joints), expression[:, self.coefficients]], 1)
        return ((values - self.mean) / self.scale).astype(np.float32)

    def decode(self, channels: NDArray[np.float32]) -> tuple[Array, Array]:
        """Channels (F, C) -> poses (F, 55, 3) [rad] and expression (F, 10)."""
        values = channels.astype(np.float64) * self.scale + self.mean
        split = len(self.joints) * self.joint_channels
        rotations = values[:, :split].reshape(len(values), len(self.joints), self.joint_channels)
        poses = np.repeat(self.still[None], len(values), axis=0)
        poses[:, self.joints] = matrix_to_rotvec(rot6d_to_matrix(rotations)) if self.rotation == "rot6d" else rotations
        expression = np.zeros((len(values), 10))
        expression[:, self.coefficients] = values[:, split:]
        return poses, expression


def raw_rotations(rotation: str, poses: Array, joints: tuple[int, ...]) -> Array:
    """Rotations of some joints, not normalised. (F, 55, 3) -> (F, len(joints) * channels per joint)."""
    if not 0 < len(joints) <= len(JOINTS):
        raise NsaError(f"a representation of {len(joints)} joints, expected 1 to {len(JOINTS)}")
    moving = poses[:, joints]
    values = matrix_to_rot6d(rotvec_to_matrix(moving)) if rotation == "rot6d" else moving
    return values.reshape(len(poses), -1)
