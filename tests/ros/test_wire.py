"""What goes out as bytes is the message that the builders make."""

import numpy as np
import pytest
from nsa_msgs.msg import SmplxFrame
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import JointState

from nsa_ros.ros import messages
from nsa_ros.ros.coordinates import joint_names
from nsa_ros.ros.wire import JointStateWire, SmplxFrameWire, Wire
from nsa_ros.text.units import Unit

RANDOM = np.random.default_rng(0)
TIMES = [1_700_000_000_123_456_789, 7, 2_000_000_000_000_000_000]


def test_joint_states_are_those_of_the_builder() -> None:
    names = list(joint_names())
    wire = JointStateWire(names)
    for time in TIMES:
        position, velocity = RANDOM.normal(size=(2, len(names)))
        built = messages.joint_state(names, position, velocity, messages.stamp(time))
        sent = wire.fill(position, velocity, time)
        assert deserialize_message(sent, JointState) == built
        assert len(sent) == len(serialize_message(built))


@pytest.mark.parametrize(
    ("source", "unit", "index"),
    [
        ("rest", None, -1),
        ("model", Unit("A", "letter", (3, 4), 5), 2),
        ("reference", Unit("THANK-YOU", "sign", (0, 9), 20), 0),
        ("model", Unit("CAFÉ…", "sign", (0, 4), 20), 70_000),
        ("transition", None, 3),
    ],
)
def test_smplx_frames_are_those_of_the_builder(source: str, unit: Unit | None, index: int) -> None:
    wire = SmplxFrameWire(source, unit, index)
    for time, utterance, frame in zip(TIMES, (0, 1, 2**31 - 1), (-1, 0, 12), strict=True):
        pose = RANDOM.normal(size=(55, 3)), RANDOM.normal(size=10), RANDOM.normal(size=3)
        built = messages.smplx_frame(*pose, messages.stamp(time))
        messages.label(built, source, utterance, frame, unit, index)
        sent = wire.fill(*pose, time, utterance, frame)
        assert repr(deserialize_message(sent, SmplxFrame)) == repr(built)
        assert len(sent) == len(serialize_message(built))


def test_a_place_that_is_not_there_or_not_alone_is_refused() -> None:
    wire = Wire(messages.joint_state(("a", "b"), np.array([1.5, 2.5]), np.array([1.5, 2.5]), messages.stamp(0)))
    for values in (np.array([1.5, 2.5]), np.array([9.5])):
        with pytest.raises(ValueError, match="times in the message"):
            wire.find(values)
