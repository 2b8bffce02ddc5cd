"""Measures of plans and motions, each a plain function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.kinematics import forward
from nsa_ros.body.skeleton import INDEX, RIGHT_HAND, default_skeleton

Array = NDArray[np.float64]

_HOLD = 0.35


def edit_distance(a: Sequence[Any], b: Sequence[Any]) -> int:
    """Fewest insertions, deletions and substitutions from a to b (Levenshtein, 1966)."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1]


def points(poses: Array) -> Array:
    """Positions of 55 joints and 10 fingertips of the shipped figure. (F, 55, 3) [rad] -> (F, 65, 3) [m]."""
    posed = forward(default_skeleton(), np.asarray(poses, dtype=np.float64))
    return np.concatenate([posed.positions, posed.tips], axis=1)


def jerk(positions: Array, fps: float) -> float:
    """Mean size of the third difference of positions (F, points, 3), in m/s³."""
    return float(np.linalg.norm(np.diff(positions, n=3, axis=0), axis=-1).mean() * fps**3)


def hold_feature(poses: Array) -> Array:
    """The right hand in the last third of a unit: finger joints and direction of the hand, as matrices. -> (144,)."""
    last = poses[int(np.floor((1.0 - _HOLD) * len(poses))) :].astype(np.float64)
    rotations = forward(default_skeleton(), last).rotations
    wrist = INDEX["right_wrist"]
    hand = np.swapaxes(rotations[:, wrist, None], -1, -2) @ rotations[:, RIGHT_HAND]
    return np.concatenate([hand.mean(0).ravel(), rotations[:, wrist].mean(0).ravel()])


class HandshapeDecoder:
    """Names a letter or number by the nearest mean feature of its holds in reference motion."""

    def __init__(self, features: NDArray[np.float64], units: NDArray[np.int64]) -> None:
        """
        Args:
            features: of reference holds (`hold_feature`). Shape (n, 144).
            units: their ids. Shape (n,).
        """
        self._units = np.unique(units)
        self._means = np.stack([features[units == unit].mean(0) for unit in self._units])

    def __call__(self, features: Array) -> NDArray[np.int64]:
        """Ids of holds. (n, 144) -> (n,)."""
        distance = np.linalg.norm(features[:, None] - self._means[None], axis=-1)
        return np.asarray(self._units[distance.argmin(1)])


def dtw(a: Array, b: Array) -> float:
    """Mean distance [m] of points along the best alignment in time of two motions (F, P, 3), (G, P, 3).

    Dynamic time warping (Sakoe & Chiba, 1978) of the mean point distance, divided by the steps of the path.
    """
    cost = np.linalg.norm(a[:, None] - b[None], axis=-1).mean(-1)
    total = np.full((len(a) + 1, len(b) + 1), np.inf)
    steps = np.zeros((len(a) + 1, len(b) + 1))
    total[0, 0] = 0.0
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            before = min(((i - 1, j - 1), (i - 1, j), (i, j - 1)), key=lambda at: total[at])
            total[i, j] = total[before] + cost[i - 1, j - 1]
            steps[i, j] = steps[before] + 1
    return float(total[-1, -1] / steps[-1, -1])
