"""Forward kinematics: against hand-made transforms, its own differences, and MuJoCo."""

from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from tiny_robot import HAND

from nsa_ros.errors import NsaError
from nsa_ros.robots.description.urdf import read_urdf
from nsa_ros.robots.kinematics import Kinematics

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "robot_hands"
DRIVEN = ("i_knuckle", "t_turn", "t_bend", "slide")


@pytest.fixture
def tiny(tmp_path):
    file = tmp_path / "tiny.urdf"
    file.write_text(HAND)
    return read_urdf(file)


def poses(count, n, seed=0):
    return np.random.default_rng(seed).uniform(-0.5, 1.0, (count, n))


def test_links_are_where_their_joints_put_them(tiny):
    frames = Kinematics(tiny, DRIVEN).frames([0.4, 0.7, 0.2, 0.05])
    links = dict(zip(tiny.links, range(len(tiny.links)), strict=True))
    mount = Rotation.from_euler("z", 0.3)
    first = mount * Rotation.from_euler("y", 0.4)
    at = np.array([0, 0, 0.05]) + mount.apply([0.01, 0.02, 0.09]) + first.apply([0, 0, 0.05])
    np.testing.assert_allclose(frames.positions[links["i2"]], at, atol=1e-12)
    second = first * Rotation.from_euler("y", 0.5 * 0.4 + 0.1)
    np.testing.assert_allclose(frames.positions[links["i_tip"]], at + second.apply([0, 0, 0.04]), atol=1e-12)
    np.testing.assert_allclose(frames.rotations[links["i_tip"]], second.as_matrix(), atol=1e-12)
    np.testing.assert_allclose(frames.positions[links["lid"]], 0.05 * np.array([np.sin(1), 0, np.cos(1)]), atol=1e-12)


def test_many_poses_at_once_are_each_alone(tiny):
    kinematics, q = Kinematics(tiny, DRIVEN), poses(7, 4)
    many = kinematics.frames(q)
    for i, pose in enumerate(q):
        np.testing.assert_allclose(many.positions[i], kinematics.frames(pose).positions, atol=1e-15)


def test_jacobians_are_the_differences(tiny):
    kinematics, step = Kinematics(tiny, DRIVEN), 1e-6
    links = np.arange(len(kinematics.links))
    for q in poses(5, 4):
        frames = kinematics.frames(q)
        points = frames.positions + (frames.rotations @ np.array([0.01, 0.02, 0.03]))
        moved = kinematics.jacobian(frames, links, points)
        turned = kinematics.turning(frames, links)
        for i in range(4):
            ahead, behind = (kinematics.frames(q + sign * step * np.eye(4)[i]) for sign in (1, -1))
            there = [f.positions + f.rotations @ np.array([0.01, 0.02, 0.03]) for f in (ahead, behind)]
            np.testing.assert_allclose(moved[..., i], (there[0] - there[1]) / (2 * step), atol=1e-8)
            relative = Rotation.from_matrix(ahead.rotations @ np.swapaxes(behind.rotations, -1, -2)).as_rotvec()
            np.testing.assert_allclose(turned[..., i], relative / (2 * step), atol=1e-8)


def test_jacobians_of_many_poses_are_those_of_each(tiny):
    kinematics, q = Kinematics(tiny, DRIVEN), poses(3, 4)
    links = np.array([4, 7])
    frames = kinematics.frames(q)
    many = kinematics.jacobian(frames, links, frames.positions[:, links])
    for i, pose in enumerate(q):
        one = kinematics.frames(pose)
        np.testing.assert_allclose(many[i], kinematics.jacobian(one, links, one.positions[links]), atol=1e-14)


