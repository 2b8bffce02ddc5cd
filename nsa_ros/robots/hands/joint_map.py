"""The direct map: each of a robot's joints follows one coordinate of the signer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import Skeleton, default_skeleton
from nsa_ros.robots.description.robot import Robot

Array = NDArray[np.float64]


class JointMap:
    """Robot joint = scale × human coordinate + offset, within limits.

    Human coordinates are those of `RevoluteModel`, the same on both sides for mirrored poses.

    Attributes:
        joints: that have a row, hand by hand.

    Args:
        robot: whose hands' rows.
        skeleton: the signer; the shipped figure when left out.
    """

    def __init__(self, robot: Robot, skeleton: Skeleton | None = None) -> None:
        self._model = RevoluteModel(skeleton or default_skeleton())
        rows = [(hand.side, row) for hand in robot.hands.values() for row in hand.rows]
        self.joints = tuple(row.joint for _, row in rows)
        self._sources = np.array([self._model.names.index(f"{side}_{row.source}") for side, row in rows], dtype=np.intp)
        self._scale, self._offset = np.array([(row.scale, row.offset) for _, row in rows]).reshape(-1, 2).T
        where = robot.indices(self.joints)
        self._lower, self._upper = robot.limits.lower[where], robot.limits.upper[where]

    def __call__(self, poses: Array) -> Array:
        """Joints for a pose, axis-angle (55, 3) [rad]. Shape (len(joints),) [rad]."""
        human = self._model.from_motion(poses[None], np.zeros((1, 3)))[0]
        q = self._scale * human[self._sources] + self._offset
        return np.asarray(np.clip(q, self._lower, self._upper))
