"""The follower: no limit is ever broken, whatever comes in; what is feasible is followed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motion_checks import DT, assert_states_within, assert_within, random_limits, uniform_limits

from nsa_ros.errors import NsaError
from nsa_ros.robots.motion.follower import Follower
from nsa_ros.robots.motion.limits import MotionLimits
from nsa_ros.robots.motion.pursuit import Pursuit
from nsa_ros.robots.motion.stop import State

KINDS = ("white", "sine", "square", "walk", "noisy", "absurd", "staircase")


def stream(rng: np.random.Generator, limits: MotionLimits, ticks: int, kind: str) -> np.ndarray:
    """Targets (ticks, n) of a kind, some of them not finite."""
    n = len(limits.lower)
    time = DT * np.arange(ticks)[:, None]
    middle, width = (limits.lower + limits.upper) / 2, np.maximum(limits.upper - limits.lower, 0.3)
    wave = np.sin(2 * np.pi * rng.uniform(0, 4, n) * time + rng.uniform(0, 6, n))
    made = {
        "white": middle + width * rng.normal(size=(ticks, n)),
        "sine": middle + width * wave * rng.uniform(0.1, 0.8),
        "square": middle + width * np.sign(wave) * rng.uniform(0, 1),
        "walk": middle + width * np.cumsum(rng.normal(size=(ticks, n)), axis=0) * 0.05,
        "noisy": middle + width * wave * 0.5 + rng.normal(0, 0.003, (ticks, n)),
        "absurd": 10.0 ** rng.uniform(-5, 300, (ticks, n)) * rng.choice([-1, 1], (ticks, n)),
        "staircase": np.repeat(middle + width * rng.normal(0, 0.6, (ticks // 20 + 1, n)), 20, axis=0)[:ticks],
    }[kind]
    bad = rng.random((ticks, n)) < rng.choice([0.0, 0.05, 0.5])
    return np.where(bad, rng.choice([np.nan, np.inf, -np.inf], (ticks, n)), made)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_limit_is_ever_broken(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    limits = random_limits(rng, 20)
    start = rng.uniform(limits.lower, limits.upper)
    follower, share = Follower(limits, DT, start), 1.0
    states = [follower.state]
    for target in stream(rng, limits, 150, kind):
        if rng.random() < 0.05:
            share = rng.choice([1.0, 0.25, 0.5, 0.0, np.nan, 2.0, -1.0, 0.01])
        if rng.random() < 0.02:
            for _ in range(rng.integers(1, 20)):
                follower.brake()
                states.append(follower.state)
        velocity = rng.normal(0, 3, 20) * limits.velocity * rng.choice([1.0, 1e300]) if rng.random() < 0.2 else None
        follower.step(target, velocity=velocity, share=share)
        states.append(follower.state)
    assert_within(limits, np.array([start, start, *(state.position for state in states)]))
    assert_states_within(limits, states)


def test_no_limit_is_broken_in_a_long_run() -> None:
    rng = np.random.default_rng(1)
    limits = random_limits(rng, 100)
    follower = Follower(limits, DT, (limits.lower + limits.upper) / 2)
    positions = [follower.position] * 3
    for kind in KINDS:
        positions += [follower.step(target) for target in stream(rng, limits, 500, kind)]
    assert_within(limits, np.array(positions))


@pytest.mark.parametrize("share", [0.25, 0.6])
def test_a_share_of_the_velocity_is_not_exceeded(share: float) -> None:
    rng, limits = np.random.default_rng(0), uniform_limits(5)
    follower = Follower(limits, DT, np.zeros(5))
    for target in rng.uniform(-1.5, 1.5, (40, 5)).repeat(10, axis=0):
        follower.step(target, share=share)
        assert (np.abs(follower.velocity) <= share * limits.velocity * (1 + 1e-9)).all()


def test_a_smaller_share_slows_a_fast_joint_down_within_limits() -> None:
    limits = uniform_limits(1, reach=10.0)
    follower = Follower(limits, DT, [-9.0])
    for _ in range(60):
        follower.step([9.0])
    assert follower.velocity[0] == pytest.approx(3.0)
    positions = [follower.position]
    for _ in range(30):
        positions.append(follower.step([9.0], share=0.2))
    assert follower.velocity[0] == pytest.approx(0.6)
    assert_within(limits, np.array(positions))


def test_a_feasible_stream_is_followed_without_lag() -> None:
    time = DT * np.arange(800)[:, None]
    targets = 0.4 * np.sin(2 * np.pi * 0.8 * time + np.arange(6))
    follower = Follower(uniform_limits(6), DT, targets[0])
    errors = np.array([follower.step(target) - target for target in targets])
    assert np.abs(errors[100:]).max() < 1e-4


def test_noise_is_followed_without_shaking() -> None:
    rng = np.random.default_rng(0)
    limits = uniform_limits(6)
    follower = Follower(limits, DT, np.full(6, 0.5))
    positions = np.array([follower.step(0.5 + rng.normal(0, 1e-3, 6)) for _ in range(400)])
    assert np.abs(positions - 0.5).max() < 0.01
    assert np.abs(np.diff(positions, axis=0) / DT).max() < 0.1 * 3.0


def test_a_step_is_reached_in_least_time_without_overshoot() -> None:
    limits = uniform_limits(1)
    follower = Follower(limits, DT, [0.0])
    positions = np.array([follower.step([1.0])[0] for _ in range(60)])
    least = 1.0 / 3.0 + 3.0 / 60.0 + 60.0 / 2000.0  # way, acceleration and jerk at their limits
    assert int(np.argmax(positions > 0.999)) * DT <= least + 3 * DT
    assert positions.max() <= 1.0 + 1e-4
    assert positions[-1] == pytest.approx(1.0, abs=1e-6)


def test_a_joint_without_target_holds_while_others_move() -> None:
    follower = Follower(uniform_limits(2), DT, [0.2, 0.2])
    for _ in range(100):
        follower.step([1.0, np.nan])
    np.testing.assert_allclose(follower.position, [1.0, 0.2])
    assert follower.counts.invalid.tolist() == [0, 100]


def test_clamps_are_counted_for_their_joint() -> None:
    follower = Follower(uniform_limits(3), DT, np.zeros(3))
    for _ in range(10):
        follower.step([9.0, 0.0, 1.0])
    assert follower.counts.position.tolist() == [10, 0, 0]
    assert follower.counts.rate[1] == 0
    assert follower.counts.rate[2] > 0


def test_a_joint_measured_beyond_its_limit_only_comes_in() -> None:
    limits = uniform_limits(2)
    follower = Follower(limits, DT, [1.6, -1.55])
    for _ in range(30):
        follower.step([np.nan, np.nan])
    np.testing.assert_array_equal(follower.position, [1.6, -1.55])
    positions = [follower.position] * 3
    rng = np.random.default_rng(0)
    for target in rng.choice([-9.0, 9.0, 0.0], (300, 2)).repeat(3, axis=0):
        positions.append(follower.step(target))
    way = np.array(positions)
    outside = np.maximum(way - limits.upper, limits.lower - way)
    assert (np.diff(np.maximum(outside, 0.0), axis=0) <= 1e-12).all()
    assert (outside[-1] <= 0.0).all()
    assert_within(limits._replace(lower=np.full(2, -1.55), upper=np.full(2, 1.6)), way)


def test_a_joint_with_no_range_never_moves() -> None:
    limits = uniform_limits(1, reach=0.0)
    follower = Follower(limits, DT, [0.0])
    rng = np.random.default_rng(0)
    assert all(follower.step(rng.normal(size=1)) == 0.0 for _ in range(50))


def test_brake_is_the_profile_that_was_told() -> None:
    rng, limits = np.random.default_rng(2), uniform_limits(4)
    follower = Follower(limits, DT, np.zeros(4))
    for target in rng.uniform(-1, 1, (30, 4)):
        follower.step(target)
    positions, velocities = follower.stop_profile(DT * np.arange(1, 40))
    for position, velocity in zip(positions, velocities, strict=True):
        np.testing.assert_allclose(follower.brake(), position, atol=1e-12)
        np.testing.assert_allclose(follower.velocity, velocity, atol=1e-9)
    assert not follower.velocity.any()


def test_where_ruckig_fails_the_joints_brake(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = uniform_limits(3)
    follower = Follower(limits, DT, np.zeros(3))
    positions = [follower.position] * 3
    positions += [follower.step(np.full(3, 1.4)) for _ in range(20)]
    monkeypatch.setattr(Pursuit, "next", lambda *_: None)
    positions += [follower.step(np.full(3, -1.4)) for _ in range(50)]
    assert_within(limits, np.array(positions))
    assert not follower.velocity.any()


def test_a_motion_that_ruckig_refuses_gives_none() -> None:
    pursuit = Pursuit(uniform_limits(1), DT)
    absurd = State(np.array([1e300]), np.zeros(1), np.zeros(1))
    assert pursuit.next(absurd, State(*np.zeros((3, 1))), np.array([3.0])) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"velocity": np.array([1.0, 0.0])}, "velocity limit of joint 1 is 0.0; give a finite number above 0"),
        ({"jerk": np.array([np.nan, 1.0])}, "jerk limit of joint 0 is nan"),
        ({"upper": np.array([np.inf, 1.0])}, "upper limit of joint 0 is inf; give a finite number"),
        ({"lower": np.array([0.0, 2.0])}, "position limits of joint 1 are 2.0 to 1.5"),
        ({"acceleration": np.ones(3)}, r"acceleration limits have the shape \(3,\)"),
    ],
)
def test_limits_that_make_no_sense_are_named(change: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(NsaError, match=message):
        Follower(uniform_limits(2)._replace(**change), DT, np.zeros(2))


def test_a_start_that_is_not_finite_or_too_short_is_refused() -> None:
    with pytest.raises(NsaError, match=r"joints \[1\] is not finite"):
        Follower(uniform_limits(2), DT, [0.0, np.nan])
    with pytest.raises(NsaError, match="of 2 joints"):
        Follower(uniform_limits(2), DT, [0.0])
    with pytest.raises(NsaError, match="tick of 0"):
        Follower(uniform_limits(2), 0.0, [0.0, 0.0])
