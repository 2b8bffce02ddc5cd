"""Several signers in one process: each signs its own texts, and what happens to one does not touch the others."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import HERE, Process, Signer, wait_for
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from nsa_msgs.msg import SignerStatus
from std_srvs.srv import Trigger

from nsa_ros.ros.client import SignerClient

FAKE = str(HERE / "fake_node.py")
SIGNED, CANCELLED, FAILED = (
    SignerStatus.OUTCOME_SIGNED,
    SignerStatus.OUTCOME_CANCELLED,
    SignerStatus.OUTCOME_FAILED,
)


class Pair:
    """A process with the signers ada, bob and cleo, in a namespace, and clients of the first two."""

    def __init__(self, base: str, *arguments: str) -> None:
        self.clients = [SignerClient(namespace=f"{base}/{name}") for name in ("ada", "bob")]
        self.process = Process(
            FAKE, "--names", "ada,bob,cleo", "--ros-args", "-r", "__node:=signer", "-r", f"__ns:={base}", *arguments
        )
        self.ada, self.bob = (Signer(client, self.process) for client in self.clients)

    def active(self) -> "Pair":
        for client in self.clients:
            client.wait_until_active(20.0)
        return self

    def close(self) -> None:
        status = self.process.end()
        for client in self.clients:
            client.__exit__()
        assert status == 0, self.process.output
        assert "Traceback" not in self.process.output, self.process.output


@pytest.fixture(scope="module")
def shared_pair() -> Iterator[Pair]:
    pair = Pair("/all").active()
    yield pair
    pair.close()
    assert pair.process.output.count("loaded default") == 1, pair.process.output


@pytest.fixture
def pair(shared_pair: Pair) -> Pair:
    """Both signers active, at rest, with nothing received yet."""
    for signer in (shared_pair.ada, shared_pair.bob):
        signer.client.wait_until_active(20.0)
        assert signer.client.wait_until_rest(20.0)
        signer.client.clear()
        signer.before = signer.client.status.last_utterance
    return shared_pair


@pytest.fixture
def start() -> Iterator[Callable[..., Pair]]:
    pairs: list[Pair] = []

    def make(*arguments: str) -> Pair:
        pairs.append(Pair("/site", *arguments))
        return pairs[-1]

    yield make
    for pair in pairs:
        pair.close()


def ended(signer: Signer) -> dict[int, int]:
    """How the utterances of this test ended, as soon as one has."""
    assert signer.client.wait(lambda: signer.outcomes, 20.0), signer.client.status
    return signer.outcomes


def test_both_sign_at_the_same_time_each_its_own_text(pair: Pair) -> None:
    pair.ada.client.publish("one two three four")
    pair.bob.client.publish("five six seven")
    both = [signer.client for signer in (pair.ada, pair.bob)]
    wait_for(lambda: all(c.frames and c.frames[-1].utterance for c in both), 5.0, "they do not sign at the same time")
    for signer, words in ((pair.ada, "ONE TWO THREE FOUR"), (pair.bob, "FIVE SIX SEVEN")):
        (utterance,) = ended(signer)
        assert signer.outcomes[utterance] == SIGNED
        assert [unit.text for unit in signer.client.units[utterance]] == words.split()
        frames = signer.client.frames_of(utterance)
        assert [frame.frame for frame in frames] == sorted(frame.frame for frame in frames)
        assert {frame.unit for frame in frames} == set(words.split())


def test_stop_and_preemption_of_one_leave_the_other(pair: Pair) -> None:
    pair.ada.client.publish("one two three four five six")
    pair.bob.client.time_to_first_frame("seven eight nine ten", 10.0)
    pair.bob.client.publish("and another")
    assert pair.bob.client.wait(lambda: pair.bob.client.status.queued == 1, 5.0)
    assert pair.bob.call(Trigger, "signer/stop", Trigger.Request()).success
    assert set(ended(pair.bob).values()) == {CANCELLED}
    assert list(ended(pair.ada).values()) == [SIGNED]


@pytest.mark.parametrize("text", ["crash", "one nan two"])
def test_a_text_of_one_that_fails_leaves_the_other(pair: Pair, text: str) -> None:
    pair.ada.client.publish("one two three")
    pair.bob.client.publish(text)
    assert list(ended(pair.bob).values()) == [FAILED]
    assert list(ended(pair.ada).values()) == [SIGNED]
    assert pair.ada.client.status.message == ""
    assert pair.bob.client.outcomes[pair.bob.sign("hello")] == SIGNED


def test_a_slow_text_of_one_leaves_the_other_that_is_ahead(pair: Pair) -> None:
    pair.ada.client.time_to_first_frame("one two three four five six seven eight", 10.0)
    pair.bob.client.publish("slow slow")
    assert list(ended(pair.ada).values()) == [SIGNED]
    assert pair.ada.client.status.underruns == 0
    assert list(ended(pair.bob).values()) == [SIGNED]


def test_one_has_another_speed_and_a_life_of_its_own(pair: Pair) -> None:
    assert pair.bob.set(speed=2.0).successful
    assert pair.bob.client.wait(lambda: pair.bob.client.status.speed == 2.0, 5.0)
    assert pair.ada.client.status.speed == 1.0
    pair.ada.client.time_to_first_frame("one two three four five", 10.0)
    for label in ("deactivate", "cleanup"):
        assert pair.bob.transition(label)
    assert pair.bob.client.wait(lambda: pair.bob.client.status.state == SignerStatus.UNCONFIGURED, 5.0)
    assert list(ended(pair.ada).values()) == [SIGNED]
    for label in ("configure", "activate"):
        assert pair.bob.transition(label)
    assert pair.bob.set(speed=1.0).successful
    assert pair.bob.client.outcomes[pair.bob.sign("hello")] == SIGNED


def test_a_callback_of_one_that_raises_leaves_both(pair: Pair) -> None:
    service = pair.bob.client.node.create_client(ChangeState, "signer/change_state")
    assert service.wait_for_service(timeout_sec=5.0)
    service.call_async(ChangeState.Request(transition=Transition(id=Transition.TRANSITION_CONFIGURE)))
    time.sleep(0.3)  # rclpy raises in its own callback and may not answer
    for signer in (pair.ada, pair.bob):
        assert signer.client.outcomes[signer.sign("hello")] == SIGNED


PARAMETERS = """
/site/bob/signer:
  ros__parameters:
    bundle: missing
