"""The signer node as another process sees it: streams, queue, parameters, lifecycle."""

import time

import numpy as np
import pytest
from fake_signer import FPS, FRAMES
from harness import Signer, wait_for
from nsa_msgs.msg import SignerStatus, SmplxFrame
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger
from visualization_msgs.msg import Marker

from nsa_ros.ros import qos
from nsa_ros.ros.coordinates import joint_names, revolute_model
from nsa_ros.ros.layout import joined


def test_a_text_is_signed_unit_by_unit_and_ends_at_rest(signer: Signer) -> None:
    client = signer.client
    utterance, latency = client.time_to_first_frame("good morning", 10.0)
    assert 0 < latency < 2.0
    assert client.wait_until_rest(20.0)
    assert client.outcomes[utterance] == SignerStatus.OUTCOME_SIGNED
    frames = client.frames_of(utterance)
    assert [frame.unit for frame in frames if frame.unit_index == 0] == ["GOOD"] * sum(
        frame.unit_index == 0 for frame in frames
    )
    indices = [frame.unit_index for frame in frames]
    assert indices == sorted(indices)
    assert set(indices) == {0, 1}
    numbers = [frame.frame for frame in frames]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 2 * FRAMES - 1
    assert {frame.source for frame in frames} == {SmplxFrame.SOURCE_MODEL}
    assert [(unit.text, unit.span) for unit in client.units[utterance]] == [("GOOD", (0, 4)), ("MORNING", (5, 12))]


def test_joint_states_and_frames_agree_and_flow_at_the_rate(signer: Signer) -> None:
    client = signer.client
    states = signer.hear(JointState, "signer/joint_states", qos.STREAM)
    signer.sign("hello")
    wait_for(lambda: len(states) > 50, 10.0, "no joint states")
    frames = {(f.header.stamp.sec, f.header.stamp.nanosec): f for f in client.frames}
    pairs = [(s, frames.get((s.header.stamp.sec, s.header.stamp.nanosec))) for s in list(states)]
    pairs = [(state, frame) for state, frame in pairs if frame is not None]
    assert len(pairs) > 40
    for state, frame in pairs:
        assert list(state.name) == list(joint_names())
        assert len(state.position) == len(state.velocity) == len(joint_names())
        poses, _ = revolute_model().to_motion(np.array(state.position)[: len(revolute_model())])
        np.testing.assert_allclose(joined(frame), poses, atol=1e-5)
    positions = np.array([state.position for state, _ in pairs])
    velocities = np.array([state.velocity for state, _ in pairs])
    np.testing.assert_allclose(np.diff(positions, axis=0) * 100.0, velocities[1:], atol=1e-6)
    stamps = np.array([state.header.stamp.sec + 1e-9 * state.header.stamp.nanosec for state, _ in pairs])
    assert abs(np.median(np.diff(stamps)) - 0.01) < 1e-3


def test_the_word_stands_above_the_head_while_it_is_signed(signer: Signer) -> None:
    markers = signer.hear(Marker, "signer/marker", qos.STATUS_IN)
    signer.sign("good morning")
    wait_for(lambda: markers and markers[-1].action == Marker.DELETE, 10.0, "the word was not removed")
    assert [marker.text for marker in markers if marker.action == Marker.ADD] == ["GOOD", "MORNING"]


def test_texts_are_signed_in_the_order_of_arrival(signer: Signer) -> None:
    client = signer.client
    words = ["one", "two", "three"]
    for word in words:
        client.publish(word)
    assert client.wait(lambda: len(signer.outcomes) == 3, 20.0)
    assert [client.units[i][0].text for i in sorted(signer.outcomes)] == ["ONE", "TWO", "THREE"]
    order = [frame.utterance for frame in client.frames if frame.utterance]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("text", "cause"),
    [("nan", "not finite"), ("wild", "explodes"), ("crash", "the signer broke"), ("   ", "nothing to sign")],
)
def test_a_text_that_fails_says_why_and_the_next_is_signed(signer: Signer, text: str, cause: str) -> None:
    client = signer.client
    failed = signer.sign(text)
    assert client.outcomes[failed] == SignerStatus.OUTCOME_FAILED
    assert cause in client.status.message
    good = signer.sign("hello")
    assert client.outcomes[good] == SignerStatus.OUTCOME_SIGNED
    assert client.status.message == ""
    assert all(np.isfinite(joined(frame)).all() for frame in client.frames)


def test_stop_drops_everything_and_goes_to_rest(signer: Signer) -> None:
    client = signer.client
    client.time_to_first_frame("a very long text with many words", 10.0)
    client.publish("and another")
    client.wait(lambda: client.status.queued == 1, 5.0)
    assert signer.call(Trigger, "signer/stop", Trigger.Request()).success
    assert client.wait_until_rest(10.0)
    assert set(signer.outcomes.values()) == {SignerStatus.OUTCOME_CANCELLED}


def test_speed_can_be_set_and_nonsense_is_refused_with_the_reason(signer: Signer) -> None:
    assert signer.set(speed=2.0).successful
    assert signer.client.wait(lambda: signer.client.status.speed == 2.0, 5.0)
    begun = time.monotonic()
    signer.sign("hello there you")
    assert time.monotonic() - begun < 3 * FRAMES / FPS
    for name, value, reason in [
        ("speed", 99.0, "range"),
        ("signer", "robot", "model, reference"),
        ("rate", 50.0, "clean up"),
    ]:
        result = signer.set(**{name: value})
        assert not result.successful
        assert reason in result.reason.lower()
    assert signer.process.running


def test_the_status_reaches_who_comes_late(signer: Signer) -> None:
    signer.sign("hello")
    assert signer.client.wait_until_rest(10.0)
    heard = signer.hear(SignerStatus, "signer/status", qos.LATCHED)
    wait_for(lambda: heard, 5.0, "no status")
    assert heard[0].last_outcome == SignerStatus.OUTCOME_SIGNED
    assert heard[0].signer == "fake"


def test_nothing_is_published_on_a_robots_joint_states(signer: Signer) -> None:
    node = signer.client.node
    wait_for(lambda: node.count_publishers("/signer/joint_states") == 1, 5.0, "not discovered")
    published = {topic for topic, _ in node.get_publisher_names_and_types_by_node("signer", "/")}
    assert "/signer/joint_states" in published
    assert published.isdisjoint(["/joint_states", "/tf", "/robot_description"])
