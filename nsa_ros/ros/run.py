"""Processes of the nodes: start, spin, end. Imports nothing heavy, so that an ending signal finds it ready at once."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from nsa_ros.errors import NsaError
from nsa_ros.ros.names import RobotChoice, robot_choices, signer_names

END = {signal.SIGINT, signal.SIGTERM}
GRACE = 3.0
"""How long the nodes may take to end [s]."""

NAMESPACE = "__ns:="
"""How a remapping of the namespace begins."""


def signer(arguments: Sequence[str] | None = None) -> int:
    """Run the signer node until SIGINT or SIGTERM. Returns the exit status."""

    def make() -> Any:
        from nsa_ros.ros.signer import SignerNode

        return SignerNode()

    return run([make], arguments)


def signers(arguments: Sequence[str] | None = None, load: Callable[[Any], Any] | None = None) -> int:
    """Run several signer nodes, `NAME/signer` for each of `--names`, until SIGINT or SIGTERM. Returns the exit status.

    Those whose parameters ask for the same signer share one model and generate together.

    Args:
        arguments: names and ROS arguments; the command line's when left out.
        load: makes the signer that parameters ask for; the shipped ones when left out.
    """
    parser = argparse.ArgumentParser(prog="signers", usage="%(prog)s --names NAME,NAME [--ros-args …]")
    parser.add_argument("--names", required=True, help="namespaces, each with a signer in it; letters, digits and _")
    own, rest = parser.parse_known_args(arguments)
    base, rest = taken_namespace(rest)
    try:
        names = signer_names(own.names)
    except NsaError as error:
        print(error, file=sys.stderr)
        return 1

    @cache
    def shared() -> dict[str, Any]:
        from nsa_ros.ros.loop import Loops
        from nsa_ros.ros.signers import SharedSigners, load_signer

        return {"signers": SharedSigners(load or load_signer), "loops": Loops()}

    def make(name: str) -> Any:
        from nsa_ros.ros.signer import SignerNode

        namespace = f"{base}/{name}"
        try:
            return SignerNode(**shared(), namespace=namespace)
        except NsaError as error:
            raise NsaError(f"{namespace}/signer: {error}") from error

    return run([partial(make, name) for name in names], rest)


def taken_namespace(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The namespace that ROS arguments ask for ("" for none), and the arguments without it.

    ROS would put every node of the process into it, where they would have equal names.
    """
    base, kept = "", []
    for word in arguments:
        if word.startswith(NAMESPACE) and kept and kept[-1] in ("-r", "--remap"):
            base = word.removeprefix(NAMESPACE).rstrip("/")
            kept.pop()
        else:
            kept.append(word)
    return base, kept


def robot(arguments: Sequence[str] | None = None) -> int:
    """Run the node of a robot, or of each of `--robots`, named as the robot, until SIGINT or SIGTERM.

    Returns the exit status. NumPy computes in the calling thread, unless OMP_NUM_THREADS is set: a robot's matrices
    are so small that waiting for another thread takes longer, and on a busy machine much longer.

    Args:
        arguments: robots and ROS arguments; the command line's when left out.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    return _robots("robot", _robot, arguments)


def simulated_robot(arguments: Sequence[str] | None = None) -> int:
    """Run what stands in for the drivers of a robot, or of each of `--robots`, until SIGINT or SIGTERM.

    Its node is named as the robot's, with `_simulated` behind. Returns the exit status.

    Args:
        arguments: robots and ROS arguments; the command line's when left out.
    """
    return _robots("simulated_robot", _simulated_robot, arguments)


def _robots(prog: str, make: Callable[..., Any], arguments: Sequence[str] | None) -> int:
    """Run a node, or one for each of `--robots`; `make` makes it of a choice, the signer's namespace and the loops."""
    parser = argparse.ArgumentParser(prog=prog, usage="%(prog)s [--robots [NAMESPACE/]NAME,…] [--ros-args …]")
    parser.add_argument(
        "--robots",
        default="",
        help=f"robots, by name or YAML file; without it one node `{prog}`, whose parameter robot says which",
    )
    own, rest = parser.parse_known_args(arguments)
    if not own.robots:
        return run([make], rest)
    base, rest = taken_namespace(rest)
    try:
        chosen = robot_choices(own.robots)
    except NsaError as error:
        print(error, file=sys.stderr)
        return 1

    @cache
    def loops() -> Any:
        from nsa_ros.ros.loop import Loops

        return Loops()

    return run([partial(make, choice, base, loops) for choice in chosen], rest)


