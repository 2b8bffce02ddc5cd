"""Measures many signer nodes of one process from another process."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from numpy.typing import NDArray
from std_msgs.msg import String

from nsa_ros.errors import NsaError
from nsa_ros.ros import qos
from nsa_ros.ros.client import SignerClient
from nsa_ros.ros.measure import RATE, alone
from nsa_ros.ros.processes import processor_time, resident

_START = 60.0
_WARM = 2.0
_QUEUED = 8
"""Texts that each node is given at once."""


@dataclass(frozen=True)
class Nodes:
    """Nodes that were listened to while each signed one text after the other.

    Attributes:
        seconds: how long.
        ticks, skipped: that were due in all nodes, and those of them that were left out.
        underruns: how often frames ran out in a node.
        arrivals: when messages of one of them came [s]. Shape (F,).
        processor_time: of their process, on all cores [s].
        memory: resident, of their process [MB].
    """

    seconds: float
    ticks: int
    skipped: int
    underruns: int
    arrivals: NDArray[np.float64]
    processor_time: float
    memory: float


def measure_nodes(count: int, texts: Sequence[str], parameters: Mapping[str, Any], seconds: float) -> Nodes:
    """Start a process with `count` signer nodes, have each sign, and listen.

    What they skipped is told by their diagnostics, once a second; one of the streams is received.

    Args:
        count: nodes.
        texts: to sign.
        parameters: of each node.
        seconds: how long to listen.

    Raises:
        NsaError: the process ends, or not all nodes get active.
    """
    alone()
    names = [f"s{number}" for number in range(count)]
    words = [w for key, value in {**parameters, "rate": RATE}.items() for w in ("-p", f"{key}:={value}")]
    command = [sys.executable, "-m", "nsa_ros.ros.run", "signers", "--names", ",".join(names)]
    with SignerClient(namespace=names[0]) as client:
        told = _Told(client)
        publishers = [client.node.create_publisher(String, f"/{name}/sign_text", qos.TEXT) for name in names]
        process = subprocess.Popen([*command, "--ros-args", "--log-level", "error", *words])
        try:
            _wait(process, lambda: len(told.newest) == count and all(p.get_subscription_count() for p in publishers))
            for number, publisher in enumerate(publishers):
                for place in range(_QUEUED):
                    publisher.publish(String(data=texts[(7 * number + place) % len(texts)]))
                time.sleep(_WARM / count)
            time.sleep(_WARM)
            return _listen(client, told, process, count, seconds)
        finally:
            process.terminate()
            try:
                process.wait(10.0)
            except subprocess.TimeoutExpired:
                process.kill()


class _Told:
    """The newest diagnostics of each node."""

    def __init__(self, client: SignerClient) -> None:
        self.newest: dict[str, Mapping[str, str]] = {}
        client.node.create_subscription(DiagnosticArray, "/diagnostics", self._on_message, qos.DIAGNOSTICS)

    def _on_message(self, message: DiagnosticArray) -> None:
        for status in message.status:
            self.newest = {**self.newest, status.name: {pair.key: pair.value for pair in status.values}}

    def total(self, name: str) -> int:
        """Sum of a count over the nodes."""
        return sum(int(values[name]) for values in self.newest.values())


def _listen(client: SignerClient, told: _Told, process: subprocess.Popen[bytes], count: int, seconds: float) -> Nodes:
    gc.collect()
    gc.disable()
    try:
        client.clear()
        before = [told.total(name) for name in ("skipped ticks", "underruns")]
        spent, begun = processor_time(process.pid), time.perf_counter()
        time.sleep(seconds)
        wall = time.perf_counter() - begun
        spent = processor_time(process.pid) - spent
        skipped, underruns = (
            told.total(name) - old for name, old in zip(("skipped ticks", "underruns"), before, strict=True)
        )
        _, arrivals = client.received()
    finally:
        gc.enable()
    memory = resident(process.pid)
    return Nodes(wall, round(count * RATE * wall), skipped, underruns, np.array(arrivals), spent, memory)


def _wait(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    end = time.monotonic() + _START
    while not ready():
        if process.poll() is not None:
            raise NsaError(
                f"the signer nodes ended with status {process.returncode}; start them alone to see why: nsa run signers"
            )
        if time.monotonic() > end:
            raise NsaError(f"not all signer nodes were active within {_START:.0f} s")
        time.sleep(0.02)
