"""Messages carry the values they are given, in the order and units they promise."""

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from nsa_msgs.msg import SignerStatus, SmplxFrame
from visualization_msgs.msg import Marker

from nsa_ros.body.skeleton import INDEX
from nsa_ros.ros import messages
from nsa_ros.text.units import Unit

RANDOM = np.random.default_rng(0)
TIME = messages.stamp(1_700_000_000_123_456_789)


def test_stamp_keeps_every_nanosecond() -> None:
    assert (TIME.sec, TIME.nanosec) == (1_700_000_000, 123_456_789)


def test_joint_state_arrays_are_aligned_and_filled() -> None:
    names = ("a", "b", "c")
    message = messages.joint_state(names, np.array([1.0, 2.0, 3.0]), np.array([-1.0, 0.0, 1.0]), TIME)
    assert list(message.name) == list(names)
    assert list(message.position) == [1.0, 2.0, 3.0]
    assert list(message.velocity) == [-1.0, 0.0, 1.0]
    assert len(message.effort) == 0
    assert message.header.stamp == TIME


def test_joint_state_takes_a_column_of_a_larger_array() -> None:
    table = RANDOM.normal(size=(4, 2))
    message = messages.joint_state(("a", "b", "c", "d"), table[:, 1], table[:, 0], TIME)
    assert list(message.position) == list(table[:, 1])


def test_smplx_frame_and_back() -> None:
    poses, expression, transl = RANDOM.normal(size=(55, 3)), RANDOM.normal(size=10), RANDOM.normal(size=3)
    message = messages.smplx_frame(poses, expression, transl, TIME)
    for there, back in zip((poses, expression, transl), messages.poses_of(message), strict=True):
        np.testing.assert_allclose(back, there, rtol=1e-6)


@pytest.mark.parametrize(
    ("field", "joint", "row"),
    [
        ("global_orient", "pelvis", 0),
        ("body_pose", "left_hip", 0),
        ("body_pose", "right_wrist", 20),
        ("jaw_pose", "jaw", 0),
        ("leye_pose", "left_eye_smplhf", 0),
        ("reye_pose", "right_eye_smplhf", 0),
        ("left_hand_pose", "left_index1", 0),
        ("left_hand_pose", "left_thumb3", 14),
        ("right_hand_pose", "right_index1", 0),
        ("right_hand_pose", "right_thumb3", 14),
    ],
)
def test_smplx_frame_puts_each_joint_into_its_field(field: str, joint: str, row: int) -> None:
    poses = np.zeros((55, 3))
    poses[INDEX[joint]] = (1.0, 2.0, 3.0)
    message = messages.smplx_frame(poses, np.zeros(10), np.zeros(3), TIME)
    values = np.asarray(getattr(message, field)).reshape(-1, 3)
    assert list(values[row]) == [1.0, 2.0, 3.0]
    assert np.count_nonzero(values) == 3


def test_a_frame_belongs_to_nothing_until_it_is_labelled() -> None:
    message = messages.smplx_frame(np.zeros((55, 3)), np.zeros(10), np.zeros(3), TIME)
    assert (message.utterance, message.frame, message.unit_index) == (0, -1, -1)
    assert (message.unit, message.unit_kind, message.source) == ("", SmplxFrame.UNIT_NONE, SmplxFrame.SOURCE_REST)
    messages.label(message, "model", 7, 12, Unit("A", "letter", (3, 4), 5), 2)
    assert (message.utterance, message.frame, message.unit_index) == (7, 12, 2)
    assert (message.unit, message.unit_kind, message.source) == ("A", SmplxFrame.UNIT_LETTER, SmplxFrame.SOURCE_MODEL)


def test_word_marker_shows_and_removes() -> None:
    shown = messages.word_marker("HELLO", 0.9, TIME)
    assert (shown.action, shown.text, shown.type) == (Marker.ADD, "HELLO", Marker.TEXT_VIEW_FACING)
    assert shown.pose.position.z == 0.9
    assert shown.color.a == 1.0
    assert messages.word_marker("", 0.9, TIME).action == Marker.DELETE


def test_status_lists_the_units_with_their_place_in_the_text() -> None:
    units = [Unit("HELLO", "sign", (0, 5), 20), Unit("7", "number", (6, 7), 9)]
    message = messages.set_units(SignerStatus(), units, 1)
    assert list(message.units) == ["HELLO", "7"]
    assert list(message.unit_kinds) == [SmplxFrame.UNIT_SIGN, SmplxFrame.UNIT_NUMBER]
    assert (list(message.unit_starts), list(message.unit_ends), message.unit_index) == ([0, 6], [5, 7], 1)


def test_diagnostics_warn_only_with_a_warning() -> None:
    calm = messages.diagnostics("signer: model", "default", {"queued": 3}, "", TIME).status[0]
    assert (calm.level, calm.message) == (DiagnosticStatus.OK, "ok")
    assert (calm.values[0].key, calm.values[0].value) == ("queued", "3")
    assert messages.diagnostics("n", "h", {}, "slow", TIME).status[0].level == DiagnosticStatus.WARN
