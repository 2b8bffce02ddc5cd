"""A robot that obeys controllers of ros2_control (`nsa_ros.ros.controllers`), and remembers what they did and rejected.

`MockRobot` is a node with such controllers and joints that follow them no faster than they can, and it publishes their
measured state. It can be silenced and disturbed.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState

from nsa_ros.ros import controllers
from nsa_ros.ros.spinning import Spinning

Array = NDArray[np.float64]


class Strict:
    """A controller that remembers what it accepted and what it rejected.

    Attributes:
        topic: of its commands, below its name.
        rejected: why messages were rejected, in order.
        accepted: how many were not.

    Args:
        kind: type of the controller, as a robot's YAML names it.
        joints: in its order.
        position: where the joints are. Shape (n,).
    """

    def __init__(self, kind: str, joints: Sequence[str], position: Array) -> None:
        self._controller = controllers.CONTROLLERS[kind](joints, position)
        self.topic = {"joint_trajectory": "joint_trajectory", "position": "commands"}.get(kind, "joint_commands")
        self.kind, self.joints, self.update = self._controller.kind, list(joints), self._controller.update
        self.rejected: list[str] = []
        self.accepted = 0

    def receive(self, message: Any, now: float) -> None:
        """A message of the command topic."""
        reason = self._controller.receive(message, now)
        if reason:
            self.rejected.append(reason)
        else:
            self.accepted += 1


class MockRobot:
    """A node with controllers and the joints they drive, in a thread of its own.

    Attributes:
        references: time [s] and reference of every joint at each update. Shape of a reference (n,).
        position: measured. Shape (n,).

    Args:
        node: belongs to it; spun by it.
        controllers: topic to controller.
        velocity: how fast each joint can move [rad/s]; by name.
        joints: of the joint states, in their order.
        position: of the joints at the start [rad]. Shape (n,).
        rate: of the controllers' updates and of the joint states [Hz].
    """

    def __init__(
        self,
        node: Node,
        controllers: dict[str, Any],
        joints: Sequence[str],
        position: Array,
        velocity: float = 6.0,
        rate: float = 200.0,
    ) -> None:
        self.node, self.controllers, self.joints = node, controllers, list(joints)
        self.position, self._speed, self._period = position.astype(float), velocity, 1.0 / rate
        self.references: list[tuple[float, Array]] = []
        self.muted = False
        self.disturb: Callable[[JointState], None] = lambda message: None
        self._reference = self.position.copy()
        self._publisher = node.create_publisher(JointState, "joint_states", 10)
        for topic, controller in controllers.items():
            node.create_subscription(controller.kind, topic, self._receiver(controller), 10)
        self._lock = threading.Lock()
        self._spinning = Spinning(SingleThreadedExecutor(context=node.context), node)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the threads and the node."""
        self._ending.set()
        self._spinning.close()
        self._thread.join(timeout=2.0)
        self.node.destroy_node()

    @property
    def rejected(self) -> list[str]:
        """Why messages were rejected, of all controllers."""
        return [reason for controller in self.controllers.values() for reason in controller.rejected]

    @property
    def accepted(self) -> int:
        """How many messages were accepted by all controllers."""
        return sum(controller.accepted for controller in self.controllers.values())

    def _now(self) -> float:
        return float(self.node.get_clock().now().nanoseconds * 1e-9)

    def _receiver(self, controller: Any) -> Callable[[Any], None]:
        def receive(message: Any) -> None:
            with self._lock:
                controller.receive(message, self._now())

        return receive

    def _run(self) -> None:
        last = self._now()
        while not self._ending.is_set():
            time.sleep(self._period)
            now = self._now()
            passed, last = now - last, now
            with self._lock:
                for controller in self.controllers.values():
                    rows = [self.joints.index(name) for name in controller.joints]
                    self._reference[rows] = controller.update(now, self._period)
            self.references.append((now, self._reference.copy()))
            step = self._speed * max(passed, 0.0)
            self.position = self.position + np.clip(self._reference - self.position, -step, step)
            message = JointState(name=self.joints, position=self.position.tolist())
            message.header.stamp = self.node.get_clock().now().to_msg()
            self.disturb(message)
            if not self.muted:
                self._publisher.publish(message)
