"""Processes of the nodes: start, spin, end. Imports nothing heavy, so that an ending signal finds it ready at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

from nsa_ros.errors import NsaError

END = {signal.SIGINT, signal.SIGTERM}
GRACE = 3.0
"""How long a node may take to end [s]."""


def signer(arguments: Sequence[str] | None = None) -> int:
    """Run the signer node until SIGINT or SIGTERM. Returns the exit status."""

    def make() -> Any:
        from nsa_ros.ros.signer import SignerNode

        return SignerNode()

    return run(make, arguments)


def viewer(arguments: Sequence[str] | None = None) -> int:
    """Run the viewer node until SIGINT or SIGTERM. Returns the exit status."""

    def make() -> Any:
        from nsa_ros.ros.viewer import ViewerNode

        return ViewerNode()

    return run(make, arguments)


def run(make: Callable[[], Any], arguments: Sequence[str] | None = None) -> int:
    """A node in a process of its own.

    The ending signals are blocked in every thread and waited for here, so that they interrupt no import, no model load
    and no callback halfway: whenever one comes, the node ends in order and the exit status is 0.

    Args:
        make: makes the node, which has `close()`; called when rclpy is initialised.
        arguments: ROS arguments (`--ros-args …`); the command line's when left out.

    Returns:
        0; 1 when ROS 2 is missing or the node cannot be made, with the reason on stderr.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, END)
    try:
        import rclpy
        from rclpy.executors import MultiThreadedExecutor
        from rclpy.signals import SignalHandlerOptions
    except ImportError as error:
        print(f"ROS 2 for Python is missing ({error}): source a ROS 2, or use the .venv of ./demo", file=sys.stderr)
        return 1
    rclpy.init(
        args=arguments if arguments is None else ["", *arguments], signal_handler_options=SignalHandlerOptions.NO
    )
    try:
        node = make()
    except NsaError as error:
        print(error, file=sys.stderr)
        rclpy.shutdown()
        return 1
    executor = MultiThreadedExecutor(num_threads=4)
    executor.add_node(node)
    ending = threading.Event()

    def spin() -> None:
        while not ending.is_set():
            try:
                executor.spin_once(timeout_sec=1.0)
            except Exception as error:  # an error in one callback must not take the node down
                if not ending.is_set():
                    node.get_logger().error(f"{type(error).__name__}: {error}")

    spinning = threading.Thread(target=spin, name="executor", daemon=True)
    spinning.start()
    signal.sigwait(END)
    watchdog = threading.Timer(GRACE, _give_up)
    watchdog.daemon = True
    watchdog.start()
    ending.set()
    node.close()
    executor.shutdown(timeout_sec=1.0)
    spinning.join(timeout=2.0)
    node.destroy_node()
    rclpy.shutdown()
    return 0


def _give_up() -> None:
    print(f"ending took longer than {GRACE:.0f} s and was cut short", file=sys.stderr, flush=True)
    os._exit(1)


if __name__ == "__main__":
    sys.exit({"signer": signer, "viewer": viewer}[sys.argv[1]](sys.argv[2:]))
