"""Dynamic time warping: the cheapest way to walk through two sequences together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
_Places = NDArray[np.int64]


def dtw(cost: ArrayLike) -> tuple[Array, Array]:
    """Cost of the best alignment in time, and its steps (Sakoe & Chiba, IEEE TASSP 26, 1978, their P = 0).

    The path goes from the first pair of moments to the last, each step forward in one sequence or in both, and every
    pair on it counts once, both ends included: it minimises the sum of `cost` over its pairs. Among equal paths steps
    in both sequences come first, then those in the first one.

    Args:
        cost: of pairing each moment of one sequence with each of another. Shape (..., R, C).

    Returns:
        The sum and the pairs on the path, shapes (...). Their quotient is the cost normalised by the path's length.
    """
    cost = np.asarray(cost, dtype=np.float64)
    *batch, rows, columns = cost.shape
    skewed = _skewed(cost)
    before, last = np.full((2, *batch, rows), np.inf)  # totals of the two diagonals before
    steps_before, steps_last = np.zeros((2, *batch, rows))
    for diagonal in range(rows + columns - 1):
        if diagonal == 0:
            total = skewed[..., 0, :].copy()
            steps = np.ones((*batch, rows))
        else:
            both, down = _down(before, np.inf), _down(last, np.inf)
            cheapest = np.minimum(np.minimum(both, down), last)
            total = cheapest + skewed[..., diagonal, :]
            taken = np.where(down == cheapest, _down(steps_last, 0.0), steps_last)
            steps = np.where(both == cheapest, _down(steps_before, 0.0), taken) + 1.0
        before, last, steps_before, steps_last = last, total, steps_last, steps
    return np.asarray(last[..., -1]), np.asarray(steps_last[..., -1])


def dtw_path(cost: ArrayLike) -> tuple[_Places, _Places]:
    """The path of `dtw`: for each of its L pairs the moment in either sequence. (R, C) -> (L,), (L,)."""
    cost = np.asarray(cost, dtype=np.float64)
    rows, columns = cost.shape
    skewed = _skewed(cost)
    totals = np.full((rows + columns - 1, rows), np.inf)
    totals[0] = skewed[0]
    for diagonal in range(1, len(totals)):
        last = totals[diagonal - 1]
        cheapest = np.minimum(_down(last, np.inf), last)
        if diagonal > 1:
            cheapest = np.minimum(cheapest, _down(totals[diagonal - 2], np.inf))
        totals[diagonal] = cheapest + skewed[diagonal]
    row, column = rows - 1, columns - 1
    path = [(row, column)]
    while row or column:
        choices = [(row - 1, column - 1), (row - 1, column), (row, column - 1)]
        row, column = min(
            (at for at in choices if min(at) >= 0),
            key=lambda at: float(totals[sum(at), at[0]]),
        )
        path.append((row, column))
    first, second = np.array(path[::-1], dtype=np.int64).T
    return first, second


def _skewed(cost: Array) -> Array:
    """Each anti-diagonal as a row, in the order of the first sequence. (..., R, C) -> (..., R + C - 1, R), else inf."""
    *batch, rows, columns = cost.shape
    skewed = np.full((*batch, rows + columns - 1, rows), np.inf)
    row, column = np.indices((rows, columns))
    skewed[..., row + column, row] = cost
    return skewed


def _down(values: Array, first: float) -> Array:
    """Moved by one place along the last axis."""
    moved = np.empty_like(values)
    moved[..., 0] = first
    moved[..., 1:] = values[..., :-1]
    return moved
