"""The deterministic few-step sampler DDIM and the noise schedules it runs on."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError

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

    def advance(self, noisy: Any, predicted: Any, step: int) -> Any:
        """Noisy frames and the prediction at `time(step)` -> frames at the next time; clean after the last step.

        Arrays of NumPy or torch, of any shape.
        """
        of_noisy, of_predicted = self.coefficients(step)
        return of_noisy * noisy + of_predicted * predicted

    def coefficients(self, step: int) -> tuple[float, float]:
        """The step as a sum: factors of the noisy frames and of the prediction."""
        now, then = (float(alpha_bar(self.schedule, self.time(s))) for s in (step, step + 1))
        signal, noise, next_signal, next_noise = (sqrt(share) for share in (now, 1.0 - now, then, 1.0 - then))
        if self.prediction == "x0":
            return next_noise / noise, next_signal - next_noise * signal / noise
        if self.prediction == "epsilon":
            signal = max(signal, 1e-4)
            return next_signal / signal, next_noise - next_signal * noise / signal
        return next_signal * signal + next_noise * noise, next_noise * signal - next_signal * noise
