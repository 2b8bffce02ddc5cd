"""One thread that generates for one player or for many: the most urgent first, chunks of equal length together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Condition, Thread
from typing import Protocol

from nsa_ros.body.motion import Motion
from nsa_ros.signing.batching import Outcome, next_chunks

BATCH = 16
"""Utterances in one call at most: more gain nothing on a CPU, and a new text waits for the call that is running."""


class Stream(Protocol):
    """What is served: a player."""

    def urgency(self) -> float | None:
        """Seconds of motion that are left to play, if a chunk is wanted now, else None."""

    def motion(self) -> Iterator[Motion]:
        """Chunks of the text that is being signed; called when a chunk is wanted.

        Raises:
            Exception: the text cannot be signed.
        """

    def deliver(self, outcome: Outcome, spent: float) -> None:
        """Take what came of the chunk, and the time that was spent on it [s]."""


class Scheduler:
    """Serves streams from a thread of its own, none of them before one that has less motion left to play.

    An error in one stream is delivered to that stream and to no other.

    Args:
        batch: streams served in one call at most.
        clock: seconds, to measure what is spent.
    """

    def __init__(self, batch: int = BATCH, clock: Callable[[], float] = time.perf_counter) -> None:
        self._batch, self._clock = batch, clock
        self._changed = Condition()
        self._streams: list[Stream] = []
        self._serving: list[Stream] = []
        self._stale = self._closed = False
        self._thread = Thread(target=self._work, name="nsa-generation", daemon=True)
        self._thread.start()

    def add(self, stream: Stream) -> None:
        """Serve a stream from now on."""
        with self._changed:
            self._streams.append(stream)
        self.wake()

    def remove(self, stream: Stream, timeout: float = 5.0) -> None:
        """Serve a stream no longer; a chunk of it that is in the making is waited for, `timeout` seconds at most."""
        with self._changed:
            if stream in self._streams:
                self._streams.remove(stream)
            self._changed.wait_for(lambda: stream not in self._serving, timeout)

    def wake(self) -> None:
        """A stream may want a chunk now."""
        with self._changed:
            self._stale = True
            self._changed.notify_all()

    def close(self, timeout: float = 5.0) -> None:
        """End the thread, after the call that is running, which is waited for `timeout` seconds at most."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stale or self._closed)
                if self._closed:
                    return
                self._stale = False
                streams = list(self._streams)
            while chosen := self._choose(streams):
                self._serve(chosen)
                with self._changed:
                    if self._closed:
                        return
                    streams = list(self._streams)

    def _choose(self, streams: list[Stream]) -> dict[Stream, Iterator[Motion]]:
        """The stream with the least motion left, and the next in need whose chunks are as long as its."""
        wanting = [(left, place) for place, s in enumerate(streams) if (left := s.urgency()) is not None]
        chosen: dict[Stream, Iterator[Motion]] = {}
        length: int | None = None
        for _, place in sorted(wanting):
            stream = streams[place]
            try:
                motion = stream.motion()
            except Exception as error:  # whatever a text does, the others are signed
                stream.deliver(error, 0.0)
                continue
            own = getattr(motion, "length", None)
            if not chosen or (own is not None and own == length):
                chosen[stream], length = motion, own
            if length is None or len(chosen) == self._batch:
                break
        return chosen

    def _serve(self, chosen: dict[Stream, Iterator[Motion]]) -> None:
        with self._changed:
            self._serving = list(chosen)
        begun = self._clock()
        outcomes = next_chunks(list(chosen.values()))
        spent = (self._clock() - begun) / len(chosen)
        for stream, outcome in zip(chosen, outcomes, strict=True):
            stream.deliver(outcome, spent)
        with self._changed:
            self._serving = []
            self._changed.notify_all()
