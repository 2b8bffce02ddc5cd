"""The signer node as another process sees it: streams, queue, parameters, lifecycle."""

import time
from collections.abc import Callable

import numpy as np
import pytest
from conftest import Signer, wait_for
from fake_signer import FPS, FRAMES
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
    client, states = signer.client, []
    client.node.create_subscription(JointState, "signer/joint_states", states.append, qos.STREAM)
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
    markers: list[Marker] = []
    signer.client.node.create_subscription(Marker, "signer/marker", markers.append, qos.STATUS_IN)
    signer.sign("good morning")
    wait_for(lambda: markers and markers[-1].action == Marker.DELETE, 10.0, "the word was not removed")
    assert [marker.text for marker in markers if marker.action == Marker.ADD] == ["GOOD", "MORNING"]


def test_texts_are_signed_in_the_order_of_arrival(signer: Signer) -> None:
    client = signer.client
    words = ["one", "two", "three"]
    for word in words:
        client.publish(word)
    assert client.wait(lambda: 3 in client.outcomes, 20.0)
    assert [client.units[i][0].text for i in (1, 2, 3)] == ["ONE", "TWO", "THREE"]
    order = [frame.utterance for frame in client.frames if frame.utterance]
    assert order == sorted(order)


def test_a_thousand_texts_in_a_second_fill_the_queue_and_the_rest_is_refused(start: Callable[..., Signer]) -> None:
    signer = start(queue_length=3, speed=3.0)
    client = signer.client
    refusals: list[str] = []
    client.node.create_subscription(
        SignerStatus, "signer/status", lambda s: s.message and refusals.append(s.message), qos.STATUS_IN
    )
    for i in range(1000):
        client.publish(f"word{i}")
    assert client.wait(lambda: client.status.refused + len(client.outcomes) >= 1000, 30.0), client.status
    assert client.status.refused >= 900
    wait_for(lambda: client.status.queued == 0 and client.status.state == SignerStatus.RESTING, 20.0, "still signing")
    assert "queue is full (3 wait)" in refusals[-1]
    signed = [client.units[i][0].text for i in sorted(client.outcomes) if i in client.units]
    assert signed[:4] == ["WORD0", "WORD1", "WORD2", "WORD3"]
    assert len(signed) == 1000 - client.status.refused


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


def test_a_text_that_is_too_long_is_refused(start: Callable[..., Signer]) -> None:
    signer = start(max_text_length=100)
    client = signer.client
    client.publish("a" * 10_000)
    assert client.wait(lambda: client.status.refused == 1, 10.0)
    assert "10000 characters, at most 100" in client.status.message
    assert client.outcomes[signer.sign("hello")] == SignerStatus.OUTCOME_SIGNED


def test_stop_drops_everything_and_goes_to_rest(signer: Signer) -> None:
    client = signer.client
    client.time_to_first_frame("a very long text with many words", 10.0)
    client.publish("and another")
    client.wait(lambda: client.status.queued == 1, 5.0)
    assert signer.call(Trigger, "signer/stop", Trigger.Request()).success
    assert client.wait_until_rest(10.0)
    assert set(client.outcomes.values()) == {SignerStatus.OUTCOME_CANCELLED}


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
    heard: list[SignerStatus] = []
    signer.sign("hello")
    assert signer.client.wait_until_rest(10.0)
    signer.client.node.create_subscription(SignerStatus, "signer/status", heard.append, qos.LATCHED)
    wait_for(lambda: heard, 5.0, "no status")
    assert heard[0].last_outcome == SignerStatus.OUTCOME_SIGNED
    assert heard[0].signer == "fake"


def test_nothing_is_published_on_a_robots_joint_states(signer: Signer) -> None:
    wait_for(lambda: signer.client.node.count_publishers("/signer/joint_states") == 1, 5.0, "not discovered")
    for topic in ("/joint_states", "/tf", "/robot_description"):
        assert signer.client.node.count_publishers(topic) == 0


def test_deactivate_rests_and_refuses_and_activate_signs_again(signer: Signer) -> None:
    client = signer.client
    client.time_to_first_frame("a long text to be interrupted", 10.0)
    assert signer.transition("deactivate")
    assert client.wait(lambda: client.status.state == SignerStatus.INACTIVE, 5.0)
    assert client.frames[-1].source == SmplxFrame.SOURCE_REST
    client.publish("not now")
    assert client.wait(lambda: client.status.refused == 1, 5.0)
    assert "not active" in client.status.message
    assert signer.transition("activate")
    assert client.wait(lambda: client.status.state == SignerStatus.RESTING, 5.0)
    assert client.outcomes[signer.sign("hello")] == SignerStatus.OUTCOME_SIGNED


def test_a_model_that_cannot_be_loaded_leaves_a_node_that_can_be_configured_again(start: Callable[..., Signer]) -> None:
    signer = start(active=False, bundle="missing")
    client = signer.client
    assert client.wait(lambda: client.status is not None and client.status.message, 20.0)
    assert client.status.state == SignerStatus.UNCONFIGURED
    assert "no model bundle 'missing'" in client.status.message
    assert not signer.transition("configure")
    assert signer.set(bundle="default").successful
    assert signer.transition("configure")
    assert signer.transition("activate")
    assert client.wait(lambda: client.status.state == SignerStatus.RESTING, 5.0)
    assert client.status.message == ""
    assert client.outcomes[signer.sign("hello")] == SignerStatus.OUTCOME_SIGNED


def test_cleanup_and_another_rate(signer: Signer) -> None:
    client = signer.client
    assert signer.transition("deactivate")
    assert signer.transition("cleanup")
    assert signer.set(rate=50.0).successful
    assert signer.transition("configure")
    assert signer.transition("activate")
    client.clear()
    assert client.wait(lambda: len(client.frames) > 50, 10.0)
    stamps = np.array([f.header.stamp.sec + 1e-9 * f.header.stamp.nanosec for f in client.frames])
    assert abs(np.median(np.diff(stamps)) - 0.02) < 2e-3


def test_an_impossible_transition_is_refused_and_the_node_goes_on(signer: Signer) -> None:
    from lifecycle_msgs.msg import Transition
    from lifecycle_msgs.srv import ChangeState

    service = signer.client.node.create_client(ChangeState, "signer/change_state")
    assert service.wait_for_service(timeout_sec=5.0)
    service.call_async(ChangeState.Request(transition=Transition(id=Transition.TRANSITION_CONFIGURE)))
    time.sleep(0.2)
    assert signer.client.outcomes[signer.sign("hello")] == SignerStatus.OUTCOME_SIGNED
