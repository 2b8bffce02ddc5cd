import sys
from dataclasses import replace
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from nsa_ros.body.skeleton import JOINTS, RIGHT_HAND
from nsa_ros.errors import NsaError
from nsa_ros.phonology.handshapes import handshape
from nsa_ros.rehearsal.beside import OURS, beside
from nsa_ros.rehearsal.hand_geometry import OneHand
from nsa_ros.rehearsal.legibility import Legibility
from nsa_ros.rehearsal.peer import Peer
from nsa_ros.rehearsal.texts import spelled
from nsa_ros.robots.description.parts import Point
from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.description.urdf import read_urdf
from nsa_ros.robots.human import HumanHands


class Machine:
    """Stands for the package's solver: every joint at a quarter of a radian, and what it was given is kept."""

    def __init__(self, said, joints):
        self.joint_names = [*reversed(joints), "another"]
        pairs = said.get("target_link_human_indices", [[0, 0], [4, 8]])
        self.optimizer = SimpleNamespace(target_link_human_indices=np.array(pairs))
        self.given = []

    def retarget(self, reference):
        self.given.append(reference)
        return np.arange(len(self.joint_names)) * 0.01


@pytest.fixture
def package(monkeypatch, tmp_path):
    """The package as far as it is used; `seen` holds each configuration and the URDF that it named."""
    seen = []

    class RetargetingConfig:
        @classmethod
        def from_dict(cls, said):
            urdf = read_urdf(said["urdf_path"])
            seen.append((said, urdf))
            joints = said.get("target_joint_names") or [joint.name for joint in urdf.joints if joint.moves]
            return SimpleNamespace(build=lambda: Machine(said, joints))

    (tmp_path / "configs" / "teleop").mkdir(parents=True)
    (tmp_path / "configs" / "offline").mkdir()
    root, module = ModuleType("dex_retargeting"), ModuleType("dex_retargeting.retargeting_config")
    module.__file__, module.RetargetingConfig = str(tmp_path / "retargeting_config.py"), RetargetingConfig
    root.retargeting_config = module
    monkeypatch.setitem(sys.modules, "dex_retargeting", root)
    monkeypatch.setitem(sys.modules, "dex_retargeting.retargeting_config", module)
    return SimpleNamespace(seen=seen, configs=tmp_path / "configs")


@pytest.fixture(scope="module")
def robot():
    return load_robot("nsa_hand")


def test_without_the_package_it_is_said_how_to_have_it(monkeypatch, robot):
    monkeypatch.setitem(sys.modules, "dex_retargeting", None)
    with pytest.raises(NsaError, match=r"dex-retargeting cannot be imported.*pip install dex-retargeting==0\.5\.0"):
        Peer(robot, "right")


def test_an_unknown_kind_is_refused(package, robot):
    with pytest.raises(NsaError, match="no kind 'fast'; kinds are vector, dexpilot, position"):
        Peer(robot, "right", "fast")
    with pytest.raises(NsaError, match=r"no position configuration for nsa_hand_right\.urdf"):
        Peer(robot, "right", "position")


def test_its_own_configuration_of_a_urdf_is_used_as_it_is(package, robot):
    text = (
        "retargeting: {type: vector, urdf_path: some/nsa_hand_right.urdf, scaling_factor: 1.6, "
        "target_link_human_indices: [[0], [8]]}"
    )
    (package.configs / "teleop" / "hand.yml").write_text(text)
    assert Peer(robot, "right").shipped
    said, urdf = package.seen[-1]
    assert said["scaling_factor"] == 1.6
    assert urdf.file == robot.urdf.file


def test_a_configuration_is_made_from_the_yaml_where_there_is_none(package, robot):
    hand = robot.hands["right"]
    index = replace(
        hand.fingers[1], points={**hand.fingers[1].points, "tip": Point("right_index_distal", np.full(3, 0.01))}
    )
    fingers = (hand.fingers[0], index, replace(hand.fingers[3], follows=("pinky", "ring")))
    other = replace(robot, hands={"right": replace(hand, fingers=fingers)})
    assert not Peer(other, "right").shipped
    said, urdf = package.seen[-1]
    assert said["target_link_human_indices"] == [[0, 0, 0], [4, 8, 20]]
    assert said["target_task_link_names"] == ["right_thumb_tip", "tip of the index", "right_ring_tip"]
    assert set(said["target_origin_link_names"]) == {"right_palm"} == {urdf.links[0]}
    assert urdf.chain("right_index_distal", "tip of the index")[0].position.tolist() == [0.01, 0.01, 0.01]
    assert 0.8 < said["scaling_factor"] < 1.25


def test_the_signers_hand_is_given_in_the_axes_of_the_palm_and_joints_come_back_in_our_order(package, robot):
    peer = Peer(robot, "right")
    pose = np.zeros((len(JOINTS), 3))
    pose[RIGHT_HAND] = handshape("F")
    q = peer(pose)
    assert q.tolist() == sorted(q.tolist(), reverse=True)
    tips = HumanHands().points(pose)[1, :, 3] @ robot.hands["right"].axes
    np.testing.assert_allclose(peer._machine.given[-1], tips, atol=1e-12)


def test_both_are_read_from_the_same_poses(package, robot):
    table = beside(robot, "right", spelled("LB"), kinds=("vector",))
    ours, other = table.rows
    assert ours.name == OURS
    assert ours.named == ("L", "B")
    assert not ours.taken
    assert other.name == "vector"
    assert other.acceleration == 0.0
    assert {*other.named, *other.taken} == {"L", "B"}
    assert ours.second == ("L", "B")
    assert " 2 ( 2) of 2" in str(table)


def test_a_robot_without_that_hand_is_refused(package):
    with pytest.raises(NsaError, match="no right hand; its hands: left"):
        beside(load_robot("nsa_hand_left"), "right", spelled("L"))


def test_the_package_itself_shows_plain_letters():
    pytest.importorskip(
        "dex_retargeting", reason="dex-retargeting is not installed; it needs an environment of its own"
    )
    robot = load_robot("nsa_hand")
    peer, hand = Peer(robot, "right"), OneHand(robot, "right")
    legibility = Legibility(hand.form)
    for letter in "BLY":
        pose = np.zeros((len(JOINTS), 3))
        pose[RIGHT_HAND] = handshape(letter)
        for _ in range(30):
            q = peer(pose)
        assert letter in legibility.label(int(legibility.read(hand.of_hand(q)).groups))
