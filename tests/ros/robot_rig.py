"""A robot's node in this process, with all it talks to: a made-up signer, a mock robot, and a client."""

import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from harness import wait_for
from mock_controller import MockRobot, Strict
from nsa_msgs.msg import RobotStatus, SignerStatus, SmplxFrame
from rclpy.context import Context
from rclpy.executors import MultiThreadedExecutor, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from std_msgs.msg import Bool
from std_srvs.srv import SetBool, Trigger

from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX
from nsa_ros.robots.description.robot import Robot, load_robot
from nsa_ros.ros import messages, qos
from nsa_ros.ros.robot import RobotNode
from nsa_ros.ros.spinning import Spinning

sys.path.append(str(Path(__file__).parents[1] / "robots"))
from tiny_robot import HAND, ROBOT, write


def quick_hand(folder: Path) -> Path:
    """The tiny hand of the tests of robots, with joints fast enough for short tests; the path of its YAML."""
    return write(folder, ROBOT.replace("velocity: 1.5", "velocity: 6"), re.sub('velocity="[23]"', 'velocity="8"', HAND))


def fist(share: float) -> Any:
    """Pose (55, 3) with the right fingers bent by a share of a fist."""
    poses = named_pose("neutral").copy()
    for finger in ("index", "middle", "ring", "pinky"):
        for joint in (1, 2, 3):
            poses[INDEX[f"right_{finger}{joint}"], 2] += 1.3 * share
    poses[INDEX["right_thumb2"], 1] += 0.5 * share
    return poses


def waving(t: float) -> Any:
    """Pose (55, 3) at a time [s]: the right hand opens and closes."""
    return fist(0.5 - 0.5 * np.cos(2.0 * np.pi * t))


