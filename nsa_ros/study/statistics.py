"""Means whose confidence intervals allow for other participants and other sentences."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVEL = 0.95
RESAMPLES = 10_000

FEWEST = 5
"""Participants, and sentences, below which no interval is given."""


class Estimate(NamedTuple):
    """A mean.

    Attributes:
        mean: over all ratings; None without any.
        low, high: 95 % confidence interval; None when there are too few participants or sentences for one.
        ratings: how many.
        participants: that gave them.
        texts: that they are of.
    """

    mean: float | None
    low: float | None
    high: float | None
    ratings: int
    participants: int
    texts: int


class Weights(NamedTuple):
    """How often each resample holds each participant, shape (B, P), and each sentence, shape (B, T)."""

    participants: Array
    texts: Array


def draw_weights(participants: int, texts: int, seed: int, resamples: int = RESAMPLES) -> Weights:
    """Resamples of the crossed bootstrap: participants and sentences are drawn with replacement, independently.

    The pigeonhole bootstrap for crossed random effects (Owen, "The pigeonhole bootstrap", 2007), which errs on the wide
    side; the same resamples serve all conditions, so that differences are of matched draws.
    """
    rng = np.random.default_rng(seed)

    def drawn(count: int) -> Array:
        return rng.multinomial(count, np.full(count, 1.0 / count), size=resamples).astype(float)

    return Weights(drawn(participants), drawn(texts))


def means(values: Array, weights: Weights) -> Array:
    """Mean of the ratings in each resample; NaN for one that holds none.

    Args:
        values: ratings; NaN where there is none. Shape (P, T).
        weights: the resamples.

    Returns:
        Shape (B,).
    """
    given = np.isfinite(values)
    total = ((weights.participants @ np.where(given, values, 0.0)) * weights.texts).sum(axis=1)
    count = ((weights.participants @ given.astype(float)) * weights.texts).sum(axis=1)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def estimate(values: Array, weights: Weights) -> Estimate:
    """Mean and percentile interval of ratings, shape (P, T), NaN where there is none."""
    given = np.isfinite(values)
    counts = int(given.sum()), int(given.any(axis=1).sum()), int(given.any(axis=0).sum())
    if not counts[0]:
        return Estimate(None, None, None, *counts)
    mean = float(values[given].mean())
    if min(counts[1:]) < FEWEST:
        return Estimate(mean, None, None, *counts)
    return Estimate(mean, *interval(means(values, weights)), *counts)


def difference(first: Array, second: Array, weights: Weights) -> Estimate:
    """Mean of `first` minus mean of `second`, each of shape (P, T), with its interval from matched resamples.

    Counts are those of the participants and sentences that have ratings of both.
    """
    one, two = np.isfinite(first), np.isfinite(second)
    people, texts = (int((one.any(axis=a) & two.any(axis=a)).sum()) for a in (1, 0))
    counts = int(one.sum() + two.sum()), people, texts
    if not one.any() or not two.any():
        return Estimate(None, None, None, *counts)
    mean = float(first[one].mean() - second[two].mean())
    if min(people, texts) < FEWEST:
        return Estimate(mean, None, None, *counts)
    return Estimate(mean, *interval(means(first, weights) - means(second, weights)), *counts)


def interval(draws: Array) -> tuple[float, float]:
    """The middle 95 % of the draws that are numbers."""
    tail = 50.0 * (1.0 - LEVEL)
    low, high = np.nanpercentile(draws, [tail, 100.0 - tail])
    return float(low), float(high)
