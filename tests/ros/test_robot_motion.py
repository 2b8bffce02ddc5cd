"""The motion of a robot and the messages of it, played to the mock controllers in time that is made up."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mock_controller import Strict
from robot_rig import fist, quick_hand, waving
from sensor_msgs.msg import JointState

from nsa_ros.errors import NsaError
from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.motion.command import Phase
from nsa_ros.ros.command_topics import message
from nsa_ros.ros.parameters import RobotParameters
from nsa_ros.ros.robot_motion import RobotMotion

RANDOM = np.random.default_rng(0)
DT = 0.01
UPDATE = 0.005
"""Period of the controller [s]."""


class Play:
    """A robot's motion, a controller, and joints that do as it says, from one tick to the next.

    Attributes:
        rows: what the controller wrote to the hardware at each of its updates. Shape (k, n).
    """

    def __init__(self, folder: Path, kind: str = "joint_trajectory", epoch: float = 1.7e9, **parameters: Any) -> None:
        self.robot = load_robot(quick_hand(folder))
        self.motion = RobotMotion(self.robot, RobotParameters(**parameters), {kind})
        (controller,) = self.robot.controllers
        self.kind, self.joints, self.rows_of = kind, controller.joints, self.robot.indices(controller.joints)
        self.position = self.robot.rest.copy()
        self.controller = Strict(kind, self.joints, self.position[self.rows_of])
        self.now, self.rows, self.phases = epoch, [], []
        self.poses: Any = None
        self.delay = 0.0
        self._begun = epoch
        self._mail: list[tuple[float, Any]] = []

    def measure(self) -> None:
        """The joint state of now."""
        self.motion.feedback.update(JointState(name=self.robot.joints, position=self.position), self.now)

    def run(self, duration: float, ticking: bool = True) -> Phase:
        """Let time pass; what the robot is then doing."""
        end = self.now + duration
        while self.now < end - 1e-9:
            if ticking:
                self.measure()
                if self.poses is not None:
                    self.motion.follow(self.poses(self.now - self._begun), self.now, self.now)
                made = self.motion.tick(self.now)
                if made is not None:
                    sent = message(self.kind, self.joints, self.rows_of, *made, self.now + DT)
                    self._mail.append((self.now + self.delay, sent))
                self.phases.append(self.motion.phase)
            for at in self.now + UPDATE * np.arange(round(DT / UPDATE)):
                while self._mail and self._mail[0][0] <= at + 1e-9:
                    self.controller.receive(self._mail.pop(0)[1], at)
                written = self.controller.update(at, UPDATE)
                self.position[self.rows_of] = written
                self.rows.append(self.position.copy())
            self.now += DT
        return self.motion.phase

    def activate(self) -> None:
        self.measure()
        self.motion.activate(self.now)

    def assert_smooth(self, least: float = 0.3) -> None:
        """Nothing was rejected; no limit was left, velocity and acceleration included."""
        assert self.controller.rejected == []
        q, limits = np.array(self.rows), self.robot.limits
        assert np.ptp(q, axis=0).max() > least
        assert (q >= limits.lower - 1e-4).all()
        assert (q <= limits.upper + 1e-4).all()
        velocity = np.diff(q, axis=0) / UPDATE
        assert (np.abs(velocity) <= 1.01 * limits.velocity + 1e-3).all()
        assert (np.abs(np.diff(velocity, axis=0)) / UPDATE <= 1.2 * limits.acceleration).all()


def test_a_stream_is_followed_from_start_to_end_without_a_jump_or_a_rejection(tmp_path: Path) -> None:
    play = Play(tmp_path)
    play.poses = waving
    assert play.run(0.2) is Phase.INACTIVE
    assert play.controller.accepted == 0
    play.activate()
    assert play.run(0.1) is Phase.STARTING
    assert play.run(2.5) is Phase.FOLLOWING
    play.poses = None
    assert play.run(0.5) is Phase.HOLDING
    assert play.run(4.0) is Phase.RESTING
    np.testing.assert_allclose(play.position, play.robot.rest, atol=1e-4)
    play.poses = waving
    assert play.run(0.1) is Phase.STARTING
    assert play.run(2.5) is Phase.FOLLOWING
    play.motion.deactivate()
    assert play.run(0.5) is Phase.INACTIVE
    play.assert_smooth()


@pytest.mark.parametrize("delay", [0.004, 0.018])
def test_messages_may_be_late_by_less_than_the_lead(tmp_path: Path, delay: float) -> None:
    play = Play(tmp_path)
    play.poses, play.delay = waving, delay
    play.activate()
    play.run(2.5)
    play.assert_smooth()


def test_poses_that_jump_wildly_and_are_not_finite_are_followed_within_limits(tmp_path: Path) -> None:
    play = Play(tmp_path)

    def wild(t: float) -> Any:
        poses = fist(RANDOM.uniform(-3.0, 4.0))
        if RANDOM.random() < 0.2:
            poses[RANDOM.integers(55)] = RANDOM.choice([np.nan, np.inf, 1e6])
        return poses

    play.poses = wild
    play.activate()
    play.run(2.5)
    play.assert_smooth()
    assert play.motion.unusable > 20


def test_a_sender_that_dies_leaves_the_robot_braking_within_limits_and_one_that_hangs_goes_on_from_there(
    tmp_path: Path,
) -> None:
    play = Play(tmp_path)
    play.poses = waving
    play.activate()
    play.run(2.5)
    for pause in (0.03, 0.15, 1.2):
        play.run(pause, ticking=False)
        play.run(1.0)
    assert play.motion.conduct.events.gaps == 3
    play.run(3.0, ticking=False)
    play.assert_smooth()
    assert not np.diff(play.rows[-100:], axis=0).any()


def test_an_emergency_stop_brakes_at_once_holds_and_must_be_reset(tmp_path: Path) -> None:
    play = Play(tmp_path)
    play.poses = waving
    play.activate()
    play.run(2.5)
    play.motion.stop()
    assert play.run(0.4) is Phase.STOPPED
    standing = play.position.copy()
    play.run(1.0)
    np.testing.assert_array_equal(play.position, standing)
    play.motion.deactivate()
    play.run(0.1)
    with pytest.raises(NsaError, match="reset"):
        play.activate()
    play.motion.reset()
    play.activate()
    assert play.run(0.1) is Phase.STARTING
    play.run(4.0)
    play.assert_smooth()


def test_the_clock_may_be_set_back_without_a_jolt(tmp_path: Path) -> None:
    play = Play(tmp_path, kind="position")
    play.poses = waving
    play.activate()
    play.run(2.5)
    play.now -= 1e6
    play.poses = lambda t: waving(2.5)
    play.run(1.0)
    play.run(3.0)
    assert play.motion.conduct.events.backwards == 1
    q = np.array(play.rows)[:: round(DT / UPDATE)]
    assert (np.abs(np.diff(q, axis=0)) <= 1.01 * play.robot.limits.velocity * DT).all()
    assert play.controller.rejected == []


def test_giving_up_needs_no_ticks(tmp_path: Path) -> None:
    play = Play(tmp_path)
    play.poses = waving
    play.activate()
    play.run(2.5)
    play.motion.give_up(play.now)
    assert play.motion.phase is Phase.INACTIVE
    assert not play.motion.conduct.follower.velocity.any()
    play.activate()
    assert play.run(0.1) in (Phase.STARTING, Phase.FOLLOWING)


def test_speed_scales_the_velocity_limits(tmp_path: Path) -> None:
    play = Play(tmp_path, speed=0.05)
    play.poses = waving
    play.activate()
    play.run(14.0)
    velocity = np.abs(np.diff(np.array(play.rows), axis=0)).max(axis=0) / UPDATE
    assert (velocity <= 0.0505 * play.robot.limits.velocity).all()
    assert (velocity > 0.02 * play.robot.limits.velocity).any()


@pytest.mark.parametrize(
    ("side", "dominant", "moves"),
    [("right", "robot", True), ("left", "robot", True), ("left", "right", False), ("right", "left", False)],
)
def test_a_left_hand_alone_signs_as_a_left_handed_signer(tmp_path: Path, side: str, dominant: str, moves: bool) -> None:
    robot = load_robot("nsa_hand" if side == "right" else "nsa_hand_left")
    motion = RobotMotion(robot, RobotParameters(dominant=dominant, assume_rest=True), {"position"})
    motion.activate(0.0)
    for tick in range(1, 300):
        motion.follow(fist(1.0), tick * DT, tick * DT)
        motion.tick(tick * DT)
    still = motion.conduct.follower.position.copy()
    for tick in range(300, 600):
        motion.follow(fist(0.0), tick * DT, tick * DT)
        motion.tick(tick * DT)
    assert bool(np.abs(motion.conduct.follower.position - still).max() > 0.5) is moves


def test_a_pose_from_before_the_activation_is_not_followed(tmp_path: Path) -> None:
    play = Play(tmp_path)
    play.measure()
    play.motion.follow(fist(1.0), play.now, play.now)
    play.now += 300.0
    play.measure()
    play.motion.activate(play.now)
    play.run(0.3)
    assert Phase.FOLLOWING not in play.phases
    assert play.position == pytest.approx(play.robot.rest)


def test_a_pose_that_cannot_be_retargeted_leaves_the_robot_commanded_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = Play(tmp_path, "position")
    play.measure()
    play.motion.activate(play.now)
    play.poses = waving
    assert play.run(2.0) is Phase.FOLLOWING
    retarget = play.motion._retarget

    def broken(poses: Any, measured: Any) -> Any:
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(play.motion, "_retarget", broken)
    assert play.run(1.0) is Phase.HOLDING
    assert "LinAlgError: Singular matrix" in play.motion.failure
    assert play.motion.failures > 50
    velocity = np.diff(np.array(play.rows)[-20:], axis=0)
    assert np.abs(velocity).max() == pytest.approx(0.0, abs=1e-9), "it stands"
    monkeypatch.setattr(play.motion, "_retarget", retarget)
    assert play.run(2.0) is Phase.FOLLOWING
    assert play.motion.failure == ""


def test_a_joint_of_the_signer_that_is_not_finite_stays_and_the_rest_goes_on(tmp_path: Path) -> None:
    def no_jaw(t: float) -> Any:
        poses = waving(t)
        poses[22] = np.nan
        return poses

    play = Play(tmp_path)
    play.measure()
    play.motion.activate(play.now)
    play.poses = no_jaw
    assert play.run(3.0) is Phase.FOLLOWING
    assert play.motion.unusable == play.motion.poses
    assert np.ptp(np.array(play.rows), axis=0).max() > 0.3
