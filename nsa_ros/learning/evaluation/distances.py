"""Position errors of the paper's table: MPJPE and MPVPE, with and without Procrustes alignment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.skeleton import JOINTS
from nsa_ros.body.warping import dtw_path
from nsa_ros.learning.evaluation.points import points, surface_points
from nsa_ros.learning.evaluation.warping import cost_matrix

Array = NDArray[np.float64]

_MM = 1e3


class PositionErrors(NamedTuple):
    """Mean distances [mm] of a motion from its reference.

    Attributes:
        mpjpe: mean per-joint position error (Ionescu et al., Human3.6M, TPAMI 36, 2014) of the 55 joints with the
            pelvis of both in one place: "root-aligned".
        pa_mpjpe: the same after a similarity transform of each frame onto the reference: "Procrustes-aligned".
        mpvpe: mean per-vertex position error over the points of `points.surface_points`, pelvis in one place.
        pa_mpvpe: the same after a similarity transform of each frame's surface points.
    """

    mpjpe: float
    pa_mpjpe: float
    mpvpe: float
    pa_mpvpe: float


def rooted(positions: Array, root: int = 0) -> Array:
    """Positions relative to one of the points. (..., P, 3) -> (..., P, 3)."""
    return positions - positions[..., root : root + 1, :]


def procrustes(source: Array, target: Array) -> Array:
    """Source points turned, scaled and moved onto the target points, in each frame for itself.

    The least-squares similarity transform without reflection (Umeyama, TPAMI 13(4), 1991).

    Args:
        source, target: shapes (..., P, 3) that broadcast.

    Returns:
        The moved source points, of the broadcast shape. Points that are all one stay one, in the target's middle.
    """
    middle = target.mean(-2, keepdims=True)
    a, b = source - source.mean(-2, keepdims=True), target - middle
    turn = scaled_turn(np.swapaxes(b, -1, -2) @ a, (a * a).sum((-2, -1)))
    return np.asarray(a @ np.swapaxes(turn, -1, -2) + middle)


def scaled_turn(shared: Array, spread: Array) -> Array:
    """The turn and scale of `procrustes`, of points that are both around the origin.

    Args:
        shared: sum over the points of target · sourceᵀ. Shape (..., 3, 3).
        spread: sum over the source points of their squares. Shape (...).

    Returns:
        Scale times rotation matrix. Shape (..., 3, 3).
    """
    u, size, v = np.linalg.svd(shared)
    mirrored = np.linalg.det(u @ v) < 0.0
    u[mirrored, :, 2] *= -1.0
    size[mirrored, 2] *= -1.0
    return np.asarray((size.sum(-1) / np.maximum(spread, 1e-12))[..., None, None] * (u @ v))


def position_errors(made: ArrayLike, true: ArrayLike) -> PositionErrors:
    """Errors of one motion from its reference, frames paired along their best alignment in time.

    Motions of one text differ in length. Sign language production compares them after dynamic time warping (DTW-MJE,
    Huang et al., "Towards Fast and High-Quality Sign Language Production", ACM MM 2021): here one path, of the mean
    root-aligned joint distance, pairs the frames for all four figures, each a mean over the pairs of that path. How
    Neural Sign Actors pairs frames and which of the two alignments it means is not published.

    Args:
        made, true: poses [rad]. Shapes (F, 55, 3), (G, 55, 3).
    """
    joints = [rooted(points(poses)[:, : len(JOINTS)]) for poses in (made, true)]
    first, second = dtw_path(cost_matrix(*joints))
    skins = [surface_points(poses) for poses in (made, true)]  # the pelvis does not move: these are rooted as they are
    errors = []
    for a, b in ((joints[0][first], joints[1][second]), (skins[0][first], skins[1][second])):
        errors += [_mean_distance(a, b), _mean_distance(procrustes(a, b), b)]
    return PositionErrors(*errors)


def mean_position_errors(made: Sequence[ArrayLike], true: Sequence[ArrayLike]) -> dict[str, float]:
    """`position_errors` [mm] of motions of the same texts in the same order, every text weighing the same."""
    rows = [position_errors(a, b) for a, b in zip(made, true, strict=True)]
    return PositionErrors(*(float(x) for x in np.mean(rows, axis=0)))._asdict()


def _mean_distance(a: Array, b: Array) -> float:
    return _MM * float(np.linalg.norm(a - b, axis=-1).mean())
