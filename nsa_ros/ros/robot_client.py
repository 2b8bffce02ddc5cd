"""The other side of a robot's node: asks it to activate, to stop, what it does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import rclpy
from nsa_msgs.msg import RobotStatus
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from std_srvs.srv import SetBool, Trigger

from nsa_ros.errors import NsaError
from nsa_ros.ros import qos

ACTIONS = ("status", "activate", "deactivate", "estop", "reset")
"""What a robot's node can be asked for."""

STATES = {
    RobotStatus.UNCONFIGURED: "unconfigured",
    RobotStatus.INACTIVE: "inactive",
    RobotStatus.STARTING: "starting",
    RobotStatus.FOLLOWING: "following",
    RobotStatus.HOLDING: "holding",
    RobotStatus.RESTING: "resting",
    RobotStatus.STOPPED: "stopped",
    RobotStatus.LEAVING: "leaving",
}
"""Number of a state to its name."""

ANSWER = 5.0
"""How long a node may take to appear, and to answer [s]."""


def ask(robot: str, action: str) -> str:
    """Ask a robot's node for one of `ACTIONS`. Returns its answer.

    Args:
        robot: name of the node, with its namespace if it has one.
        action: what to do.

    Raises:
        NsaError: there is no such node, or it refuses.
    """
    with _node() as (node, executor):
        if action == "status":
            heard: list[RobotStatus] = []
            node.create_subscription(RobotStatus, f"{robot}/status", heard.append, qos.LATCHED)
            _until(executor, lambda: bool(heard), f"no robot {robot!r} tells its status")
            status = heard[-1]
            return f"{robot}: {STATES[status.state]}" + (f": {status.message}" if status.message else "")
        switch = action in ("activate", "deactivate")
        service = node.create_client(SetBool if switch else Trigger, f"{robot}/{'activate' if switch else action}")
        _until(executor, service.service_is_ready, f"no robot {robot!r} is there")
        request = SetBool.Request(data=action == "activate") if switch else Trigger.Request()
        future = service.call_async(request)
        _until(executor, future.done, f"{robot} does not answer")
        answer = future.result()
    if not answer.success:
        raise NsaError(f"{robot}: {answer.message}")
    return f"{robot}: {answer.message}"


@contextmanager
def _node() -> Iterator[tuple[Node, SingleThreadedExecutor]]:
    """A node of its own context, and its executor."""
    context = Context()
    rclpy.init(args=[], context=context, signal_handler_options=SignalHandlerOptions.NO)
    node, executor = Node("robot_client", context=context), SingleThreadedExecutor(context=context)
    executor.add_node(node)
    try:
        yield node, executor
    finally:
        executor.shutdown()
        node.destroy_node()
        rclpy.shutdown(context=context)


def _until(executor: SingleThreadedExecutor, condition: Any, fault: str) -> None:
    end = time.monotonic() + ANSWER
    while not condition():
        if time.monotonic() > end:
            raise NsaError(f"{fault} (waited {ANSWER:.0f} s); start it: nsa run robot --robots NAME")
        executor.spin_once(timeout_sec=0.05)
