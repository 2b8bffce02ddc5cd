"""From log-probabilities of steps to the units that were signed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nsa_ros.learning.evaluation.recogniser.network import BLANK


def greedy(scores: NDArray[np.floating]) -> list[int]:
    """Best path: the likeliest class of each step, repetitions joined, blanks left out (Graves et al., 2006, §3.2).

    Args:
        scores: larger is likelier; class `BLANK` is none. Shape (S, classes).
    """
    best = scores.argmax(axis=-1)
    return [int(c) for i, c in enumerate(best) if c != BLANK and (i == 0 or best[i - 1] != c)]


def beam(log_probabilities: NDArray[np.floating], width: int = 8, classes: int = 6) -> list[int]:
    """Prefix beam search: the sequence whose paths are likeliest together (Graves, 2012; Hannun et al., 2014).

    Args:
        log_probabilities: of each step. Shape (S, classes).
        width: sequences kept.
        classes: likeliest ones of a step that are gone on with.
    """
    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, -math.inf)}  # ends in blank, ends in its last unit
    for row in log_probabilities:
        likely = np.argpartition(-row, min(classes, len(row) - 1))[:classes]
        nexts: dict[tuple[int, ...], tuple[float, float]] = {}
        for prefix, (blank, unit) in beams.items():
            total = float(np.logaddexp(blank, unit))
            for choice in {BLANK, *likely.tolist(), *prefix[-1:]}:
                p = float(row[choice])
                if choice == BLANK:
                    _add(nexts, prefix, total + p, -math.inf)
                elif prefix[-1:] == (choice,):
                    _add(nexts, prefix, -math.inf, unit + p)
                    _add(nexts, (*prefix, choice), -math.inf, blank + p)
                else:
                    _add(nexts, (*prefix, choice), -math.inf, total + p)
        beams = dict(sorted(nexts.items(), key=lambda item: -float(np.logaddexp(*item[1])))[:width])
    return list(next(iter(beams)))


def _add(beams: dict[tuple[int, ...], tuple[float, float]], prefix: tuple[int, ...], blank: float, unit: float) -> None:
    before = beams.get(prefix, (-math.inf, -math.inf))
    beams[prefix] = (float(np.logaddexp(before[0], blank)), float(np.logaddexp(before[1], unit)))


def isolated(log_probabilities: NDArray[np.floating], candidates: Sequence[int]) -> list[int]:
    """Candidates from the likeliest to the least for a clip of one unit: CTC's likelihood of just that unit.

    Args:
        log_probabilities: of each step. Shape (S, classes).
        candidates: ids.
    """
    rows = np.asarray(log_probabilities, dtype=np.float64)
    chosen = rows[:, list(candidates)]
    blank = rows[:, BLANK]
    before = np.concatenate([[0.0], np.cumsum(blank)])  # blanks up to a step
    open_, closed = np.full(len(candidates), -np.inf), np.full(len(candidates), -np.inf)
    for step in range(len(rows)):
        closed = np.logaddexp(closed, open_) + blank[step]
        open_ = np.logaddexp(open_, before[step]) + chosen[step]
    total = np.logaddexp(open_, closed)
    return [int(candidates[i]) for i in np.argsort(-total)]
