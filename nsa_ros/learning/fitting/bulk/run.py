"""A run: what is there is passed over, the rest is handed out in lots, and what comes back is kept."""

from __future__ import annotations

import contextlib
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.bulk.fits import Fits
from nsa_ros.learning.fitting.bulk.progress import Progress
from nsa_ros.learning.fitting.bulk.summary import Row, Summary
from nsa_ros.learning.fitting.bulk.task import Outcome, Task, Workers

_LARGEST_LOT = 32
_EXPECTED = (4, 400)
"""Clips and frames that count as known before any came back."""

_DEATHS = 20
"""Workers that die one after the other before a run gives up: then it is not the clips."""


def fit_many(
    tasks: Sequence[Task], start: Callable[[], Workers], fits: Fits, group: int, again: bool = False
) -> Summary:
    """Fit what is not there.

    Args:
        tasks: clips, of different names.
        start: makes the workers; not called if there is nothing to do.
        fits: where they are kept.
        group: frames that are fitted together.
        again: fit also what is there.

    Raises:
        NsaError: a fit cannot be written, or workers die whatever they are given; what is whole is kept.
    """
    summary = Summary(len(tasks))
    left = []
    for task in tasks:
        fit = None if again else fits.there(task.name)
        if fit:
            summary.rows[task.name] = Row("skipped", fit.frames, fit.quality)
        else:
            left.append(task)
    if left:
        try:
            _fit(left, start, fits, group, summary)
        except BaseException:
            with contextlib.suppress(NsaError):  # the first error is the one to tell
                fits.finish(summary)
            raise
    fits.finish(summary)
    return summary


def _fit(left: Sequence[Task], start: Callable[[], Workers], fits: Fits, group: int, summary: Summary) -> None:
    begun = time.monotonic()
    with contextlib.closing(start()) as workers, contextlib.closing(Progress(summary.total, len(summary.rows))) as bar:
        for outcome in _outcomes(_Lots(left, group, workers.slots), workers):
            summary.rows[outcome.name] = _kept(outcome, fits, bar)
            summary.seconds = time.monotonic() - begun


def _kept(outcome: Outcome, fits: Fits, progress: Progress) -> Row:
    if outcome.fitted is None:
        progress.failed(outcome.name, outcome.cause)
        return Row("failed", cause=outcome.cause)
    fit = fits.keep(outcome.name, outcome.fitted)
    progress.fitted(fit.frames)
    return Row("fitted", fit.frames, fit.quality)


class _Lots:
    """Clips to hand out, as many at a time as are fitted together, going by the length of those that came back."""

    def __init__(self, tasks: Sequence[Task], group: int, slots: int) -> None:
        self._waiting, self._single = deque(tasks), deque[Task]()
        self._group, self._slots = group, slots
        self._clips, self._frames = _EXPECTED
        self._tried: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._waiting or self._single)

    def take(self) -> list[Task]:
        if self._single:
            return [self._single.popleft()]
        fit_together = int(self._group * self._clips / self._frames)
        share = math.ceil(len(self._waiting) / (2 * self._slots))
        return [self._waiting.popleft() for _ in range(max(1, min(fit_together, share, _LARGEST_LOT)))]

    def learn(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.fitted is not None:
                self._clips += 1
                self._frames += len(outcome.fitted.motion)

    def again(self, lot: Sequence[Task]) -> list[Task]:
        """Hand out clips of a lost lot once more, each alone; those that had their second turn come back."""
        lost = [task for task in lot if task.name in self._tried]
        self._single.extend(task for task in lot if task.name not in self._tried)
        self._tried |= {task.name for task in lot}
        return lost


def _outcomes(lots: _Lots, workers: Workers) -> Iterable[Outcome]:
    under_way, deaths = 0, 0
    while lots or under_way:
        while lots and under_way < workers.slots:
            workers.submit(lots.take())
            under_way += 1
        lot, result = workers.next()
        under_way -= 1
        if isinstance(result, str):
            deaths += 1
            if deaths > _DEATHS:
                raise NsaError(
                    f"{deaths} workers were lost one after the other; the last: {result}. What is whole is kept"
                )
            yield from (Outcome(task.name, cause=result) for task in lots.again(lot))
        else:
            deaths = 0
            lots.learn(result)
            yield from result
