"""A step of the arms' inverse kinematics: least squares with bounds and one-sided squares, by active sets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SETS = 8
"""Most times that one-sided squares which a step meets are added to it."""

_TINY = 1e-300


def least_step(
    matrix: Array, right: Array, rows: Array, short: Array, room: tuple[Array, Array], still: NDArray[np.bool_]
) -> Array:
    """Step x that minimises xᵀ M x - 2 bᵀ x + Σ max(0, s - r x)² within bounds (Nocedal and Wright, "Numerical
    Optimization", 2006, 16.5).

    Args:
        matrix: M, symmetric, positive definite. Shape (n, n).
        right: b. Shape (n,).
        rows: the r. Shape (K, n).
        short: the s. Shape (K,).
        room: least and greatest value of each joint, around 0. Shapes (n,).
        still: joints that do not move. Shape (n,).

    Returns:
        Within bounds, and lower than 0 is. Shape (n,).
    """
    active = short > 0.0
    step = np.zeros(len(right))
    for _ in range(_SETS):
        pushed = rows[active]
        step = _within(matrix + pushed.T @ pushed, right + pushed.T @ short[active], room, still)
        touched = active | (short > rows @ step)
        if (touched == active).all():
            break
        active = touched
    return step


def _within(matrix: Array, right: Array, room: tuple[Array, Array], still: NDArray[np.bool_]) -> Array:
    """Step that lowers xᵀ M x - 2 bᵀ x as far as bounds let it: to the first that it meets, along that to the next."""
    step = np.zeros(len(right))
    held = still | ((room[0] >= 0.0) & (right < 0.0)) | ((room[1] <= 0.0) & (right > 0.0))
    while not held.all():
        free = np.flatnonzero(~held)
        move = np.linalg.solve(matrix[np.ix_(free, free)], (right - matrix @ step)[free])
        bound = np.where(move < 0.0, room[0][free], room[1][free]) - step[free]
        share = bound / np.where(move == 0.0, _TINY, move)
        first = int(share.argmin())
        step[free] += min(max(float(share[first]), 0.0), 1.0) * move
        if share[first] >= 1.0:
            break
        held[free[first]] = True
    return step
