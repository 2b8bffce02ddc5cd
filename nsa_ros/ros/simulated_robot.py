"""A node that stands in for a robot's drivers and controllers, where there is no robot.

Node `simulated_robot`, or named as the robot with `_simulated` behind. The robot is ideal: each joint goes where its
controller says, as fast as its velocity limit allows and no further than its position limits. No masses, no contacts,
no friction; `nsa hand rehearse` has physics.

Subscribes
    joint_states (sensor_msgs/JointState): while another node tells joints of this robot, nothing is simulated
    <controller>/joint_trajectory, <controller>/commands, <controller>: as the robot's node commands it
        (`nsa_ros.ros.robot`)

Publishes
    joint_states (sensor_msgs/JointState): every joint of the robot, from its rest pose, at 100 Hz

Parameters: `nsa_ros.ros.parameters.SimulatedRobotParameters`; `ros2 param describe /NODE NAME` explains each.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from sensor_msgs.msg import JointState

from nsa_ros.errors import NsaError
from nsa_ros.robots.description.robot import Robot, load_robot
from nsa_ros.robots.motion.limits import MotionLimits
from nsa_ros.ros import qos, robot_messages
from nsa_ros.ros.command_topics import MEASURED, topic_name
from nsa_ros.ros.controllers import CONTROLLERS
from nsa_ros.ros.loop import Loops, Turn
from nsa_ros.ros.node_clock import simulated
from nsa_ros.ros.parameters import ParameterSet, SimulatedRobotParameters

Array = NDArray[np.float64]

PERIOD = 0.01
"""Of the controllers' updates and of the joint states [s]."""

ALONE = 1.0
"""For how long no other node may have told joints of the robot, before it is simulated [s]."""

REMEMBERED = 100
"""How many of its own joint states the node knows again."""


def moved(position: Array, reference: Array, limits: MotionLimits, dt: float) -> Array:
    """Where ideal joints are a little later [rad]. Shape (n,).

    Args:
        position: where they are [rad]. Shape (n,).
        reference: where they are to go [rad]; not finite: they stay. Shape (n,).
        limits: of the joints.
        dt: how much later [s]; time that goes backwards moves nothing.
    """
    goal = np.clip(np.where(np.isfinite(reference), reference, position), limits.lower, limits.upper)
    step = limits.velocity * max(dt, 0.0)
    return np.asarray(position + np.clip(goal - position, -step, step))


def undriven(robot: Robot) -> dict[str, float]:
    """Joints that move but have no drive, and where they stay [rad]."""
    return {
        joint.name: robot.fixed.get(joint.name, float(np.clip(0.0, joint.lower, joint.upper)))
        for joint in robot.urdf.joints
        if joint.moves and joint.mimic is None and joint.name not in robot.joints
    }


class SimulatedRobotNode(Node):
    """See the module's text for its ROS interface.

    Args:
        name: of the node.
        namespace: of the node and its topics; that of the process when left out.
        defaults: of parameters, where they are not the usual ones.
        loops: the threads of its updates; shared by the nodes of a process.

    Raises:
        NsaError: a parameter is not allowed, or a file of the robot is missing or wrong.
    """

    def __init__(
        self,
        name: str = "simulated_robot",
        namespace: str | None = None,
        defaults: Mapping[str, Any] | None = None,
        loops: Loops | None = None,
    ) -> None:
        super().__init__(name, namespace=namespace)
        self._loops, self._lock = loops or Loops(), threading.Lock()
        self._loop: Turn | None = None
        try:
            settings = ParameterSet(self, SimulatedRobotParameters, lambda: True, lambda _: None, defaults)
            parameters: SimulatedRobotParameters = settings.current
            if not parameters.robot:
                raise NsaError("no robot is named: set the parameter robot (-p robot:=NAME or the path of a YAML file)")
            self._robot = load_robot(parameters.robot, parameters.urdf or None)
        except NsaError:
            self.destroy_node()
            raise
        robot, still = self._robot, undriven(self._robot)
        self._names, self._still = [*robot.joints, *still], np.array(list(still.values()))
        self._position, self._reference = robot.rest.copy(), robot.rest.copy()
        self._controllers: list[tuple[Any, NDArray[np.intp]]] = []
        for controller in robot.controllers:
            kind = controller.kind if parameters.output == "robot" else parameters.output
            rows = robot.indices(controller.joints)
            made, topic = CONTROLLERS[kind](controller.joints, robot.rest[rows]), topic_name(controller, kind)
            self._controllers.append((made, rows))
            self.create_subscription(made.kind, topic, self._receiver(made, topic), qos.COMMAND)
        self._publisher = self.create_publisher(JointState, MEASURED, qos.STREAM)
        self._sent: dict[tuple[int, int], JointState] = {}
        self._told = time.monotonic()
        self.create_subscription(JointState, MEASURED, self._on_joint_state, qos.MEASURED)
        self._starting = self.create_timer(0.1, self._start, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def close(self) -> None:
        """Move no longer."""
        self._starting.cancel()
        if self._loop is not None:
            self._loop.stop()

    def _on_joint_state(self, message: JointState) -> None:
        """Joint states of other nodes, and its own."""
        common = sorted(set(message.name) & set(self._robot.joints))
        if not common or self._sent.get(_stamp(message)) == message:
            return
        self._told = time.monotonic()
        if self._loop is not None:
            self._loop.stop()
            self._loop = None
            self._starting.reset()
        self.get_logger().error(
            f"nothing is simulated: another node publishes {common[0]} on {self.resolve_topic_name(MEASURED)}; "
            "end that node, or use a namespace",
            throttle_duration_sec=5.0,
        )

    def _start(self) -> None:
        if time.monotonic() - self._told < ALONE:
            return
        self._starting.cancel()
        self._before = self._time()
        self._loop = self._loops.add(PERIOD, self._tick, self._on_tick_error, simulated(self))
        self.get_logger().info(f"{self._robot.title}: simulated, {len(self._robot.joints)} joints; no physics")

    def _time(self) -> float:
        return float(self.get_clock().now().nanoseconds * 1e-9)

    def _receiver(self, controller: Any, topic: str) -> Callable[[Any], None]:
        def receive(message: Any) -> None:
            with self._lock:
                reason = controller.receive(message, self._time())
            if reason:
                self.get_logger().warning(f"{topic}: rejected: {reason}", throttle_duration_sec=1.0)

        return receive

    def _tick(self) -> None:
        now = self._time()
        passed, self._before = now - self._before, now
        with self._lock:
            for controller, rows in self._controllers:
                self._reference[rows] = controller.update(now, PERIOD)
        position = moved(self._position, self._reference, self._robot.limits, passed)
        velocity = (position - self._position) / max(passed, PERIOD)
        self._position = position
        message = robot_messages.joint_command(
            self._names,
            np.concatenate([position, self._still]),
            np.concatenate([velocity, np.zeros(len(self._still))]),
            self.get_clock().now().to_msg(),
        )
        self._sent[_stamp(message)] = message
        if len(self._sent) > REMEMBERED:
            del self._sent[next(iter(self._sent))]
        self._publisher.publish(message)

    def _on_tick_error(self, error: Exception) -> None:
        self.get_logger().error(f"{type(error).__name__}: {error}", throttle_duration_sec=1.0)


def _stamp(message: JointState) -> tuple[int, int]:
    return message.header.stamp.sec, message.header.stamp.nanosec
