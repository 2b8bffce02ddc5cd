import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.resampling import resample


def turning(times, axis, speed):
    """One joint turning evenly about an axis."""
    axis = np.array(axis) / np.linalg.norm(axis)
    return Rotation.from_rotvec(times[:, None] * speed * axis).as_rotvec()[:, None]


@settings(max_examples=30, deadline=None)
@given(fps=st.floats(10, 120), frames=st.integers(4, 40), speed=st.floats(0.1, 5.0))
def test_an_even_turn_stays_even_at_every_rate(fps, frames, speed):
    times = np.arange(frames) / fps
    poses, expression = resample(turning(times, [1, 2, 3], speed), times[:, None] * 2, times, 24.0)
    wanted = np.arange(len(poses)) / 24
    assert times[-1] - 1 / 24 < wanted[-1] + 1e-5 <= times[-1] + 1e-4
    exact = Rotation.from_rotvec(turning(wanted, [1, 2, 3], speed)[:, 0])
    np.testing.assert_allclose((exact.inv() * Rotation.from_rotvec(poses[:, 0])).magnitude(), 0, atol=1e-5)
    np.testing.assert_allclose(expression[:, 0], 2 * wanted, atol=1e-5)


def test_rotations_take_the_short_way_across_half_a_turn():
    ends = Rotation.from_euler("x", [[175.0], [185.0]], degrees=True).as_rotvec()[:, None]
    assert ends[1, 0, 0] < 0, "axis-angle flips its sign here, so a straight line would pass through 0"
    poses, _ = resample(ends, np.zeros((2, 1)), np.array([0.0, 1 / 12]), 24.0)
    assert np.linalg.norm(poses[1, 0]) == pytest.approx(np.pi)


def test_gaps_are_filled():
    times = np.array([0, 1, 4, 5]) / 24
    poses, expression = resample(turning(times, [0, 0, 1], 3.0), times[:, None], times, 24.0)
    np.testing.assert_allclose(poses[:, 0, 2], 3.0 * np.arange(6) / 24, atol=1e-9)
    np.testing.assert_allclose(expression[:, 0], np.arange(6) / 24, atol=1e-9)


def test_the_same_rate_changes_no_bit():
    times = np.arange(50) / 24
    poses = np.random.default_rng(0).normal(size=(50, 55, 3)) * 3
    assert resample(poses, np.zeros((50, 10)), times, 24.0)[0] is poses


def test_times_that_do_not_rise_are_refused():
    with pytest.raises(NsaError, match="rise"):
        resample(np.zeros((2, 1, 3)), np.zeros((2, 1)), np.zeros(2), 24.0)