def _robot(choice: RobotChoice | None = None, base: str = "", loops: Callable[[], Any] = lambda: None) -> Any:
    try:
        from nsa_ros.ros.robot import RobotNode
    except ModuleNotFoundError as error:
        raise NsaError(f"a robot needs the library {error.name}: pip install {error.name}") from error

    if choice is None:
        return RobotNode()
    namespace = f"{base}/{choice.namespace}".rstrip("/")
    return RobotNode(choice.node, namespace or None, choice.defaults(f"{base}/signer"), loops())


def _simulated_robot(choice: RobotChoice | None = None, base: str = "", loops: Callable[[], Any] = lambda: None) -> Any:
    from nsa_ros.ros.simulated_robot import SimulatedRobotNode

    if choice is None:
        return SimulatedRobotNode()
    namespace = f"{base}/{choice.namespace}".rstrip("/")
    return SimulatedRobotNode(choice.simulated, namespace or None, {"robot": choice.robot}, loops())


def viewer(arguments: Sequence[str] | None = None) -> int:
    """Run the viewer node until SIGINT or SIGTERM. Returns the exit status."""

    def make() -> Any:
        from nsa_ros.ros.viewer import ViewerNode

        return ViewerNode()

    return run([make], arguments)


def run(makes: Sequence[Callable[[], Any]], arguments: Sequence[str] | None = None) -> int:
    """Nodes in a process of their own, each with an executor of its own, so that none waits for another.

    The ending signals are blocked in every thread and waited for here, so that they interrupt no import, no model load
    and no callback halfway: whenever one comes, the nodes end in order and the exit status is 0.

    Args:
        makes: each makes a node, which has `close()`; called when rclpy is initialised.
        arguments: ROS arguments (`--ros-args …`); the command line's when left out.

    Returns:
        0; 1 when ROS 2 is missing or no node can be made. Why one cannot be made is told on stderr.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, END)
    try:
        import rclpy
        from rclpy.signals import SignalHandlerOptions
    except ImportError as error:
        print(f"ROS 2 for Python is missing ({error}): source a ROS 2, or use the .venv of ./demo", file=sys.stderr)
        return 1
    rclpy.init(
        args=arguments if arguments is None else ["", *arguments], signal_handler_options=SignalHandlerOptions.NO
    )
    hosts = []
    for make in makes:
        try:
            hosts.append(_Host(make()))
        except NsaError as error:
            print(error, file=sys.stderr)
    if not hosts:
        rclpy.shutdown()
        return 1
    signal.sigwait(END)
    watchdog = threading.Timer(GRACE, _give_up)
    watchdog.daemon = True
    watchdog.start()
    closing = [threading.Thread(target=host.close, name="closing") for host in hosts]
    for thread in closing:
        thread.start()
    for thread in closing:
        thread.join()
    for host in hosts:
        host.node.destroy_node()
    rclpy.shutdown()
    return 0


class _Host:
    """A node and the thread in which its callbacks are found."""

    def __init__(self, node: Any) -> None:
        from rclpy.executors import MultiThreadedExecutor

        from nsa_ros.ros.spinning import Spinning

        self.node = node
        self._spinning = Spinning(MultiThreadedExecutor(num_threads=4), node)

    def close(self) -> None:
        """End the node in order."""
        self._spinning.expect_end()
        self.node.close()
        self._spinning.close()


def _give_up() -> None:
    print(f"ending took longer than {GRACE:.0f} s and was cut short", file=sys.stderr, flush=True)
    os._exit(1)


if __name__ == "__main__":
    nodes = {"signer": signer, "signers": signers, "robot": robot, "simulated_robot": simulated_robot, "viewer": viewer}
    sys.exit(nodes[sys.argv[1]](sys.argv[2:]))
