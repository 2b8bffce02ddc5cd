"""Curves with gaps over time."""

from __future__ import annotations

import numpy as np

from nsa_ros.capture.face.points import Array

_BRIDGE = 0.4
_FADE = 0.2


def bridged(curves: Array, fps: float) -> Array:
    """Curves without gaps, which are NaN: those of up to 0.4 s are interpolated; into longer ones and past the ends a
    curve fades to 0 within 0.2 s. (F, M) -> (F, M)."""
    frames = np.arange(len(curves))
    filled = np.zeros_like(curves)
    for i, curve in enumerate(curves.T):
        known = np.flatnonzero(np.isfinite(curve))
        if not len(known):
            continue
        after = np.searchsorted(known, frames)
        before = known[np.clip(after - 1, 0, None)]
        before = np.where(np.isfinite(curve), frames, before)
        after = known[np.clip(after, None, len(known) - 1)]
        inside = (before <= frames) & (after >= frames)
        short = inside & (after - before <= _BRIDGE * fps + 1)
        rest = np.maximum(_FADE * fps, 1.0)
        fading = sum(curve[end] * np.clip(1 - np.abs(frames - end) / rest, 0.0, 1.0) for end in (before, after))
        fading = np.where(inside, fading, fading / 2)
        filled[:, i] = np.where(short, np.interp(frames, known, curve[known]), fading)
    return filled


def smoothed(curves: Array, frames: float) -> Array:
    """Curves after a Gaussian of so many frames, the ends repeated. (F, M) -> (F, M)."""
    reach = int(np.ceil(3 * frames))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(frames, 1e-6)) ** 2)
    padded = np.pad(curves, ((reach, reach), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=0)
    return np.asarray(windows @ (kernel / kernel.sum()))
