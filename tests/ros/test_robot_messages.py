"""Commands carry the arrays they are given; joint feedback keeps what is good and names what is not."""

import numpy as np
import pytest
from sensor_msgs.msg import JointState

from nsa_ros.ros import robot_messages as messages
from nsa_ros.ros.controllers import fault
from nsa_ros.ros.messages import stamp
from nsa_ros.ros.robot_messages import JointFeedback, StreamClock

RANDOM = np.random.default_rng(0)
NAMES = ("a", "b", "c")
TIME = stamp(1_700_000_000_123_456_789)


def test_a_trajectory_has_every_point_and_a_controller_accepts_it() -> None:
    times = np.array([0.0, 0.01, 1.25])
    positions, velocities = RANDOM.normal(size=(2, 3, 3))
    velocities[-1] = 0.0
    message = messages.joint_trajectory(NAMES, times, positions, velocities, TIME)
    assert message.header.stamp == TIME
    assert tuple(message.joint_names) == NAMES
    np.testing.assert_array_equal([point.positions for point in message.points], positions)
    np.testing.assert_array_equal([point.velocities for point in message.points], velocities)
    starts = [(point.time_from_start.sec, point.time_from_start.nanosec) for point in message.points]
    assert starts == [(0, 0), (0, 10_000_000), (1, 250_000_000)]
    assert fault(message, NAMES, now=1_700_000_000.0) == ""


def test_the_other_commands_are_in_the_given_order() -> None:
    position, velocity = RANDOM.normal(size=(2, 3))
    assert list(messages.position_command(position).data) == list(position)
    command = messages.joint_command(NAMES, position, velocity, TIME)
    assert (tuple(command.name), list(command.position), list(command.velocity)) == (
        NAMES,
        list(position),
        list(velocity),
    )
    assert command.header.stamp == TIME


def state(**positions: float) -> JointState:
    return JointState(name=list(positions), position=list(positions.values()))


def test_feedback_is_joined_from_parts_in_any_order_and_ignores_other_joints() -> None:
    feedback = JointFeedback(NAMES)
    assert feedback.fault(0.0, 0.5) == "no joint state has been received"
    assert feedback.age(0.0) == np.inf
    feedback.update(state(c=3.0, elbow=9.0), 0.0)
    assert feedback.fault(0.0, 0.5) == "joint states missing: a, b"
    assert np.isnan(feedback.positions[:2]).all()
    feedback.update(state(b=2.0, a=1.0), 0.1)
    np.testing.assert_array_equal(feedback.positions, [1.0, 2.0, 3.0])
    assert feedback.fault(0.1, 0.5) == ""
    assert feedback.age(0.3) == pytest.approx(0.3)


def test_what_is_not_finite_is_named_and_forgiven_when_it_is_again() -> None:
    feedback = JointFeedback(NAMES)
    feedback.update(state(a=1.5, b=np.nan, c=np.inf), 0.1)
    assert feedback.fault(0.1, 0.5) == "joint states not finite: b, c"
    feedback.update(state(b=2.5, c=3.5), 0.2)
    assert feedback.fault(0.2, 0.5) == ""


def test_what_is_old_is_named_until_it_is_new_again() -> None:
    feedback = JointFeedback(NAMES)
    feedback.update(state(a=1.0, b=2.0, c=3.0), 0.0)
    feedback.update(state(a=1.0, c=3.0), 0.6)
    assert feedback.fault(0.7, 0.5) == "joint states older than 0.5 s: b"
    feedback.clear()
    assert not feedback.heard


def test_a_message_with_fewer_positions_than_names_gives_those_it_has() -> None:
    feedback = JointFeedback(NAMES)
    feedback.update(JointState(name=["a", "b", "c"], position=[1.0]), 0.0)
    assert feedback.fault(0.0, 0.5) == "joint states missing: b, c"


def test_many_names_are_shortened() -> None:
    names = tuple(f"joint_{i}" for i in range(10))
    feedback = JointFeedback(names)
    feedback.update(state(joint_9=0.0), 0.0)
    assert feedback.fault(0.0, 0.5) == "joint states missing: joint_0, joint_1, joint_2, joint_3 and 5 more"


def test_the_time_of_a_pose_is_regular_whatever_the_clock_of_the_signer_and_the_delay_of_the_network() -> None:
    for offset in (0.0, 1e9, -3.0):
        clock, delays = StreamClock(), RANDOM.uniform(0.0, 0.02, 100)
        stamps = 100.0 + 0.01 * np.arange(100)
        times = [clock.time(stamp + offset, stamp + delay) for stamp, delay in zip(stamps, delays, strict=True)]
        np.testing.assert_allclose(np.diff(times), 0.01, atol=1e-6)
        assert np.abs(times - stamps).max() < 0.03


def test_a_jump_of_the_clock_is_followed_and_a_pose_without_a_stamp_is_of_now() -> None:
    clock = StreamClock()
    assert clock.time(5.0, 105.0) == 105.0
    assert clock.time(1.0, 105.01) == pytest.approx(105.01)
    assert clock.time(0.0, 105.02) == 105.02


def test_a_measurement_of_a_time_to_come_is_as_good_as_none() -> None:
    feedback = JointFeedback(NAMES)
    feedback.update(state(a=1.0, b=2.0, c=3.0), 1000.0)
    assert feedback.age(1000.0) == 0.0
    assert feedback.age(999.95) == 0.0, "another thread has just taken it"
    assert feedback.age(10.0) == np.inf
    assert "of a time to come: a, b, c" in feedback.fault(10.0, 0.5)
