"""The controllers reject what those of ros2_control reject, and move as they do: else they would prove nothing."""

from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray

from nsa_ros.ros.controllers import JointCommandDriver, PositionController, TrajectoryController, fault
from nsa_ros.ros.messages import stamp
from nsa_ros.ros.robot_messages import joint_trajectory

NAMES = ("a", "b")
ZERO = np.zeros(2)


def trajectory(
    times: Any = (0.1, 0.2), positions: Any = None, velocities: Any = None, start: float = 0.0, names: Any = NAMES
) -> Any:
    k = len(times)
    positions = np.ones((k, 2)) if positions is None else np.asarray(positions, float)
    velocities = np.zeros((k, 2)) if velocities is None else np.asarray(velocities, float)
    return joint_trajectory(names, np.array(times), positions, velocities, stamp(round(start * 1e9)))


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (trajectory(names=("a", "c")), "incoming joint c doesn't match"),
        (trajectory(names=("a",)), "don't match the controller joints"),
        (trajectory(names=("a", "a")), "twice"),
        (trajectory(times=(), positions=np.zeros((0, 2)), velocities=np.zeros((0, 2))), "empty trajectory"),
        (trajectory(times=(0.1, 0.1)), "not strictly increasing"),
        (trajectory(times=(0.2, 0.1)), "not strictly increasing"),
        (trajectory(velocities=[[0, 0], [0, 0.1]]), "velocity of last trajectory point is not zero"),
        (trajectory(start=9.0), "ends in the past"),
        (trajectory(positions=np.ones((2, 3))), "mismatch between joint_names"),
    ],
)
def test_a_trajectory_against_the_rules_is_rejected(message: Any, reason: str) -> None:
    controller = TrajectoryController(NAMES, ZERO)
    assert reason in controller.receive(message, 10.0)
    assert not controller.update(10.0, 0.01).any()


def test_a_trajectory_that_has_begun_is_no_fault() -> None:
    assert fault(trajectory(start=9.9), NAMES, 10.0) == ""


def test_joints_are_taken_by_name() -> None:
    controller = TrajectoryController(NAMES, ZERO)
    controller.receive(trajectory(names=("b", "a"), times=(0.1,), positions=[[1.0, 2.0]]), 0.0)
    assert list(controller.update(1.0, 0.01)) == [2.0, 1.0]


def test_the_spline_passes_its_points_with_their_velocities() -> None:
    controller = TrajectoryController(NAMES, ZERO)
    controller.receive(trajectory((1.0, 2.0), [[1, 0], [2, 0]], [[0.5, 0], [0, 0]], start=10.0), 10.0)
    rows = np.array([controller.update(t, 0.001) for t in np.arange(10.0, 12.5, 0.001)])
    assert np.abs(np.diff(rows[:, 0])).max() < 0.002
    assert rows[999, 0] == pytest.approx(1.0)
    assert (rows[1000, 0] - rows[998, 0]) / 0.002 == pytest.approx(0.5, abs=0.005)
    assert rows[-1, 0] == 2.0


def test_a_new_trajectory_replaces_the_old_from_the_desired_state() -> None:
    controller = TrajectoryController(NAMES, ZERO)
    controller.receive(trajectory((1.0,), [[1, 1]], start=10.0), 10.0)
    for t in np.arange(10.0, 10.5, 0.01):
        held = controller.update(t, 0.01)
    assert held[0] == pytest.approx(0.5, abs=1e-6)
    controller.receive(trajectory((100.0,), [[1, 1]], start=10.5), 10.5)
    assert controller.update(10.5, 0.0)[0] == pytest.approx(0.5 + 1.5 * 0.01, abs=2e-4)


def test_position_commands_are_checked_for_size_and_for_finite_values() -> None:
    controller = PositionController(NAMES, ZERO)
    assert "size (3)" in controller.receive(Float64MultiArray(data=[1.0, 2.0, 3.0]), 0.0)
    assert "non-finite" in controller.receive(Float64MultiArray(data=[1.0, float("nan")]), 0.0)
    assert not controller.update(0.0, 0.01).any()
    assert controller.receive(Float64MultiArray(data=[1.0, 2.0]), 0.0) == ""
    assert list(controller.update(0.0, 0.01)) == [1.0, 2.0]


def test_joint_commands_are_taken_by_name() -> None:
    driver = JointCommandDriver(NAMES, ZERO)
    for names, positions in ((["a", "c"], [1.0, 2.0]), (["a"], [1.0]), (["a", "b"], [1.0]), (["a", "b"], [])):
        assert "not those of the driver" in driver.receive(JointState(name=names, position=positions), 0.0)
    assert driver.receive(JointState(name=["b", "a"], position=[1.0, 2.0]), 0.0) == ""
    assert list(driver.update(0.0, 0.01)) == [2.0, 1.0]