def test_only_wanted_links_are_computed(tiny):
    some = Kinematics(tiny, DRIVEN, links=["t_tip"])
    assert some.links == ("base", "palm", "t1", "t2", "t_tip")
    whole = Kinematics(tiny, DRIVEN)
    q = poses(1, 4)[0]
    np.testing.assert_allclose(
        some.frames(q).positions[some.index("t_tip")], whole.frames(q).positions[whole.index("t_tip")], atol=1e-15
    )
    with pytest.raises(NsaError, match="link 'lid' is not among those computed"):
        some.index("lid")


def test_what_moves_a_link(tiny):
    kinematics = Kinematics(tiny, DRIVEN)
    assert kinematics.moves(kinematics.index("i_tip")).tolist() == [True, False, False, False]
    assert kinematics.moves(kinematics.index("t_tip")).tolist() == [False, True, True, False]
    assert not kinematics.moves(kinematics.index("palm")).any()


def test_a_joint_that_is_not_driven_stands_where_it_is_told(tiny):
    told = Kinematics(tiny, ["t_bend"], fixed={"i_knuckle": 0.8})
    full = Kinematics(tiny, ["t_bend", "i_knuckle", "t_turn"])
    tip = told.index("i_tip")
    expected = full.frames([0.1, 0.8, 0.2]).positions
    np.testing.assert_allclose(told.frames([0.1]).positions[: tip + 1], expected[: tip + 1], atol=1e-15)
    np.testing.assert_allclose(told.frames([0.1]).positions[told.index("t_tip")], expected[full.index("t_tip")])


@pytest.mark.parametrize(
    ("joint", "told"),
    [("i_middle", "mimics 'i_knuckle', so it cannot be driven"), ("mount", "is fixed"), ("gone", "no joint 'gone'")],
)
def test_what_cannot_be_driven_is_told(tiny, joint, told):
    with pytest.raises(NsaError, match=told):
        Kinematics(tiny, [joint])


def test_joints_that_mimic_each_other_are_told(tmp_path):
    file = tmp_path / "circle.urdf"
    file.write_text(HAND.replace('effort="1"/></joint>', 'effort="1"/><mimic joint="i_middle"/></joint>', 1))
    with pytest.raises(NsaError, match="i_knuckle, i_middle mimic each other"):
        Kinematics(read_urdf(file), ["t_bend"])


@pytest.mark.parametrize("name", ["allegro_hand_right", "leap_hand_left", "g1_29dof_rev_1_0_with_inspire_hand_DFQ"])
def test_real_robots_stand_as_in_mujoco(name):
    mujoco = pytest.importorskip("mujoco", reason="mujoco is not installed")
    files = sorted(SHARED.rglob(f"{name}.urdf"))
    if not files:
        pytest.skip(f"no {name}.urdf in ../shared")
    urdf = read_urdf(files[0])
    kinematics = Kinematics(urdf, [joint.name for joint in urdf.joints if joint.moves and not joint.mimic])
    q = poses(1, len(kinematics), seed=3)[0]
    root = Xml.parse(files[0]).getroot()
    for old in root.findall("mujoco"):
        root.remove(old)
    for link in root.findall("link"):
        for shape in [*link.findall("visual"), *link.findall("collision")]:
            link.remove(shape)
    Xml.SubElement(Xml.SubElement(root, "mujoco"), "compiler", balanceinertia="true", fusestatic="false")
    model = mujoco.MjModel.from_xml_string(Xml.tostring(root, encoding="unicode"))
    data = mujoco.MjData(model)
    values = dict(zip([joint.name for joint in urdf.joints], kinematics.values(q), strict=True))
    for joint in range(model.njnt):
        if model.joint(joint).name in values:
            data.qpos[model.jnt_qposadr[joint]] = values[model.joint(joint).name]
    mujoco.mj_kinematics(model, data)
    frames = kinematics.frames(q)
    compared = [link for link in urdf.links[1:] if mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, link) > 0]
    assert len(compared) > 10
    for link in compared:
        np.testing.assert_allclose(data.body(link).xpos, frames.positions[kinematics.index(link)], atol=1e-9)
