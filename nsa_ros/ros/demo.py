"""What `./demo` runs: signer and viewer as ROS 2 processes, a text on /sign_text, and a film of what was received.

This process is a third one: it sees the signer only through its topics.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from nsa_msgs.msg import SignerStatus
from std_msgs.msg import String

from nsa_ros.errors import NsaError
from nsa_ros.ros import qos
from nsa_ros.ros.client import SignerClient
from nsa_ros.viewer.caption import words
from nsa_ros.viewer.film import render

RATE = 100.0
OUT = Path("out")
START = 60.0
"""How long signer and viewer may take to start on a slow machine [s]."""


class Processes:
    """The node processes; leaving the context ends them."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Processes:
        return self

    def start(self, name: str, parameters: dict[str, object]) -> None:
        """Start a node with parameters; its output goes to out/<name>.log."""
        arguments = [word for key, value in parameters.items() for word in ("-p", f"{key}:={value}")]
        with (OUT / f"{name}.log").open("wb") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "nsa_ros.ros.run", name, "--ros-args", *arguments], stdout=log, stderr=log
            )

    def check(self) -> None:
        """Raise NsaError when one has ended, with its last words."""
        for name, process in self._running.items():
            if process.poll() is not None:
                words = (OUT / f"{name}.log").read_text(errors="replace").strip().splitlines()[-5:]
                raise NsaError(f"the {name} ended (status {process.returncode}):\n  " + "\n  ".join(words))

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(timeout=5.0)
            except subprocess.TimeoutExpired:
                process.kill()


def sign(client: SignerClient, processes: Processes, text: str) -> int:
    """Publish a text and show what is signed as it is received, until the figure rests. Returns the utterance's id.

    Raises:
        NsaError: the text is refused or cannot be signed, or a process ends.
    """
    utterance, latency = client.time_to_first_frame(text, timeout=30.0)
    print(f"First joint state of the signing: {1e3 * latency:.0f} ms after publishing the text.")
    print("Signing:", end="", flush=True)
    shown = -1
    while True:
        processes.check()
        done = client.wait(lambda: utterance in client.outcomes, timeout=0.1)
        for frame in client.frames_of(utterance):
            if frame.unit_index > shown:
                shown = frame.unit_index
                word = words(client.units.get(utterance, [])[: shown + 1])[-1:]
                print(f"{'-' if word and word[0][0] < shown else ' '}{frame.unit}", end="", flush=True)
        if done:
            break
    print(flush=True)
    if client.outcomes[utterance] != SignerStatus.OUTCOME_SIGNED:
        raise NsaError(f"the text was not signed to its end: {client.status and client.status.message}")
    if not client.wait_until_rest(timeout=10.0):
        raise NsaError("the figure did not come to rest")
    return utterance


def film(client: SignerClient, utterance: int, text: str) -> None:
    """Write out/demo.mp4 and out/demo.gif of everything received."""
    motion, units = client.motion(RATE), client.units.get(utterance, [])
    files = OUT / "demo.mp4", OUT / "demo.gif"

    def show(done: int, total: int) -> None:
        if sys.stdout.isatty():
            print(f"\rFilm: {100 * done / total:3.0f} %", end="", flush=True)

    render(motion, *files, sentence=text, labels=units, fps=25.0, progress=show)
    print(f"\rFilm: {files[0]} and {files[1]}, {motion.duration:.1f} s of what was received", flush=True)


def wait_for_page(client: SignerClient) -> str:
    """Address of the viewer's page.

    Raises:
        NsaError: the viewer did not say one in time.
    """
    found: list[str] = []
    client.node.create_subscription(String, "viewer/address", lambda message: found.append(message.data), qos.LATCHED)
    end = time.monotonic() + START
    while not found:
        if time.monotonic() > end:
            raise NsaError(f"the viewer gave no address within {START:.0f} s; see {OUT / 'viewer.log'}")
        time.sleep(0.05)
    return found[0]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo. Returns the exit status: 0 done, 1 an error the user can mend, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="./demo", description="A figure signs a text, over ROS 2.")
    parser.add_argument("text", nargs="?", default="Hello, my name is Ada.", help="English text")
    parser.add_argument("--keep", action="store_true", help="leave signer and viewer running until Ctrl-C")
    parser.add_argument("--reference", action="store_true", help="the reference signer instead of the neural model")
    options = parser.parse_args(argv)
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    os.environ.setdefault("ROS_DOMAIN_ID", str(20 + os.getpid() % 80))
    OUT.mkdir(exist_ok=True)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    try:
        with Processes() as processes:
            processes.start("signer", {"signer": "reference" if options.reference else "model", "rate": RATE})
            processes.start("viewer", {})
            print(f"Starting signer and viewer (ROS_DOMAIN_ID {os.environ['ROS_DOMAIN_ID']}, this machine only) …")
            with SignerClient() as client:
                client.wait_until_active(START, processes.check)
                print(f"Viewer: {wait_for_page(client)}", flush=True)
                utterance = sign(client, processes, options.text)
                film(client, utterance, options.text)
            if options.keep:
                print("Signer and viewer keep running; type into the page. Ctrl-C ends them.", flush=True)
                while True:
                    processes.check()
                    time.sleep(0.5)
    except NsaError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0 if options.keep else 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
