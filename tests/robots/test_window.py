"""Windows, as played by a stand-in for joint_trajectory_controller: nothing of their replacement is felt."""

from typing import NamedTuple

import numpy as np
import pytest
from motion_checks import DT, uniform_limits

from nsa_ros.errors import NsaError
from nsa_ros.robots.motion.conduct import Conduct, Measured, Phase, Rules, Target
from nsa_ros.robots.motion.stop import State, stop
from nsa_ros.robots.motion.window import Window, Windows

PERIOD = 0.002
LIMITS = uniform_limits(4)


class Controller:
    """Samples trajectories as joint_trajectory_controller does: along cubics, and a new message replaces the old."""

    def __init__(self, position: np.ndarray) -> None:
        self.window: Window | None = None
        self.command, self.time = (position, np.zeros_like(position)), 0.0

    def receive(self, window: Window, now: float) -> None:
        assert (np.diff(window.times) > 0.0).all()
        assert window.times[0] > 0.0
        assert (window.velocities[-1] == 0.0).all()
        assert window.start + window.times[-1] >= now
        self.window, self.before = window, (self.time, *self.command)

    def update(self, now: float) -> np.ndarray:
        self.time = now
        if self.window is None:
            return self.command[0]
        _, times, positions, velocities = self.window
        due = self.window.start + times
        if now >= due[-1]:
            self.command = positions[-1], velocities[-1]
            return self.command[0]
        i = int(np.searchsorted(due, now, side="right"))
        t0, p0, v0 = self.before if i == 0 else (due[i - 1], positions[i - 1], velocities[i - 1])
        h = due[i] - t0
        x, p1, v1 = (now - t0) / h, positions[i], velocities[i]
        p = p0 * (1 + 2 * x) * (1 - x) ** 2 + p1 * x * x * (3 - 2 * x) + h * x * (1 - x) * (v0 * (1 - x) - v1 * x)
        v = (p1 - p0) * 6 * x * (1 - x) / h + v0 * (1 - x) * (1 - 3 * x) + v1 * x * (3 * x - 2)
        self.command = p, v
        return self.command[0]


class Traffic(NamedTuple):
    """How messages fare: jitter of the node's timer, latency, gaps, and the node's rate to the expected one."""

    jitter: float = 0.0
    latency: tuple[float, float] = (0.001, 0.001)
    gaps: float = 0.0
    slow: float = 1.0


def played(traffic: Traffic, seed: int, seconds: float = 4.0) -> np.ndarray:
    """Reference of the controller every `PERIOD` while a robot signs, is stopped and reset. Shape (t, n)."""
    rng = np.random.default_rng(seed)
    start, phase = rng.uniform(-1, 1, 4), rng.uniform(0, 6, 4)
    conduct = Conduct("abcd", LIMITS, np.zeros(4), Rules(coasts=True, gap=0.025))
    windows, controller = Windows(DT), Controller(start)
    conduct.activate(100.0, Measured(start, 0.0))
    reference, post, due = [], [], 100.0
    for now in 100.0 + PERIOD * np.arange(1, round(seconds / PERIOD)):
        if now >= due:
            measured = Measured(controller.command[0], 0.0)
            if conduct.phase is Phase.STOPPED and not conduct.follower.velocity.any():
                conduct.reset(measured)
            elif rng.random() < 0.005:
                conduct.stop()
            conduct.tick(now, Target(np.sin(2.5 * now + phase), now), measured)
            window = windows.add(conduct.time, conduct.states, conduct.follower.stop())
            post.append((now + rng.uniform(*traffic.latency), window))
            due += DT * traffic.slow
            if rng.random() < traffic.gaps:
                due += rng.uniform(0.03, 0.4)
            due += rng.normal(0.0, traffic.jitter)
        arrived = [window for when, window in post if when <= now]
        if arrived:
            controller.receive(arrived[-1], now)
            post = [(when, window) for when, window in post if when > now]
        reference.append(controller.update(now))
    return np.array(reference)


