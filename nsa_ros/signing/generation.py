"""From a plan, unit by unit, to frames, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.rotations import matrix_to_rotvec, rotvec_to_matrix, slerp
from nsa_ros.signing.alignment import NOTHING, Alignment, PlannedUnit, align_unit, concatenate
from nsa_ros.signing.noise import frame_noise
from nsa_ros.signing.representation import Representation
from nsa_ros.signing.sampler import Draft, Sampler

Array = NDArray[np.float64]

JOIN = 4
"""Frames over which an utterance leaves, and comes back to, exactly the neutral pose."""


class Frames(NamedTuple):
    """A generated chunk of an utterance.

    Attributes:
        poses: shape (F, 55, 3) [rad].
        expression: shape (F, 10).
        unit: place in the plan of each frame's unit, `END` included. Shape (F,).
    """

    poses: Array
    expression: Array
    unit: NDArray[np.int64]


class _Queue:
    """Aligned frames that were planned and are not yet generated."""

    def __init__(self, plan: Iterable[PlannedUnit]) -> None:
        self._plan = iter(plan)
        self._previous, self._next = NOTHING, next(self._plan)
        self._place = 0
        self._alignment: list[Alignment] = []
        self._unit: list[int] = []
        self._remaining: list[int] = []
        self.finished = False

    def __len__(self) -> int:
        return len(self._unit)

    def fill(self, frames: int) -> None:
        """Plan until that many frames are there or the plan is over; looks one unit ahead, no further."""
        while len(self) < frames and not self.finished:
            current, self._next = self._next, next(self._plan, NOTHING)
            self._alignment.append(align_unit(self._previous, current, self._next))
            self._unit += [self._place] * current.frames
            last = self._next is NOTHING
            self._remaining += (
                list(range(current.frames - 1, -1, -1)) if last else [current.frames + JOIN] * current.frames
            )
            self._previous, self._place, self.finished = current, self._place + 1, last

    def take(self, frames: int) -> tuple[Alignment, NDArray[np.int64], NDArray[np.int64]]:
        """The next frames: alignment, place of the unit, and frames to the end (large where that is not yet known)."""
        joined = concatenate(self._alignment)
        self._alignment = [joined[frames:]]
        unit, self._unit = self._unit[:frames], self._unit[frames:]
        remaining, self._remaining = self._remaining[:frames], self._remaining[frames:]
        return joined[:frames], np.array(unit, dtype=np.int64), np.array(remaining, dtype=np.int64)


class Generation(Iterator[Frames]):
    """Frames of an utterance, the first chunk short, so that signing begins soon, each longer than the one before.

    `next` gives a chunk. In two halves, `draft` and `finish`, it can be sampled together with those of others.

    Attributes:
        length: frames of the next chunk; the last may have fewer.

    Raises:
        NsaError: from `next`, the model's output is not finite or cannot be computed.
    """

    def __init__(
        self,
        plan: Iterable[PlannedUnit],
        sampler: Sampler,
        chunks: tuple[int, ...],
        representation: Representation,
        noise_window: int,
        seed: int,
    ) -> None:
        """
        Args:
            plan: units, planned as they are asked for; the last is `END`.
            sampler: fresh.
            chunks: its chunk lengths, ascending.
            representation: of a frame.
            noise_window: frames over which the noise is smoothed.
            seed: of the noise.
        """
        self._plan, self._sampler, self._representation = plan, sampler, representation
        self._noise_window, self._seed = noise_window, seed
        self._queue: _Queue | None = None
        self._done, self._lengths = 0, iter(chunks)
        self._unit = self._remaining = np.empty(0, dtype=np.int64)
        self.length = next(self._lengths)

    def __next__(self) -> Frames:
        draft = self.draft()
        if draft is None:
            raise StopIteration
        return self.finish(self._sampler.next(draft.noise, draft.alignment))

    def draft(self) -> Draft | None:
        """The next chunk, planned as far as it needs; None after the last."""
        if self._queue is None:
            self._queue = _Queue(self._plan)
        self._queue.fill(self.length)
        frames = min(self.length, len(self._queue))
        if not frames:
            return None
        alignment, self._unit, self._remaining = self._queue.take(frames)
        noise = frame_noise(self._seed, self._done, frames, self._representation.channels, self._noise_window)
        return Draft(self._sampler, noise, alignment)

    def finish(self, channels: NDArray[np.float32]) -> Frames:
        """The frames of the drafted chunk from its sampled channels (n, C)."""
        frames = len(channels)
        poses, expression = self._representation.decode(channels)
        share = np.minimum(self._done + np.arange(frames), self._remaining) / JOIN
        self._done += frames
        self.length = next(self._lengths, self.length)
        return Frames(*_join(poses, expression, share, self._representation.still), self._unit)


def _join(poses: Array, expression: Array, share: Array, neutral: Array) -> tuple[Array, Array]:
    """Blend onto the neutral pose where `share`, frames from the nearer end over `JOIN`, is below 1."""
    near = share < 1.0
    if near.any():
        weight = share[near] ** 2 * (3.0 - 2.0 * share[near])
        towards = slerp(rotvec_to_matrix(neutral.copy())[None], rotvec_to_matrix(poses[near]), weight[:, None])
        poses[near] = matrix_to_rotvec(towards)
        poses[np.flatnonzero(share <= 0.0)] = neutral
        expression[near] *= weight[:, None]
    return poses, expression
