"""The playback timeline: frames in, samples at the robot's rate out. The safety boundary of the package.

A sample is the C² curve through the frames of an utterance (`curve`), plus a decaying offset where the figure comes
from somewhere else (`blend`), held within the limits (`limiter`). Time is the number of calls of `step`.

- The curve needs one frame beyond the piece that is read, so a chunk of n frames is played to its frame n - 2 while the
  next is awaited. Playback does not lag behind: the first sample of an utterance is its frame 0, one tick after its
  first chunk, whatever the lookahead.
- An utterance that begins at rest (or after a cancel) is approached: the offset from where the figure is fades
  within half a second or so while the curve already runs, at first slowly (tempo × progress of the blend), so that the
  preparation costs half its length and the first sign is not yet over when the hands arrive. The figure never waits for
  the hands to come up before it starts the model's motion.
- Queued utterances meet in the neutral pose and are read as one curve. When none is queued the figure holds neutral for
  `linger` and then lowers its hands.
- When frames run out in mid-utterance the tempo falls smoothly to zero before the last piece that can be read, and
  rises again when frames come.
- Cancelling and failing leave from wherever the figure is. After a failure the figure goes to rest before it signs on.
"""

from __future__ import annotations

from threading import Lock

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.limits import Limits, expression_limits, limits
from nsa_ros.body.motion import Motion
from nsa_ros.body.poses import named_pose
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.errors import NsaError
from nsa_ros.signing.blend import Blend
from nsa_ros.signing.curve import Point
from nsa_ros.signing.limiter import Counts, Limiter
from nsa_ros.signing.playhead import Playhead
from nsa_ros.signing.sample import Ending, Outcome, Phase, Sample
from nsa_ros.signing.track import Track, UnusableMotion, fault

Array = NDArray[np.float64]

SLOWEST, FASTEST = 0.02, 4.0
"""Range of the tempo factors; the slowest robot hands need less than a tenth."""

APPROACH, RETURN = 0.45, 0.8
"""Least duration of the way to an utterance and back to rest, for half a radian and more [s]."""


