"""Work on many entries at once: one process for each core, progress on the terminal."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import TypeVar

from nsa_ros.body.motion import Motion, concatenate
from nsa_ros.cli.catalogue.entries import Entry
from nsa_ros.phonology.synthesis import FPS, Synthesizer

Task = TypeVar("Task")
Result = TypeVar("Result")

_FEW = 8
"""Tasks for which other processes are not worth their start."""


def in_parallel(
    work: Callable[[Task], Result], tasks: Sequence[Task], what: str, workers: int | None = None
) -> Iterator[tuple[Task, Result]]:
    """Each task with its result, in order.

    Args:
        work: a function of a module.
        tasks: its arguments; they and the results travel between processes.
        what: for the progress line, which is shown on a terminal only.
        workers: processes; one for each core when left out.
    """
    workers = min(workers or os.cpu_count() or 1, len(tasks))
    if workers < 2 or len(tasks) < _FEW:
        yield from _shown(tasks, map(work, tasks), what)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("fork"), _uninterrupted) as pool:
        try:
            yield from _shown(tasks, pool.map(work, tasks), what)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _uninterrupted() -> None:
    """Leave Ctrl-C to the process that hands out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _shown(tasks: Sequence[Task], results: Iterator[Result], what: str) -> Iterator[tuple[Task, Result]]:
    begun, shown = time.monotonic(), sys.stderr.isatty() and len(tasks) > 1
    for done, pair in enumerate(zip(tasks, results, strict=True), start=1):
        if shown:
            left = (time.monotonic() - begun) / done * (len(tasks) - done)
            line = f"\r{what}: {done} of {len(tasks)}, {left / 60:.0f} min {left % 60:02.0f} s left "
            print(line, end="\n" if done == len(tasks) else "", file=sys.stderr, flush=True)
        yield pair


def motion(entry: Entry, fps: float = FPS) -> Motion:
    """The sign alone, from neutral to neutral.

    Raises:
        LexiconError: a posture that the arm cannot take.
    """
    return concatenate([part for _, part in _synthesizer(fps).stream([entry.unit])])


@cache
def _synthesizer(fps: float) -> Synthesizer:
    return Synthesizer(fps=fps)
