"""The fastest stop: it keeps its limits, ends at rest, and its closed formulas agree with its own motion."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nsa_ros.robots.motion.stop import State, Stop, stop, stopping_velocity

NUMBERS = st.integers(0, 2**32 - 1)


def random_stop(seed: int, n: int = 200) -> tuple[Stop, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    greatest, jerk = 10.0 ** rng.uniform(-1, 2, n), 10.0 ** rng.uniform(0, 4, n)
    velocity, acceleration = rng.normal(size=n) * 3.0, rng.uniform(-1, 1, n) * greatest
    return stop(State(rng.normal(size=n), velocity, acceleration), greatest, jerk), greatest, jerk


def sampled(stopping: Stop, count: int = 300) -> list[State]:
    return [stopping.at(time) for time in np.linspace(0.0, stopping.duration, count)]


@settings(max_examples=15, deadline=None)
@given(NUMBERS)
def test_a_stop_ends_at_rest_and_stays(seed: int) -> None:
    stopping, _, _ = random_stop(seed)
    before = stopping.at(stopping.duration * (1.0 - 1e-9))
    after, later = stopping.at(stopping.duration * 2.0), stopping.at(np.inf)
    assert (after.velocity == 0.0).all()
    assert (after.acceleration == 0.0).all()
    np.testing.assert_array_equal(after.position, later.position)
    np.testing.assert_allclose(before.position, later.position, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(NUMBERS)
def test_a_stop_keeps_its_limits_and_is_continuous(seed: int) -> None:
    stopping, greatest, jerk = random_stop(seed, 20)
    dt = stopping.duration / 299
    accelerations = np.array([state.acceleration for state in sampled(stopping)])
    velocities = np.array([state.velocity for state in sampled(stopping)])
    assert (np.abs(accelerations) <= greatest * (1 + 1e-9)).all()
    assert (np.abs(np.diff(accelerations, axis=0)) <= jerk * dt * (1 + 1e-6)).all()
    assert (np.abs(np.diff(velocities, axis=0)) <= greatest * dt * (1 + 1e-6)).all()


@settings(max_examples=15, deadline=None)
@given(NUMBERS)
def test_its_extent_holds_the_whole_stop_and_no_more(seed: int) -> None:
    stopping, _, _ = random_stop(seed, 20)
    positions = np.array([state.position for state in sampled(stopping, 500)])
    least, most = stopping.extent()
    width = most - least
    assert (positions >= least - 1e-9).all()
    assert (positions <= most + 1e-9).all()
    np.testing.assert_allclose(positions.min(axis=0), least, atol=0.01 * width.max())
    np.testing.assert_allclose(positions.max(axis=0), most, atol=0.01 * width.max())


def test_a_stop_goes_on_where_it_is_taken_up_again() -> None:
    stopping, greatest, jerk = random_stop(3)
    for time in (0.003, 0.05, 0.4):
        resumed = stop(stopping.at(time), greatest, jerk)
        np.testing.assert_allclose(resumed.at(np.inf).position, stopping.at(np.inf).position, atol=1e-9)


def test_a_stop_from_rest_takes_no_time() -> None:
    standing = State(np.array([0.4]), np.zeros(1), np.zeros(1))
    stopping = stop(standing, np.ones(1), np.ones(1))
    assert stopping.duration == 0.0
    assert stopping.at(0.01).position == pytest.approx([0.4])
    assert stopping.extent() == (pytest.approx([0.4]), pytest.approx([0.4]))


@settings(max_examples=15, deadline=None)
@given(NUMBERS)
def test_the_stopping_velocity_needs_just_the_room(seed: int) -> None:
    rng = np.random.default_rng(seed)
    room = rng.uniform(0, 2, 100) ** 3
    greatest, jerk = 10.0 ** rng.uniform(-1, 2, 100), 10.0 ** rng.uniform(0, 4, 100)
    velocity = stopping_velocity(room, greatest, jerk)
    still = np.zeros(100)
    np.testing.assert_allclose(stop(State(still, velocity, still), greatest, jerk).at(np.inf).position, room, atol=1e-9)
