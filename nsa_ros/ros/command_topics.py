"""The topics on which a robot's controllers are commanded, and who else publishes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from nsa_ros.errors import NsaError
from nsa_ros.robots.description.parts import Controller
from nsa_ros.robots.motion.command import Command
from nsa_ros.robots.motion.window import Window
from nsa_ros.ros import qos, robot_messages
from nsa_ros.ros.messages import stamp

MEASURED = "joint_states"
"""Topic of the measured joint state, on which nothing is ever commanded."""

KINDS: dict[str, tuple[Any, str]] = {
    "joint_trajectory": (JointTrajectory, "{name}/joint_trajectory"),
    "position": (Float64MultiArray, "{name}/commands"),
    "joint_state": (JointState, "{name}/joint_commands"),
}
"""Type and topic of the commands for each type of controller."""


@dataclass(frozen=True)
class CommandTopic:
    """Where one controller takes its commands.

    Attributes:
        kind: of its commands, one of `KINDS`.
        topic: in full.
        joints: in the controller's order. Length m.
        rows: where they are among the robot's joints. Shape (m,).
        publisher: to the topic.
    """

    kind: str
    topic: str
    joints: tuple[str, ...]
    rows: NDArray[np.intp]
    publisher: Any

    @property
    def type(self) -> str:
        """Name of the message type, as `ros2 topic` says it."""
        return {JointTrajectory: "trajectory_msgs", Float64MultiArray: "std_msgs", JointState: "sensor_msgs"}[
            KINDS[self.kind][0]
        ] + f"/msg/{KINDS[self.kind][0].__name__}"


class CommandTopics:
    """The publishers of a robot's commands.

    Attributes:
        topics: one for each controller.

    Args:
        node: owns the publishers.
        controllers: of the robot.
        joints: of the robot, in its order.
        output: type of all commands, or `robot` for what each controller says.

    Raises:
        NsaError: there is no controller, or two would be commanded on one topic, or one on the measured joint state's.
    """

    def __init__(self, node: Node, controllers: Sequence[Controller], joints: Sequence[str], output: str) -> None:
        self._node = node
        if not controllers:
            raise NsaError("the robot has no controllers, so nothing can be commanded; name them in its YAML")
        self._output = output
        kinds = [self.kind(controller) for controller in controllers]
        names = [topic_name(controller, kind) for controller, kind in zip(controllers, kinds, strict=True)]
        full = [node.resolve_topic_name(name) for name in names]
        for topic in full:
            if topic == node.resolve_topic_name(MEASURED):
                raise NsaError(f"{topic} is the topic of the measured joint state; commands need one of their own")
            if full.count(topic) > 1:
                raise NsaError(f"two controllers would be commanded on {topic}; give them names of their own")
        self.topics = [
            CommandTopic(
                kind,
                topic,
                controller.joints,
                np.array([list(joints).index(joint) for joint in controller.joints], dtype=np.intp),
                node.create_publisher(KINDS[kind][0], name, qos.COMMAND, qos_overriding_options=qos.OVERRIDABLE),
            )
            for controller, kind, name, topic in zip(controllers, kinds, names, full, strict=True)
        ]

    def kind(self, controller: Controller) -> str:
        """The type of a controller's commands."""
        return controller.kind if self._output == "robot" else self._output

    @property
    def kinds(self) -> set[str]:
        """The types of the commands."""
        return {topic.kind for topic in self.topics}

    def publish(self, command: Command, window: Window | None, due: float, ahead: float) -> None:
        """Publish what every controller is to do.

        Args:
            command: at the end of this tick.
            window: the trajectory that leads there and on; needed by those that take trajectories.
            due: when the command is to be reached [s].
            ahead: how far the clock of stamps is ahead of that of window and `due` [s].
        """
        for topic in self.topics:
            topic.publisher.publish(message(topic.kind, topic.joints, topic.rows, command, window, due, ahead))

    def others(self) -> str:
        """Who else publishes on these topics; "" when nobody does."""
        return "; ".join(filter(None, (self._others(topic.topic) for topic in self.topics)))

    def unheard(self) -> list[str]:
        """Topics that nobody listens to."""
        return [topic.topic for topic in self.topics if not topic.publisher.get_subscription_count()]

    def close(self) -> None:
        """Remove the publishers."""
        for topic in self.topics:
            self._node.destroy_publisher(topic.publisher)

    def _others(self, topic: str) -> str:
        found = publishers(self._node, topic)
        own = self._node.get_fully_qualified_name()
        if own in found:
            found.remove(own)
        return f"{', '.join(found)} publishes on {topic}" if found else ""


def publishers(node: Node, topic: str) -> list[str]:
    """Nodes that publish on a topic, by their full names, in order."""
    found = node.get_publishers_info_by_topic(topic)
    return sorted(f"{info.node_namespace.rstrip('/')}/{info.node_name}" for info in found)


def topic_name(controller: Controller, kind: str) -> str:
    """Relative name of a controller's command topic; one that takes JointState is itself named as the topic."""
    if kind == controller.kind == "joint_state":
        return controller.name
    return KINDS[kind][1].format(name=controller.name)


def message(
    kind: str,
    joints: Sequence[str],
    rows: NDArray[np.intp],
    command: Command,
    window: Window | None,
    due: float,
    ahead: float = 0.0,
) -> Any:
    """What one controller is to do, as a message.

    Args:
        kind: one of `KINDS`.
        joints: in the controller's order. Length m.
        rows: where they are among the robot's joints. Shape (m,).
        command: of the robot, at the end of this tick.
        window: the trajectory that leads there and on; only trajectories need it.
        due: when the command is to be reached [s].
        ahead: how far the clock of stamps is ahead of that of window and `due` [s].

    Raises:
        NsaError: a trajectory without a window.
    """
    position, velocity = command.position[rows], command.velocity[rows]
    if kind == "position":
        return robot_messages.position_command(position)
    if kind == "joint_state":
        return robot_messages.joint_command(joints, position, velocity, _stamp(due + ahead))
    if window is None:
        raise NsaError(f"no window for the trajectory of {', '.join(joints)}")
    positions, velocities = window.positions[:, rows], window.velocities[:, rows]
    return robot_messages.joint_trajectory(joints, window.times, positions, velocities, _stamp(window.start + ahead))


def _stamp(seconds: float) -> Time:
    return stamp(round(seconds * 1e9))