@pytest.mark.parametrize(
    "traffic",
    [
        Traffic(),
        Traffic(jitter=0.002, latency=(0.0, 0.015)),
        Traffic(jitter=0.001, latency=(0.0, 0.01), gaps=0.02),
        Traffic(jitter=0.001, slow=2.0),
        Traffic(jitter=0.001, slow=0.5),
    ],
    ids=["punctual", "jitter", "gaps", "slow node", "fast node"],
)
def test_no_replacement_is_felt_by_the_robot(traffic: Traffic) -> None:
    reference = played(traffic, seed=0)
    speed = np.abs(np.diff(reference, axis=0)) / PERIOD
    pull = np.abs(np.diff(reference, n=2, axis=0)) / PERIOD**2
    assert speed.max() <= LIMITS.velocity[0] * 1.01
    assert pull.max() <= LIMITS.acceleration[0] * 1.5
    assert np.percentile(pull, 99.5) <= LIMITS.acceleration[0] * 1.05
    assert np.ptp(reference, axis=0).min() > 0.5


def test_a_robot_that_hears_nothing_more_stops_within_its_limits() -> None:
    rng, limits = np.random.default_rng(0), uniform_limits(4, acceleration=20.0, jerk=200.0)
    state = State(np.zeros(4), rng.uniform(-3, 3, 4), rng.uniform(-10, 10, 4))
    stopping = stop(state, limits.acceleration, limits.jerk)
    window = Windows(DT).add(7.0, [state], stopping)
    controller = Controller(np.zeros(4))
    controller.receive(window, 7.0)
    begin = window.start + window.times[0]
    reference = np.array([controller.update(now) for now in np.arange(begin, begin + 1.5, PERIOD)])
    wanted = np.array([stopping.at(time).position for time in np.arange(0.0, 1.5, PERIOD)])[: len(reference)]
    np.testing.assert_allclose(reference, wanted, atol=1e-4)
    assert (np.abs(np.diff(reference, n=2, axis=0)) <= limits.acceleration * PERIOD**2 * 1.05).all()


def test_a_window_tells_the_commands_at_the_times_that_they_always_had() -> None:
    windows, told = Windows(DT, lead=0.03), {}
    for tick in range(20):
        state = State(np.full(1, float(tick)), np.ones(1), np.zeros(1))
        window = windows.add(5.0 + tick * DT, [state], stop(state, np.full(1, 1e4), np.full(1, 1e7)))
        known = len(window.times) - 2
        assert window.start + window.times[known - 1] == pytest.approx(5.0 + tick * DT + 0.03)
        for time, position in zip(window.start + window.times[:known], window.positions[:known, 0], strict=True):
            assert told.setdefault(round(time * 1e6), position) == position
    assert known == 7
    assert window.start < 5.0 + tick * DT


def test_several_commands_or_none_keep_the_grid() -> None:
    states = [State(np.full(1, float(k)), np.zeros(1), np.zeros(1)) for k in range(3)]
    standing = stop(states[-1], np.ones(1), np.ones(1))
    windows = Windows(DT, lead=0.02)
    window = windows.add(5.0, states, standing)
    np.testing.assert_allclose(window.start + window.times[:3], [5.0, 5.01, 5.02])
    again = windows.add(5.0, [], standing)
    np.testing.assert_array_equal(again.positions, window.positions)
    np.testing.assert_allclose(again.times, window.times)


def test_a_clock_that_goes_back_leaves_no_time_out_of_order() -> None:
    state = State(np.zeros(1), np.zeros(1), np.zeros(1))
    windows, standing = Windows(DT), stop(state, np.ones(1), np.ones(1))
    for now in (50.0, 50.01, 50.02, 3.0, 3.01):
        window = windows.add(now, [state], standing)
        assert (np.diff(window.times) > 0.0).all()
        assert window.times[0] > 0.0
    assert abs(window.start - 3.0) < 0.1


def test_a_long_stop_is_told_in_few_points() -> None:
    state = State(np.zeros(1), np.full(1, 3.0), np.zeros(1))
    stopping = stop(state, np.full(1, 2.0), np.full(1, 10.0))
    window = Windows(DT, count=10).add(5.0, [state], stopping)
    assert len(window.times) == 1 + 10
    assert window.positions[-1] == pytest.approx(stopping.at(np.inf).position)


@pytest.mark.parametrize("wrong", [{"dt": 0.0}, {"dt": np.nan}, {"dt": DT, "lead": -1.0}, {"dt": DT, "count": 1}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(NsaError, match="numbers above 0"):
        Windows(**wrong)  # type: ignore[arg-type]
