"""Few-step DDIM over the causal denoiser, chunk by chunk, with the recurrent state of every step carried on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.signing.alignment import Alignment
from nsa_ros.signing.ddim import Ddim

Array = NDArray[np.float32]

Denoise = Callable[[Array, Alignment, float, Array], tuple[Array, Array]]
"""Noisy frames (n, C), their alignment, diffusion time, state (rows, width) -> prediction (n, C), next state."""


class Sampler:
    """One utterance's sampler. Any division into chunks gives the same frames, because the denoiser is causal."""

    def __init__(self, denoisers: Mapping[int, Denoise], ddim: Ddim, state_shape: tuple[int, int]) -> None:
        """
        Args:
            denoisers: for each chunk length the denoiser of that fixed length.
            ddim: the sampler's settings.
            state_shape: of the recurrent state of one step.
        """
        self._denoisers = dict(sorted(denoisers.items()))
        self._ddim = ddim
        self._states = [np.zeros(state_shape, dtype=np.float32) for _ in range(ddim.steps)]
        self._finished = False

    def next(self, noise: Array, alignment: Alignment) -> Array:
        """The next frames, from noise (n, C) and their alignment. Shape (n, C).

        A number of frames that is no chunk length is padded, and must be the last: its state is of no use.

        Raises:
            NsaError: more frames than the longest chunk, frames after a padded chunk, or output that is not finite.
        """
        frames = len(noise)
        lengths = list(self._denoisers)
        if self._finished or frames > lengths[-1]:
            why = "a padded chunk ended the utterance" if self._finished else f"the longest chunk is {lengths[-1]}"
            raise NsaError(f"the sampler cannot take {frames} frames: {why}. Chunk lengths: {lengths}")
        length = next(n for n in lengths if n >= frames)
        self._finished = length != frames
        if self._finished:
            noise = np.concatenate([noise, np.zeros((length - frames, noise.shape[1]), dtype=np.float32)])
            alignment = _pad(alignment, length - frames)
        noisy = noise
        for step, state in enumerate(self._states):
            predicted, self._states[step] = self._denoisers[length](noisy, alignment, self._ddim.time(step), state)
            noisy = self._ddim.advance(noisy, predicted, step)
        if not np.isfinite(noisy[:frames]).all():
            raise NsaError("the model's output is not finite; this utterance ends. If it recurs, reinstall the bundle.")
        return noisy[:frames]


def _pad(alignment: Alignment, frames: int) -> Alignment:
    return Alignment(
        *(
            np.concatenate([values, np.zeros((frames, values.shape[1]), dtype=values.dtype)])
            for values in (alignment.units, alignment.faces, alignment.timing)
        )
    )
