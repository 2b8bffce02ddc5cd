"""The bundle's graphs in ONNX Runtime sessions."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from nsa_ros.signing.alignment import Alignment
from nsa_ros.signing.bundle import Bundle
from nsa_ros.signing.plan_rules import PlanRules
from nsa_ros.signing.planner import Planner
from nsa_ros.signing.providers import Choice, choose_provider, open_session, session_options
from nsa_ros.signing.sampler import Denoise
from nsa_ros.text.tokenizer import PAD, Vocabulary

Array = NDArray[np.float32]

TEXT_ENCODER, PLANNER = "text_encoder.onnx", "planner.onnx"


def denoiser_file(chunk: int) -> str:
    """File name of the denoiser of a chunk length."""
    return f"denoiser_{chunk}.onnx"


class Networks:
    """Sessions of a bundle. Text encoder and planner are small and always run on the CPU.

    Attributes:
        provider: what the denoiser runs on, and why.
        denoisers: for each chunk length.
        rules: that plans keep to.
    """

    def __init__(self, bundle: Bundle, provider: str = "auto", threads: int = 1) -> None:
        """
        Args:
            bundle: a verified bundle.
            provider: `auto` or a name of `providers.PROVIDERS`.
            threads: of the CPU provider.

        Raises:
            NsaError: ONNX Runtime is missing, or the provider does not work.
        """
        options = session_options(threads)
        self._bundle = bundle
        self.provider: Choice = choose_provider(provider, bundle.file(denoiser_file(bundle.chunks[0])), options)
        self._text = open_session(bundle.file(TEXT_ENCODER), "cpu", options)
        self._planner = open_session(bundle.file(PLANNER), "cpu", options)
        self.rules = PlanRules(bundle)
        sessions = {n: open_session(bundle.file(denoiser_file(n)), self.provider.name, options) for n in bundle.chunks}
        self.denoisers: dict[int, Denoise] = {n: partial(_denoise, session) for n, session in sessions.items()}

    def planner(self, tokens: list[int]) -> Planner:
        """The planner of a sentence, its text encoded. `tokens` are at most `bundle.token_limit` - 1 ids."""
        row = np.full((1, self._bundle.token_limit), _PAD, dtype=np.int64)
        row[0, : len(tokens) + 1] = [*tokens, len(self._bundle.vocabulary)]
        (features,) = self._text.run(["features"], {"tokens": row})
        mask = (row != _PAD).astype(np.float32)
        return Planner(self._planner, features, mask, self.rules.of(row), self._bundle.planner_state)


_PAD = Vocabulary.of(()).ids[PAD]


def _denoise(session: object, noisy: Array, alignment: Alignment, time: float, state: Array) -> tuple[Array, Array]:
    inputs = {
        "noisy": noisy[None],
        "units": alignment.units[None],
        "faces": alignment.faces[None],
        "timing": alignment.timing[None],
        "time": np.array([time], dtype=np.float32),
        "state": state[:, None],
    }
    predicted, state = session.run(["predicted", "next_state"], inputs)  # type: ignore[attr-defined]
    return predicted[0], state[:, 0]
