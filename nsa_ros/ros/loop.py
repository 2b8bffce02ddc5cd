"""Threads that call functions at a fixed rate, on absolute deadlines."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable
from typing import Protocol

SWITCH_INTERVAL = 5e-4
"""How long another Python thread may keep a loop waiting, by `sys.setswitchinterval` [s]; Python's own is 5 ms."""


class Clock(Protocol):
    """Time for a loop [s]."""

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


class Garbage:
    """Python's cyclic garbage while loops run: collected in the slack before a deadline, never inside a tick.

    What is there when a function joins a loop is exempt, so that a collection looks at little.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loops = 0

    def begin(self) -> None:
        """A loop begins."""
        with self._lock:
            self._loops += 1
            gc.disable()

    def exempt(self) -> None:
        """Collect now, and never again what is there."""
        gc.collect()
        gc.freeze()

    def end(self) -> None:
        """A loop has ended."""
        with self._lock:
            self._loops -= 1
            if not self._loops:
                gc.enable()
                gc.unfreeze()


class Turn:
    """A function in a loop.

    Attributes:
        skipped: deadlines that were skipped so far.
    """

    def __init__(self, loop: RateLoop, tick: Callable[[], None], on_error: Callable[[Exception], None]) -> None:
        self.skipped = 0
        self._loop, self._tick, self._on_error = loop, tick, on_error

    @property
    def priority(self) -> bool:
        """Whether the loop's thread runs before all ordinary ones (see `take_priority`)."""
        return self._loop.priority

    def stop(self) -> None:
        """Call the function no longer; a call that is running is waited for."""
        self._loop.remove(self)

    def call(self) -> None:
        """Call the function; an error is told and the loop goes on."""
        try:
            self._tick()
        except Exception as error:
            self._on_error(error)


class RateLoop:
    """Calls functions every `period` seconds, one after the other.

    One thread calls all of them: threads of their own would wait for each other inside of ticks, since Python runs one
    at a time. And they are called in a row, not spread over the period, because whatever comes first after a sleep
    takes two to three times as long as what follows it.

    A deadline that has passed by a whole period or more is skipped, never made up for: what is played continues
    smoothly, later. The thread lives while there is a function to call.

    Attributes:
        priority: whether the thread runs before all ordinary ones (see `take_priority`).

    Args:
        period: seconds between two calls of a function.
        clock: where time comes from.
        garbage: shared by the loops of a process.
    """

    def __init__(self, period: float, clock: Clock | None = None, garbage: Garbage | None = None) -> None:
        self.period, self.priority = period, False
        self._clock, self._garbage = clock or SteadyClock(), garbage or Garbage()
        self._changed = threading.Condition()
        self._turns: list[Turn] = []
        self._running: Turn | None = None
        self._thread: threading.Thread | None = None

    def add(self, tick: Callable[[], None], on_error: Callable[[Exception], None]) -> Turn:
        """Call a function from now on, in the loop's thread.

        Args:
            tick: the function.
            on_error: called with an exception of `tick`; the loop goes on.
        """
        self._garbage.exempt()
        turn = Turn(self, tick, on_error)
        with self._changed:
            self._turns.append(turn)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="play-out", daemon=True)
                self._thread.start()
        return turn

    def remove(self, turn: Turn) -> None:
        """Call a function no longer; a call that is running is waited for."""
        with self._changed:
            if turn in self._turns:
                self._turns.remove(turn)
            thread = self._thread
            if thread is threading.current_thread():
                return
            self._changed.wait_for(lambda: self._running is not turn, 2.0)
            last = not self._turns
        if last and thread is not None:
            thread.join(2.0)

    def _goes_on(self) -> bool:
        """Whether there is a function to call; without one, the thread ends."""
        with self._changed:
            if not self._turns:
                self._thread = None
            return self._thread is not None

    def _call(self, turn: Turn) -> None:
        with self._changed:
            if turn not in self._turns:
                return
            self._running = turn
        turn.call()
        with self._changed:
            self._running = None
            self._changed.notify_all()

    def _run(self) -> None:
        self.priority = take_priority()
        self._garbage.begin()
        period, rounds = self.period, 0
        deadline = self._clock.now() + period
        try:
            while self._goes_on():
                self._clock.sleep_until(deadline)
                with self._changed:
                    turns = list(self._turns)
                for turn in turns:
                    self._call(turn)
                rounds += 1
                if rounds % int(1.0 / period) == 0:
                    gc.collect()
                deadline += period
                now = self._clock.now()
                missed = max(0, int((now - deadline) / period))
                for turn in turns:
                    turn.skipped += missed
                deadline = min(deadline + period * missed, now + period)  # a simulation may be reset
        finally:
            self._garbage.end()


class Loops:
    """The loops of a process: functions of equal rate share one thread."""

    def __init__(self) -> None:
        self._garbage = Garbage()
        self._lock = threading.Lock()
        self._by_period: dict[float, RateLoop] = {}

    def add(
        self,
        period: float,
        tick: Callable[[], None],
        on_error: Callable[[Exception], None],
        clock: Clock | None = None,
    ) -> Turn:
        """Call a function every `period` seconds (`RateLoop.add`); with a clock of its own, in a thread of its own."""
        if clock is not None:
            return RateLoop(period, clock, self._garbage).add(tick, on_error)
        with self._lock:
            loop = self._by_period.setdefault(period, RateLoop(period, garbage=self._garbage))
        return loop.add(tick, on_error)
