"""How far two renditions of the same frames are apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.kinematics import forward
from nsa_ros.body.rotations import geodesic_angle, rotvec_to_matrix
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.signing.representation import Representation

FIGURES = ("mean", "p99", "max")
"""What is said of each kind of difference; p99 is the 99th percentile over frames and joints."""

QUANTITIES = ("degrees", "joints_mm", "fingertips_mm")
"""Angle between rotations of the joints that move [degrees]; distances of those joints, and of the fingertips [mm]."""

Array = NDArray[np.float64]


class Differences:
    """Differences of pairs of motions, gathered."""

    def __init__(self, representation: Representation) -> None:
        self._representation = representation
        self._gathered: dict[str, list[Array]] = {name: [] for name in QUANTITIES}

    def add(self, made: NDArray[np.float32], true: NDArray[np.float32]) -> None:
        """Channels of the same frames, both of shape (F, C)."""
        joints = list(self._representation.joints)
        a, b = (self._representation.decode(channels)[0] for channels in (made, true))
        angles = geodesic_angle(*(rotvec_to_matrix(poses[:, joints]) for poses in (a, b)))
        first, second = (forward(default_skeleton(), poses) for poses in (a, b))
        apart = (
            np.degrees(angles),
            1e3 * np.linalg.norm(first.positions[:, joints] - second.positions[:, joints], axis=-1),
            1e3 * np.linalg.norm(first.tips - second.tips, axis=-1),
        )
        for name, values in zip(QUANTITIES, apart, strict=True):
            self._gathered[name].append(values.ravel())

    def figures(self) -> dict[str, list[float]]:
        """`FIGURES` of each of `QUANTITIES`, to four figures."""
        return {name: _figures(np.concatenate(parts)) for name, parts in self._gathered.items()}


def _figures(values: Array) -> list[float]:
    return [float(f"{value:.4g}") for value in (values.mean(), np.quantile(values, 0.99), values.max())]
