"""The signer node with what is shipped: the model bundle and the reference signer."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness import Process
from nsa_msgs.msg import SignerStatus, SmplxFrame

from nsa_ros import resources

DEFAULT = resources.root() / "models" / "default"


@pytest.fixture
def node(client: Any) -> Iterator[Callable[..., Process]]:
    """Starts the shipped signer node with parameters."""
    processes: list[Process] = []

    def start(**parameters: object) -> Process:
        processes.append(Process("-m", "nsa_ros.ros.run", "signer", **parameters))
        return processes[-1]

    yield start
    for process in processes:
        assert process.end() == 0, process.output
        assert "Traceback" not in process.output, process.output


@pytest.mark.parametrize(
    ("signer", "source"), [("model", SmplxFrame.SOURCE_MODEL), ("reference", SmplxFrame.SOURCE_REFERENCE)]
)
def test_a_text_is_signed_by_whom_it_says(client: Any, node: Callable[..., Process], signer: str, source: int) -> None:
    node(signer=signer)
    client.wait_until_active(40.0)
    utterance, _ = client.time_to_first_frame("Hi Al", 20.0)
    assert client.wait_until_rest(20.0)
    assert client.outcomes[utterance] == SignerStatus.OUTCOME_SIGNED
    assert {frame.source for frame in client.frames_of(utterance)} == {source}
    assert [unit.text for unit in client.units[utterance] if unit.kind == "letter"] == ["A", "L"]


NOTHING_TO_SIGN = {
    "empty": "",
    "marks": "?!…",
    "emoji": "🙂🙂",
    "control": "\x07\x1b\x02",
    "script": "你好",
    "long": "x" * 10_000,
}


def test_what_cannot_be_signed_is_answered_and_the_rest_is_signed(client: Any, node: Callable[..., Process]) -> None:
    node(speed=3.0)
    client.wait_until_active(40.0)
    for name, text in NOTHING_TO_SIGN.items():
        answer = "10000 characters" if name == "long" else f"{text!r} was not signed: "
        client.publish(text)
        assert client.wait(lambda answer=answer: answer in client.status.message, 20.0), (name, client.status.message)
    client.publish("hello")
    assert client.wait(lambda: SignerStatus.OUTCOME_SIGNED in client.outcomes.values(), 20.0), client.status
    assert client.status.message == ""


def cut(folder: Path) -> None:
    file = max(folder.glob("*.*"), key=lambda path: path.stat().st_size)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(folder: Path) -> None:
    file = folder / "planner.onnx"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def lose(folder: Path) -> None:
    next(folder.glob("*.onnx")).unlink()


@pytest.mark.parametrize(("damage", "cause"), [(cut, "truncated"), (flip, "altered"), (lose, "missing")])
def test_a_damaged_bundle_is_named_and_the_node_stays_up(
    client: Any, node: Callable[..., Process], tmp_path: Path, damage: Callable[[Path], None], cause: str
) -> None:
    bundle = tmp_path / "damaged"
    shutil.copytree(DEFAULT, bundle)
    damage(bundle)
    process = node(bundle=str(bundle))
    assert client.wait(lambda: client.status is not None and client.status.message, 40.0)
    assert client.status.state == SignerStatus.UNCONFIGURED
    assert cause in client.status.message
    assert "Restore the folder" in client.status.message
    assert process.running


def test_a_provider_that_does_not_work_is_named(client: Any, node: Callable[..., Process]) -> None:
    node(provider="tensorrt")
    assert client.wait(lambda: client.status is not None and client.status.message, 40.0)
    assert client.status.state == SignerStatus.UNCONFIGURED
    assert "tensorrt" in client.status.message.lower()
