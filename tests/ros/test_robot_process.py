"""Robots' nodes as processes: names, namespaces, what is told when they cannot start, and the command for them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rclpy
from harness import Process, wait_for
from nsa_msgs.msg import RobotStatus
from robot_rig import quick_hand

from nsa_ros.cli import main
from nsa_ros.robots.description.robot import signing_tempo
from nsa_ros.ros.robot import FAILURE, SUCCESS, RobotNode
from nsa_ros.ros.robot_client import ACTIONS, STATES, ask

MODULE = ("-m", "nsa_ros.ros.run", "robot")


@pytest.fixture
def robots() -> Iterator[Callable[..., Process]]:
    """Starts a process of robots' nodes; it must end cleanly."""
    started: list[Process] = []

    def start(*words: str, **parameters: object) -> Process:
        started.append(Process(*MODULE, *words, **parameters))
        return started[-1]

    yield start
    for process in started:
        assert process.end() == 0, process.output
        assert "Traceback" not in process.output, process.output


def test_two_robots_of_one_process_in_namespaces_of_their_own(robots: Callable[..., Process], tmp_path: Path) -> None:
    robots("--robots", f"right/nsa_hand,{quick_hand(tmp_path)}")
    assert "inactive: no joint state has been received" in _told("right/nsa_hand")
    assert "inactive" in _told("tiny")
    assert main(["robot", "tiny", "estop"]) == 0
    assert "stopped: emergency stop" in ask("tiny", "status")
    assert main(["robot", "tiny", "activate"]) == 1
    assert "inactive" in ask("tiny", "reset")


def test_files_that_do_not_fit_are_told_and_can_be_mended_while_it_runs(tmp_path: Path) -> None:
    file = quick_hand(tmp_path)
    good, urdf = file.read_text(), file.with_suffix(".urdf").read_text()
    head, _, tempo = good.partition("controllers: ")
    measured = good.replace("{name: tiny_controller,", "{name: joint_states, type: joint_state,")
    spoilt = [
        ("tiny.urdf: is no XML", good, "<robot"),
        ("no joint 't_bend'", good, urdf.replace("t_bend", "t_bent")),
        ("no joint 'elbow'", good.replace("rest: {t_bend: 0.3}", "rest: {elbow: 0.3}"), urdf),
        ("no controllers", head + tempo.partition("\n")[2], urdf),
        ("topic of the measured joint state", measured, urdf),
    ]
    rclpy.init(args=[])
    node = RobotNode("tiny", defaults={"robot": str(file)})
    try:
        for word, robot, tree in spoilt:
            file.write_text(robot)
            file.with_suffix(".urdf").write_text(tree)
            assert node.trigger_configure() == FAILURE
            assert word in node._said()
        file.write_text(good)
        assert node.trigger_configure() == SUCCESS
        assert node.trigger_activate() == FAILURE
        assert "no joint state was received" in node._said()
    finally:
        node.close()
        node.destroy_node()
        rclpy.shutdown()


def test_a_name_that_is_none_is_told_at_once() -> None:
    process = Process(*MODULE, "--robots", "my-hand")
    wait_for(lambda: not process.running, 20.0, "it runs")
    assert process.end() == 1
    assert "'my-hand' names no robot" in process.output


def test_a_robot_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nsa_ros.ros.robot_client.ANSWER", 0.5)
    assert main(["robot", "nobody", "estop"]) == 1
    assert "no robot 'nobody' is there" in capsys.readouterr().err


def test_the_command_knows_every_action_and_state() -> None:
    from nsa_ros.cli import robot

    assert robot.ACTIONS == ACTIONS
    numbers = {name: getattr(RobotStatus, name) for name in dir(RobotStatus)}
    assert {name.upper(): number for number, name in STATES.items()} == {
        name: number for name, number in numbers.items() if isinstance(number, int)
    }


def test_the_signer_is_to_be_as_slow_as_the_slowest_robot(tmp_path: Path) -> None:
    assert signing_tempo([quick_hand(tmp_path)]) == 0.5
    assert signing_tempo([]) == 1.0


def _told(robot: str) -> str:
    """The status of a robot, once its node has tried to configure."""
    told = ""

    def done() -> bool:
        nonlocal told
        told = ask(robot, "status")
        return told != f"{robot}: unconfigured"

    wait_for(done, 20.0, f"{robot} does not configure")
    return told
