"""The resampling curve: through every knot, twice continuously differentiable, faithful."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import polynomial

from nsa_ros.signing.curve import LOOKAHEAD, piece

SEEDS = st.integers(0, 2**32 - 1)


def knots(seed, count):
    return np.random.default_rng(seed).normal(size=(count, 3))


def polynomials(values):
    """Coefficients of a piece, found from six of its points. Shape (6, n)."""
    s = np.linspace(0, 1, 6)
    return polynomial.polyfit(s, np.array([piece(values, x) for x in s]), 5)


def derivative(values, s, order):
    return polynomial.polyval(s, polynomial.polyder(polynomials(values), order)).T


def sampled(values, per_piece=40):
    """Positions and accelerations of the curve through knots 1 … n - 2."""
    s = np.linspace(0, 1, per_piece, endpoint=False)
    windows = [values[i - 1 : i + 3] for i in range(1, len(values) - 2)]
    positions = np.array([piece(window, x) for window in windows for x in s])
    return positions, np.concatenate([derivative(window, s, 2) for window in windows])


@given(SEEDS, st.floats(0, 1))
def test_a_piece_is_a_quintic(seed, s):
    p = knots(seed, 4)
    np.testing.assert_allclose(piece(p, s), polynomial.polyval(s, polynomials(p)), atol=1e-9)


@given(SEEDS)
def test_pieces_share_position_velocity_and_acceleration(seed):
    p = knots(seed, 5)
    np.testing.assert_allclose(piece(p[:4], 1.0), piece(p[1:], 0.0), atol=1e-9)
    for order in (1, 2):
        np.testing.assert_allclose(derivative(p[:4], 1.0, order), derivative(p[1:], 0.0, order), atol=1e-8)


@given(SEEDS)
def test_velocity_and_acceleration_at_a_knot_are_central_differences(seed):
    p = knots(seed, 4)
    np.testing.assert_allclose(derivative(p, 0.0, 1), (p[2] - p[0]) / 2, atol=1e-8)
    np.testing.assert_allclose(derivative(p, 0.0, 2), p[2] - 2 * p[1] + p[0], atol=1e-8)


@given(SEEDS)
def test_the_curve_passes_through_its_knots(seed):
    p = knots(seed, 4)
    np.testing.assert_allclose(piece(p, 0.0), p[1], atol=1e-12)
    np.testing.assert_allclose(piece(p, 1.0), p[2], atol=1e-9)


def test_a_parabola_is_kept_exactly():
    p = np.arange(-1.0, 3.0)[:, None] ** 2
    assert piece(p, 0.3)[0] == pytest.approx(0.09)


def test_one_knot_beyond_the_end_is_all_that_is_needed():
    assert LOOKAHEAD == 1
    p = knots(0, 4)
    assert len(p) == 3 + LOOKAHEAD


@pytest.mark.parametrize("frames", [4, 6, 8, 12])
@pytest.mark.parametrize("phase", [0.0, 0.3, 0.5])
def test_a_minimum_jerk_movement_is_followed_closely(frames, phase):
    def movement(t):
        t = np.clip(t, 0, 1)
        return 10 * t**3 - 15 * t**4 + 6 * t**5

    k = np.arange(-4, frames + 5) - phase
    position, acceleration = sampled(movement(k / frames)[:, None])
    t = k[1] + np.arange(len(position)) / 40
    assert np.abs(position[:, 0] - movement(t / frames)).max() < 0.016
    assert np.abs(acceleration).max() < (1.5 if frames < 8 else 1.35) * 5.774 / frames**2


def test_a_still_figure_stays_still():
    position, acceleration = sampled(np.full((6, 2), 0.7))
    np.testing.assert_allclose(position, 0.7, atol=1e-12)
    np.testing.assert_allclose(acceleration, 0.0, atol=1e-9)
