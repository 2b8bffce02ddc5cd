"""Retrieval between text and motion."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

_AT = (1, 5, 10)


def retrieval(text: ArrayLike, motion: ArrayLike, pool: int | None = None, seed: int = 0) -> dict[str, Any]:
    """How well the right motion is found for a text, and the right text for a motion.

    R-precision of Guo et al., "Generating Diverse and Natural 3D Human Motions from Text", CVPR 2022. Row i of both
    belongs together. Candidates of a pool are ordered by cosine similarity; the rank of the right one is
    1 plus the number that are more similar plus half the number that are equally similar, so that features that are
    all the same score like chance in the median.

    Args:
        text: embeddings. Shape (N, d).
        motion: embeddings in the same space. Shape (N, d).
        pool: candidates. The pairs are put into pools of this size at random, those left over are dropped; without it
            all N are one pool. The field uses 32; recall depends on it, so it is reported.
        seed: of the pools.

    Returns:
        `pool`, `queries`, and for `text_to_motion` and `motion_to_text` each `r_at_1`, `r_at_5`, `r_at_10` (shares in
        0..1) and `median_rank` (1 is best).

    Raises:
        NsaError: shapes that do not match, or a pool that is not between 2 and N.
    """
    a, b = (np.asarray(features, dtype=np.float64) for features in (text, motion))
    if a.ndim != 2 or a.shape != b.shape:
        raise NsaError(f"retrieval needs two arrays of one shape (N, d); got {a.shape} and {b.shape}.")
    size = len(a) if pool is None else pool
    if not 2 <= size <= len(a):
        raise NsaError(f"a retrieval pool of {size}; give 2 to {len(a)}, the number of pairs.")
    a, b = (f / np.maximum(np.linalg.norm(f, axis=1, keepdims=True), 1e-12) for f in (a, b))
    count = len(a) // size
    order = np.random.default_rng(seed).permutation(len(a))[: count * size].reshape(count, size)
    alike = np.round(a[order] @ np.swapaxes(b[order], 1, 2), 9)
    return {
        "pool": size,
        "queries": order.size,
        "text_to_motion": _recalls(alike),
        "motion_to_text": _recalls(np.swapaxes(alike, 1, 2)),
    }


def _recalls(alike: Array) -> dict[str, float]:
    """(pools, queries, candidates) -> recalls and median rank."""
    own = np.diagonal(alike, axis1=1, axis2=2)[..., None]
    ranks = 1.0 + (alike > own).sum(-1) + 0.5 * ((alike == own).sum(-1) - 1)
    return {f"r_at_{k}": float((ranks <= k).mean()) for k in _AT} | {"median_rank": float(np.median(ranks))}
