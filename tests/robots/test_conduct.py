"""The conduct: where it goes from each phase, what it says, and that nothing makes the command jump."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motion_checks import DT, assert_smooth, assert_within, uniform_limits

from nsa_ros.errors import NsaError
from nsa_ros.robots.motion.conduct import Command, Conduct, Measured, Phase, Rules, Steer, Target

JOINTS = ("thumb", "index", "wrist")
LIMITS = uniform_limits(3)
START = np.array([0.3, -0.2, 1.0])


class Robot:
    """A conduct with a clock, a stream and a robot that stands where it is commanded, unless told otherwise."""

    def __init__(self, steer: Steer | None = None, **rules: object) -> None:
        self.conduct = Conduct(JOINTS, LIMITS, np.zeros(3), Rules(**rules), steer)  # type: ignore[arg-type]
        self.now, self.stuck = 50.0, np.full(3, np.nan)
        self.position, self.age = START.copy(), 0.01
        self.stream: Callable[[float], np.ndarray] | None = lambda now: 0.5 * np.sin(2.0 * now + np.arange(3))
        self.positions: list[np.ndarray] = []

    @property
    def measured(self) -> Measured:
        return Measured(np.where(np.isnan(self.stuck), self.position, self.stuck), self.age)

    def activate(self) -> "Robot":
        self.conduct.activate(self.now, self.measured)
        self.positions = [self.conduct.follower.position] * 3
        return self

    def tick(self, later: float = DT) -> Command | None:
        self.now += later
        target = None if self.stream is None else Target(self.stream(self.now), self.now)
        command = self.conduct.tick(self.now, target, self.measured)
        if command is not None:
            self.position = command.position
            self.positions.append(command.position)
        return command

    def run(self, seconds: float) -> Phase:
        for _ in range(round(seconds / DT)):
            self.tick()
        return self.conduct.phase

    def until(self, phase: Phase, seconds: float) -> float:
        """Runs until a phase is reached; how long it took."""
        for k in range(round(seconds / DT)):
            if self.conduct.phase is phase:
                return k * DT
            self.tick()
        raise AssertionError(f"{self.conduct.phase} after {seconds} s: {self.conduct.message}")


def test_an_inactive_robot_is_not_commanded() -> None:
    robot = Robot()
    assert robot.tick() is None
    assert not robot.conduct.active


def test_it_starts_where_the_robot_stands_at_reduced_speed_and_follows_without_a_jump() -> None:
    robot = Robot().activate()
    first = robot.tick()
    assert first is not None
    assert first.phase is Phase.STARTING
    np.testing.assert_allclose(first.position, START, atol=1e-3)
    np.testing.assert_array_equal(robot.conduct.states[0].position, START)
    assert len(robot.conduct.states) == 2
    while robot.conduct.phase is Phase.STARTING:
        assert (np.abs(robot.conduct.follower.velocity) <= 0.25 * LIMITS.velocity * (1 + 1e-9)).all()
        robot.tick()
    assert robot.conduct.phase is Phase.FOLLOWING
    robot.run(2.0)
    assert robot.stream is not None
    np.testing.assert_allclose(robot.position, robot.stream(robot.now), atol=1e-3)
    assert robot.conduct.message == ""
    assert_within(LIMITS, np.array(robot.positions))


def test_a_start_from_far_stays_slow_until_it_has_caught_up() -> None:
    robot = Robot(slow=0.1)
    robot.position = np.array([-1.2, 0.0, 1.0])
    robot.stream = lambda now: np.array([1.2, 0.1, 0.9])
    robot.activate()
    assert robot.until(Phase.FOLLOWING, 10.0) == pytest.approx(2.4 / 0.3, abs=0.3)
    speed = np.abs(np.diff(robot.positions[:-1], axis=0)).max(axis=0) / DT
    assert (speed <= 0.1 * LIMITS.velocity * (1.0 + 1e-9)).all()


def test_targets_that_set_out_from_where_the_robot_stands_are_not_caught_up_with_at_once() -> None:
    robot = Robot()
    robot.stream = lambda now: START + np.clip(2.0 * (now - 50.0), 0.0, 0.5)
    robot.activate()
    robot.until(Phase.FOLLOWING, 5.0)
    fastest = np.abs(np.diff(robot.positions, axis=0)).max(axis=0) / DT
    assert (fastest <= Rules().slow * LIMITS.velocity * (1.0 + 1e-9)).all()
    np.testing.assert_allclose(robot.position, START + 0.5, atol=0.06)


def test_a_stream_too_fast_to_be_caught_up_with_is_followed_once_it_has_passed_by() -> None:
    robot = Robot(slow=0.02)
    robot.stream = lambda now: 1.4 * np.sin(12.0 * now) * np.ones(3)
    robot.activate()
    assert robot.until(Phase.FOLLOWING, 5.0) < Rules().settling + 2.0 * np.pi / 12.0
    robot = Robot(slow=0.02)
    robot.stream = lambda now: np.sign(np.sin(9.0 * now)) * np.ones(3)
    robot.activate()
    robot.until(Phase.FOLLOWING, 2.0 * np.pi / 9.0)


@pytest.mark.parametrize(
    ("measured", "message"),
    [
        (None, "no joint state was received; start the robot's joint state broadcaster"),
        (Measured(START, 2.0), "2.00 s old; 0 to 0.50 s is allowed"),
        (Measured(START, -990.0), "-990.00 s old; 0 to 0.50 s is allowed"),
        (Measured(START, np.nan), "nan s old"),
        (Measured(np.array([0.0, np.nan, 0.0]), 0.0), "no finite position of joint index"),
        (Measured.named({"thumb": 0.0, "index": 0.0, "elbow": 1.0}, JOINTS, 0.0), "no finite position of joint wrist"),
        (Measured(np.array([0.0, 0.0, 2.5]), 0.0), r"wrist is measured at 2.500 rad; its limits allow -1.500 to 1.500"),
        (Measured(np.zeros(2), 0.0), "has 2 positions; the robot has 3 joints"),
    ],
)
def test_a_start_from_nowhere_is_refused(measured: Measured | None, message: str) -> None:
    conduct = Robot().conduct
    with pytest.raises(NsaError, match=message):
        conduct.activate(0.0, measured)
    assert not conduct.active


def test_a_joint_state_that_came_while_it_was_waited_for_is_no_older_than_now() -> None:
    robot = Robot()
    robot.age = -0.004
    robot.activate()
    robot.run(1.0)
    assert robot.conduct.events.stale == 0


def test_a_robot_without_joint_states_starts_at_rest_and_later_where_it_was() -> None:
    robot = Robot(assume_rest=True)
    robot.conduct.activate(robot.now, None)
    np.testing.assert_array_equal(robot.conduct.follower.position, np.zeros(3))
    for _ in range(100):
        robot.now += DT
        robot.conduct.tick(robot.now, Target(np.full(3, 0.5), robot.now), None)
    robot.conduct.deactivate()
    while robot.conduct.active:
        robot.now += DT
        robot.conduct.tick(robot.now)
    left = robot.conduct.follower.position
    robot.conduct.activate(robot.now, None)
    np.testing.assert_array_equal(robot.conduct.follower.position, left)
    assert left.all()


def test_a_start_a_little_beyond_a_limit_moves_in() -> None:
    robot = Robot()
    robot.position = np.array([1.55, 0.0, -1.6])
    robot.activate()
    robot.run(3.0)
    assert robot.conduct.phase is Phase.FOLLOWING
    assert (np.abs(robot.position) <= 1.5).all()


def test_a_lost_stream_holds_then_rests_then_starts_again() -> None:
    robot = Robot(timeout=0.25, hold=2.0).activate()
    robot.until(Phase.FOLLOWING, 3.0)
    stream, robot.stream = robot.stream, None
    assert robot.until(Phase.HOLDING, 1.0) == pytest.approx(0.25, abs=0.02)
    assert "no target for 0.25 s" in robot.conduct.message
    robot.run(0.3)
    held = robot.position
    assert robot.until(Phase.RESTING, 3.0) == pytest.approx(1.7, abs=0.03)
    np.testing.assert_array_equal(robot.positions[-2], held)
    robot.run(3.0)
    np.testing.assert_allclose(robot.position, np.zeros(3), atol=1e-6)
    assert robot.conduct.phase is Phase.RESTING
    robot.stream = stream
    robot.tick()
    assert robot.conduct.phase is Phase.STARTING
    robot.until(Phase.FOLLOWING, 3.0)
    assert robot.conduct.events.lost == 1
    assert_within(LIMITS, np.array(robot.positions))


def test_without_any_stream_it_holds_and_rests() -> None:
    robot = Robot()
    robot.stream = None
    robot.activate()
    robot.until(Phase.HOLDING, 0.5)
    np.testing.assert_array_equal(robot.position, START)
    robot.until(Phase.RESTING, 2.5)


def test_targets_that_are_no_numbers_are_no_stream() -> None:
    robot = Robot().activate()
    robot.until(Phase.FOLLOWING, 3.0)
    robot.stream = lambda now: np.full(3, np.nan)
    robot.until(Phase.HOLDING, 0.5)
    robot.stream = lambda now: np.zeros(7)
    robot.run(0.1)
    assert robot.conduct.phase is Phase.HOLDING
    assert robot.conduct.events.invalid > 30


def test_a_joint_without_target_holds_and_is_named() -> None:
    robot = Robot().activate()
    robot.stream = lambda now: np.array([0.5, np.nan, -0.5])
    robot.run(4.0)
    np.testing.assert_allclose(robot.position, [0.5, START[1], -0.5], atol=1e-6)
    assert robot.conduct.phase is Phase.FOLLOWING
    assert "joint index has no finite target" in robot.conduct.message
    assert robot.conduct.counts.invalid.tolist() == [0, 400, 0]


def test_an_emergency_stop_brakes_holds_and_ignores_the_stream() -> None:
    robot = Robot().activate()
    robot.until(Phase.FOLLOWING, 3.0)
    braking = robot.conduct.follower.stop()
    robot.conduct.stop("button pressed")
    robot.run(1.0)
    np.testing.assert_allclose(robot.position, braking.at(np.inf).position)
    assert robot.conduct.phase is Phase.STOPPED
    assert "button pressed" in robot.conduct.message
    robot.conduct.reset(robot.measured)
    robot.tick()
    assert robot.conduct.phase is Phase.STARTING
    robot.until(Phase.FOLLOWING, 3.0)
    assert_within(LIMITS, np.array(robot.positions))


def test_a_reset_goes_on_from_where_the_robot_was_moved_to() -> None:
    robot = Robot().activate()
    robot.run(1.0)
    robot.conduct.stop()
    robot.run(1.0)
    held = robot.position
    robot.position = held + np.array([0.0, 0.6, 0.01])
    robot.conduct.reset(robot.measured)
    np.testing.assert_allclose(robot.conduct.follower.position, held + np.array([0.0, 0.6, 0.0]))


def test_a_reset_while_braking_or_without_joint_state_is_refused() -> None:
    robot = Robot(slow=1.0).activate()
    robot.run(0.1)
    robot.conduct.stop()
    with pytest.raises(NsaError, match="still braking"):
        robot.conduct.reset(robot.measured)
    robot.run(1.0)
    with pytest.raises(NsaError, match="no joint state"):
        robot.conduct.reset(None)
    assert robot.conduct.phase is Phase.STOPPED


def test_an_emergency_stop_latches_while_inactive() -> None:
    robot = Robot()
    robot.conduct.stop()
    with pytest.raises(NsaError, match="latched; reset"):
        robot.activate()
    robot.conduct.reset(None)
    assert robot.activate().conduct.phase is Phase.STARTING


def test_deactivation_brakes_before_the_commands_end() -> None:
    robot = Robot().activate()
    robot.until(Phase.FOLLOWING, 3.0)
    robot.conduct.deactivate()
    last = robot.tick()
    while (command := robot.tick()) is not None:
        last = command
    assert last is not None
    assert last.phase is Phase.INACTIVE
    assert not last.velocity.any()
    assert_within(LIMITS, np.array(robot.positions))


def test_someone_who_blocks_the_hand_is_given_way_to() -> None:
    robot = Robot(error=0.3, error_time=0.4, hold=1.0)
    robot.stream = lambda now: np.full(3, 1.0)
    robot.activate()
    robot.stuck = np.array([np.nan, -0.2, np.nan])
    robot.until(Phase.HOLDING, 3.0)
    assert "joint index is measured at -0.20 rad, commanded to" in robot.conduct.message
    robot.run(0.9)
    assert robot.conduct.phase is Phase.HOLDING
    assert robot.position[1] == pytest.approx(-0.2, abs=1e-3)
    robot.stuck[:] = np.nan
    robot.until(Phase.FOLLOWING, 4.0)
    np.testing.assert_allclose(robot.position, np.full(3, 1.0), atol=0.06)
    assert robot.conduct.events.blocked == 1
    assert_within(LIMITS, np.array(robot.positions))


def test_a_robot_whose_drives_are_off_is_given_way_to_and_starts_again_only_after_a_reset() -> None:
    robot = Robot(error=0.4, error_time=0.4, hold=1.0)
    robot.stream = lambda now: 1.4 * np.sin(2.0 * now) * np.ones(3)
    robot.activate()
    robot.until(Phase.FOLLOWING, 3.0)
    robot.stuck = robot.position.copy()
    apart = []
    for _ in range(2000):
        robot.stuck = np.maximum(robot.stuck - 0.7 * DT, -1.5)  # sinks
        robot.tick()
        apart.append(np.abs(robot.position - robot.stuck).max() if robot.conduct.latched else 0.0)
    assert robot.conduct.phase is Phase.HOLDING
    assert robot.conduct.events.blocked == 3
    assert robot.conduct.latched
    assert max(apart[-500:]) <= 0.05
    for word in (r"is measured at -1.50 rad, commanded to", "3 such errors in a row only a reset", "drives are on"):
        assert word in robot.conduct.message
    robot.stuck[:] = np.nan
    robot.run(5.0)
    assert robot.conduct.phase is Phase.HOLDING
    robot.conduct.reset(robot.measured)
    assert not robot.conduct.latched
    robot.run(5.0)
    assert robot.conduct.phase is Phase.FOLLOWING
    assert robot.conduct.events.blocked == 3
    assert_within(LIMITS, np.array(robot.positions))


@pytest.mark.parametrize("moving", [True, False])
def test_while_it_holds_the_command_follows_a_robot_that_is_moved(moving: bool) -> None:
    robot = Robot(error=0.3, error_time=0.2, hold=5.0)
    robot.stream = lambda now: np.full(3, 1.0)
    robot.activate()
    robot.stuck = np.full(3, -0.2)
    robot.until(Phase.HOLDING, 3.0)
    for _ in range(300):
        robot.stuck += 0.3 * DT * moving + np.random.default_rng(0).normal(0.0, 1e-3, 3)
        robot.tick()
        last = np.abs(robot.position - robot.stuck).max()
    assert last <= 0.06
    assert_within(LIMITS, np.array(robot.positions))


def test_a_robot_that_comes_free_again_and_again_is_never_latched() -> None:
    robot = Robot(error=0.3, error_time=0.2, hold=0.5)
    robot.stream = lambda now: 1.2 * np.sin(1.5 * now) * np.ones(3)
    robot.activate()
    for _ in range(5):
        robot.until(Phase.FOLLOWING, 5.0)
        robot.run(5.0)
        robot.stuck = robot.position.copy()
        robot.until(Phase.HOLDING, 5.0)
        robot.stuck[:] = np.nan
    assert robot.conduct.events.blocked == 5
    assert not robot.conduct.latched
    robot.until(Phase.FOLLOWING, 5.0)


def test_a_new_activation_ends_a_latched_following_error_and_a_stop_goes_before_it() -> None:
    robot = Robot(error=0.3, error_time=0.2, hold=0.5)
    robot.stream = lambda now: 1.2 * np.sin(3.0 * now) * np.ones(3)
    robot.activate()
    robot.stuck = START.copy()
    robot.run(10.0)
    assert robot.conduct.latched
    robot.conduct.stop()
    robot.run(0.5)
    assert robot.conduct.phase is Phase.STOPPED
    robot.conduct.reset(robot.measured)
    assert robot.conduct.phase is Phase.STARTING
    robot.run(10.0)
    assert robot.conduct.latched
    robot.conduct.deactivate()
    robot.run(0.5)
    assert not robot.conduct.active
    robot.stuck[:] = np.nan
    robot.activate()
    robot.run(3.0)
    assert robot.conduct.phase is Phase.FOLLOWING


@pytest.mark.parametrize("lost", ["silent", "not finite", "missing", "of the future"])
def test_a_robot_whose_joint_states_are_stale_holds(lost: str) -> None:
    robot = Robot(measured_age=0.3).activate()
    robot.until(Phase.FOLLOWING, 3.0)
    last, begun, age = robot.now, robot.now, robot.age
    while robot.conduct.phase is Phase.FOLLOWING and robot.now < begun + 1.0:
        if lost == "silent":
            robot.age = age + robot.now + DT - last
        elif lost == "not finite":
            robot.stuck[1] = np.inf
        elif lost == "missing":
            robot.age = np.nan
        else:
            robot.age = -900.0
        robot.tick()
    assert robot.conduct.phase is Phase.HOLDING
    assert robot.now - last + age == pytest.approx(0.3, abs=0.02)
    assert "no good joint state for 0.30 s" in robot.conduct.message
    robot.run(3.0)
    assert robot.conduct.phase is Phase.HOLDING
    assert robot.conduct.events.stale == 1
    robot.age, robot.stuck[:] = 0.0, np.nan
    robot.until(Phase.FOLLOWING, 3.0)
    assert_within(LIMITS, np.array(robot.positions))


def test_a_following_error_is_seen_although_every_other_joint_state_is_not_finite() -> None:
    robot = Robot(error=0.3, error_time=0.3)
    robot.stream = lambda now: np.full(3, 1.2)
    robot.activate()
    robot.stuck[1] = -0.2
    begun = robot.now
    while robot.conduct.phase is not Phase.HOLDING and robot.now < begun + 3.0:
        robot.stuck[0] = np.nan if robot.stuck[0] == np.inf else np.inf
        robot.tick()
    assert "joint index is measured at -0.20 rad" in robot.conduct.message


@pytest.mark.parametrize("moved", [0.0, 0.45, -0.9])
def test_a_robot_that_was_moved_unseen_is_gone_to_slowly_before_it_starts_again(moved: float) -> None:
    robot = Robot(measured_age=0.3).activate()
    robot.until(Phase.FOLLOWING, 3.0)
    robot.age = np.nan
    robot.until(Phase.HOLDING, 1.0)
    robot.run(1.0)
    held = robot.position.copy()
    robot.stuck[0], robot.age = held[0] + moved, 0.0
    robot.tick()
    if moved:
        assert (
            f"joint thumb is measured at {robot.stuck[0]:.2f} rad, commanded to {held[0]:.2f}" in robot.conduct.message
        )
        while robot.conduct.phase is Phase.HOLDING:
            assert (np.abs(robot.conduct.follower.velocity) <= 0.25 * LIMITS.velocity * (1 + 1e-9)).all()
            robot.tick()
    assert robot.conduct.phase is Phase.STARTING
    np.testing.assert_allclose(robot.position[0], held[0] + moved, atol=0.06)
    robot.stuck[:] = np.nan
    robot.until(Phase.FOLLOWING, 3.0)
    assert robot.conduct.events.blocked == 0
    assert_within(LIMITS, np.array(robot.positions))


@pytest.mark.parametrize("jump", [-30.0, -0.004, np.nan])
def test_time_that_goes_backwards_changes_nothing(jump: float) -> None:
    robot = Robot().activate()
    robot.until(Phase.FOLLOWING, 3.0)
    robot.stream = lambda now: np.array([0.5, 0.1, 0.2])
    robot.run(1.0)
    command = robot.conduct.tick(robot.now + jump, None, robot.measured)
    assert command is not None
    assert command.phase is Phase.FOLLOWING
    np.testing.assert_allclose(command.position, robot.position, atol=1e-9)
    assert robot.conduct.events.backwards == 1
    robot.now += 0.0 if np.isnan(jump) else jump
    robot.run(0.2)
    assert robot.conduct.phase is Phase.FOLLOWING


def test_in_a_gap_a_coasting_robot_has_made_its_stop() -> None:
    robot = Robot(coasts=True, gap=0.025).activate()
    robot.until(Phase.FOLLOWING, 3.0)
    robot.run(0.5)
    braking = robot.conduct.follower.stop()
    command = robot.tick(later=0.2)
    assert command is not None
    assert command.phase is Phase.FOLLOWING
    assert len(robot.conduct.states) == 20
    np.testing.assert_allclose(command.position, braking.at(19 * DT).position, atol=1e-3)
    assert robot.conduct.events.gaps == 1


@pytest.mark.parametrize("later", [0.02, 0.03, 0.11, 0.4])
def test_after_a_late_tick_the_command_goes_on_as_if_in_time(later: float) -> None:
    robot = Robot(gap=0.025).activate()
    robot.until(Phase.FOLLOWING, 3.0)
    robot.run(0.5)
    assert np.abs(robot.conduct.follower.velocity).max() > 0.5
    command = robot.tick(later=later)
    assert command is not None
    assert command.phase is Phase.FOLLOWING
    assert robot.conduct.events.gaps == (later > 0.025)
    robot.run(0.5)
    assert_within(LIMITS, np.array(robot.positions))


def test_after_a_long_gap_it_goes_on_from_where_it_stands() -> None:
    robot = Robot().activate()
    robot.until(Phase.FOLLOWING, 3.0)
    robot.run(0.5)
    stood = robot.position
    command = robot.tick(later=0.6)
    assert command is not None
    np.testing.assert_allclose(command.position, stood, atol=1e-3)
    robot.run(0.5)
    assert_within(LIMITS, np.array([stood, stood, stood, *robot.positions[-51:]]))


def test_a_long_gap_finds_the_stream_lost() -> None:
    robot = Robot().activate()
    robot.until(Phase.FOLLOWING, 3.0)
    robot.now += 5.0
    robot.stream = None
    robot.tick()
    assert robot.conduct.phase is Phase.HOLDING


@settings(max_examples=10, deadline=None)
@given(calls=st.lists(st.floats(0.0, 0.024), min_size=50, max_size=100))
def test_a_coasting_robot_gets_a_command_for_every_tick_of_the_grid(calls: list[float]) -> None:
    robot = Robot(coasts=True, gap=0.025).activate()
    begin, made = robot.conduct.time, [robot.conduct.follower.position] * 3
    for later in calls:
        robot.tick(later)
        made += [state.position for state in robot.conduct.states]
        assert abs(robot.conduct.time - robot.now) <= 0.75 * DT
    assert len(made) - 3 == pytest.approx((robot.conduct.time - begin) / DT, abs=1.5)
    assert_within(LIMITS, np.array(made))


def test_a_slower_unsynchronised_stream_is_followed_smoothly() -> None:
    robot = Robot().activate()
    robot.until(Phase.FOLLOWING, 3.0)
    made = []
    for k in range(300):
        robot.now += DT
        when = robot.now - 0.004 if k % 3 else None
        target = None if when is None else Target(0.5 * np.sin(2.0 * when + np.arange(3)), when)
        command = robot.conduct.tick(robot.now, target, Measured(robot.position, 0.0))
        assert command is not None
        robot.position = command.position
        made.append(command.position - 0.5 * np.sin(2.0 * robot.now + np.arange(3)))
    assert np.abs(made[50:]).max() < 2e-3


def test_an_older_target_is_left_out() -> None:
    robot = Robot().activate()
    robot.run(0.5)
    robot.conduct.tick(robot.now, Target(np.full(3, 9.0), robot.now - 0.1), robot.measured)
    assert robot.conduct.events.late == 1
    assert not robot.conduct.counts.position.any()


@pytest.mark.parametrize("coasts", [False, True])
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_nothing_that_happens_makes_the_command_jump(coasts: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)

    def steer(position: np.ndarray, goal: np.ndarray) -> np.ndarray:
        position[:] = np.nan
        if rng.random() < 0.02:
            raise ValueError("lost")
        return goal + rng.choice([0.0, 1.0, np.nan, np.inf], p=[0.7, 0.2, 0.05, 0.05], size=3 + (rng.random() < 0.01))

    rules = Rules(hold=0.2, measured_age=0.3, error_time=0.1, gap=0.025, coasts=coasts)
    conduct = Conduct(JOINTS, LIMITS, np.zeros(3), rules, steer)
    now, position, runs = 0.0, START, []
    for _ in range(400):
        later = rng.choice(
            [DT, 0.0, 0.02, 0.03, 0.11, 0.4, 3.0, -1.0], p=[0.83, 0.02, 0.04, 0.04, 0.02, 0.02, 0.02, 0.01]
        )
        now += later
        if not conduct.active and rng.random() < 0.1:
            conduct.reset(None)
            conduct.activate(now, Measured(position, 0.0))
            runs.append([position] * 2)
        elif conduct.active and later > 0.5 and not coasts:
            runs.append([position] * 3)  # has arrived, and stands
        if rng.random() < 0.01:
            rng.choice([conduct.stop, conduct.deactivate])()
        if conduct.latched and conduct.follower.stop().duration == 0.0:
            conduct.reset(Measured(position, 0.0))
        values = rng.choice([0.0, 1.0, 9.0, np.nan, np.inf], p=[0.3, 0.4, 0.1, 0.1, 0.1], size=3) * rng.normal(size=3)
        target = Target(values, now + rng.choice([0.0, 0.005, -3.0, np.nan])) if rng.random() < 0.7 else None
        seen = position + rng.choice([0.0, 1.0, np.nan], p=[0.9, 0.05, 0.05], size=3)
        command = conduct.tick(now, target, Measured(seen, rng.choice([0.0, 1.0, -1.0])))
        if command is not None:
            position = command.position
            runs[-1] += [state.position for state in conduct.states]
    for run in runs:
        if len(run) > 6:
            assert_smooth(LIMITS, np.array(run))


def test_the_way_to_the_stream_and_to_rest_may_be_steered() -> None:
    asked = []

    def over(position: np.ndarray, goal: np.ndarray) -> np.ndarray:
        """Keeps the index above 0.5 until the wrist is past."""
        asked.append((position.copy(), goal.copy()))
        return np.where([False, position[2] > 0.1, False], np.maximum(goal, 0.7), goal)

    robot = Robot(over)
    robot.position = np.array([0.0, 0.6, 1.2])
    robot.stream = lambda now: np.array([0.3, 0.2, -0.4])
    robot.activate()
    robot.until(Phase.FOLLOWING, 5.0)
    way = np.array(robot.positions)
    assert (way[way[:, 2] > 0.1, 1] > 0.5).all()
    np.testing.assert_array_equal(asked[0][0], [0.0, 0.6, 1.2])
    np.testing.assert_array_equal(asked[0][1], [0.3, 0.2, -0.4])
    times = len(asked)
    robot.run(1.0)
    assert len(asked) == times
    robot.stream = None
    robot.until(Phase.RESTING, 4.0)
    robot.run(2.0)
    np.testing.assert_array_equal(asked[-1][1], np.zeros(3))
    np.testing.assert_allclose(robot.position, np.zeros(3), atol=1e-6)
    assert_within(LIMITS, np.array(robot.positions))


def test_joints_that_meet_the_stream_on_a_way_round_do_not_end_the_start() -> None:
    waypoints = [np.full(3, 0.8), np.full(3, -0.8)]

    def around(position: np.ndarray, goal: np.ndarray) -> np.ndarray:
        if waypoints and np.abs(position - waypoints[0]).max() < 0.02:
            waypoints.pop(0)
        return waypoints[0] if waypoints else goal

    robot = Robot(around)
    robot.position = np.array([-0.5, 0.0, -0.7])
    robot.stream = lambda now: np.array([0.3, 0.2, -0.4])
    robot.activate()
    robot.until(Phase.FOLLOWING, 10.0)
    assert waypoints == []
    np.testing.assert_allclose(robot.position, [0.3, 0.2, -0.4], atol=0.06)


def test_a_steered_joint_whose_goal_is_not_finite_holds() -> None:
    robot = Robot(lambda position, goal: np.array([goal[0], np.nan, np.inf])).activate()
    robot.run(3.0)
    assert robot.conduct.phase is Phase.STARTING
    np.testing.assert_array_equal(robot.position[1:], START[1:])
    assert robot.position[0] != START[0]


@pytest.mark.parametrize(("fails", "message"), [(True, "ValueError: no way"), (False, r"shape \(2,\) for 3 joints")])
def test_steering_that_fails_holds_and_is_tried_again(fails: bool, message: str) -> None:
    sane = False

    def steer(position: np.ndarray, goal: np.ndarray) -> np.ndarray:
        if sane:
            return goal
        if fails:
            raise ValueError("no way")
        return goal[:2]

    robot = Robot(steer, hold=0.5).activate()
    robot.tick()
    assert robot.conduct.phase is Phase.HOLDING
    assert re.search(f"no way past obstacles .*{message}.*holding", robot.conduct.message)
    robot.run(0.4)
    assert robot.conduct.phase is Phase.HOLDING
    np.testing.assert_array_equal(robot.position, START)
    robot.run(1.0)
    assert robot.conduct.events.astray == 3
    sane = True
    robot.until(Phase.FOLLOWING, 4.0)
    assert robot.conduct.message == ""


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"slow": 1.5}, "slow is 1.5"),
        ({"hold": 0.0}, "hold is 0.0"),
        ({"gap": 0.01}, "gap is 0.01 s"),
        ({"dt": np.nan}, "dt is nan"),
    ],
)
def test_rules_that_make_no_sense_are_refused(rules: dict[str, float], message: str) -> None:
    with pytest.raises(NsaError, match=message):
        Rules(**rules)  # type: ignore[arg-type]


def test_a_rest_pose_outside_the_limits_is_refused() -> None:
    with pytest.raises(NsaError, match=r"rest position of joint wrist is 2\.000"):
        Conduct(JOINTS, LIMITS, [0.0, 0.0, 2.0])
