"""The randomness of the run time: which draws belong to which seed and frame."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.signing.noise import frame_noise, smoothing, unit_uniform

SEEDS = st.integers(-(2**63), 2**64 - 1)


def draws(seed, stream, index):
    """As documented by NumPy: a Philox of that key whose counter starts at index x 2^128."""
    key = np.array([seed % 2**64, stream], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=index << 128))


def white(seed, frames, channels):
    return np.array([draws(seed, 0, frame).standard_normal(channels, dtype=np.float32) for frame in frames])


@given(SEEDS, st.integers(0, 2**40), st.integers(1, 7))
def test_every_frame_has_the_draws_of_its_own_generator(seed, first, channels):
    """Numbers of channels that leave half of a draw over included: it must not reach the next frame."""
    expected = white(seed, range(first, first + 5), channels)
    np.testing.assert_array_equal(frame_noise(seed, first, 5, channels), expected)


@given(SEEDS, st.integers(0, 2**40))
def test_every_unit_has_the_draw_of_its_own_generator(seed, index):
    assert unit_uniform(seed, index) == draws(seed, 1, index).random()


@pytest.mark.parametrize("window", [2, 16])
def test_smooth_noise_is_the_weighted_sum_of_the_frames_so_far(window):
    made = frame_noise(5, 9, 20, 6, window)
    kernel, whole = smoothing(window), white(5, range(9, 9 + 20 + window - 1), 6)
    expected = [np.tensordot(kernel, whole[frame : frame + window], 1) for frame in range(20)]
    np.testing.assert_allclose(made, expected, atol=1e-6)
