"""Distance of two distributions of motion features."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.errors import NsaError

Array = NDArray[np.float64]


def fid(made: ArrayLike, true: ArrayLike) -> float:
    """Fréchet distance of the normal distributions fitted to two sets of feature vectors (Heusel et al., NIPS 2017).

        |μ₁ - μ₂|² + tr Σ₁ + tr Σ₂ - 2 tr (Σ₁ Σ₂)^½

    with unbiased covariances. For Σ = A Aᵀ the last trace is the sum of the singular values of A₁ᵀ A₂: no matrix root
    is taken, and covariances without full rank give neither complex numbers nor NaN. The figure depends on the feature
    extractor and only compares within one. It is biased upwards for small sets (Chong & Forsyth, CVPR 2020), so compare
    sets of equal size and put two halves of the reference beside it.

    Args:
        made, true: features. Shapes (n, d), (m, d).

    Raises:
        NsaError: other shapes, fewer than two vectors in a set, or values that are not finite.

    Warns:
        UserWarning: fewer vectors than dimensions in a set: the bias is then large.
    """
    a, b = (np.asarray(features, dtype=np.float64) for features in (made, true))
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or min(len(a), len(b)) < 2:
        raise NsaError(f"FID needs features of shapes (n, d) and (m, d), n and m at least 2; got {a.shape}, {b.shape}.")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise NsaError("FID needs finite features; some are NaN or infinite. Look for the motion they were made from.")
    if min(len(a), len(b)) <= a.shape[1]:
        warnings.warn(
            f"FID of {len(a)} and {len(b)} vectors of {a.shape[1]} dimensions: more vectors than dimensions are "
            "needed for full covariances, the figure is biased upwards.",
            stacklevel=2,
        )
    roots = [(features - features.mean(0)).T / np.sqrt(len(features) - 1) for features in (a, b)]
    thin = [_thin(root) for root in roots]
    shared = np.linalg.svd(thin[0].T @ thin[1], compute_uv=False).sum()
    apart = ((a.mean(0) - b.mean(0)) ** 2).sum()
    return float(max(0.0, apart + (roots[0] ** 2).sum() + (roots[1] ** 2).sum() - 2.0 * shared))


def _thin(root: Array) -> Array:
    """Another root of the same covariance, with no more columns than rows. (d, n) -> (d, min(d, n))."""
    return np.linalg.qr(root.T, mode="r").T if root.shape[1] > root.shape[0] else root
