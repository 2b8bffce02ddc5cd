"""Node processes and the client that talks to them, on a ROS domain of this test run, heard on this machine only."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
os.environ["ROS_DOMAIN_ID"] = str(1 + os.getpid() % 100)


class Process:
    """A node process; its output is collected."""

    def __init__(self, *command: str, **parameters: object) -> None:
        values = [word for key, value in parameters.items() for word in ("-p", f"{key}:={value}")]
        ros = ["--ros-args", *values] if values else []
        path = os.pathsep.join([str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])
        self._popen = subprocess.Popen(
            [sys.executable, *command, *ros],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        self.output = ""

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    @property
    def holds_signals(self) -> bool:
        """Whether it has begun to wait for its ending signals (Linux)."""
        status = Path(f"/proc/{self._popen.pid}/status").read_text(encoding="ascii")
        blocked = next(line.split()[1] for line in status.splitlines() if line.startswith("SigBlk"))
        return bool(int(blocked, 16) >> (signal.SIGINT - 1) & 1)

    def send(self, number: int) -> None:
        self._popen.send_signal(number)

    def end(self, number: int = signal.SIGINT) -> int:
        """Send a signal and wait; returns the exit status."""
        if self.running:
            self.send(number)
        try:
            self.output += self._popen.communicate(timeout=10.0)[0]
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self.output += self._popen.communicate()[0]
        return self._popen.returncode


class Signer:
    """A signer node with the fake signer, and a client that talks to it.

    Args:
        client: that talks to it.
        process: with the node; started when left out.
        parameters: of the node that is started.
    """

    def __init__(self, client: Any, process: Process | None = None, **parameters: object) -> None:
        self.client = client
        self.subscriptions: list[Any] = []
        self.before = 0
        self.process = process or Process(str(HERE / "fake_node.py"), **parameters)

    def call(self, kind: Any, name: str, request: Any) -> Any:
        """Call a service of the node and wait for the response."""
        node = self.client.node
        service = node.create_client(kind, name)
        try:
            assert service.wait_for_service(timeout_sec=10.0), f"no service {name}"
            future = service.call_async(request)
            wait_for(future.done, 15.0, f"no response of {name}")
            return future.result()
        finally:
            node.destroy_client(service)

    @property
    def outcomes(self) -> dict[int, int]:
        """How the utterances of this test ended."""
        return {number: outcome for number, outcome in self.client.outcomes.items() if number > self.before}

    def hear(self, kind: Any, topic: str, profile: Any) -> list[Any]:
        """The messages of a topic from now on, until the test ends."""
        heard: list[Any] = []
        self.subscriptions.append(self.client.node.create_subscription(kind, topic, heard.append, profile))
        return heard

    def set(self, **values: object) -> Any:
        """Set parameters one by one; the last result."""
        from rcl_interfaces.srv import SetParameters
        from rclpy.parameter import Parameter

        parameters = [Parameter(name, value=value).to_parameter_msg() for name, value in values.items()]
        request = SetParameters.Request(parameters=parameters)
        return self.call(SetParameters, "signer/set_parameters", request).results[-1]

    def transition(self, label: str) -> bool:
        """Ask for a lifecycle transition; whether it succeeded."""
        from lifecycle_msgs.msg import Transition
        from lifecycle_msgs.srv import ChangeState

        return self.call(
            ChangeState, "signer/change_state", ChangeState.Request(transition=Transition(label=label))
        ).success

    def sign(self, text: str, timeout: float = 20.0) -> int:
        """Publish a text on a signer at rest and wait until it has ended; its utterance."""
        before = self.client.status.last_utterance
        self.client.publish(text)
        assert self.client.wait(lambda: max(self.client.outcomes, default=0) > before, timeout), self.client.status
        return max(self.client.outcomes)


def beside_callbacks(node: Any, function: Callable[[], Any]) -> Any:
    """What a function returns in the thread of a node's callbacks, between two of them.

    rclpy's action client forgets an answer that comes before it has noted the question, so it has to ask from there.
    """
    task = node.executor.create_task(function)
    wait_for(task.done, 10.0, "the node's thread does not turn")
    return task.result()


def wait_for(condition: Callable[[], object], timeout: float, what: str) -> None:
    """Wait until a condition holds, or fail."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)
