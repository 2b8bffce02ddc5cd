"""A robot's node against controllers that keep the rules of ros2_controllers, and against all that can go wrong."""

import time
from collections.abc import Iterator

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from harness import wait_for
from nsa_msgs.msg import RobotStatus
from robot_rig import Rig, assert_within_limits, fist, following, started, waving
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

FOLLOWING, HOLDING, RESTING = RobotStatus.FOLLOWING, RobotStatus.HOLDING, RobotStatus.RESTING
INACTIVE, STOPPED = RobotStatus.INACTIVE, RobotStatus.STOPPED


TOPIC = "tiny_controller/joint_trajectory"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with started(tmp_path_factory.mktemp("tiny"), rest_after=0.3) as made:
        made.wait(INACTIVE)
        yield made


@pytest.fixture
def rig(shared: Rig) -> Rig:
    """The module's rig: inactive, the joints measured, the signer silent."""
    shared.calm()
    return shared


def test_nothing_is_commanded_before_it_is_activated_and_after_it_is_deactivated(rig: Rig) -> None:
    rig.poses = waving
    wait_for(lambda: rig.status.stream_age >= 0.0, 5.0, "no stream")
    before = rig.mock.accepted
    time.sleep(0.2)
    assert rig.mock.accepted == before
    following(rig)
    wait_for(lambda: rig.mock.accepted > before + 60, 10.0, "no commands")
    assert list(rig.heard[-1].command_topics) == [f"/{TOPIC}"]
    assert rig.activate(False).success
    rig.wait(INACTIVE)
    time.sleep(0.1)
    accepted = rig.mock.accepted
    time.sleep(0.2)
    assert rig.mock.accepted == accepted
    assert_within_limits(rig)


def test_an_emergency_stop_holds_until_it_is_reset_and_a_false_on_its_topic_does_nothing(
    rig: Rig,
) -> None:
    following(rig)
    rig.press(stop=True)
    rig.wait(STOPPED, word="reset")
    rig.press(stop=False)
    wait_for(lambda: not np.diff(rig.references()[1][-50:], axis=0).any(), 3.0, "it does not stand")
    assert rig.heard[-1].state == STOPPED
    assert rig.trigger("reset").success
    rig.wait(INACTIVE)
    assert rig.trigger("estop").success
    rig.wait(STOPPED)
    refused = rig.activate()
    assert not refused.success
    assert "reset" in refused.message
    assert rig.trigger("reset").success
    assert rig.activate().success
    rig.wait(FOLLOWING)


def test_a_lost_stream_takes_it_to_rest_and_a_stream_that_is_back_takes_it_on(rig: Rig) -> None:
    rig.poses = lambda t: fist(1.0)
    assert rig.activate().success
    rig.wait(FOLLOWING)
    rig.poses = None
    rig.wait(HOLDING)
    rig.wait(RESTING)
    wait_for(lambda: np.abs(rig.mock.position - rig.robot.rest).max() < 1e-2, 10.0, "it is not at rest")
    rig.poses = lambda t: fist(1.0)
    rig.wait(FOLLOWING)


def test_poses_that_are_not_finite_are_as_good_as_none(rig: Rig) -> None:
    rig.poses = lambda t: np.full((55, 3), np.nan)
    assert rig.activate().success
    rig.wait(HOLDING, word="no target")
    rig.poses = waving
    rig.wait(FOLLOWING)


@pytest.mark.parametrize(
    ("fault", "word"), [("stale", "older than 0.5 s"), ("nan", "not finite: t_turn"), ("part", "t_turn")]
)
def test_a_joint_state_that_fails_makes_it_hold_and_says_which_joint(rig: Rig, fault: str, word: str) -> None:
    following(rig)

    def spoil(message: JointState) -> None:
        where = list(message.name).index("t_turn")
        if fault == "nan":
            message.position[where] = np.nan
        else:
            message.name, message.position = message.name[:where], message.position[:where]

    if fault == "stale":
        rig.mock.muted = True
    else:
        rig.mock.disturb = spoil
    rig.wait(HOLDING, word=word)
    rig.mock.muted, rig.mock.disturb = False, lambda message: None
    rig.wait(FOLLOWING)


def test_it_is_not_activated_without_the_whole_joint_state(rig: Rig) -> None:
    accepted, rig.mock.muted = rig.mock.accepted, True
    rig.wait(INACTIVE, word="older than 0.5 s: ")
    refused = rig.activate()
    assert not refused.success
    assert "joint state" in refused.message
    assert rig.mock.accepted == accepted


def test_a_topic_that_another_node_commands_is_refused_and_one_that_comes_later_ends_it(
    rig: Rig,
) -> None:
    rig.poses = waving
    other = rig.client.create_publisher(JointTrajectory, TOPIC, 10)
    wait_for(lambda: rig.node.count_publishers(TOPIC) == 2, 5.0, "the other publisher is not seen")
    refused = rig.activate()
    assert not refused.success
    assert f"/rig publishes on /{TOPIC}" in refused.message
    rig.client.destroy_publisher(other)
    wait_for(lambda: rig.node.count_publishers(TOPIC) == 1, 5.0, "the other publisher is still seen")
    assert rig.activate().success
    rig.wait(FOLLOWING)
    other = rig.client.create_publisher(JointTrajectory, TOPIC, 10)
    rig.wait(INACTIVE, word=f"/rig publishes on /{TOPIC}")
    accepted = rig.mock.accepted
    assert not rig.activate().success
    assert rig.mock.accepted == accepted
    rig.client.destroy_publisher(other)
    wait_for(lambda: rig.node.count_publishers(TOPIC) == 1, 5.0, "the other publisher is still seen")


def test_a_signer_faster_than_the_robot_is_warned_of_and_all_is_in_the_diagnostics(rig: Rig) -> None:
    rig.poses = waving
    told: list[DiagnosticArray] = []
    rig.client.create_subscription(DiagnosticArray, "/diagnostics", told.append, 10)
    rig.sign_at(1.0)
    rig.wait(INACTIVE, word="above this robot's tempo 0.5")
    rig.sign_at(0.5)
    assert rig.activate().success
    rig.wait(FOLLOWING)
    wait_for(lambda: "tempo" not in rig.heard[-1].message, 5.0, "still warned of")

    def values() -> dict[str, str]:
        return {pair.key: pair.value for pair in told[-1].status[0].values} if told else {}

    wait_for(lambda: values().get("state") == "following", 5.0, "not in the diagnostics")
    assert told[-1].status[0].name == "/tiny: tiny"
    assert float(values()["commands [Hz]"]) > 0.0
    assert float(values()["retargeting p99 [ms]"]) > 0.0
    assert {"stream age [s]", "joint state age [s]", "skipped ticks", "event lost"} <= values().keys()
