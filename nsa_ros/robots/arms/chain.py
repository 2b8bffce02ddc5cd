"""The arms of a robot as chains of joints, all computed at once: forward kinematics and Jacobians."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.rotations import cross
from nsa_ros.robots.description.parts import Arm
from nsa_ros.robots.description.urdf import Joint, Urdf, frame_at_zero
from nsa_ros.robots.kinematics import cross_matrices

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


class Posture(NamedTuple):
    """Where the joints of A arms are, in the frame of the link that they stand on.

    Attributes:
        positions: [m]. Shape (A, J, 3).
        rotations: of the links that they carry. Shape (A, J, 3, 3).
        axes: unit vectors, 0 for joints that fill up a shorter arm. Shape (A, J, 3).
    """

    positions: Array
    rotations: Array
    axes: Array

    def jacobian(self, points: Array, last: Indices) -> Array:
        """How points move with the joints that carry them.

        Args:
            points: one of each arm [m]. Shape (A, 3).
            last: index of the joint that carries it. Shape (A,).

        Returns:
            [m/rad]. Shape (A, 3, J).
        """
        moved = cross(self.axes, points[:, None] - self.positions)
        carried = np.arange(self.axes.shape[1]) <= last[:, None]
        return np.asarray(np.swapaxes(moved * carried[..., None], -1, -2))


class Chains:
    """The arms of a robot.

    Attributes:
        joints: names of the driven joints of each arm.
        links: the links that they carry.
        size: joints of the longest arm, J.

    Args:
        urdf: the robot.
        arms: that stand on one link, with rotating joints only.
    """

    def __init__(self, urdf: Urdf, arms: Sequence[Arm]) -> None:
        chains = [_moving(urdf, arm) for arm in arms]
        self.joints = tuple(arm.joints for arm in arms)
        self.links = tuple(tuple(link for link, _, _, _ in chain) for chain in chains)
        self.size = max(map(len, chains))
        self._origins = np.zeros((len(arms), self.size, 3))
        still = np.tile(np.eye(3), (len(arms), self.size, 1, 1))
        self._axes = np.zeros((len(arms), self.size, 3))
        for i, chain in enumerate(chains):
            for j, (_, position, rotation, axis) in enumerate(chain):
                self._origins[i, j], still[i, j], self._axes[i, j] = position, rotation, axis
        turn = cross_matrices(self._axes.reshape(-1, 3)).reshape(still.shape)
        self._turning = np.stack([still, still @ turn, still @ turn @ turn])

    def __len__(self) -> int:
        return len(self.joints)

    def posture(self, q: Array) -> Posture:
        """Where the joints are for their angles [rad]. (A, J) -> `Posture`."""
        sines, cosines = np.sin(q)[..., None, None], np.cos(q)[..., None, None]
        local = self._turning[0] + sines * self._turning[1] + (1.0 - cosines) * self._turning[2]
        positions, rotations = np.empty((*q.shape, 3)), np.empty((*q.shape, 3, 3))
        positions[:, 0], rotations[:, 0] = self._origins[:, 0], local[:, 0]
        for j in range(1, self.size):
            carrier = rotations[:, j - 1]
            np.matmul(carrier, local[:, j], out=rotations[:, j])
            positions[:, j] = positions[:, j - 1] + (carrier @ self._origins[:, j, :, None])[..., 0]
        return Posture(positions, rotations, (rotations @ self._axes[..., None])[..., 0])


def _moving(urdf: Urdf, arm: Arm) -> list[tuple[str, Array, Array, Array]]:
    """Link, origin, rotation at zero and axis of each driven joint, in the frame of the one before."""
    found, passed = [], list[Joint]()
    for joint in urdf.chain(arm.base, arm.wrist):
        passed.append(joint)
        if joint.name in arm.joints:
            found.append((joint.child, *frame_at_zero(passed), joint.axis))
            passed = []
    return found
