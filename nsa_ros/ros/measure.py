"""Measures the signer node from another process: start, latency, jitter of the stream, memory."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nsa_ros.errors import NsaError
from nsa_ros.ros.client import GENERATED, SignerClient

RATE = 100.0
LISTEN = 20.0
"""How long the stream is listened to for its jitter [s]."""


def measure(texts: Sequence[str], parameters: dict[str, Any]) -> dict[str, Any]:
    """Start a signer node, send it every text when it rests, and listen to its stream.

    Latency is from publishing the text to receiving the first SmplxFrame that the signer made for it, discovery done
    (docs/design.md). All texts differ, so nothing is cached. Every text is stopped after
    its first frame, so that hundreds fit into a run.

    Args:
        texts: different texts.
        parameters: of the signer node.

    Raises:
        NsaError: the node ends, does not get active, or does not sign.
    """
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    os.environ["ROS_DOMAIN_ID"] = str(20 + os.getpid() % 80)
    words = [w for key, value in {**parameters, "rate": RATE}.items() for w in ("-p", f"{key}:={value}")]
    latencies = []
    with SignerClient() as client:
        begun = time.time()
        node = subprocess.Popen(
            [sys.executable, "-m", "nsa_ros.ros.run", "signer", "--ros-args", "--log-level", "error", *words]
        )
        try:
            client.wait_until_active(60.0, lambda: _alive(node))
            stamp = client.status.header.stamp  # of the change to active: discovery takes up to 3 s more
            active = stamp.sec + 1e-9 * stamp.nanosec - begun
            for text in texts:
                latencies.append(client.time_to_first_frame(text, 10.0)[1])
                client.stop()
                if not client.wait_until_rest(20.0):
                    raise NsaError(f"the figure did not come to rest after {text!r}")
            client.clear()
            gc.disable()  # pauses of the listener are not the stream's
            client.publish(" ".join(texts[:6]))
            time.sleep(LISTEN)
            frames, arrivals = client.received()
            gc.enable()
            memory = _resident(node.pid)
        finally:
            node.terminate()
            node.wait(10.0)
    stamps = np.array([frame.header.stamp.sec + 1e-9 * frame.header.stamp.nanosec for frame in frames])
    signing = sum(frame.source in GENERATED for frame in frames)
    return {
        "process start to active [s]": round(active, 2),
        "text to first model sample [ms]": _percentiles(1e3 * np.array(latencies)),
        "texts": len(texts),
        "rate [Hz]": round((len(stamps) - 1) / (stamps[-1] - stamps[0]), 2),
        "publisher |interval - 10 ms| [ms]": _percentiles(1e3 * np.abs(np.diff(stamps) - 1 / RATE)),
        "receiver |interval - 10 ms| [ms]": _percentiles(1e3 * np.abs(np.diff(arrivals) - 1 / RATE)),
        "frames listened to": f"{len(frames)}, {signing} of them signed",
        "resident memory [MB]": round(memory, 1),
    }


def _percentiles(values: np.ndarray) -> dict[str, float]:
    return {"p50": round(float(np.percentile(values, 50)), 3), "p99": round(float(np.percentile(values, 99)), 3)}


def _alive(node: subprocess.Popen[bytes]) -> None:
    if node.poll() is not None:
        raise NsaError(
            f"the signer node ended with status {node.returncode}; start it alone to see why: nsa run signer"
        )


def _resident(pid: int) -> float:
    """Resident memory of a process [MB]."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    return float("nan")
