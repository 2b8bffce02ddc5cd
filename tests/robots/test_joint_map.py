"""The direct map."""

import numpy as np
import pytest
from tiny_robot import ROBOT, write

from nsa_ros.body.poses import mirror_pose
from nsa_ros.body.skeleton import JOINTS, RIGHT_HAND, joint_index
from nsa_ros.errors import NsaError
from nsa_ros.phonology.handshapes import handshape
from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.hands.joint_map import JointMap

ROWS = """    joints:
      i_knuckle: {from: index1_flexion, scale: 0.5, offset: 0.1}
      t_bend: {from: thumb2_flexion, scale: -1.0}
rest:"""


def mapped(folder, rows=ROWS):
    return JointMap(load_robot(write(folder, ROBOT.replace("rest:", rows))))


def bent(angle, joint="right_index1"):
    poses = np.zeros((len(JOINTS), 3))
    poses[joint_index(joint), 2] = angle
    return poses


def test_scale_and_offset(tmp_path):
    tiny = mapped(tmp_path)
    assert tiny.joints == ("i_knuckle", "t_bend")
    assert tiny(bent(0.8))[0] == pytest.approx(0.5 * 0.8 + 0.1)


def test_limits_hold(tmp_path):
    tiny = mapped(tmp_path, ROWS.replace("scale: 0.5", "scale: 10.0"))
    assert tiny(bent(1.0))[0] == 1.6
    assert tiny(bent(-1.0))[0] == -0.2


def test_only_its_own_hand_counts(tmp_path):
    tiny = mapped(tmp_path)
    np.testing.assert_allclose(tiny(bent(0.8, "left_index1")), tiny(bent(0.0)))


def test_a_coordinate_that_does_not_exist_is_named_with_those_near_it(tmp_path):
    with pytest.raises(NsaError, match=r"i_knuckle.*index1_flex.*index1_flexion"):
        mapped(tmp_path, ROWS.replace("index1_flexion", "index1_flex"))


def test_both_hands_are_the_same_for_mirrored_poses():
    both = JointMap(load_robot("nsa_hands"))
    poses = np.zeros((len(JOINTS), 3))
    poses[RIGHT_HAND] = handshape("K")
    q = dict(zip(both.joints, both(poses), strict=True))
    mirrored = dict(zip(both.joints, both(mirror_pose(poses)), strict=True))
    for joint, value in q.items():
        if joint.startswith("right_"):
            assert mirrored["left_" + joint.removeprefix("right_")] == pytest.approx(value, abs=1e-9)


def test_a_robot_without_rows_has_none(tmp_path):
    assert JointMap(load_robot(write(tmp_path)))(bent(0.5)).shape == (0,)
