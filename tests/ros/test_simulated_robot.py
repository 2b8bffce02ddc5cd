"""A simulated robot: its joints, what RViz shows of it, and the robot's node that drives it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rclpy
import yaml
from harness import wait_for
from nsa_msgs.msg import RobotStatus, SmplxFrame
from rclpy.executors import MultiThreadedExecutor
from robot_rig import fist, quick_hand
from sensor_msgs.msg import JointState

from nsa_ros import resources
from nsa_ros.errors import NsaError
from nsa_ros.robots.capsules import robot_capsules
from nsa_ros.robots.description.robot import Robot, load_robot
from nsa_ros.robots.description.urdf import read_urdf
from nsa_ros.robots.motion.limits import MotionLimits
from nsa_ros.ros import messages, qos, robot_view
from nsa_ros.ros.names import robot_choices
from nsa_ros.ros.robot import RobotNode
from nsa_ros.ros.simulated_robot import SimulatedRobotNode, moved
from nsa_ros.ros.spinning import Spinning

LIMITS = MotionLimits(*(np.array([value, value]) for value in (-1.0, 1.0, 2.0, 10.0, 100.0)))


def test_joints_go_as_fast_and_as_far_as_they_can() -> None:
    position = np.array([0.0, 0.5])
    assert moved(position, np.array([0.9, 0.51]), LIMITS, 0.1) == pytest.approx([0.2, 0.51])
    assert moved(position, np.array([-9.0, 9.0]), LIMITS, 10.0) == pytest.approx([-1.0, 1.0])
    assert moved(position, np.array([np.nan, np.inf]), LIMITS, 0.1) == pytest.approx(position)
    assert moved(position, np.array([0.9, 0.9]), LIMITS, -1.0) == pytest.approx(position)


@pytest.mark.parametrize(("name", "side"), [("nsa_hand", -1), ("nsa_hand_left", 1)])
def test_a_hand_stands_beside_the_figure_with_its_fingers_up_and_its_palm_ahead(name: str, side: int) -> None:
    robot = load_robot(name)
    (place,) = robot_view.placed([robot])
    assert min(side * place.left, side * place.right) == pytest.approx(robot_view.HAND_BESIDE)
    frames, hand = robot.kinematics.frames(robot.rest), next(iter(robot.hands.values()))
    palm = place.rotation.as_matrix() @ frames.rotations[robot.kinematics.links.index(hand.palm)]
    assert palm @ hand.axes[0] == pytest.approx([0, 0, 1], abs=1e-9)
    assert palm @ hand.axes[1] == pytest.approx([1, 0, 0], abs=1e-9)


def test_robots_on_one_side_stand_side_by_side_and_all_are_in_the_view() -> None:
    robots = [load_robot("nsa_hand")] * 2
    places = robot_view.placed(robots)
    assert places[1].left == pytest.approx(places[0].right)
    figure = resources.find("rviz", "signer.rviz").read_text(encoding="utf-8")
    config = yaml.safe_load(robot_view.view(figure, ["a", "b"], places))
    shown = config["Visualization Manager"]["Displays"][-2:]
    assert [(row["TF Prefix"], row["Description Topic"]["Value"]) for row in shown] == [
        ("a", "a/robot_description"),
        ("b", "b/robot_description"),
    ]
    alone, camera = (text["Visualization Manager"]["Views"]["Current"] for text in (yaml.safe_load(figure), config))
    assert camera["Distance"] > alone["Distance"]
    assert camera["Focal Point"]["Y"] < 0.0
    edges = [(0.0, robot_view.FIGURE), (0.0, -robot_view.FIGURE)]
    edges += [(place.ahead, y) for place in places for y in (place.left, place.right)]
    eye = camera["Focal Point"]["X"] + camera["Distance"]
    slopes = [(y - camera["Focal Point"]["Y"]) / (eye - x) for x, y in edges]
    assert (min(slopes), max(slopes)) == pytest.approx((-robot_view.SLOPE, robot_view.SLOPE)), "from edge to edge"


def test_meshes_are_named_by_their_place_and_capsules_drawn_where_one_is_missing(tmp_path: Path) -> None:
    file = quick_hand(tmp_path)
    urdf = file.with_suffix(".urdf")
    visual = '<visual><geometry><mesh filename="here.stl"/></geometry></visual></link>'
    urdf.write_text(urdf.read_text().replace("/>", f">{visual}", 1))
    robot = load_robot(file)
    (tmp_path / "here.stl").touch()
    told = robot_view.description(robot)
    assert f'"{(tmp_path / "here.stl").as_uri()}"' in told
    assert "capsule" not in told
    (tmp_path / "here.stl").unlink()
    told = robot_view.description(robot)
    assert "<mesh" not in told
    assert told.count("<cylinder") == len(robot_capsules(robot).shapes)
    (tmp_path / "drawn.urdf").write_text(told)
    assert [joint.name for joint in read_urdf(tmp_path / "drawn.urdf").joints] == [j.name for j in robot.urdf.joints]


def test_names_of_its_node() -> None:
    (choice,) = robot_choices("right/nsa_hand")
    assert (choice.path, choice.simulated) == ("right/nsa_hand", "nsa_hand_simulated")


class Pair:
    """A robot's node and a simulated robot in this process, and a client.

    Attributes:
        measured: the newest joint state.
        status: the newest status.
    """

    def __init__(self, file: Path, **parameters: Any) -> None:
        self.robot: Robot = load_robot(file)
        self.measured: JointState | None = None
        self.status: RobotStatus | None = None
        rclpy.init(args=[])
        self.client = rclpy.create_node("pair")
        self.client.create_subscription(JointState, "joint_states", lambda state: setattr(self, "measured", state), 1)
        self.client.create_subscription(
            RobotStatus, "tiny/status", lambda status: setattr(self, "status", status), qos.STATUS_IN
        )
        self.frames = self.client.create_publisher(SmplxFrame, "signer/smplx", qos.STREAM)
        shared = {"robot": str(file), **parameters}
        self.nodes = [
            RobotNode("tiny", defaults={**shared, "active": True}),
            SimulatedRobotNode("tiny_simulated", defaults=shared),
        ]
        self._spinning = Spinning(MultiThreadedExecutor(num_threads=4), self.client, *self.nodes)

    def driven(self) -> Any:
        """Measured positions of the driven joints [rad]. Shape (n,)."""
        assert self.measured is not None
        return np.array(self.measured.position[: len(self.robot.joints)])

    def show(self, poses: Any) -> None:
        """Show a pose for a moment, as the signer does."""
        now = self.client.get_clock().now().to_msg()
        self.frames.publish(messages.smplx_frame(poses, np.zeros(10), np.zeros(3), now))

    def close(self) -> None:
        """End everything."""
        self._spinning.expect_end()
        for node in self.nodes:
            node.close()
        self._spinning.close()
        for node in (self.client, *self.nodes):
            node.destroy_node()
        rclpy.shutdown()


@pytest.fixture(params=["joint_trajectory", "position", "joint_state"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    made = Pair(quick_hand(tmp_path), output=request.param)
    yield made
    made.close()


def test_a_robots_node_activates_and_its_simulated_robot_goes_where_the_signer_shows(pair: Pair) -> None:
    wait_for(lambda: pair.measured, 5.0, "no joint states")
    assert pair.measured is not None
    assert list(pair.measured.name) == [*pair.robot.joints, "slide"], "every joint that moves, driven or not"
    assert pair.driven() == pytest.approx(pair.robot.rest)

    def arrived() -> bool:
        pair.show(fist(0.8))
        follows = pair.status is not None and pair.status.state == RobotStatus.FOLLOWING
        return follows and np.abs(pair.driven() - pair.robot.rest).max() > 0.5

    wait_for(arrived, 8.0, "it does not follow")
    follower = pair.nodes[0]._motion.conduct.follower

    def reached() -> bool:
        pair.show(fist(0.8))
        still = np.abs(follower.state.velocity).max() < 0.01
        return bool(still and np.abs(pair.driven() - follower.state.position).max() < 0.02)

    wait_for(reached, 5.0, "it does not arrive")


def test_nothing_is_simulated_while_another_node_tells_its_joints(tmp_path: Path) -> None:
    rclpy.init(args=[])
    node = SimulatedRobotNode("tiny_simulated", defaults={"robot": str(quick_hand(tmp_path))})
    try:
        node._told -= 2.0
        other, stranger = JointState(name=[node._robot.joints[0]]), JointState(name=["elsewhere"])
        node._on_joint_state(stranger)
        node._on_joint_state(other)
        node._start()
        assert node._loop is None, "another was there before"
        node._told -= 2.0
        node._on_joint_state(stranger)
        node._start()
        wait_for(lambda: node._sent, 5.0, "nothing is simulated")
        node._on_joint_state(stranger)
        node._on_joint_state(next(iter(list(node._sent.values()))))
        assert node._loop is not None, "its own joint states do not end it"
        node._on_joint_state(other)
        assert node._loop is None, "another came later"
        node.close()
        with pytest.raises(NsaError, match="no robot is named"):
            SimulatedRobotNode()
    finally:
        node.destroy_node()
        rclpy.shutdown()
