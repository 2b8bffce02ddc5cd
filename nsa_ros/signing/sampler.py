"""An utterance's few-step DDIM over the causal denoiser, chunk by chunk; chunks of several utterances in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.signing.alignment import Alignment

Array = NDArray[np.float32]


class Batch(NamedTuple):
    """Chunks of B utterances, all of n frames, before the first of S steps.

    Attributes:
        noise: shape (B, n, C).
        units, faces, timing: as in `Alignment`, each with a leading B.
        states: recurrent state of each step. Shape (S, rows, B, width).
    """

    noise: Array
    units: NDArray[np.int64]
    faces: NDArray[np.int64]
    timing: Array
    states: Array


SampleChunks = Callable[[Batch], tuple[Array, Array]]
"""A batch to its channels (B, n, C) and the states after it (S, rows, B, width)."""


class Sampler:
    """One utterance's sampler. Any division into chunks gives the same frames, because the denoiser is causal."""

    def __init__(self, samplers: Mapping[int, SampleChunks], state_shape: tuple[int, int, int]) -> None:
        """
        Args:
            samplers: for each chunk length what samples chunks of that fixed length.
            state_shape: steps, rows and width of the recurrent state.
        """
        self._samplers, self._lengths = samplers, sorted(samplers)
        self._state = np.zeros(state_shape, dtype=np.float32)
        self._finished = False

    def next(self, noise: Array, alignment: Alignment) -> Array:
        """The next frames, from noise (n, C) and their alignment. Shape (n, C).

        A number of frames that is no chunk length is padded, and must be the last: its state is of no use.

        Raises:
            NsaError: more frames than the longest chunk, frames after a padded chunk, or output that is not finite.
        """
        (frames,) = sample_together([Draft(self, noise, alignment)])
        if isinstance(frames, NsaError):
            raise frames
        return frames

    def length(self, frames: int) -> int:
        """Length of the chunk that will hold the next frames.

        Raises:
            NsaError: as `next`.
        """
        longest = self._lengths[-1]
        if self._finished or frames > longest:
            why = "a padded chunk ended the utterance" if self._finished else f"the longest chunk is {longest}"
            raise NsaError(f"the sampler cannot take {frames} frames: {why}. Chunk lengths: {self._lengths}")
        return next(n for n in self._lengths if n >= frames)

    def _call(self, batch: Batch) -> tuple[Array, Array]:
        return self._samplers[batch.noise.shape[1]](batch)

    def _accept(self, channels: Array, state: Array, frames: int) -> Array | NsaError:
        self._finished = len(channels) != frames
        self._state = state
        if not np.isfinite(channels[:frames]).all():
            return NsaError(
                "the model's output is not finite; this utterance ends. If it recurs, reinstall the bundle."
            )
        return channels[:frames]


class Draft(NamedTuple):
    """The next chunk of an utterance before it is sampled: its sampler, noise (n, C) and alignment."""

    sampler: Sampler
    noise: Array
    alignment: Alignment


def sample_together(drafts: Sequence[Draft]) -> list[Array | NsaError]:
    """Sample chunks of different utterances, those of one model and of equal length in one call.

    Each gets what it would get alone, to float precision; what goes wrong with one is told in its place alone.

    Returns:
        For each draft its frames (n, C), or why there are none.
    """
    results: list[Array | NsaError] = [NsaError("not sampled")] * len(drafts)
    groups: dict[tuple[int, int], list[int]] = {}
    for place, draft in enumerate(drafts):
        try:
            length = draft.sampler.length(len(draft.noise))
            groups.setdefault((id(draft.sampler._samplers), length), []).append(place)
        except NsaError as error:
            results[place] = error
    for (_, length), places in groups.items():
        for place, result in zip(places, _sample([drafts[p] for p in places], length), strict=True):
            results[place] = result
    return results


def _sample(drafts: Sequence[Draft], length: int) -> list[Array | NsaError]:
    try:
        channels, states = drafts[0].sampler._call(_batch(drafts, length))
    except NsaError as error:
        if len(drafts) == 1:
            return [error]
        return [result for draft in drafts for result in _sample([draft], length)]
    return [
        draft.sampler._accept(channels[row], states[:, :, row].copy(), len(draft.noise))
        for row, draft in enumerate(drafts)
    ]


def _batch(drafts: Sequence[Draft], length: int) -> Batch:
    def stacked(parts: Sequence[NDArray]) -> NDArray:  # type: ignore[type-arg]
        rows = np.zeros((len(parts), length, parts[0].shape[1]), dtype=parts[0].dtype)
        for row, part in zip(rows, parts, strict=True):
            row[: len(part)] = part
        return rows

    return Batch(
        stacked([draft.noise for draft in drafts]),
        stacked([draft.alignment.units for draft in drafts]),
        stacked([draft.alignment.faces for draft in drafts]),
        stacked([draft.alignment.timing for draft in drafts]),
        np.stack([draft.sampler._state for draft in drafts], axis=2),
    )
