"""Frames at their own times, brought to an even rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.capture.readers.seen import Seen

Array = NDArray[np.float64]

UNEVEN = 0.25
"""Deviation of a frame from an even rate that is passed over, in frames."""

ALIKE = 0.01
"""Share by which a rate may differ from that of the file and be taken for it: some files round times."""

HOLE = 0.25
"""Time without frames that is not bridged [s]."""


def even(seen: Seen, times: Array) -> None:
    """Set the rate to that of the frames' times [s] and, if they are uneven, resample, in place; a note tells.

    Times that do not rise are not used: then the rate stays as the file says.
    """
    if len(times) != len(seen) or len(times) < 2 or not (np.diff(times) > 0).all():
        return
    fps = (len(times) - 1) / float(times[-1] - times[0])
    usual = 1.0 / float(np.median(np.diff(times)))
    if seen.fps:
        fps, usual = (seen.fps if abs(rate - seen.fps) < ALIKE * seen.fps else rate for rate in (fps, usual))
    grid = times[0] + np.arange(len(times)) / fps
    if np.abs(times - grid).max() * fps <= UNEVEN:
        seen.fps = fps
        return
    seen.fps = usual
    grid = times[0] + np.arange(int(np.floor((times[-1] - times[0]) * usual + 1e-6)) + 1) / usual
    after = np.clip(np.searchsorted(times, grid, side="left"), 1, len(times) - 1)
    before = after - 1
    part = np.clip((grid - times[before]) / (times[after] - times[before]), 0.0, 1.0)
    bridged = times[after] - times[before] <= HOLE
    nearest = np.where(part < 0.5, before, after)
    for name in Seen.PARTS:
        points, sure = getattr(seen, name), getattr(seen, f"{name}_confidence")
        weight = part.reshape(-1, *[1] * (points.ndim - 1))
        between = (1.0 - weight) * points[before] + weight * points[after]
        on_frame = (np.minimum(part, 1.0 - part) < 1e-3).reshape(weight.shape)
        mixed = np.where(on_frame, points[nearest], between)
        certain = np.where(on_frame[..., 0], sure[nearest], np.minimum(sure[before], sure[after]))
        whole = (bridged.reshape(weight.shape) | on_frame) & np.isfinite(mixed).all(axis=-1, keepdims=True)
        setattr(seen, name, np.where(whole, mixed, np.nan))
        setattr(seen, f"{name}_confidence", np.where(whole[..., 0], certain, 0.0))
    seen.notes.append(f"frames come at uneven times; resampled to {usual:.4g} frames/s")
