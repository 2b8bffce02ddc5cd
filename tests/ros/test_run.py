"""Processes: they end cleanly at any moment, and say what is wrong when they cannot start."""

import signal
import time
from collections.abc import Callable

import pytest
from harness import HERE, Process, Signer, wait_for

from nsa_ros.ros.run import taken_namespace

FAKE = str(HERE / "fake_node.py")


@pytest.mark.parametrize("after", [0.0, 0.2, 0.5, 1.0])
def test_sigint_while_starting_ends_cleanly(after: float) -> None:
    process = Process(FAKE)
    wait_for(lambda: process.holds_signals, 10.0, "the process did not start")
    time.sleep(after)
    assert process.end(signal.SIGINT) == 0, process.output
    assert "Traceback" not in process.output, process.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_signing_ends_cleanly(start: Callable[..., Signer], number: signal.Signals) -> None:
    signer = start()
    signer.client.time_to_first_frame("slow and long and slow", 10.0)
    signer.client.publish("slow")
    time.sleep(0.3)
    begun = time.monotonic()
    assert signer.process.end(number) == 0, signer.process.output
    assert time.monotonic() - begun < 5.0


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"rate": 5000.0}, "parameter rate"),
        ({"signer": "robot"}, "choose one of model, reference"),
        ({"queue_length": "many"}, "parameter queue_length"),
    ],
)
def test_a_wrong_parameter_at_start_is_named(parameters: dict[str, object], reason: str) -> None:
    process = Process(FAKE, **parameters)
    deadline = time.monotonic() + 15.0
    while process.running and time.monotonic() < deadline:
        time.sleep(0.02)
    assert process.end() == 1, process.output
    assert reason in process.output
    assert "Traceback" not in process.output, process.output


@pytest.mark.parametrize(
    ("arguments", "namespace", "rest"),
    [
        ([], "", []),
        (["--ros-args", "-r", "__ns:=/site/", "-p", "rate:=50.0"], "/site", ["--ros-args", "-p", "rate:=50.0"]),
        (["--ros-args", "-r", "__node:=x", "--remap", "__ns:=/a/b"], "/a/b", ["--ros-args", "-r", "__node:=x"]),
        (["--ros-args", "-r", "a:=b"], "", ["--ros-args", "-r", "a:=b"]),
    ],
)
def test_the_namespace_is_taken_out_of_the_arguments(arguments: list[str], namespace: str, rest: list[str]) -> None:
    assert taken_namespace(arguments) == (namespace, rest)
