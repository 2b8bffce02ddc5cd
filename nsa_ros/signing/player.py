"""The engine behind the node: a queue of texts, a thread that generates ahead of playback, and a tick a sample.

Nothing here knows ROS or waits for a clock: `tick` is called at the robot's rate by whoever owns the time.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from threading import Condition, Thread
from typing import NamedTuple, Protocol

import numpy as np

from nsa_ros.body.motion import Motion
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.signing.request import Ended, Refusal, Request, Started, Status
from nsa_ros.signing.sample import Ending, Sample
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
    ) -> None:
        if signer.fps != timeline.fps:
            raise NsaError(
                f"signer {signer.name} gives {signer.fps} frames a second, the timeline takes {timeline.fps}"
            )
        self.timeline = timeline
        self._signer, self._ahead, self._listener, self._clock = signer, ahead, listener, clock
        self._queue_length, self._longest_text = queue_length, longest_text
        self._changed = Condition()
        self._waiting: deque[Request] = deque()
        self._open: dict[int, Request] = {}
        self._last: Sample | None = None
        self._next, self._refused, self._failed = first, 0, 0
        self._generated = self._spent = 0.0
        self._closed = self._full = False
        self._thread = Thread(target=self._work, name="nsa-generation", daemon=True)
        self._thread.start()

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
        with self._changed:
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
            self._changed.notify_all()
            return request.utterance

    def cancel(self, utterance: int | None = None) -> None:
        """End one utterance, or all that are signed or wait; numbers that are not open are ignored."""
        with self._changed:
            numbers = list(self._open) if utterance is None else [utterance] * (utterance in self._open)
            for number in numbers:
                self._open[number].stopped = True
                self.timeline.cancel(number)
            if utterance is None:
                self.timeline.cancel()
            self._changed.notify_all()

    def tick(self) -> Sample:
        """The next sample; call it at the timeline's rate."""
        sample = self.timeline.step()
        events: list[Started | Ended] = []
        with self._changed:
            begun = self._open.get(sample.utterance) if sample.utterance is not None else None
            if begun is not None and not begun.started:
                begun.started = True
                events.append(Started(begun.utterance, begun.text, self._clock() - begun.submitted))
            for ending in sample.ended:
                events += self._settle(ending)
            self._last = sample
            if sample.ended or (self._full and self.timeline.ahead < self._ahead):
                self._changed.notify_all()
        for event in events:
            self._listener(event)
        return sample

    @property
    def idle(self) -> bool:
        """Whether every utterance has ended and its ending has been told."""
        with self._changed:
            return not self._open

    def status(self) -> Status:
        """What is going on."""
        with self._changed:
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
                clamped=int(counts.position.sum() + counts.rate.sum()),
                invalid=int(counts.invalid.sum()),
                real_time_factor=self._generated / self._spent if self._spent > 0 else 0.0,
            )

    def close(self, timeout: float = 5.0) -> None:
        """Stop generating and cancel what is open; a chunk in the making is waited for, `timeout` seconds at most."""
        self.cancel()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout)

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

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                request = self._waiting.popleft()
            if not request.stopped:
                try:
                    self._generate(request)
                except NsaError as error:
                    self.timeline.fail(request.utterance, str(error))
                except Exception as error:  # whatever a signer does, the next utterance is signed
                    self.timeline.fail(request.utterance, f"{type(error).__name__} in {self._signer.name}: {error}")

    def _generate(self, request: Request) -> None:
        begun = self._clock()
        utterance = self._signer.sign(request.text, request.seed)
        request.units = utterance.units
        chunks = iter(utterance)
        while (motion := next(chunks, None)) is not None:
            now = self._clock()
            self.timeline.push(request.utterance, motion, request.speed)
            with self._changed:
                self._spent += now - begun
                self._generated += motion.duration
                self._full = True
                self._changed.wait_for(lambda: request.stopped or self._closed or self.timeline.ahead < self._ahead)
                self._full = False
                if request.stopped or self._closed:
                    return
            begun = self._clock()
        self.timeline.finish(request.utterance)


class Played(NamedTuple):
    """What `play` gives.

    Attributes:
        motion: the published samples; its `unit` indexes `units`.
        units: what was signed.
    """

    motion: Motion
    units: tuple[Unit, ...]


def play(signer: Signer, text: str, seed: int = 0, speed: float = 1.0, fps: float = 60.0) -> Played:
    """A text as the figure would sign it, from rest to rest, as fast as it can be computed.

    Args:
        signer: turns text into motion.
        text: what to sign.
        seed: of the signer.
        speed: factor of the tempo, 0.1 to 4.
        fps: frames per second of the result.

    Raises:
        NsaError: the text cannot be signed, or the signer's motion cannot be shown.
    """
    timeline = Timeline(RevoluteModel(default_skeleton()), rate=fps, fps=signer.fps)
    utterance = signer.sign(text, seed)
    chunks, finished = iter(utterance), False
    samples: list[Sample] = []
    while not (finished and samples and samples[-1].phase == "rest"):
        while not finished and timeline.ahead < AHEAD:
            motion = next(chunks, None)
            if motion is None:
                timeline.finish(1)
                finished = True
            else:
                timeline.push(1, motion, speed)
        samples.append(timeline.step())
    poses, transl = timeline.model.to_motion(np.array([sample.q for sample in samples]))
    expression = np.array([sample.expression for sample in samples])
    unit = np.array([sample.unit for sample in samples], dtype=np.int64)
    return Played(Motion(poses, expression, transl, fps, unit), tuple(utterance.units))
