"""Blends: from any state onto the target, within half of the limits where the state allows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.body.limits import Limits
from nsa_ros.signing.blend import Blend
from nsa_ros.signing.curve import Point

BOUNDS = Limits(np.full(2, -3.0), np.full(2, 3.0), np.array([10.0, 4.0]), np.array([200.0, 60.0]))


def state(position, velocity=(0.0, 0.0), acceleration=(0.0, 0.0)):
    return Point(*(np.array(values, dtype=float) for values in (position, velocity, acceleration)))


def derivatives(blend, count=2000):
    t = np.linspace(0, blend.duration, count)
    offsets = np.array([blend.at(time) for time in t])
    velocity = np.gradient(offsets, t, axis=0)
    return offsets, velocity, np.gradient(velocity, t, axis=0)


def test_it_starts_at_the_offset_and_ends_at_nothing():
    blend = Blend(state([1.0, -0.5]), BOUNDS, 0.5)
    np.testing.assert_allclose(blend.at(0.0), [1.0, -0.5], atol=1e-12)
    np.testing.assert_allclose(blend.at(blend.duration), 0.0)
    np.testing.assert_allclose(blend.at(blend.duration + 5), 0.0)


@given(st.lists(st.floats(-1, 1), min_size=6, max_size=6))
def test_it_leaves_with_the_state_it_is_given(numbers):
    offset = state(numbers[:2], np.multiply(numbers[2:4], 3), np.multiply(numbers[4:], 40))
    blend = Blend(offset, BOUNDS, 0.3)
    if blend.duration:
        h = 1e-4
        early = [blend.at(time) for time in (0.0, h, 2 * h)]
        np.testing.assert_allclose(early[0], offset.position, atol=1e-9)
        np.testing.assert_allclose((early[1] - early[0]) / h, offset.velocity, atol=0.05)
        np.testing.assert_allclose((early[2] - 2 * early[1] + early[0]) / h**2, offset.acceleration, atol=8.0)


def test_a_long_way_takes_longer_and_keeps_to_half_of_the_limits():
    blend = Blend(state([2.5, 2.5]), BOUNDS, 0.3)
    assert blend.duration > 1.0
    _, velocity, acceleration = derivatives(blend)
    assert (np.abs(velocity).max(axis=0) <= 0.505 * BOUNDS.velocity).all()
    assert (np.abs(acceleration).max(axis=0) <= 0.52 * BOUNDS.acceleration).all()


def test_a_short_way_takes_the_least_time():
    assert Blend(state([0.05, 0.0]), BOUNDS, 0.3).duration == 0.3


def test_no_way_takes_no_time():
    blend = Blend(state([0.0, 0.0]), BOUNDS, 0.3)
    assert blend.duration == 0.0
    np.testing.assert_array_equal(blend.at(0.0), 0.0)
    assert blend.progress(0.0) == 1.0


def test_progress_rises_from_nothing_to_all():
    blend = Blend(state([1.0, 0.0]), BOUNDS, 0.5)
    progress = [blend.progress(time) for time in np.linspace(0, blend.duration, 50)]
    assert progress[0] == 0.0
    assert progress[-1] == pytest.approx(1.0)
    assert (np.diff(progress) >= 0).all()