class Timeline:
    """Plays utterances one after the other; frames may be pushed from another thread than the one that steps.

    Attributes:
        model: of the playback coordinate.
        rate: samples per second.
        fps: frames per second of the motion that is pushed.

    Args:
        model: as above.
        bounds: of the playback coordinate; those of the figure when left out.
        rate: as above.
        fps: as above.
        rest: pose to go to when there is nothing to sign, axis-angle [rad]. Shape (55, 3).
        linger: how long the neutral pose is held before the hands go down [s].

    Raises:
        NsaError: `rest` is outside the limits, or a rate is not above 0.
    """

    def __init__(
        self,
        model: RevoluteModel,
        bounds: Limits | None = None,
        rate: float = 100.0,
        fps: float = 24.0,
        rest: ArrayLike | None = None,
        linger: float = 0.6,
    ) -> None:
        if not (rate > 0 and fps > 0):
            raise NsaError(f"rate is {rate} and fps {fps}; both must be above 0.")
        self.model, self.rate, self.fps = model, rate, fps
        self._speed, self._linger = 1.0, linger
        pairs = zip(bounds or limits(model), expression_limits(), strict=True)
        self._limits = Limits(*(np.concatenate(pair) for pair in pairs))
        pose = np.asarray(named_pose("rest") if rest is None else rest, dtype=np.float64)
        q = model.from_motion(pose[None], np.zeros((1, 3)))[0]
        self._rest = np.concatenate([q, np.zeros(len(self._limits.lower) - len(q))])
        self._dt = 1.0 / rate
        self._limiter = Limiter(self._limits, self._dt, self._rest)
        self._head = Playhead(fps, self._dt)
        self._lock = Lock()
        self._discarded: set[int] = set()
        self._branch: tuple[int, Array, Array] | None = None
        self._ended: list[Ending] = []
        self._phase: Phase = "rest"
        self._recovering = False
        self._idle = self._blend_time = 0.0
        self._still = self._rest
        self._blend: Blend | None = None

    @property
    def speed(self) -> float:
        """Factor of the tempo of everything; may be changed at any time.

        Raises:
            NsaError: on setting a value outside [0.02, 4].
        """
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._speed = _tempo(speed)

    @property
    def counts(self) -> Counts:
        """How often coordinates of q, then of the expression, were clamped (ticks). Each of shape (178,)."""
        return self._limiter.counts

    @property
    def ahead(self) -> float:
        """Length of what is pushed and not yet played, at model tempo [s]."""
        with self._lock:
            return self._head.ahead / self.fps

    @property
    def underruns(self) -> int:
        """How often frames ran out in mid-utterance."""
        return self._head.underruns

    @property
    def starving(self) -> bool:
        """Whether the figure holds in mid-utterance because the next frames have not come."""
        return self._head.starving

    def push(self, utterance: int, motion: Motion, speed: float = 1.0) -> None:
        """Add frames to the end of an utterance; utterances are played in the order of their first frames.

        Frames of one that has been cancelled or has failed are dropped.

        Args:
            utterance: its number, larger than that of every utterance before.
            motion: the next frames, at `fps`.
            speed: factor of its tempo; that of the first call counts.

        Raises:
            UnusableMotion: the frames cannot be shown; the utterance has failed.
            NsaError: `speed` is outside [0.02, 4].
        """
        tempo = _tempo(speed)
        same = self._branch is not None and self._branch[0] == utterance
        q_before, pose_before = self._branch[1:] if same and self._branch else (None, None)
        reason = fault(motion, pose_before)
        if motion.fps != self.fps:
            reason = f"the motion has {motion.fps} frames a second, the timeline {self.fps}"
        if reason:
            self.fail(utterance, reason)
            raise UnusableMotion(reason)
        if not len(motion):
            return
        q = self.model.from_motion(motion.poses, motion.transl, q_before)
        self._branch = utterance, q[-1], motion.poses[-1]
        rows = np.concatenate([q, motion.expression], axis=1)
        with self._lock:
            self._discarded = {number for number in self._discarded if number >= utterance}
            if utterance in self._discarded:
                return
            track = self._head.find(utterance)
            if track is None:
                track = Track(utterance, tempo)
                self._head.tracks.append(track)
            track.extend(rows, motion.unit)

    def finish(self, utterance: int) -> None:
        """No more frames of an utterance will come."""
        with self._lock:
            track = self._head.find(utterance)
            if track is not None:
                track.finished = True
            elif utterance not in self._discarded:
                self._ended.append(Ending(utterance, "finished"))

    def fail(self, utterance: int, reason: str) -> None:
        """End an utterance with an error; if it is being signed the figure goes to rest before it signs on."""
        with self._lock:
            if utterance not in self._discarded and self._drop(utterance, "failed", reason):
                self._recovering = True

    def cancel(self, utterance: int | None = None) -> None:
        """End an utterance, or all; the figure leaves from wherever it is."""
        with self._lock:
            for number in [track.utterance for track in self._head.tracks] if utterance is None else [utterance]:
                if number not in self._discarded:
                    self._drop(number, "cancelled")
            if utterance is None and self._phase == "holding":
                self._go_to_rest()

    def step(self) -> Sample:
        """The next sample."""
        with self._lock:
            target = self._target()
            utterance, unit, frame = self._head.label()
            phase, ended, self._ended = self._phase, tuple(self._ended), []
            position, velocity = self._limiter.step(target), self._limiter.velocity
        size = len(self.model)
        return Sample(position[:size], velocity[:size], position[size:], utterance, unit, frame, phase, ended)

    def _drop(self, utterance: int, outcome: Outcome, reason: str = "") -> bool:
        """End an utterance before its time; whether it was the one being signed."""
        self._ended.append(Ending(utterance, outcome, reason))
        self._discarded.add(utterance)
        track = self._head.find(utterance)
        current = track is not None and track is self._head.current
        if track is not None:
            self._head.remove(track)
        if current:
            self._go_to_rest()
        return current

    def _target(self) -> Array:
        """Where the figure should be, and `_phase`."""
        if self._recovering and self._blend is None:
            self._recovering = False
        if not self._head.playing and not self._recovering and self._head.tracks:
            self._leave_for(self._head.begin(), APPROACH)
        aim = self._play() if self._head.playing else self._wait()
        if self._blend is not None:
            self._blend_time += self._dt
            aim = aim + self._blend.at(self._blend_time)
            if self._blend_time >= self._blend.duration:
                self._blend = None
        return aim

    def _play(self) -> Array:
        arriving = self._blend.progress(self._blend_time) if self._blend else 1.0
        over = self._head.advance(self._speed * arriving)
        if over:
            self._ended.append(Ending(over.utterance, "finished"))
        if over and not self._head.playing:
            self._phase, self._idle, self._still = "holding", 0.0, over.row(-1)
            return self._still
        self._phase = "signing" if self._blend is None else "approaching"
        return self._head.position()

    def _wait(self) -> Array:
        if self._phase == "holding":
            self._idle += self._dt
            if self._idle >= self._linger:
                self._go_to_rest()
        elif self._blend is None:
            self._phase = "rest"
        return self._still

    def _go_to_rest(self) -> None:
        self._phase, self._still = "returning", self._rest
        self._leave_for(self._rest, RETURN)

    def _leave_for(self, aim: Array, duration: float) -> None:
        """Blend from the present state to a target that starts from a standstill."""
        offset = self._limiter.position - aim
        shortest = max(0.1, duration * min(1.0, float(np.abs(offset[: len(self.model)]).max()) / 0.5))
        state = Point(offset, self._limiter.velocity, self._limiter.acceleration)
        blend = Blend(state, self._limits, shortest)
        self._blend, self._blend_time = (blend if blend.duration else None), 0.0


def _tempo(speed: float) -> float:
    if not SLOWEST <= speed <= FASTEST:
        raise NsaError(f"speed is {speed}; it must be between {SLOWEST} and {FASTEST}, 1 is the signer's own tempo.")
    return speed
