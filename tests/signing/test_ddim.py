import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.errors import NsaError
from nsa_ros.signing.ddim import PREDICTIONS, SCHEDULES, Ddim, alpha_bar


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_signal_falls_from_all_towards_nothing(schedule):
    shares = alpha_bar(schedule, np.linspace(0.0, 1.0, 101))
    assert shares[0] == pytest.approx(1.0)
    assert (np.diff(shares) < 0).all()
    assert shares[-1] < 1e-4


def test_cosine_ends_in_pure_noise():
    assert alpha_bar("cosine", 1.0) == 0.0


def test_linear_is_the_product_of_one_minus_beta():
    betas = np.linspace(1e-4, 0.02, 1000)
    assert alpha_bar("linear", 0.5) == pytest.approx(np.prod(1.0 - betas[:500]))


@given(steps=st.integers(1, 12), prediction=st.sampled_from(PREDICTIONS), schedule=st.sampled_from(SCHEDULES))
def test_a_perfect_denoiser_gives_the_clean_frames(steps, prediction, schedule):
    rng = np.random.default_rng(steps)
    clean, noise = (rng.normal(size=(3, 5)).astype(np.float32) for _ in range(2))
    ddim = Ddim(schedule, prediction, steps)
    share = float(alpha_bar(schedule, ddim.time(0)))
    noisy = (np.sqrt(share) * clean + np.sqrt(1 - share) * noise).astype(np.float32)
    for step in range(steps):
        share = float(alpha_bar(schedule, ddim.time(step)))
        targets = {
            "x0": clean,
            "epsilon": noise,
            "v": (np.sqrt(share) * noise - np.sqrt(1 - share) * clean).astype(np.float32),
        }
        noisy = ddim.advance(noisy, targets[prediction], step)
    # with ε and no signal left at the start, the first step divides by almost nothing
    if not (prediction == "epsilon" and schedule == "cosine"):
        np.testing.assert_allclose(noisy, clean, atol=5e-3)


@pytest.mark.parametrize("settings", [("square", "x0", 4), ("cosine", "score", 4), ("cosine", "x0", 0)])
def test_impossible_settings_are_refused(settings):
    with pytest.raises(NsaError, match="choose"):
        Ddim(*settings)
