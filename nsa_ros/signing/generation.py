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
from nsa_ros.signing.sampler import Sampler

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


def generate(
    plan: Iterable[PlannedUnit],
    sampler: Sampler,
    chunks: tuple[int, ...],
    representation: Representation,
    noise_window: int,
    seed: int,
) -> Iterator[Frames]:
    """Frames of an utterance, the first chunk short, so that signing begins soon, each longer than the one before.

    Args:
        plan: units, planned as they are asked for; the last is `END`.
        sampler: fresh.
        chunks: its chunk lengths, ascending.
        representation: of a frame.
        noise_window: frames over which the noise is smoothed.
        seed: of the noise.

    Raises:
        NsaError: the model's output is not finite.
    """
    queue = _Queue(plan)
    done, lengths = 0, iter(chunks)
    length = next(lengths)
    while True:
        queue.fill(length)
        if not len(queue):
            return
        frames = min(length, len(queue))
        alignment, unit, remaining = queue.take(frames)
        noise = frame_noise(seed, done, frames, representation.channels, noise_window)
        poses, expression = representation.decode(sampler.next(noise, alignment))
        share = np.minimum(done + np.arange(frames), remaining) / JOIN
        yield Frames(*_join(poses, expression, share, representation.still), unit)
        done += frames
        length = next(lengths, length)


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
