"""What moves the bones of a rig: keys over time, and their values in between (glTF 2.0, appendix C)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.rotations import quat_to_matrix
from nsa_ros.capture.animation.rig import Placed, Rig

Array = NDArray[np.float64]

Property = Literal["rotation", "translation", "scale"]
Interpolation = Literal["LINEAR", "STEP", "CUBICSPLINE"]

UNKNOWN_RATE = 30.0
"""Frames per second of a take whose keys lie at no regular distance."""

_LATE = 1e-3
"""Share of the time between two keys within which the later one counts: times of frames and keys are rounded."""

_USUAL = (24000 / 1001, 30000 / 1001, 60000 / 1001, 120000 / 1001)


@dataclass(frozen=True)
class Channel:
    """One property of one bone over time.

    Attributes:
        bone: its index.
        path: what is animated; a rotation has unit quaternions (x, y, z, w) as values.
        times: of the keys, strictly rising [s]. Shape (K,).
        values: at the keys. Shape (K, 3 or 4), for CUBICSPLINE (K, 3, 3 or 4): in-tangent, value, out-tangent.
        interpolation: between the keys; constant before the first and after the last.
    """

    bone: int
    path: Property
    times: Array
    values: Array
    interpolation: Interpolation = "LINEAR"

    def at(self, times: Array) -> Array:
        """Values at times [s]. (F,) -> (F, 3 or 4)."""
        last = len(self.times) - 1
        after = np.clip(np.searchsorted(self.times, times, side="right"), 1, max(last, 1))
        before, after = after - 1, np.minimum(after, last)
        span = np.where(after > before, self.times[after] - self.times[before], 1.0)
        share = np.clip((times - self.times[before]) / span, 0.0, 1.0)[:, None]
        if self.interpolation == "CUBICSPLINE":
            values = _hermite(self.values[before], self.values[after], share, span[:, None])
        elif self.interpolation == "STEP":
            values = np.where(share < 1.0 - _LATE, self.values[before], self.values[after])
        elif self.path == "rotation":
            values = _slerp(self.values[before], self.values[after], share)
        else:
            values = (1.0 - share) * self.values[before] + share * self.values[after]
        return values / np.linalg.norm(values, axis=-1, keepdims=True) if self.path == "rotation" else values


def _hermite(before: Array, after: Array, share: Array, span: Array) -> Array:
    square, cube = share**2, share**3
    return np.asarray(
        (2 * cube - 3 * square + 1) * before[:, 1]
        + span * (cube - 2 * square + share) * before[:, 2]
        + (3 * square - 2 * cube) * after[:, 1]
        + span * (cube - square) * after[:, 0]
    )


def _slerp(a: Array, b: Array, share: Array) -> Array:
    cosine = (a * b).sum(-1, keepdims=True)
    b = np.where(cosine < 0.0, -b, b)
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    sine = np.sin(angle)
    flat = sine < 1e-6
    sine = np.where(flat, 1.0, sine)
    first = np.where(flat, 1.0 - share, np.sin((1.0 - share) * angle) / sine)
    second = np.where(flat, share, np.sin(share * angle) / sine)
    return np.asarray(first * a + second * b)


@dataclass(frozen=True)
class Take:
    """One animation of a file.

    Attributes:
        name: as the file has it.
        channels: what moves; bones without a channel stay as the rig has them.
        fps: frames per second that it was made with [1/s], as far as the keys show it.
    """

    name: str
    channels: tuple[Channel, ...]
    fps: float

    @property
    def span(self) -> tuple[float, float]:
        """First and last key [s]."""
        return min(float(c.times[0]) for c in self.channels), max(float(c.times[-1]) for c in self.channels)

    def frames(self, fps: float) -> Array:
        """Times of the frames at a rate, from the first key to the last [s]. Shape (F,)."""
        start, end = self.span
        return start + np.arange(int(np.floor((end - start) * fps + 1e-3)) + 1) / fps

    def place(self, rig: Rig, times: Array) -> Placed:
        """Where the bones are at times [s]. (F,) -> `Placed` (F, J)."""

        def still(values: Array) -> Array:
            return np.repeat(values[None], len(times), axis=0)

        rotations, moved = still(rig.rotations), {"translation": still(rig.translations), "scale": still(rig.scales)}
        for channel in self.channels:
            values = channel.at(times)
            if channel.path == "rotation":
                rotations[:, channel.bone] = quat_to_matrix(values)
            else:
                moved[channel.path][:, channel.bone] = values
        return rig.place(rotations, moved["translation"], moved["scale"])


def tidy_rate(fps: float, tolerance: float = 1e-3) -> float:
    """A rate rounded to a whole number or a television rate when it is that close, relative to it."""
    for usual in (float(round(fps)), *_USUAL):
        if usual > 0 and abs(fps / usual - 1.0) < tolerance:
            return usual
    return fps


def key_rate(channels: Sequence[Channel]) -> float:
    """Rate of the channel with the most keys [1/s]; `UNKNOWN_RATE` when the keys are sparse."""
    times = max((channel.times for channel in channels), key=len)
    if len(times) < 3:
        return UNKNOWN_RATE
    rate = tidy_rate(1.0 / float(np.median(np.diff(times))), 0.01)
    return rate if 10.0 <= rate <= 1000.0 else UNKNOWN_RATE
