"""Rotations in batches: axis-angle (rotation vector), matrix, quaternion (x, y, z, w), 6D.

Shape-preserving functions; every leading shape is kept. All but `matrix_to_rotvec` are thin ones over
`scipy.spatial.transform.Rotation` or plain NumPy; inputs are copied where SciPy would refuse a read-only array.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]

_HALF_TURN = -0.99
"""Cosine of the angle, 172°, beyond which the differences across the diagonal are too small to show the axis."""

_TINY = 1e-300


def rotvec_to_matrix(rotvec: ArrayLike) -> Array:
    """Axis-angle [rad] to matrix. (..., 3) -> (..., 3, 3)."""
    rotvec = np.array(rotvec, dtype=np.float64)
    return np.asarray(Rotation.from_rotvec(rotvec.reshape(-1, 3)).as_matrix().reshape(*rotvec.shape, 3))


def matrix_to_rotvec(matrix: ArrayLike) -> Array:
    """Rotation matrix to axis-angle [rad], angle in [0, π]. (..., 3, 3) -> (..., 3).

    Every frame passes here, so it is not left to SciPy, which first checks and repairs each matrix in ten times the
    time. These must be rotations already; R - Rᵀ then shows axis and sine of the angle, the trace its cosine. Only near
    half a turn, where the sine vanishes, does SciPy read off the axis.
    """
    matrix = np.asarray(matrix, dtype=np.float64)
    across = [matrix[..., k, j] - matrix[..., j, k] for j, k in ((1, 2), (2, 0), (0, 1))]
    axis = np.stack(across, axis=-1) / 2
    sine, cosine = np.sqrt(dot(axis, axis)), (np.trace(matrix, axis1=-2, axis2=-1) - 1) / 2
    rotvec = np.asarray(axis * (np.arctan2(sine, cosine) / np.maximum(sine, _TINY))[..., None])
    near_half_turn = cosine < _HALF_TURN
    if near_half_turn.any():
        rotvec[near_half_turn] = Rotation.from_matrix(matrix[near_half_turn]).as_rotvec()
    return rotvec


def rotvec_to_quat(rotvec: ArrayLike) -> Array:
    """Axis-angle [rad] to unit quaternion (x, y, z, w). (..., 3) -> (..., 4)."""
    rotvec = np.array(rotvec, dtype=np.float64)
    return np.asarray(Rotation.from_rotvec(rotvec.reshape(-1, 3)).as_quat().reshape(*rotvec.shape[:-1], 4))


def quat_to_rotvec(quat: ArrayLike) -> Array:
    """Quaternion (x, y, z, w) to axis-angle [rad]. (..., 4) -> (..., 3)."""
    quat = np.array(quat, dtype=np.float64)
    return np.asarray(Rotation.from_quat(quat.reshape(-1, 4)).as_rotvec().reshape(*quat.shape[:-1], 3))


def quat_to_matrix(quat: ArrayLike) -> Array:
    """Quaternion (x, y, z, w) to matrix. (..., 4) -> (..., 3, 3)."""
    quat = np.array(quat, dtype=np.float64)
    return np.asarray(Rotation.from_quat(quat.reshape(-1, 4)).as_matrix().reshape(*quat.shape[:-1], 3, 3))


def matrix_to_quat(matrix: ArrayLike) -> Array:
    """Matrix to unit quaternion (x, y, z, w). (..., 3, 3) -> (..., 4)."""
    matrix = np.array(matrix, dtype=np.float64)
    return np.asarray(Rotation.from_matrix(matrix.reshape(-1, 3, 3)).as_quat().reshape(*matrix.shape[:-2], 4))


def matrix_to_rot6d(matrix: ArrayLike) -> Array:
    """First two columns of the matrix, one after the other (Zhou et al., CVPR 2019). (..., 3, 3) -> (..., 6)."""
    matrix = np.asarray(matrix, dtype=np.float64)
    return np.swapaxes(matrix[..., :2], -1, -2).reshape(*matrix.shape[:-2], 6)


def rot6d_to_matrix(rot6d: ArrayLike) -> Array:
    """Gram-Schmidt on two columns (Zhou et al., CVPR 2019, eq. 15). (..., 6) -> (..., 3, 3)."""
    rot6d = np.asarray(rot6d, dtype=np.float64)
    x = _direction(rot6d[..., :3])
    b = rot6d[..., 3:]
    y = _direction(b - dot(x, b)[..., None] * x)
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def geodesic_angle(a: ArrayLike, b: ArrayLike) -> Array:
    """Angle between two rotation matrices [rad]. (..., 3, 3), (..., 3, 3) -> (...)."""
    a, b = np.broadcast_arrays(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    relative = np.swapaxes(a, -1, -2) @ b
    return np.asarray(Rotation.from_matrix(relative.reshape(-1, 3, 3)).magnitude().reshape(relative.shape[:-2]))


def slerp(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> Array:
    """Along the geodesic from matrix a (t = 0) to b (t = 1). (..., 3, 3), (..., 3, 3), (...) -> (..., 3, 3)."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    step = matrix_to_rotvec(np.swapaxes(a, -1, -2) @ b)
    return np.asarray(a @ rotvec_to_matrix(np.asarray(t, dtype=np.float64)[..., None] * step))


def dot(a: Array, b: Array) -> Array:
    """Inner products of vectors. (..., 3), (..., 3) -> (...)."""
    return np.asarray(np.einsum("...i,...i->...", a, b))


def cross(a: Array, b: Array) -> Array:
    """`np.cross` of vectors, without the time it takes to look at them. (..., 3), (..., 3) -> (..., 3)."""
    out = np.empty(np.broadcast_shapes(a.shape, b.shape))
    out[..., 0] = a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1]
    out[..., 1] = a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]
    out[..., 2] = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return out


def _direction(vector: Array) -> Array:
    """Unit vectors, and 0 for 0. (..., 3) -> (..., 3)."""
    return np.asarray(vector / np.maximum(np.sqrt(dot(vector, vector)), 1e-12)[..., None])
