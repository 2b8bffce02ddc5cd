"""Distance of two motions that may differ in tempo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from nsa_ros.body.warping import dtw

Array = NDArray[np.float64]


def cost_matrix(a: Array, b: Array) -> Array:
    """Mean distance of points in each frame of one motion and each of another. (F, P, 3), (G, P, 3) -> (F, G)."""
    cost = np.zeros((len(a), len(b)))
    for point in range(a.shape[1]):
        cost += cdist(a[:, point], b[:, point])
    return cost / a.shape[1]


def dtw_distance(a: Array, b: Array) -> float:
    """Normalised DTW (n-DTW): mean distance of points along the best alignment in time, in the unit of the points.

    The sum along the path of `body.warping.dtw` over the mean point distance, divided by the pairs on the path, so that
    long texts weigh as much as short ones. How Neural Sign Actors (arXiv 2312.02702) computes its column DTW is not
    published; this is DTW-MJE (Huang et al., "Towards Fast and High-Quality Sign Language Production", ACM MM 2021)
    divided by the length of the path.

    Args:
        a, b: points of two motions. Shapes (F, P, 3), (G, P, 3).
    """
    total, steps = dtw(cost_matrix(a, b))
    return float(total / steps)