/site/cleo/signer:
  ros__parameters:
    rate: 5000.0
"""


def test_a_model_that_cannot_be_loaded_and_a_node_that_cannot_be_made_leave_the_others(
    start: Callable[..., Pair], tmp_path: Path
) -> None:
    file = tmp_path / "parameters.yaml"
    file.write_text(PARAMETERS, encoding="utf-8")
    pair = start("--params-file", str(file))
    pair.ada.client.wait_until_active(20.0)
    assert pair.ada.client.outcomes[pair.ada.sign("hello")] == SIGNED
    bob = pair.bob.client
    assert bob.wait(lambda: bob.status is not None and bob.status.message, 20.0)
    assert bob.status.state == SignerStatus.UNCONFIGURED
    assert "no model bundle 'missing'" in bob.status.message
    assert pair.bob.set(bundle="default").successful
    assert pair.bob.transition("configure")
    assert pair.bob.transition("activate")
    assert bob.outcomes[pair.bob.sign("hello")] == SIGNED
    assert pair.process.end(signal.SIGTERM) == 0
    assert pair.process.output.count("loaded default") == 1
    assert "/site/cleo/signer: parameter rate" in pair.process.output
    assert "/site/bob/signer: " not in pair.process.output


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (["--names", "ada,ada"], 1, "two signers are named 'ada'"),
        (["--names", "2nd"], 1, "is no name for a signer"),
        (["--names"], 2, "expected one argument"),
        (["--names", "ada,bob", "--ros-args", "-p", "rate:=5000.0"], 1, "/ada/signer: parameter rate"),
    ],
)
def test_what_cannot_start_says_why(arguments: list[str], status: int, reason: str) -> None:
    process = Process(FAKE, *arguments)
    wait_for(lambda: not process.running, 15.0, "it runs")
    assert process.end() == status, process.output
    assert reason in process.output
    assert "Traceback" not in process.output


@pytest.mark.parametrize("after", [0.0, 0.5])
def test_sigint_while_starting_ends_cleanly(after: float) -> None:
    process = Process(FAKE, "--names", "ada,bob,cleo")
    wait_for(lambda: process.holds_signals, 10.0, "the process did not start")
    time.sleep(after)
    assert process.end(signal.SIGINT) == 0, process.output
    assert "Traceback" not in process.output, process.output


def test_sigint_while_both_sign_ends_cleanly(start: Callable[..., Pair]) -> None:
    pair = start().active()
    for signer in (pair.ada, pair.bob):
        signer.client.publish("slow and slow")
    wait_for(lambda: all(c.frames[-1].utterance for c in pair.clients), 10.0, "they do not sign")
    begun = time.monotonic()
    assert pair.process.end(signal.SIGINT) == 0, pair.process.output
    assert time.monotonic() - begun < 5.0
