"""Streams that are played: what each signs next, who asks for it, and the thread that ticks them all."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Any

import numpy as np

from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.signing.player import Player
from nsa_ros.signing.request import Ended, Started
from nsa_ros.signing.scheduler import Scheduler
from nsa_ros.signing.timeline import Timeline

RATE = 100.0
PERIOD = 1.0 / RATE
_GLANCE = 2e-3


class Stream:
    """A player and what it signs next.

    Attributes:
        player: of this stream.
        latencies: from submitting a text to its first sample [s].

    Args:
        signer: of the player.
        scheduler: that it shares.
        model: of the playback coordinate.
        texts: signed in turn, from the place `first` on.
        first: as above.
        over: called with the stream when a text is over; submits the next one when left out.
    """

    def __init__(
        self,
        signer: Any,
        scheduler: Scheduler,
        model: RevoluteModel,
        texts: Sequence[str],
        first: int,
        over: Callable[[Stream], None] | None = None,
    ) -> None:
        timeline = Timeline(model, rate=RATE, fps=signer.fps)
        self.player = Player(signer, timeline, listener=self._on_event, scheduler=scheduler)
        self.latencies: list[float] = []
        self._texts, self._next, self._over = texts, first, over or Stream.submit

    def submit(self) -> None:
        """Have the next text signed."""
        self.player.submit(self._texts[self._next % len(self._texts)], seed=self._next)
        self._next += 1

    def _on_event(self, event: Started | Ended) -> None:
        if isinstance(event, Started):
            self.latencies.append(event.latency)
        else:
            self._over(self)


class Audience:
    """Asks streams for their next texts at moments of its own, not at their ticks.

    Args:
        seed: of the moments.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._lock = threading.Lock()
        self._asked: list[tuple[float, int, Stream]] = []

    def later(self, stream: Stream, within: float = 2 * PERIOD) -> None:
        """Ask a stream at a random moment within so many seconds."""
        with self._lock:
            heappush(self._asked, (time.monotonic() + self._rng.uniform(0.0, within), id(stream), stream))

    def ask(self, seconds: float) -> None:
        """Ask all whose moment comes within so many seconds; returns after them."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            with self._lock:
                due = [heappop(self._asked)[2] for _ in range(sum(at <= now for at, _, _ in self._asked))]
            for stream in due:
                stream.submit()
            time.sleep(_GLANCE)


class Playing:
    """A thread that ticks all streams at 100 Hz on absolute deadlines, as the node's play-out does (`ros.loop`).

    Attributes:
        priority: whether it runs before all ordinary threads.
        error: what ended it before its time.

    Args:
        streams: all of them.
    """

    def __init__(self, streams: Sequence[Stream]) -> None:
        self.priority = False
        self.error: Exception | None = None
        self._streams = streams
        self._late: list[float] = []
        self._skipped = 0
        self._underruns = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="play-out", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the ticks of the present period."""
        self._ended.set()
        self._thread.join()

    def clear(self) -> None:
        """Forget what was measured so far."""
        self._late, self._skipped = [], 0
        self._underruns = self._counted()
        for stream in self._streams:
            stream.latencies = []

    def figures(self) -> tuple[np.ndarray, int, int, list[float]]:
        """How late each tick was done [s], periods skipped, underruns, and latencies of texts [s]."""
        latencies = [latency for stream in self._streams for latency in list(stream.latencies)]
        return np.array(self._late), self._skipped, self._counted() - self._underruns, latencies

    def _counted(self) -> int:
        return sum(stream.player.timeline.underruns for stream in self._streams)

    def _run(self) -> None:
        from nsa_ros.ros.loop import take_priority

        self.priority = take_priority()
        gc.collect()
        gc.freeze()
        gc.disable()
        try:
            self._play()
        except Exception as error:
            self.error = error
        finally:
            gc.enable()
            gc.unfreeze()

    def _play(self) -> None:
        deadline = time.monotonic()
        periods = 0
        while not self._ended.is_set():
            deadline += PERIOD
            time.sleep(max(0.0, deadline - time.monotonic()))
            late = self._late
            for stream in self._streams:
                stream.player.tick()
                late.append(time.monotonic() - deadline)
            periods += 1
            if periods % int(RATE) == 0:
                gc.collect()
            missed = int((time.monotonic() - deadline) / PERIOD)
            self._skipped += missed
            deadline += missed * PERIOD


def open_streams(
    signer: Any, count: int, texts: Sequence[str], over: Callable[[Stream], None] | None = None
) -> tuple[Scheduler, list[Stream]]:
    """Streams that share a scheduler, none of which signs yet.

    Args:
        signer: of all.
        count: how many.
        texts: to sign.
        over: as of `Stream`.
    """
    if hasattr(signer, "warm"):
        signer.warm()  # forgets the features of texts that were signed before
    scheduler, model = Scheduler(), RevoluteModel(default_skeleton())
    return scheduler, [Stream(signer, scheduler, model, texts, 7 * number, over) for number in range(count)]


def close_streams(scheduler: Scheduler, streams: Sequence[Stream]) -> None:
    """End all streams, then their scheduler."""
    for stream in streams:
        stream.player.close()
    scheduler.close()
