"""Randomness of the run time: a function of (seed, index), never of how the work is divided."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array32 = NDArray[np.float32]

_FRAMES, _UNITS = 0, 1


def _generator(seed: int, stream: int, index: int) -> np.random.Generator:
    """Philox counts through 256 bits; the upper half is the index, so that every index has 2^128 draws of its own."""
    key = np.array([seed & 0xFFFFFFFFFFFFFFFF, stream], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=index << 128))


def frame_noise(seed: int, first: int, frames: int, channels: int) -> Array32:
    """Standard normal noise of frames first … first + frames - 1 of an utterance. Shape (frames, channels)."""
    noise = np.empty((frames, channels), dtype=np.float32)
    for row in range(frames):
        _generator(seed, _FRAMES, first + row).standard_normal(out=noise[row], dtype=np.float32)
    return noise


def unit_uniform(seed: int, index: int) -> float:
    """Uniform draw in [0, 1) for the duration of unit `index` of an utterance."""
    return float(_generator(seed, _UNITS, index).random())
