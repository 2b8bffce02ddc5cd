"""The deterministic few-step sampler DDIM and the noise schedules it runs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError

Array = NDArray[np.float32]

SCHEDULES = ("cosine", "linear")
PREDICTIONS = ("x0", "epsilon", "v")

_LINEAR_BETAS = np.linspace(1e-4, 0.02, 1000)
_LINEAR_LOG = np.concatenate([[0.0], np.cumsum(np.log1p(-_LINEAR_BETAS))])


def alpha_bar(schedule: str, time: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """ᾱ, the share of signal variance at diffusion time in [0, 1]; 0 is clean.

    `cosine`: cos²(πt/2), whose signal is exactly zero at t = 1 (zero terminal SNR; Nichol & Dhariwal, ICML 2021,
    without the offset; Lin et al., WACV 2024). `linear`: Π(1 - β), β from 1e-4 to 0.02 in 1000 steps
    (Ho et al., NeurIPS 2020), interpolated in log ᾱ.
    """
    time = np.asarray(time, dtype=np.float64)
    if schedule == "cosine":
        return np.asarray(np.where(time >= 1.0, 0.0, np.cos(0.5 * np.pi * time) ** 2))
    return np.asarray(np.exp(np.interp(time * len(_LINEAR_BETAS), np.arange(len(_LINEAR_LOG)), _LINEAR_LOG)))


@dataclass(frozen=True)
class Ddim:
    """DDIM with η = 0 (Song et al., ICLR 2021, eq. 12).

    Attributes:
        schedule: one of `SCHEDULES`.
        prediction: what the denoiser predicts, one of `PREDICTIONS` (v: Salimans & Ho, ICLR 2022).
        steps: denoiser calls from noise to sample.

    Raises:
        NsaError: an unknown schedule or prediction, fewer than one step.
    """

    schedule: str
    prediction: str
    steps: int

    def __post_init__(self) -> None:
        for value, allowed in ((self.schedule, SCHEDULES), (self.prediction, PREDICTIONS)):
            if value not in allowed:
                raise NsaError(f"unknown diffusion setting {value!r}, choose one of {', '.join(allowed)}")
        if not 1 <= self.steps <= 1000:
            raise NsaError(f"{self.steps} diffusion steps, choose 1 to 1000")

    def time(self, step: int) -> float:
        """Diffusion time at which the denoiser is called in a step, from 1 downwards."""
        return 1.0 - step / self.steps

    def advance(self, noisy: Array, predicted: Array, step: int) -> Array:
        """Noisy frames and the prediction at `time(step)` -> frames at the next time; clean after the last step."""
        now, then = (float(alpha_bar(self.schedule, self.time(s))) for s in (step, step + 1))
        signal, noise = np.float32(np.sqrt(now)), np.float32(np.sqrt(1.0 - now))
        clean: NDArray[Any]
        error: NDArray[Any]
        if self.prediction == "x0":
            clean, error = predicted, (noisy - signal * predicted) / noise
        elif self.prediction == "epsilon":
            clean, error = (noisy - noise * predicted) / max(signal, np.float32(1e-4)), predicted
        else:
            clean, error = signal * noisy - noise * predicted, noise * noisy + signal * predicted
        if step + 1 == self.steps:
            return clean.astype(np.float32)
        return (np.float32(np.sqrt(then)) * clean + np.float32(np.sqrt(1.0 - then)) * error).astype(np.float32)
