"""The trained signer: text in, motion out, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.motion import NO_UNIT, Motion
from nsa_ros.body.skeleton import Skeleton
from nsa_ros.errors import NsaError
from nsa_ros.signing.alignment import END, PlannedUnit
from nsa_ros.signing.bundle import Bundle, load_bundle
from nsa_ros.signing.generation import Frames, Generation
from nsa_ros.signing.networks import FP32, Networks
from nsa_ros.signing.planner import Planner
from nsa_ros.signing.sampler import Draft, Sampler
from nsa_ros.text.tokenizer import Tokenized, sentences, tokenize
from nsa_ros.text.units import FACES, Unit

CACHED_SENTENCES = 64


class ModelSigner:
    """Signs text with a model bundle.

    Attributes:
        bundle: the model.
        name: of the model.
        fps: frames per second of its motion.
        provider: one line that says what it runs on and why.
        steps: DDIM steps.
        precision: of the sampler.
    """

    def __init__(
        self,
        bundle: Bundle | str | Path,
        provider: str = "auto",
        steps: int | None = None,
        threads: int = 1,
        skeleton: Skeleton | None = None,
        precision: str = FP32,
    ) -> None:
        """
        Args:
            bundle: a bundle, or the folder of one.
            provider: `auto`, `tensorrt`, `cuda` or `cpu`.
            steps: DDIM steps; those of the bundle when left out.
            threads: of the CPU provider.
            skeleton: of the figure; the shipped one when left out.
            precision: of the sampler, one that the bundle has (`networks.precisions`).

        Raises:
            NsaError: an unusable bundle or provider, or steps or a precision that are not possible.
        """
        self.bundle = bundle if isinstance(bundle, Bundle) else load_bundle(bundle, skeleton)
        self.name, self.fps = self.bundle.name, self.bundle.fps
        self._networks = Networks(self.bundle, provider, threads, steps, precision)
        self.steps = self._networks.ddim.steps
        self.precision = precision
        self.provider = self._networks.provider.reason
        self._planner = lru_cache(CACHED_SENTENCES)(lambda tokens: self._networks.planner(list(tokens)))

    def warm(self) -> None:
        """Run every graph once, so that the first text does not pay for it."""
        for _ in self.sign("hello"):
            pass
        self._planner.cache_clear()

    def sign(self, text: str, seed: int = 0) -> ModelUtterance:
        """The motion of a text; work is done as it is iterated.

        Raises:
            NsaError: nothing in the text can be signed.
        """
        tokenized = tokenize(text, self.bundle.vocabulary)
        parts = sentences(tokenized, self.bundle.token_limit - 1)
        if not parts:
            raise NsaError(f"nothing in {text[:80]!r} can be signed. Give English words, letters or digits.")
        return ModelUtterance(self, parts, seed)

    def planner(self, sentence: Tokenized) -> Planner:
        """The planner of a sentence; text features are kept for the last sentences."""
        return self._planner(tuple(sentence.ids))

    def sampler(self) -> Sampler:
        """A sampler in the state of an utterance's beginning."""
        return Sampler(self._networks.samplers, (self.steps, *self.bundle.denoiser_state))


class ModelUtterance:
    """A text being signed. Iterating yields chunks of `Motion`; `units` grows with them.

    Attributes:
        units: signed so far, in signing order; `Motion.unit` indexes it.
    """

    def __init__(self, signer: ModelSigner, parts: list[Tokenized], seed: int) -> None:
        self._signer, self._parts, self._seed = signer, parts, seed
        self.units: list[Unit] = []

    def __iter__(self) -> ModelMotion:
        """Chunks from the beginning; the first frame and the last are the neutral pose."""
        self.units.clear()
        bundle, sampler = self._signer.bundle, self._signer.sampler()
        made = Generation(self._plan(), sampler, bundle.chunks, bundle.representation, bundle.noise_window, self._seed)
        return ModelMotion(made, bundle.fps, self.units)

    def _plan(self) -> Iterator[PlannedUnit]:
        """The plans of all sentences, one after the other, written down in `units` as they pass."""
        for sentence in self._parts:
            for planned in self._signer.planner(sentence).plan(self._seed, len(self.units)):
                if planned.unit == END:
                    rest = planned
                    break
                name = self._signer.bundle.unit(planned.unit)
                span = sentence.tokens[planned.token].span if planned.token < len(sentence.tokens) else (0, 0)
                self.units.append(Unit(name.text, name.kind, span, planned.frames, FACES[planned.face]))
                yield planned
        yield rest


class ModelMotion(Iterator[Motion]):
    """Chunks of one utterance. Others may be sampled with them (`batching.next_chunks`).

    Raises:
        NsaError: from `next`, the model's output is not finite or cannot be computed.
    """

    def __init__(self, generation: Generation, fps: float, units: list[Unit]) -> None:
        self._generation, self._fps, self._units = generation, fps, units

    def __next__(self) -> Motion:
        return self._labelled(next(self._generation))

    @property
    def length(self) -> int:
        """Frames of the next chunk; the last may have fewer."""
        return self._generation.length

    def draft(self) -> Draft | None:
        """The next chunk before it is sampled; None after the last."""
        return self._generation.draft()

    def finish(self, channels: NDArray[np.float32]) -> Motion:
        """The drafted chunk from its sampled channels (n, C)."""
        return self._labelled(self._generation.finish(channels))

    def _labelled(self, frames: Frames) -> Motion:
        unit = np.where(frames.unit < len(self._units), frames.unit, NO_UNIT)
        return Motion(frames.poses, frames.expression, np.zeros((len(unit), 3)), self._fps, unit)
