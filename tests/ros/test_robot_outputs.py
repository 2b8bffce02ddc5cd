"""The other commands of a robot's node, and what its parameters change."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from harness import wait_for
from nsa_msgs.msg import RobotStatus, SmplxFrame
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from robot_rig import Rig, assert_within_limits, following, started, waving
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool

from nsa_ros.ros import qos
from nsa_ros.ros.messages import stamp
from nsa_ros.ros.node_clock import SteadyTime
from nsa_ros.ros.spinning import Spinning

FOLLOWING, INACTIVE = RobotStatus.FOLLOWING, RobotStatus.INACTIVE


def test_positions_are_commanded_too_and_it_activates_itself_once_when_told_to(tmp_path: Path) -> None:
    with started(tmp_path, output="position", active=True) as made:
        made.poses = waving
        made.wait(FOLLOWING)
        wait_for(lambda: np.ptp(made.references()[1], axis=0).max() > 0.3, 5.0, "it does not move")
        assert made.activate(False).success
        made.wait(INACTIVE)
        before = len(made.heard)
        wait_for(lambda: len(made.heard) > before + 1, 5.0, "no status")
        assert made.heard[-1].state == INACTIVE
        assert_within_limits(made)


def test_joint_states_are_commanded_too_and_a_topic_may_be_shared_on_purpose(tmp_path: Path) -> None:
    with started(tmp_path, output="joint_state", share_topic=True) as made:
        made.client.create_publisher(JointState, "tiny_controller/joint_commands", 10)
        wait_for(lambda: made.node.count_publishers("tiny_controller/joint_commands") == 2, 5.0, "not seen")
        made.wait(INACTIVE)
        wait_for(lambda: "joint state" not in made.heard[-1].message, 5.0, "no joint state")
        following(made)
        wait_for(lambda: np.ptp(made.references()[1], axis=0).max() > 0.3, 5.0, "it does not move")
        assert_within_limits(made)


def test_it_keeps_the_time_of_a_simulation_and_bears_its_reset(tmp_path: Path) -> None:
    with started(tmp_path, output="position", use_sim_time=True) as made:
        clock = made.client.create_publisher(Clock, "/clock", 10)
        now = [5_000_000_000]

        def pass_time() -> None:
            while not ended.wait(0.005):
                now[0] += 10_000_000
                clock.publish(Clock(clock=stamp(now[0])))

        ended = threading.Event()
        passing = threading.Thread(target=pass_time)
        passing.start()
        try:
            made.wait(INACTIVE)
            wait_for(lambda: made.heard[-1].joint_state_age >= 0.0, 5.0, "no joint state")
            following(made)
            reset = len(made.mock.references)
            now[0] = 0
            wait_for(lambda: made.heard[-1].header.stamp.sec < 3, 5.0, "its clock was not reset")
            made.wait(FOLLOWING)
            wait_for(lambda: now[0] > 400_000_000, 10.0, "time stands still")
            assert made.activate(False).success
        finally:
            ended.set()
            passing.join()
        _, rows = made.references()
        assert np.ptp(rows[reset:], axis=0).max() > 0.1, "it no longer follows"
        assert_within_limits(made)


@contextmanager
def told_by_controller(made: Rig, joints: list[str], answers: bool = True) -> Iterator[None]:
    """A node as a controller of ros2_control is, with its joints as a parameter."""
    node = Node("tiny_controller", context=made.client.context)
    node.declare_parameter("joints", joints)
    spinning = Spinning(SingleThreadedExecutor(context=made.client.context), node) if answers else None
    try:
        yield
    finally:
        if spinning is not None:
            spinning.close()
        node.destroy_node()


@pytest.mark.parametrize(("turned", "success"), [(True, False), (False, True)])
def test_a_controller_with_another_order_of_joints_is_not_commanded(
    tmp_path: Path, turned: bool, success: bool
) -> None:
    with started(tmp_path, output="position") as made:
        (controller,) = made.robot.controllers
        told = list(controller.joints)[:: -1 if turned else 1]
        with told_by_controller(made, told):
            made.wait(INACTIVE)
            order = made.node._order
            wait_for(lambda: not order.unknown, 5.0, "the controller is not asked")
            answer = made.activate()
        assert answer.success is success
        if turned:
            assert f"order {', '.join(told)}" in answer.message
            assert str(made.robot.file) in answer.message


def test_a_controller_that_does_not_answer_is_waited_for_only_a_while(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with started(tmp_path, output="position", active=True) as made:
        made.wait(INACTIVE)
        order = made.node._order
        with told_by_controller(made, list(made.robot.joints), answers=False):
            wait_for(lambda: order.waiting, 5.0, "the controller is not asked")
            made.poses = waving
            made.wait(FOLLOWING)
    assert "tiny_controller did not tell the order of its joints" in capfd.readouterr().err


def test_an_emergency_stop_uses_up_the_activation_by_itself(tmp_path: Path) -> None:
    with started(tmp_path, active=True) as made:
        made.mock.muted = True
        made.node._stop()
        made.mock.muted = False
        made.wait(RobotStatus.STOPPED)
        assert made.trigger("reset").success
        made.wait(INACTIVE)
        time.sleep(1.2)
        assert made.heard[-1].state == INACTIVE


def test_an_emergency_stop_is_heard_from_whoever_sends_it(tmp_path: Path) -> None:
    with started(tmp_path) as made:
        made.wait(INACTIVE)
        stop = made.client.create_publisher(Bool, "tiny/estop", qos.NEWEST)
        wait_for(stop.get_subscription_count, 5.0, "nobody listens to the e-stop")
        stop.publish(Bool(data=True))
        made.wait(RobotStatus.STOPPED)


def test_a_second_signer_on_the_stream_is_told(tmp_path: Path) -> None:
    with started(tmp_path) as made:
        made.wait(INACTIVE)
        made.client.create_publisher(SmplxFrame, "signer/smplx", qos.STREAM)
        made.wait(INACTIVE, word="end all but one")


class Stepping:
    """A node whose clock is set."""

    def __init__(self) -> None:
        self.steady, self.ros = 100.0, 1e9

    def get_clock(self) -> Any:
        return SimpleNamespace(now=lambda: SimpleNamespace(nanoseconds=self.ros * 1e9))

    def get_parameter(self, name: str) -> Any:
        return SimpleNamespace(value=False)


def test_time_for_what_moves_does_not_jump_when_the_clock_is_set() -> None:
    machine = Stepping()
    clock = SteadyTime(machine, lambda: machine.steady)  # type: ignore[arg-type]
    assert clock.ahead() == pytest.approx(1e9 - 100.0)
    for _ in range(100):
        machine.steady += 0.01
        machine.ros += 0.010005
        clock.ahead()
    assert clock.ahead() == pytest.approx(machine.ros - machine.steady, abs=1e-3)
    before = clock.now()
    machine.ros += 3.0
    assert clock.now() == before
    assert clock.ahead() == pytest.approx(machine.ros - machine.steady)
