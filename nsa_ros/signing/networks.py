"""The bundle's graphs in ONNX Runtime sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.signing.bundle import Bundle
from nsa_ros.signing.ddim import Ddim
from nsa_ros.signing.plan_rules import PlanRules
from nsa_ros.signing.planner import Planner
from nsa_ros.signing.runtime.providers import Choice, choose_provider, open_session, run_session, session_options
from nsa_ros.signing.sampler import Batch, SampleChunks
from nsa_ros.text.tokenizer import PAD, Vocabulary

if TYPE_CHECKING:
    import onnxruntime

Array = NDArray[np.float32]

TEXT_ENCODER, PLANNER = "text_encoder.onnx", "planner.onnx"

FP32 = "fp32"
PRECISIONS = (FP32, "fp16", "int8")
"""Of the sampler's arithmetic: half precision is for GPUs, 8-bit integers for CPUs. Every bundle has the first."""


def denoiser_file(chunk: int) -> str:
    """File name of one step of the denoiser for a chunk length."""
    return f"denoiser_{chunk}.onnx"


def sampler_file(chunk: int, precision: str = FP32) -> str:
    """File name of the bundle's whole sampler for a chunk length."""
    return f"sampler_{chunk}.onnx" if precision == FP32 else f"sampler_{chunk}.{precision}.onnx"


def precisions(bundle: Bundle) -> tuple[str, ...]:
    """Those that a bundle has."""
    files = bundle.description["files"]
    return tuple(p for p in PRECISIONS if all(sampler_file(n, p) in files for n in bundle.chunks))


class Networks:
    """Sessions of a bundle. Text encoder and planner are small and always run on the CPU.

    With the bundle's own number of steps a chunk is one call of the unrolled sampler; other numbers of steps call the
    graph of one step again and again.

    Attributes:
        provider: what the sampler runs on, and why.
        samplers: for each chunk length.
        rules: that plans keep to.
    """

    def __init__(
        self, bundle: Bundle, provider: str = "auto", threads: int = 1, steps: int | None = None, precision: str = FP32
    ) -> None:
        """
        Args:
            bundle: a verified bundle.
            provider: `auto` or a name of `runtime.providers.PROVIDERS`.
            threads: of the CPU provider.
            steps: of DDIM; those of the bundle when left out.
            precision: of the sampler, one of `precisions(bundle)`.

        Raises:
            NsaError: ONNX Runtime is missing, the provider does not work, the bundle lacks the precision, or a number
                of steps that is not possible.
        """
        if precision not in precisions(bundle):
            raise NsaError(f"bundle {bundle.name!r} has no {precision!r} sampler, only {', '.join(precisions(bundle))}")
        trained = bundle.ddim
        self.ddim = Ddim(trained.schedule, trained.prediction, trained.steps if steps is None else steps)
        unrolled = self.ddim == trained
        if not unrolled and precision != FP32:
            raise NsaError(
                f"{precision} is there for {trained.steps} DDIM steps alone, {self.ddim.steps} were asked for: "
                f"leave the steps to the bundle, or take precision {FP32}"
            )
        files = {n: bundle.file(sampler_file(n, precision) if unrolled else denoiser_file(n)) for n in bundle.chunks}
        options = session_options(threads)
        self._bundle = bundle
        self.provider: Choice = choose_provider(provider, files[bundle.chunks[0]], options, graphs=files.values())
        self._text = open_session(bundle.file(TEXT_ENCODER), "cpu", options)
        self._planner = open_session(bundle.file(PLANNER), "cpu", options)
        self.rules = PlanRules(bundle)
        sessions = {n: open_session(file, self.provider.name, options) for n, file in files.items()}
        self.samplers: dict[int, SampleChunks] = {
            n: _Unrolled(session) if unrolled else _Stepwise(session, self.ddim) for n, session in sessions.items()
        }

    def planner(self, tokens: list[int]) -> Planner:
        """The planner of a sentence, its text encoded. `tokens` are at most `bundle.token_limit` - 1 ids."""
        row = np.full((1, self._bundle.token_limit), _PAD, dtype=np.int64)
        row[0, : len(tokens) + 1] = [*tokens, len(self._bundle.vocabulary)]
        values, keys = self._text.run(["values", "keys"], {"tokens": row})
        mask = (row != _PAD).astype(np.float32)
        return Planner(self._planner, values, keys, mask, self.rules.of(row), self._bundle.planner_state)


_PAD = Vocabulary.of(()).ids[PAD]


class _Unrolled:
    """All steps in one call."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session

    def __call__(self, batch: Batch) -> tuple[Array, Array]:
        channels, states = run_session(self._session, ["channels", "next_states"], batch._asdict())
        return channels, states


class _Stepwise:
    """A call for each step."""

    def __init__(self, session: onnxruntime.InferenceSession, ddim: Ddim) -> None:
        self._session, self._ddim = session, ddim

    def __call__(self, batch: Batch) -> tuple[Array, Array]:
        noisy, states = batch.noise, []
        told = {"units": batch.units, "faces": batch.faces, "timing": batch.timing}
        for step, state in enumerate(batch.states):
            time = np.full(len(noisy), self._ddim.time(step), dtype=np.float32)
            inputs = {"noisy": noisy, **told, "time": time, "state": state}
            predicted, after = run_session(self._session, ["predicted", "next_state"], inputs)
            noisy = self._ddim.advance(noisy, predicted, step)
            states.append(after)
        return noisy, np.stack(states)
