"""DTW-JPE and DTW-PA-JPE of body and hands, as SOKE measures them ("Signs as Tokens", ICCV 2025, arXiv 2411.17799).

The definition is that of the authors' evaluation code: for two frames the points of one are aligned to those of the
other, then the mean distance over the points of a part is their cost; the cost is summed along the best alignment in
time of the two motions, all frames, in metres, and not divided by its length; the mean over texts is reported. For
DTW-JPE the alignment is a translation that brings the first point together (pelvis for the body, wrist for a hand),
for DTW-PA-JPE a similarity transform of all points of the figure (body) or of the hand. A hand is 21 points: wrist,
finger joints, fingertips; the `hand` column is the mean of left and right.

Two differences remain. SOKE's body is neck, shoulders, elbows, wrists, nose, eyes and ears; nose and ears are vertices
of the licensed mesh, in their place stand head and jaw (`points.UPPER_BODY`). Its body transform uses 144 points of
that mesh, half of them in the face, this one the 65 of `points.points`, 40 of them fingers. It minimises squares over
all of them, so that arms can be farther apart after it than before.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.warping import dtw
from nsa_ros.learning.evaluation.distances import rooted, scaled_turn
from nsa_ros.learning.evaluation.points import LEFT_HAND, RIGHT_HAND, UPPER_BODY, points
from nsa_ros.learning.evaluation.warping import cost_matrix

Array = NDArray[np.float64]


def procrustes_cost(a: Array, b: Array, counted: Sequence[int] | None = None) -> Array:
    """Mean distance of points in each frame of one motion, after `procrustes`, and each frame of another.

    Args:
        a, b: shapes (F, P, 3), (G, P, 3).
        counted: places of the points whose distance counts; all of them serve the alignment.

    Returns:
        Shape (F, G).
    """
    a, b = a - a.mean(1, keepdims=True), b - b.mean(1, keepdims=True)
    chosen = list(range(a.shape[1]) if counted is None else counted)
    rows = []
    for frame in a:
        turns = scaled_turn(np.swapaxes(b, 1, 2) @ frame, (frame * frame).sum())
        moved = frame[chosen] @ np.swapaxes(turns, 1, 2)
        rows.append(np.linalg.norm(moved - b[:, chosen], axis=-1).mean(-1))
    return np.stack(rows)


def soke_errors(made: ArrayLike, true: ArrayLike) -> dict[str, float]:
    """Errors of one motion from its reference.

    Args:
        made, true: poses [rad]. Shapes (F, 55, 3), (G, 55, 3).

    Returns:
        `dtw_jpe_body`, `dtw_jpe_hand`, `dtw_pa_jpe_body`, `dtw_pa_jpe_hand`: summed along the path [m]; and the same
        four, their names after `n_`, divided by the pairs on the path [mm].
    """
    a, b = points(made), points(true)
    costs = {
        "dtw_jpe_body": [cost_matrix(rooted(a)[:, UPPER_BODY], rooted(b)[:, UPPER_BODY])],
        "dtw_jpe_hand": [cost_matrix(rooted(a[:, hand]), rooted(b[:, hand])) for hand in (LEFT_HAND, RIGHT_HAND)],
        "dtw_pa_jpe_body": [procrustes_cost(a, b, UPPER_BODY)],
        "dtw_pa_jpe_hand": [procrustes_cost(a[:, hand], b[:, hand]) for hand in (LEFT_HAND, RIGHT_HAND)],
    }
    found = {name: [dtw(cost) for cost in parts] for name, parts in costs.items()}
    summed = {name: float(np.mean([total for total, _ in parts])) for name, parts in found.items()}
    normalised = {f"n_{name}": 1e3 * float(np.mean([t / n for t, n in parts])) for name, parts in found.items()}
    return summed | normalised


def mean_soke_errors(made: Sequence[ArrayLike], true: Sequence[ArrayLike]) -> dict[str, float]:
    """`soke_errors` of motions of the same texts in the same order, every text weighing the same."""
    rows = [soke_errors(a, b) for a, b in zip(made, true, strict=True)]
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
