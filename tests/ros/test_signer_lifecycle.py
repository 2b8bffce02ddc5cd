"""The signer node from start to end: parameters at start, lifecycle, models that cannot be loaded, a full queue."""

import time
from collections.abc import Callable

import numpy as np
from harness import Signer, wait_for
from nsa_msgs.msg import SignerStatus, SmplxFrame
from rosgraph_msgs.msg import Clock

from nsa_ros.ros import qos
from nsa_ros.ros.messages import stamp


def test_a_thousand_texts_in_a_second_fill_the_queue_and_the_rest_is_refused(start: Callable[..., Signer]) -> None:
    signer = start(queue_length=3, speed=3.0)
    client = signer.client
    heard = signer.hear(SignerStatus, "signer/status", qos.STATUS_IN)
    for i in range(1000):
        client.publish(f"word{i}")
        time.sleep(0.0005)
    assert client.wait(lambda: client.status.refused + len(client.outcomes) >= 1000, 30.0), client.status
    assert client.status.refused >= 900
    wait_for(lambda: client.status.queued == 0 and client.status.state == SignerStatus.RESTING, 20.0, "still signing")
    assert "queue is full (3 wait)" in [status.message for status in heard if status.message][-1]
    signed = [client.units[i][0].text for i in sorted(client.outcomes) if i in client.units]
    assert signed[:4] == ["WORD0", "WORD1", "WORD2", "WORD3"]
    assert len(signed) == 1000 - client.status.refused


def test_a_text_that_is_too_long_is_refused(start: Callable[..., Signer]) -> None:
    signer = start(max_text_length=100)
    client = signer.client
    client.publish("a" * 10_000)
    assert client.wait(lambda: client.status.refused == 1, 10.0)
    assert "10000 characters, at most 100" in client.status.message
    assert client.outcomes[signer.sign("hello")] == SignerStatus.OUTCOME_SIGNED


def test_deactivate_rests_and_refuses_and_activate_signs_again(start: Callable[..., Signer]) -> None:
    signer = start()
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


def test_cleanup_and_another_rate(start: Callable[..., Signer]) -> None:
    signer = start()
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


def test_an_impossible_transition_is_refused_and_the_node_goes_on(start: Callable[..., Signer]) -> None:
    signer = start()
    from lifecycle_msgs.msg import Transition
    from lifecycle_msgs.srv import ChangeState

    service = signer.client.node.create_client(ChangeState, "signer/change_state")
    assert service.wait_for_service(timeout_sec=5.0)
    answer = service.call_async(ChangeState.Request(transition=Transition(id=Transition.TRANSITION_CONFIGURE)))
    time.sleep(0.5)
    assert not answer.done() or not answer.result().success  # rclpy raises in its own callback and may not answer
    assert signer.client.outcomes[signer.sign("hello")] == SignerStatus.OUTCOME_SIGNED


def test_it_keeps_the_time_of_a_simulation(start: Callable[..., Signer]) -> None:
    signer = start(active=False, use_sim_time=True)
    client = signer.client
    clock = client.node.create_publisher(Clock, "/clock", 10)
    simulated = 0

    def advance(seconds: float) -> None:
        nonlocal simulated
        for _ in range(round(seconds / 0.005)):
            simulated += 5_000_000
            clock.publish(Clock(clock=stamp(simulated)))
            time.sleep(0.01)

    while not client.frames:
        assert simulated < 20e9, "the signer did not start"
        advance(0.1)
    client.clear()
    begun = simulated
    for _ in range(150):  # in step with what is received, so that a busy machine skips nothing
        seen = len(client.frames)
        advance(0.01)
        client.wait(lambda seen=seen: len(client.frames) > seen, 0.2)
    stamps = [frame.header.stamp.sec + 1e-9 * frame.header.stamp.nanosec for frame in client.frames]
    assert begun * 1e-9 - 0.1 <= stamps[0] <= stamps[-1] <= simulated * 1e-9
    assert 100 <= len(stamps) <= 160
    client.node.destroy_publisher(clock)