class Rig:
    """Leave with `close`.

    Attributes:
        robot: as the node loads it.
        node: the robot's.
        mock: the robot itself.
        heard: every status.
        poses: what the signer shows, as a function of time since it began [s]; None while it is silent.

    Args:
        file: YAML of the robot, or its name.
        output: type of the commands.
        position: where the joints stand at first [rad]; in the rest pose when left out.
        parameters: of the node.
    """

    def __init__(
        self, file: Path | str, output: str = "joint_trajectory", position: Any = None, **parameters: object
    ) -> None:
        self.robot: Robot = load_robot(file)
        self.poses: Callable[[float], Any] | None = None
        self.heard: list[RobotStatus] = []
        self._context = Context()
        rclpy.init(args=[], context=self._context, signal_handler_options=SignalHandlerOptions.NO)
        self.client = Node("rig", context=self._context)
        self.client.create_subscription(RobotStatus, "tiny/status", self.heard.append, qos.STATUS_IN)
        self._frames = self.client.create_publisher(SmplxFrame, "signer/smplx", qos.STREAM)
        self._signer = self.client.create_publisher(SignerStatus, "signer/status", qos.LATCHED)
        self._stop = self.client.create_publisher(Bool, "tiny/estop", 10)
        start = self.robot.rest if position is None else np.asarray(position, float)
        controllers = {}
        for controller in self.robot.controllers:
            made = Strict(output, controller.joints, start[self.robot.indices(controller.joints)])
            controllers[f"{controller.name}/{made.topic}"] = made
        self.mock = MockRobot(Node("mock", context=self._context), controllers, self.robot.joints, start)
        values = {"robot": str(file), "output": output, **parameters}
        args = ["", "--ros-args", *(w for key, value in values.items() for w in ("-p", f"{key}:={value}"))]
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
        self.node = RobotNode("tiny")
        self._spinning = [
            Spinning(MultiThreadedExecutor(num_threads=4), self.node),
            Spinning(SingleThreadedExecutor(context=self._context), self.client),
        ]
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._sign, daemon=True)
        self._thread.start()

    @property
    def status(self) -> RobotStatus:
        """The last one."""
        wait_for(lambda: self.heard, 5.0, "no status")
        return self.heard[-1]

    def wait(self, state: int, timeout: float = 10.0, word: str = "") -> RobotStatus:
        """Wait until a state is told, with a word in the message."""
        end = time.monotonic() + timeout
        while not (self.heard and self.heard[-1].state == state and word in self.heard[-1].message):
            assert time.monotonic() < end, f"wanted state {state} with {word!r}; last status {self.heard[-1:]}"
            time.sleep(0.01)
        return self.heard[-1]

    def activate(self, on: bool = True) -> Any:
        """Ask for activation, or for the end of it."""
        return self.call(SetBool, "tiny/activate", SetBool.Request(data=on))

    def trigger(self, name: str) -> Any:
        """Call ~/estop or ~/reset."""
        return self.call(Trigger, f"tiny/{name}", Trigger.Request())

    def call(self, kind: Any, name: str, request: Any) -> Any:
        """Call a service and wait for the response."""
        service = self.client.create_client(kind, name)
        assert service.wait_for_service(timeout_sec=5.0), name
        future = service.call_async(request)
        wait_for(future.done, 15.0, f"no response of {name}")
        self.client.destroy_client(service)
        return future.result()

    def press(self, stop: bool) -> None:
        """Publish on the e-stop topic."""
        wait_for(self._stop.get_subscription_count, 5.0, "nobody listens to the e-stop")
        self._stop.publish(Bool(data=stop))

    def sign_at(self, speed: float) -> None:
        """Publish a signer's status with a speed."""
        self._signer.publish(SignerStatus(speed=speed))

    def references(self) -> tuple[Any, Any]:
        """Times (k,) [s] and what the controllers wrote to the hardware (k, n) [rad], so far."""
        times, rows = zip(*self.mock.references, strict=True)
        return np.array(times), np.array(rows)

    def calm(self) -> None:
        """Take the node back to inactive, the signer to silence and the mock to good order."""
        self.poses, self.mock.muted, self.mock.disturb = None, False, lambda message: None
        self.trigger("reset")
        self.activate(False)
        self.wait(RobotStatus.INACTIVE)
        wait_for(lambda: 0.0 <= self.heard[-1].joint_state_age < 0.3, 5.0, "the joint states are not heard")

    def close(self) -> None:
        """End everything."""
        self._ending.set()
        self._thread.join(timeout=2.0)
        for spinning in self._spinning:
            spinning.expect_end()
        self.node.close()
        self.mock.close()
        for spinning in self._spinning:
            spinning.close()
        self.node.destroy_node()
        self.client.destroy_node()
        rclpy.shutdown()
        rclpy.shutdown(context=self._context)

    def _sign(self) -> None:
        zero, begun, before = np.zeros(10), time.monotonic(), None
        while not self._ending.is_set():
            time.sleep(0.01)
            if self.poses is not before:
                begun, before = time.monotonic(), self.poses
            if before is not None:
                now = self.client.get_clock().now().to_msg()
                self._frames.publish(messages.smplx_frame(before(time.monotonic() - begun), zero, zero[:3], now))


@contextmanager
def started(folder: Path, **settings: Any) -> Iterator[Rig]:
    """A rig with a tiny hand; its controllers must reject nothing."""
    made = Rig(quick_hand(folder), **settings)
    try:
        yield made
    finally:
        made.close()
    assert made.mock.rejected == []


def following(rig: Rig) -> None:
    """Activate it and wait until it follows the hand that waves."""
    rig.poses = waving
    assert rig.activate().success
    rig.wait(RobotStatus.FOLLOWING)


def assert_within_limits(rig: Rig) -> None:
    """Of positions, of what the controllers wrote to the hardware; it moved."""
    _, rows = rig.references()
    assert (rows >= rig.robot.limits.lower - 1e-3).all()
    assert (rows <= rig.robot.limits.upper + 1e-3).all()
    assert np.ptp(rows, axis=0).max() > 0.3
