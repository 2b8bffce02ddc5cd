"""A bag is read back, with the independent reader of the MCAP packages, as what was written."""

from pathlib import Path

import numpy as np
import pytest
from nsa_msgs.msg import SmplxFrame

from nsa_ros.body.motion import Motion
from nsa_ros.body.poses import named_pose
from nsa_ros.errors import NsaError
from nsa_ros.ros import layout
from nsa_ros.ros.bag import write_bag
from nsa_ros.ros.coordinates import joint_names, revolute_model
from nsa_ros.text.units import Unit

reader = pytest.importorskip("mcap_ros2.reader")

FPS = 24.0
UNIT = Unit("A", "letter", (0, 1), 3)


@pytest.fixture
def motion() -> Motion:
    poses = np.repeat(named_pose("neutral")[None], 3, axis=0)
    poses[:, 20] += np.linspace(0, 0.1, 3)[:, None]
    return Motion(poses, np.full((3, 10), 0.25), np.zeros((3, 3)), FPS, np.array([0, 0, -1]))


def read(path: Path, topic: str) -> list:
    return [found.ros_msg for found in reader.read_ros2_messages(str(path), topics=[topic])]


def test_joint_states_and_frames_come_back(tmp_path: Path, motion: Motion) -> None:
    path = tmp_path / "a.mcap"
    write_bag(path, motion, text="a", units=[UNIT], source="reference")
    assert [text.data for text in read(path, "/sign_text")] == ["a"]
    states, frames = read(path, "/signer/joint_states"), read(path, "/signer/smplx")
    assert len(states) == len(frames) == len(motion)
    q = np.array([state.position for state in states])
    poses, _ = revolute_model().to_motion(q[:, : len(revolute_model())])
    np.testing.assert_allclose(poses, motion.poses, atol=1e-9)
    assert list(states[0].name) == list(joint_names())
    np.testing.assert_allclose(np.diff(q, axis=0)[0] * FPS, states[0].velocity, atol=1e-9)
    np.testing.assert_allclose([layout.joined(frame) for frame in frames], motion.poses, atol=1e-6)
    assert [frame.unit for frame in frames] == ["A", "A", ""]
    assert frames[0].source == SmplxFrame.SOURCE_REFERENCE
    assert frames[1].header.stamp.nanosec == round(1e9 / FPS)


def test_the_layout_numbers_are_those_of_the_message() -> None:
    for name, number in layout.SOURCES.items():
        assert getattr(SmplxFrame, f"SOURCE_{name.upper()}") == number
    for name, number in layout.UNIT_KINDS.items():
        assert getattr(SmplxFrame, f"UNIT_{name.upper()}") == number


def test_an_empty_motion_and_a_missing_folder_are_named(tmp_path: Path, motion: Motion) -> None:
    with pytest.raises(NsaError, match="no frames"):
        write_bag(tmp_path / "a.mcap", motion[:0])
    with pytest.raises(NsaError, match="no folder"):
        write_bag(tmp_path / "none" / "a.mcap", motion)
