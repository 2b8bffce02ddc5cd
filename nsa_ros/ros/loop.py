"""A thread that calls a function at a fixed rate, on absolute deadlines."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Time for the loop [s]."""

    def now(self) -> float: ...
    def sleep_until(self, deadline: float) -> None: ...


class SteadyClock:
    """The machine's monotonic clock."""

    def now(self) -> float:
        return time.monotonic()

    def sleep_until(self, deadline: float) -> None:
        time.sleep(max(0.0, deadline - time.monotonic()))


def take_priority() -> bool:
    """Put the calling thread before all ordinary ones (SCHED_FIFO, its lowest priority); whether the system allows it.

    Linux allows it to root and to users with an `rtprio` limit (/etc/security/limits.d). Without it, deadlines are
    missed by some milliseconds while other programs use every core.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(os.sched_get_priority_min(os.SCHED_FIFO)))
    except (AttributeError, OSError):
        return False
    return True


class RateLoop:
    """Calls `tick` every `period` seconds until stopped.

    A deadline that has passed by a whole period or more is skipped, never made up for: what is played continues
    smoothly, later. While a loop runs, Python's cyclic garbage is collected in the slack before
    a deadline, never inside a tick.

    Attributes:
        skipped: deadlines that were skipped so far.
        priority: whether the thread runs before all ordinary ones (see `take_priority`).

    Args:
        period: seconds between two calls.
        tick: called in the loop's thread.
        on_error: called with an exception of `tick`; the loop goes on.
        clock: where time comes from.
    """

    def __init__(
        self,
        period: float,
        tick: Callable[[], None],
        on_error: Callable[[Exception], None],
        clock: Clock | None = None,
    ) -> None:
        self.period, self.skipped, self.priority = period, 0, False
        self._tick, self._on_error, self._clock = tick, on_error, clock or SteadyClock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="play-out", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the current tick."""
        self._stop.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=2.0)

    def _run(self) -> None:
        collect = 1.0 / self.period
        ticks = 0
        self.priority = take_priority()
        gc.freeze()
        gc.disable()
        deadline = self._clock.now() + self.period
        try:
            while not self._stop.is_set():
                self._clock.sleep_until(deadline)
                try:
                    self._tick()
                except Exception as error:
                    self._on_error(error)
                ticks += 1
                if ticks % int(collect) == 0:
                    gc.collect()
                deadline += self.period
                now = self._clock.now()
                missed = max(0, int((now - deadline) / self.period))
                self.skipped += missed
                deadline = min(deadline + self.period * missed, now + self.period)  # a simulation may be reset
        finally:
            gc.enable()
            gc.unfreeze()
