from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nsa_ros.rehearsal.reader import Reader, signed_letters
from nsa_ros.rehearsal.texts import spelled
from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.retarget import SMOOTHING, Retargeter

URDFS = Path(__file__).parents[2].parent / "shared" / "data" / "robot_hands"
ARMS = "GQKIJZ"


def angle(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.arccos(np.clip((np.trace(a.T @ b) - 1.0) / 2.0, -1.0, 1.0)))


def test_letters_of_one_handshape_differ_in_orientation_or_movement():
    signed = signed_letters()
    for one, other in ("GQ", "HU", "KP"):
        assert angle(signed[one].palm, signed[other].palm) > 1.0
    assert signed["J"].extent > 0.04 < signed["Z"].extent
    assert signed["A"].extent == 0.0


def test_palms_forward_is_what_plain_letters_show():
    """Columns distal, palmar and radial about the chest, x forward: A is held up, with the palm forward."""
    distal, palmar, _ = signed_letters()["A"].palm.T
    assert distal[2] > 0.95
    assert palmar[0] > 0.9


def test_a_hand_without_an_arm_shows_groups():
    robot = load_robot("nsa_hand")
    reader, follow = Reader(robot, "right"), Retargeter(robot)
    played = spelled("QLB")
    q = np.array([follow(pose) for pose in played.motion.poses])
    read = [reader.read(q[played.motion.unit == i]) for i in range(3)]
    assert read == [("G", "Q"), ("L",), ("B",)]


@pytest.fixture(scope="module")
def g1():
    if not URDFS.is_dir():
        pytest.skip(f"no URDF of the G1 in {URDFS}")
    robot = load_robot("g1_dex3", URDFS)
    follow, played = Retargeter(robot), spelled(ARMS)
    late = sum(ticks - 1 for ticks in SMOOTHING)
    q = np.array([follow(pose) for pose in played.motion.poses])
    q = np.concatenate([q[late:], np.repeat(q[-1:], late, axis=0)])
    return robot, {unit.text: q[played.motion.unit == i] for i, unit in enumerate(played.units)}


def test_an_arm_shows_letters_of_one_handshape_apart(g1):
    robot, made = g1
    reader = Reader(robot, "right")
    assert {name: reader.read(q) for name, q in made.items()} == {name: (name,) for name in ARMS}
    alone = Reader(replace(robot, arms={}), "right")
    assert alone.read(made["Q"]) == ("G", "Q")


def test_what_should_move_and_does_not_is_not_read_as_the_letter(g1):
    robot, made = g1
    reader = Reader(robot, "right")
    still = {name: np.repeat(made[name][-1:], 20, axis=0) for name in "JZ"}
    assert reader.read(still["J"]) == ("I",)
    assert reader.read(still["Z"]) == ()


def test_a_finger_that_comes_out_late_draws_nothing(g1):
    robot, made = g1
    late = np.repeat(made["I"][-1:], 40, axis=0)
    fingers = robot.indices([name for name in robot.hands["right"].joints if "thumb" not in name])
    late[:29, fingers] += np.linspace(1.2, 0.0, 29)[:, None]
    alone = Reader(replace(robot, arms={}), "right")
    first, last = (alone.held(late[[frame]])[0, :, -1] for frame in (0, -1))
    assert np.linalg.norm(first - last, axis=-1).max() > 0.04, "a fingertip goes as far as a J does"
    assert Reader(robot, "right").read(late) == ("I",)
