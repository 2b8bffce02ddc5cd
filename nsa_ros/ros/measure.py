"""Measures the signer node from another process: start, latency, the times of its stream, memory."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.ros import qos
from nsa_ros.ros.client import GENERATED, SignerClient
from nsa_ros.ros.processes import one_core_busy, resident

RATE = 100.0

SITUATIONS: dict[str, tuple[bool, Callable[[], AbstractContextManager[None]]]] = {
    "at rest": (False, nullcontext),
    "signing": (True, nullcontext),
    "signing, one core busy": (True, one_core_busy),
}
"""In which the stream is listened to: whether a long text is signed, and what else runs."""

REPEATED = 20
"""Texts that are signed a second time."""

_TEXTS = 6
_DIAGNOSED = 3.0


@dataclass(frozen=True)
class Heard:
    """A stream that was listened to for a while.

    Attributes:
        stamps: of the messages [s]. Shape (F,).
        arrivals: when they came [s]. Shape (F,).
        signed: how many belong to an utterance.
        underruns, skipped: how often frames ran out, and ticks that were left out, by the node's diagnostics.
    """

    stamps: NDArray[np.float64]
    arrivals: NDArray[np.float64]
    signed: int
    underruns: int
    skipped: int


@dataclass(frozen=True)
class Measured:
    """A signer node seen from another process.

    Attributes:
        active: from starting its process until it was active [s].
        latencies: of texts that all differ [s].
        repeated: of texts that were signed before [s].
        heard: the stream in each of `SITUATIONS`.
        memory: resident [MB].
        priority: whether its play-out runs before ordinary threads.
    """

    active: float
    latencies: list[float]
    repeated: list[float]
    heard: Mapping[str, Heard]
    memory: float
    priority: bool


def measure(
    texts: Sequence[str],
    parameters: Mapping[str, Any],
    listen: float = 15.0,
    say: Callable[[str], None] = lambda line: None,
) -> Measured:
    """Start a signer node, send it every text when it rests, and listen to its stream.

    Latency is from publishing the text to receiving the first SmplxFrame that the signer made for it, discovery done
    (docs/design.md). Every text is stopped after its first frame, so that hundreds fit into a run.

    Args:
        texts: different texts.
        parameters: of the signer node.
        listen: how long the stream is listened to in each situation [s].
        say: told what is done.

    Raises:
        NsaError: the node ends, does not get active, or does not sign.
    """
    alone()
    words = [w for key, value in {**parameters, "rate": RATE}.items() for w in ("-p", f"{key}:={value}")]
    with SignerClient() as client:
        diagnostics = _Diagnostics(client)
        begun = time.time()
        node = subprocess.Popen(
            [sys.executable, "-m", "nsa_ros.ros.run", "signer", "--ros-args", "--log-level", "error", *words]
        )
        try:
            client.wait_until_active(60.0, lambda: _alive(node))
            assert client.status is not None
            stamp = client.status.header.stamp  # of the change to active: discovery takes up to 3 s more
            active = stamp.sec + 1e-9 * stamp.nanosec - begun
            say(f"active after {active:.1f} s; {len(texts)} texts, one after the other")
            latencies = [_first_frame(client, text) for text in texts]
            repeated = [_first_frame(client, text) for text in texts[:REPEATED]]
            heard = {}
            for name, (signing, beside) in SITUATIONS.items():
                say(f"listening {name}")
                with beside():
                    heard[name] = _listen(client, diagnostics, " ".join(texts[:_TEXTS]) if signing else "", listen)
            memory = resident(node.pid)
        finally:
            node.terminate()
            node.wait(10.0)
    return Measured(active, latencies, repeated, heard, memory, diagnostics.values["real-time priority"] == "True")


def alone() -> None:
    """Nodes of this process and of those it starts hear nobody else, on this machine or another."""
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    os.environ["ROS_DOMAIN_ID"] = str(20 + os.getpid() % 80)


class _Diagnostics:
    """The last diagnostics of a node, and how many there were."""

    def __init__(self, client: SignerClient) -> None:
        self.values: dict[str, str] = {}
        self._seen = 0
        client.node.create_subscription(DiagnosticArray, "/diagnostics", self._on_message, qos.DIAGNOSTICS)

    def _on_message(self, message: DiagnosticArray) -> None:
        for status in message.status:
            self.values = {pair.key: pair.value for pair in status.values}
        self._seen += 1

    def counts(self) -> tuple[int, int]:
        """Underruns and skipped ticks so far, as new as can be had."""
        seen, end = self._seen, time.monotonic() + _DIAGNOSED
        while self._seen == seen and time.monotonic() < end:
            time.sleep(0.02)
        return int(self.values["underruns"]), int(self.values["skipped ticks"])


def _first_frame(client: SignerClient, text: str) -> float:
    latency = client.time_to_first_frame(text, 10.0)[1]
    _rest(client, text)
    return latency


def _rest(client: SignerClient, text: str) -> None:
    client.stop()
    if not client.wait_until_rest(20.0):
        raise NsaError(f"the figure did not come to rest after {text!r}")


def _listen(client: SignerClient, diagnostics: _Diagnostics, text: str, seconds: float) -> Heard:
    """The stream for some seconds, from the publication of a text on if one is given."""
    before = diagnostics.counts()
    gc.collect()
    gc.disable()  # pauses of the listener are not the stream's
    try:
        client.clear()
        if text:
            client.publish(text)
        time.sleep(seconds)
        frames, arrivals = client.received()
    finally:
        gc.enable()
    underruns, skipped = (after - count for after, count in zip(diagnostics.counts(), before, strict=True))
    if text:
        _rest(client, text)
    stamps = np.array([frame.header.stamp.sec + 1e-9 * frame.header.stamp.nanosec for frame in frames])
    signed = sum(frame.source in GENERATED for frame in frames)
    return Heard(stamps, np.array(arrivals), signed, underruns, skipped)


def _alive(node: subprocess.Popen[bytes]) -> None:
    if node.poll() is not None:
        raise NsaError(
            f"the signer node ended with status {node.returncode}; start it alone to see why: nsa run signer"
        )
