"""Robots in MuJoCo: what stands, what moves, what touches."""

import numpy as np
import pytest
import tiny_robot

from nsa_ros.errors import NsaError
from nsa_ros.robots.description.robot import load_robot

pytest.importorskip("mujoco")

from nsa_ros.rehearsal.physics import NO_LOAD, Simulation


@pytest.fixture(scope="module")
def hand():
    return load_robot("nsa_hand")


@pytest.fixture
def tiny(tmp_path):
    return load_robot(tiny_robot.write(tmp_path))


def test_it_stands_at_rest_against_gravity_and_touches_nothing(hand):
    simulation = Simulation(hand)
    simulation.step(hand.rest, 1.0)
    assert 1e-5 < np.abs(simulation.q - hand.rest).max() < 0.05
    assert simulation.touching() == []


def test_joints_reach_a_command_no_faster_than_the_urdf_says(hand):
    simulation, goal = Simulation(hand, contacts=False), 0.5 * (hand.limits.lower + hand.limits.upper)
    fastest = np.array([hand.urdf.joint(name).velocity for name in hand.joints])
    for _ in range(80):
        simulation.step(goal)
        assert (np.abs(simulation.velocity) < 1.01 * NO_LOAD * fastest).all()
    assert np.abs(simulation.q - goal).max() < 0.05


def test_a_weak_drive_does_not_lift_what_it_should(tmp_path):
    heavy = tiny_robot.HAND.replace(
        '<link name="i1"/>', '<link name="i1"><inertial><origin xyz="0.03 0 0"/><mass value="20"/>'
        '<inertia ixx="0.01" ixy="0" ixz="0" iyy="0.01" iyz="0" izz="0.01"/></inertial></link>'
    )  # fmt: skip
    robot = load_robot(tiny_robot.write(tmp_path, hand=heavy))
    simulation, knuckle = Simulation(robot), robot.joints.index("i_knuckle")
    simulation.step(robot.rest, 1.0)
    assert simulation.q[knuckle] - robot.rest[knuckle] > 0.3  # 20 kg at 3 cm need 6 N m, the drive has 1


def test_only_driven_joints_and_their_followers_move(tiny):
    simulation = Simulation(tiny)
    assert simulation.model.nv == 4  # i_knuckle and its follower, t_turn, t_bend; the lid is fixed
    goal = np.clip([0.8, 0.6, 0.5], tiny.limits.lower, tiny.limits.upper)
    simulation.step(goal, 1.5)
    data = simulation._data
    knuckle, middle = (data.joint(name).qpos[0] for name in ("i_knuckle", "i_middle"))
    assert middle == pytest.approx(0.5 * knuckle + 0.1, abs=0.01)
    assert np.abs(simulation.q - goal).max() < 0.02


def test_links_are_where_the_kinematics_says(tiny):
    simulation, q = Simulation(tiny), np.array([0.4, 0.9, 0.7])
    simulation.reset(q)
    positions = tiny.kinematics.frames(q).positions
    for link in ("i2", "t2", "lid"):
        seen = simulation._data.body(link).xpos
        assert np.allclose(seen, positions[tiny.kinematics.index(link)], atol=1e-6)


def test_fingers_stop_each_other(hand):
    goal = hand.rest.copy()
    for name, angle in {
        "right_thumb_cmc_flexion": 0.7, "right_thumb_cmc_abduction": 0.0, "right_thumb_mcp": 0.8,
        "right_thumb_ip": 0.9, "right_index_mcp": 1.3, "right_index_pip": 1.2,
    }.items():  # fmt: skip
        goal[hand.joints.index(name)] = angle
    goal = np.clip(goal, hand.limits.lower, hand.limits.upper)
    solid, ghost = Simulation(hand), Simulation(hand, contacts=False)
    for simulation in (solid, ghost):
        simulation.step(goal, 1.5)
    touches = solid.touching()
    assert any({"thumb", "index"} <= set((touch.first + "_" + touch.second).split("_")) for touch in touches)
    assert max(touch.depth for touch in touches) < 0.005
    assert ghost.touching() == []
    assert np.abs(solid.q - ghost.q).max() > 0.05


def test_a_urdf_that_mujoco_refuses_is_named(tmp_path):
    wrong = tiny_robot.HAND.replace(
        '<link name="i1"/>', '<link name="i1"><inertial><mass value="1"/>'
        '<inertia ixx="x" ixy="0" ixz="0" iyy="1" iyz="0" izz="1"/></inertial></link>'
    )  # fmt: skip
    robot = load_robot(tiny_robot.write(tmp_path, hand=wrong))
    with pytest.raises(NsaError, match=r"tiny\.urdf: MuJoCo"):
        Simulation(robot)
