"""The engine behind the node: a queue of texts, motion that is generated ahead of playback, and a tick a sample.

Nothing here knows ROS or waits for a clock: `tick` is called at the robot's rate by whoever owns the time.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from threading import RLock
from typing import Protocol

from nsa_ros.body.motion import Motion
from nsa_ros.errors import NsaError
from nsa_ros.signing.batching import Outcome
from nsa_ros.signing.request import Ended, Refusal, Request, Started, Status
from nsa_ros.signing.sample import Ending, Sample
from nsa_ros.signing.scheduler import Scheduler
from nsa_ros.signing.timeline import Timeline
from nsa_ros.text.units import Unit

AHEAD = 3.0
"""Motion that is generated ahead of playback at most [s]."""


class SignedUtterance(Protocol):
    """A text being signed: iterating yields chunks of motion, `units` grows with them."""

    units: list[Unit]

    def __iter__(self) -> Iterator[Motion]: ...


class Signer(Protocol):
    """Whatever turns text into motion, chunk by chunk."""

    name: str
    fps: float

    def sign(self, text: str, seed: int = 0) -> SignedUtterance: ...


class Player:
    """Signs submitted texts in order.

    `submit`, `cancel`, `status` and `close` may be called from any thread, `tick` from one.

    Attributes:
        timeline: what is played; its speed may be changed.

    Args:
        signer: turns text into motion.
        timeline: at the signer's frame rate.
        queue_length: utterances that may wait while one is signed.
        longest_text: characters a text may have.
        ahead: motion that is generated ahead of playback at most [s].
        listener: called with `Started` and `Ended` from within `tick`.
        clock: seconds, for the latency of `Started` and the real-time factor of `status`.
        first: number of the first utterance.
        scheduler: generates for this player and for others; one of its own when left out.

    Raises:
        NsaError: signer and timeline differ in their frame rate.
    """

    def __init__(
        self,
        signer: Signer,
        timeline: Timeline,
        queue_length: int = 8,
        longest_text: int = 2000,
        ahead: float = AHEAD,
        listener: Callable[[Started | Ended], None] = lambda event: None,
        clock: Callable[[], float] = time.perf_counter,
        first: int = 1,
        scheduler: Scheduler | None = None,
    ) -> None:
        if signer.fps != timeline.fps:
            raise NsaError(
                f"signer {signer.name} gives {signer.fps} frames a second, the timeline takes {timeline.fps}"
            )
        self.timeline = timeline
        self._signer, self._ahead, self._listener, self._clock = signer, ahead, listener, clock
        self._queue_length, self._longest_text = queue_length, longest_text
        self._lock = RLock()
        self._waiting: deque[Request] = deque()
        self._open: dict[int, Request] = {}
        self._making: _Making | None = None
        self._last: Sample | None = None
        self._next, self._refused, self._failed = first, 0, 0
        self._generated = self._spent = 0.0
        self._closed = self._full = False
        self._own = scheduler is None
        self._scheduler = scheduler or Scheduler(clock=clock)
        self._scheduler.add(self)

    def submit(self, text: str, seed: int = 0, speed: float = 1.0, preempt: bool = False) -> int:
        """Queue a text. Returns the number of its utterance.

        Args:
            text: what to sign.
            seed: of the signer.
            speed: factor of its tempo.
            preempt: end what is signed and what waits first; nothing is ended when the text is refused.

        Raises:
            Refusal: the queue is full, the text is too long, or the player is closed.
        """
        with self._lock:
            reason = self._objection(text, preempt)
            if reason:
                self._refused += 1
                raise Refusal(reason)
            if preempt:
                self.cancel()
            request = Request(self._next, text, seed, speed, self._clock())
            self._next += 1
            self._open[request.utterance] = request
            self._waiting.append(request)
        self._scheduler.wake()
        return request.utterance

    def cancel(self, utterance: int | None = None) -> None:
        """End one utterance, or all that are signed or wait; numbers that are not open are ignored."""
        with self._lock:
            numbers = list(self._open) if utterance is None else [utterance] * (utterance in self._open)
            for number in numbers:
                self._open[number].stopped = True
                self.timeline.cancel(number)
            if utterance is None:
                self.timeline.cancel()
        self._scheduler.wake()

    def tick(self) -> Sample:
        """The next sample; call it at the timeline's rate."""
        sample = self.timeline.step()
        events: list[Started | Ended] = []
        with self._lock:
            begun = self._open.get(sample.utterance) if sample.utterance is not None else None
            if begun is not None and not begun.started:
                begun.started = True
                events.append(Started(begun.utterance, begun.text, self._clock() - begun.submitted))
            for ending in sample.ended:
                events += self._settle(ending)
            self._last = sample
            short = self._full and self.timeline.ahead < self._ahead
        if short:
            self._scheduler.wake()
        for event in events:
            self._listener(event)
        return sample

    @property
    def idle(self) -> bool:
        """Whether every utterance has ended and its ending has been told."""
        with self._lock:
            return not self._open

    def status(self) -> Status:
        """What is going on."""
        with self._lock:
            sample = self._last
            request = self._open.get(sample.utterance or 0) if sample else None
            units = tuple(request.units) if request else ()
            place = sample.unit if sample and 0 <= sample.unit < len(units) else None
            counts = self.timeline.counts
            return Status(
                phase=sample.phase if sample else "rest",
                utterance=request.utterance if request else None,
                text=request.text if request else "",
                units=units,
                unit=place,
                waiting=sum(not (request.started or request.stopped) for request in self._open.values()),
                refused=self._refused,
                failed=self._failed,
                underruns=self.timeline.underruns,
                starving=self.timeline.starving,
                clamped=int(counts.position.sum() + counts.rate.sum()),
                invalid=int(counts.invalid.sum()),
                real_time_factor=self._generated / self._spent if self._spent > 0 else 0.0,
            )

    def close(self, timeout: float = 5.0) -> None:
        """Stop generating and cancel what is open; a chunk in the making is waited for, `timeout` seconds at most."""
        with self._lock:
            self._closed = True
        self.cancel()
        self._scheduler.remove(self, timeout)
        if self._own:
            self._scheduler.close(timeout)

    def urgency(self) -> float | None:
        """Seconds that what is there lasts, if a chunk is to be generated now, else None (`Stream`)."""
        with self._lock:
            if self._making is not None and self._making.request.stopped:
                self._making = None
            while self._making is None and self._waiting:
                request = self._waiting.popleft()
                if not request.stopped:
                    self._making = _Making(request)
            ahead = self.timeline.ahead
            self._full = self._making is not None and ahead >= self._ahead
            if self._making is None or self._full or self._closed:
                return None
            return ahead / self.timeline.speed

    def motion(self) -> Iterator[Motion]:
        """Chunks of the text that is being signed (`Stream`).

        Raises:
            Exception: whatever the signer says to the text.
        """
        making = self._making
        assert making is not None, "asked for without urgency"
        if making.motion is None:
            request = making.request
            utterance = self._signer.sign(request.text, request.seed)
            request.units = utterance.units
            making.motion = iter(utterance)
        return making.motion

    def deliver(self, outcome: Outcome, spent: float) -> None:
        """Take the chunk, the error, or the end of the text that is being signed (`Stream`)."""
        assert self._making is not None
        request = self._making.request
        try:
            if isinstance(outcome, Motion):
                with self._lock:
                    self._spent += spent
                    self._generated += outcome.duration
                self.timeline.push(request.utterance, outcome, request.speed)
                return
            if outcome is None:
                self.timeline.finish(request.utterance)
        except Exception as error:  # whatever a signer gives, the next text is signed
            outcome = error
        if outcome is not None:
            self.timeline.fail(request.utterance, self._reason(outcome))
        self._making = None

    def _objection(self, text: str, preempt: bool) -> str:
        if self._closed:
            return "the player is closed"
        if len(text) > self._longest_text:
            return f"the text has {len(text)} characters, at most {self._longest_text} are signed at once: split it"
        if not preempt and sum(not request.stopped for request in self._open.values()) > self._queue_length:
            return f"the queue is full ({self._queue_length} wait): try again when one has been signed, or stop them"
        return ""

    def _settle(self, ending: Ending) -> list[Started | Ended]:
        """Take an utterance off the books; what is to be told."""
        request = self._open.pop(ending.utterance, None)
        if request is None:
            return []
        if ending.outcome == "failed":
            self._failed += 1
        return [Ended(request.text, ending)]

    def _reason(self, error: Exception) -> str:
        return str(error) if isinstance(error, NsaError) else f"{type(error).__name__} in {self._signer.name}: {error}"


class _Making:
    """The text that is being generated; read and changed by the scheduler's thread alone."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.motion: Iterator[Motion] | None = None
