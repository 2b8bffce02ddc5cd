"""The generic hand that is shipped: it is the open figure's hand, joint for joint."""

import importlib.util
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import FINGERS, default_skeleton
from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.human import SIDES, HumanHands

ROOT = Path(__file__).parents[2]
ROBOTS = [("nsa_hand", "right"), ("nsa_hand_left", "left"), ("nsa_hands", "right"), ("nsa_hands", "left")]


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("own_hand", ROOT / "tools" / "own_hand.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["nsa_hand_right", "nsa_hand_left", "nsa_hands"])
def test_the_files_are_what_the_tool_makes(generator, name):
    made = ElementTree.canonicalize(generator.urdf(name), strip_text=True)
    file = ROOT / "urdf" / f"{name}.urdf"
    assert ElementTree.canonicalize(file.read_text(encoding="utf-8"), strip_text=True) == made, "run tools/own_hand.py"


@pytest.mark.parametrize(("name", "side"), ROBOTS)
def test_every_point_is_where_the_signers_is_at_equal_angles(name, side):
    robot, model = load_robot(name), RevoluteModel(default_skeleton())
    rng = np.random.default_rng(3)
    q = rng.uniform(robot.limits.lower, robot.limits.upper, (20, len(robot.joints)))
    human = np.zeros((20, len(model)))
    for row in robot.hands[side].rows:
        column = model.names.index(f"{side}_{row.source}")
        human[:, column] = q[:, robot.joints.index(row.joint)]
    coupled = q[:, robot.joints.index(f"{side}_pinky_pip")] * 0.5
    human[:, model.names.index(f"{side}_pinky3_flexion")] = coupled
    wanted = HumanHands().points(model.to_motion(human)[0])[:, SIDES.index(side)]
    frames, palm = robot.kinematics.frames(q), robot.hands[side]
    at = robot.kinematics.index(palm.palm)
    for finger in palm.fingers:
        for slot, point in enumerate(finger.points.values()):
            away = frames.positions[:, robot.kinematics.index(point.link)] - frames.positions[:, at]
            there = (np.swapaxes(frames.rotations[:, at], 1, 2) @ away[..., None])[..., 0] @ palm.axes.T
            np.testing.assert_allclose(there, wanted[:, FINGERS.index(finger.name), slot], atol=1e-6)


def test_it_has_twenty_drives_and_one_joint_that_follows():
    robot = load_robot("nsa_hand")
    assert len(robot.joints) == 20
    assert [joint.name for joint in robot.urdf.joints if joint.mimic] == ["right_pinky_dip"]


def test_both_hands_are_those_of_the_single_ones():
    both, single = load_robot("nsa_hands"), {side: load_robot(name) for name, side in ROBOTS[:2]}
    for side, robot in single.items():
        where = both.indices(robot.joints)
        for limit, own in zip(both.limits, robot.limits, strict=True):
            np.testing.assert_array_equal(limit[where], own)
        np.testing.assert_array_equal(both.rest[where], robot.rest)
        assert both.hands[side].rows == robot.hands[side].rows


@pytest.mark.parametrize("name", ["nsa_hand_right", "nsa_hand_left", "nsa_hands"])
def test_links_have_sound_inertia_and_nothing_needs_a_file(name):
    root = ElementTree.parse(ROOT / "urdf" / f"{name}.urdf").getroot()
    assert not list(root.iter("mesh"))
    for link in root.findall("link"):
        inertial = link.find("inertial")
        if inertial is None:
            assert link.get("name") == "stand" or link.get("name").endswith("_tip")
            continue
        i = {key: float(value) for key, value in inertial.find("inertia").attrib.items()}
        matrix = [[i["ixx"], i["ixy"], i["ixz"]], [i["ixy"], i["iyy"], i["iyz"]], [i["ixz"], i["iyz"], i["izz"]]]
        a, b, c = np.linalg.eigvalsh(matrix)
        assert 0 < a <= b <= c <= (a + b) * (1 + 1e-4)
        assert float(inertial.find("mass").get("value")) > 0
