"""Records of clips to figures with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.learning.fitting.evaluation.errors import PARTS

Array = NDArray[np.float64]
Records = Sequence[dict[str, Any]]

TARGETS = {"body": 20.0, "left_hand": 8.0, "right_hand": 8.0}
"""What the fit shall reach under the headline's noise [mm]."""

BELOW = 0.4
"""Share of the initial IK's error that shall be gone."""

_DRAWS = 2000


class Figure(NamedTuple):
    """A mean over clips with its interval.

    Attributes:
        mean: over clips.
        low: end of the 95 % interval, bootstrapped over clips.
        high: the other end.
        median: clip.
        p90: nine clips of ten are below.
    """

    mean: float
    low: float
    high: float
    median: float
    p90: float


def figure(records: Records, key: str) -> Figure:
    """A figure of the clips that have it."""
    values = np.array([record[key] for record in records if key in record])
    means = values[_drawn(len(values))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Figure(
        float(values.mean()), float(low), float(high), float(np.median(values)), float(np.quantile(values, 0.9))
    )


def reduction(ours: Records, initial: Records, key: str) -> Figure:
    """Share of the initial error that is gone; `mean` is of the mean errors, `median` and `p90` are of single clips.

    The same clips are drawn for both: a paired comparison.
    """
    pairs = np.array([(a[key], b[key]) for a, b in zip(ours, initial, strict=True) if key in a and key in b])
    drawn = pairs[_drawn(len(pairs))].mean(axis=1)
    low, high = np.quantile(1.0 - drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
    each = 1.0 - pairs[:, 0] / pairs[:, 1]
    mean = 1.0 - pairs[:, 0].mean() / pairs[:, 1].mean()
    return Figure(float(mean), float(low), float(high), float(np.median(each)), float(np.quantile(each, 0.9)))


def group(records: Records, name: str) -> tuple[float, int]:
    """Mean error of both hands in one of the groups of `measuring` [mm], and how many frames of hands there are."""
    total, count = np.sum([record["groups"][name] for record in records if name in record["groups"]], axis=0)
    return (float(total / count) if count else float("nan")), int(count)


class Verdict(NamedTuple):
    """Whether a target is met.

    Attributes:
        part: of the body.
        error: ours [mm].
        target: [mm].
        gone: share of the initial error that is gone.
    """

    part: str
    error: Figure
    target: float
    gone: Figure

    @property
    def met(self) -> tuple[bool, bool]:
        """The error, and the reduction."""
        return self.error.mean <= self.target, self.gone.mean >= BELOW


def verdicts(ours: Records, initial: Records) -> list[Verdict]:
    """Against the targets, part by part."""
    return [Verdict(p, figure(ours, p), TARGETS[p], reduction(ours, initial, p)) for p in PARTS]


def _drawn(count: int) -> NDArray[np.intp]:
    return np.random.default_rng(0).integers(count, size=(_DRAWS, count))
