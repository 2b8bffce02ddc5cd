"""Randomness of the run time: a function of (seed, index), never of how the work is divided."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array32 = NDArray[np.float32]

_FRAMES, _UNITS = 0, 1


class _Draws:
    """Draws that are a function of (seed, stream, index) alone.

    Philox counts through 256 bits; the upper half is the index, so that every index has 2^128 draws of its own.
    Moving the counter takes a tenth of the time of a new generator.
    """

    def __init__(self, seed: int, stream: int) -> None:
        key = np.array([seed & 0xFFFFFFFFFFFFFFFF, stream], dtype=np.uint64)
        self._philox = np.random.Philox(key=key)
        self._generator = np.random.Generator(self._philox)
        self._unused = self._philox.state

    def of(self, index: int) -> np.random.Generator:
        """A generator before the first draw of an index, until the next call."""
        self._unused["state"]["counter"][2] = index
        self._philox.state = self._unused
        return self._generator


def smoothing(window: int) -> Array32:
    """Weights of the white noise of the last `window` frames, a Hann window of unit norm. Shape (window,)."""
    weights = np.hanning(window + 2)[1:-1]
    return np.asarray(weights / np.linalg.norm(weights), dtype=np.float32)


def frame_noise(seed: int, first: int, frames: int, channels: int, window: int = 1) -> Array32:
    """Noise of frames first … first + frames - 1 of an utterance, standard normal in each. Shape (frames, channels).

    White noise of the frame and of the `window` - 1 before it is summed with the weights of `smoothing`: what a
    denoiser leaves of such noise is slow drift, as people move, and no tremor. 1 is white noise.
    """
    white = np.empty((frames + window - 1, channels), dtype=np.float32)
    draws = _Draws(seed, _FRAMES)
    for index, row in enumerate(white, start=first):
        draws.of(index).standard_normal(out=row, dtype=np.float32)
    weights = smoothing(window)
    noise = np.zeros((frames, channels), dtype=np.float32)
    for offset, weight in enumerate(weights):  # in one order for every partition, so that sums are equal to the bit
        noise += weight * white[offset : offset + frames]
    return noise


def unit_uniform(seed: int, index: int) -> float:
    """Uniform draw in [0, 1) for the duration of unit `index` of an utterance."""
    return float(_Draws(seed, _UNITS).of(index).random())
