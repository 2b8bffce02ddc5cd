"""The limiter: no input breaks a limit, a feasible one passes unchanged, all others are caught up with."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nsa_ros.body.limits import Limits, limits
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.signing.limiter import Limiter, stopping_velocity

DT = 0.01
SMALL = Limits(np.array([-1.0, -0.2]), np.array([1.5, 0.1]), np.array([3.0, 8.0]), np.array([40.0, 300.0]))
FIGURE = limits(RevoluteModel(default_skeleton()))

WILD = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-3, 3) | st.just(float("nan"))


def run(bounds, targets, dt=DT, start=None):
    limiter = Limiter(bounds, dt, np.zeros(len(bounds.lower)) if start is None else start)
    return limiter, np.array([limiter.position, *(limiter.step(target) for target in targets)])


def assert_within(bounds, q, dt=DT):
    assert np.isfinite(q).all()
    assert (q >= bounds.lower).all()
    assert (q <= bounds.upper).all()
    velocity = np.diff(q, axis=0, prepend=q[:1]) / dt
    assert (np.abs(velocity) <= bounds.velocity * (1 + 1e-9)).all()
    assert (np.abs(np.diff(velocity, axis=0)) / dt <= bounds.acceleration * (1 + 1e-6) + 1e-6).all()


@given(st.lists(arrays(np.float64, 2, elements=WILD), min_size=1, max_size=80), st.sampled_from([0.002, 0.01, 1 / 24]))
def test_no_input_breaks_a_limit(targets, dt):
    _, q = run(SMALL, targets, dt)
    assert_within(SMALL, q, dt)


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 30.0))
@settings(max_examples=30)
def test_no_noise_or_jump_breaks_a_limit_of_the_figure(seed, size):
    rng = np.random.default_rng(seed)
    targets = size * rng.normal(size=(150, 168)).cumsum(axis=0 if rng.random() < 0.5 else 1)
    targets[rng.random(targets.shape) < 0.05] = np.nan
    targets[60:90] = targets[60]
    _, q = run(FIGURE, targets)
    assert_within(FIGURE, q)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=50)
def test_a_feasible_curve_passes_unchanged(seed):
    """A sum of sines whose amplitudes keep position, velocity and acceleration below their limits."""
    rng = np.random.default_rng(seed)
    t = np.arange(300)[:, None] * DT
    wave = np.zeros((300, 2))
    for _ in range(3):
        rate = rng.uniform(0.5, 12.0, 2)
        least = np.stack([SMALL.upper / 2, -SMALL.lower / 2, SMALL.velocity / rate, SMALL.acceleration / rate**2])
        wave += least.min(axis=0) * np.where(t > 0, 1 - np.cos(rate * t), 0) * rng.choice([-1, 1], 2) / 3.1
    wave *= 0.97
    limiter, q = run(SMALL, wave[1:])
    np.testing.assert_allclose(q, wave, atol=1e-9)
    assert limiter.counts.rate.sum() == limiter.counts.position.sum() == 0


class Careful(Limiter):
    """One that never goes straight to its target."""

    def _feasible(self, wanted, velocity):
        return np.zeros(len(wanted), dtype=bool)


def assert_equal_to_careful(bounds, targets):
    limiter, q = run(bounds, targets)
    careful = Careful(bounds, DT, np.zeros(len(bounds.lower)))
    np.testing.assert_allclose(q[1:], [careful.step(target) for target in targets], atol=1e-10)
    for name in ("velocity", "position", "acceleration"):
        np.testing.assert_allclose(getattr(limiter, name), getattr(careful, name), atol=1e-10 / DT**2)
    for counted, expected in zip(limiter.counts, careful.counts, strict=True):
        np.testing.assert_array_equal(counted, expected)


@given(st.lists(arrays(np.float64, 2, elements=WILD), min_size=1, max_size=80))
def test_going_straight_to_the_target_gives_the_same_whatever_comes(targets):
    assert_equal_to_careful(SMALL, targets)


@given(st.integers(0, 2**32 - 1), st.floats(0.5, 6.0), st.floats(0.1, 1.2))
def test_going_straight_to_the_target_gives_the_same_near_the_limits(seed, rate, size):
    """Swings that touch a limit, now feasible, now a little too fast, with a jump and a gap."""
    rng = np.random.default_rng(seed)
    t = np.arange(200)[:, None] * DT
    wave = size * SMALL.upper * np.sin(rate * (t + rng.uniform(0, 3, 2)))
    wave[80:] += 0.05 * rng.normal(size=2)
    wave[rng.integers(200)] = np.nan
    assert_equal_to_careful(SMALL, wave)


def test_a_feasible_curve_is_followed_without_the_switching_curve(monkeypatch):
    monkeypatch.setattr(Limiter, "_approach", lambda *_: pytest.fail("the target was not gone straight to"))
    wave = 0.4 * (1 - np.cos(3.0 * np.arange(300)[:, None] * DT)) * [1.0, 0.1]
    _, q = run(SMALL, wave)
    np.testing.assert_array_equal(q[1:], wave)


def test_a_movement_at_the_very_limits_passes_unchanged():
    """Full acceleration, full speed, full braking to rest on the position limit itself."""
    top, push = SMALL.velocity[0], SMALL.acceleration[0]
    ramp = np.arange(0, top, push * DT)
    speed = np.concatenate([ramp, np.full(30, top), ramp[::-1], np.zeros(10)])
    path = speed.cumsum() * DT
    path += SMALL.upper[0] - path[-1]
    targets = np.column_stack([path, np.zeros_like(path)])
    _, q = run(SMALL, targets, start=np.array([path[0], 0.0]))
    np.testing.assert_allclose(q[1:, 0], path, atol=1e-9)


def test_a_step_is_reached_without_overshoot_and_in_good_time():
    _, q = run(SMALL, np.tile([1.2, 0.0], (200, 1)))
    assert (np.diff(q[:, 0]) >= -1e-12).all()
    assert q[:, 0].max() <= 1.2 + 1e-12
    reached = np.argmax(q[:, 0] > 1.2 - 1e-9) * DT
    assert reached < 1.3 * (1.2 / 3.0 + 0.75 * 3.0 / 40.0 * 2)


def test_after_a_jump_a_moving_input_is_met_and_then_followed_exactly():
    t = np.arange(400)[:, None] * DT
    wave = 0.4 * (1 - np.cos(3.0 * t)) * [1.0, 0.0]
    wave[100:] += [0.5, 0.0]
    _, q = run(SMALL, wave[1:])
    np.testing.assert_allclose(q[:100], wave[:100], atol=1e-9)
    np.testing.assert_allclose(q[180:], wave[180:], atol=1e-9)


def test_a_target_beyond_the_range_is_approached_and_held_at_the_limit():
    limiter, q = run(SMALL, np.tile([9.0, -9.0], (300, 1)))
    np.testing.assert_allclose(q[-1], [1.5, -0.2], atol=1e-9)
    assert limiter.counts.position.tolist() == [300, 300]


def test_what_is_not_finite_brakes_holds_and_is_counted_without_disturbing_the_others():
    t = np.arange(200)[:, None] * DT
    wave = np.column_stack([0.8 * np.sin(2 * t), 0.05 * np.sin(2 * t)])
    broken = wave.copy()
    broken[50:100, 0] = np.nan
    limiter, q = run(SMALL, broken[1:])
    np.testing.assert_allclose(q[:, 1], wave[:, 1], atol=1e-9)
    np.testing.assert_allclose(q[60:100, 0], q[60, 0], atol=1e-12)
    assert limiter.counts.invalid.tolist() == [50, 0]
    np.testing.assert_allclose(q[170:], wave[170:], atol=1e-9)


def test_infinity_is_not_followed_even_where_the_figure_stands_at_that_limit():
    limiter, q = run(SMALL, np.tile([np.inf, -np.inf], (5, 1)), start=np.array([1.5, -0.2]))
    np.testing.assert_array_equal(q, np.tile([1.5, -0.2], (6, 1)))
    assert limiter.counts.invalid.tolist() == [5, 5]
    assert limiter.counts.position.tolist() == [0, 0]


def test_velocity_and_acceleration_are_the_differences_of_what_was_published():
    limiter, q = run(SMALL, np.random.default_rng(0).normal(size=(50, 2)))
    np.testing.assert_allclose(limiter.velocity, (q[-1] - q[-2]) / DT, atol=1e-12)
    np.testing.assert_allclose(limiter.acceleration, (q[-1] - 2 * q[-2] + q[-3]) / DT**2, atol=1e-8)


def test_a_start_outside_the_limits_is_refused():
    with pytest.raises(NsaError, match=r"coordinates \[1\]"):
        Limiter(SMALL, DT, np.array([0.0, 0.5]))


@given(st.floats(0, 50), st.floats(0.01, 10))
def test_braking_from_the_stopping_velocity_uses_up_the_room(room, step):
    velocity, travelled = float(stopping_velocity(room, step, DT)), 0.0
    while velocity > 0:
        travelled, velocity = travelled + velocity * DT, velocity - step
    assert travelled == pytest.approx(room, abs=1e-9)
