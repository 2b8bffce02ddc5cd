"""Reading URDF files: the tree, its limits, and what is told of broken ones."""

import numpy as np
import pytest
from tiny_robot import HAND

from nsa_ros.errors import NsaError
from nsa_ros.robots.description.urdf import read_urdf


def read(tmp_path, text):
    file = tmp_path / "tiny.urdf"
    file.write_text(text)
    return read_urdf(file)


def test_a_tree_has_its_links_branch_by_branch(tmp_path):
    urdf = read(tmp_path, HAND)
    assert urdf.name == "tiny"
    assert urdf.links == ("base", "palm", "i1", "i2", "i_tip", "t1", "t2", "t_tip", "lid")
    assert [joint.child for joint in urdf.joints] == list(urdf.links[1:])
    assert urdf.moving == ("i_knuckle", "i_middle", "t_turn", "t_bend", "slide")


def test_a_joint_has_limits_axis_and_mimic(tmp_path):
    joint = read(tmp_path, HAND).joint("i_middle")
    assert (joint.lower, joint.upper, joint.velocity, joint.effort) == (0.0, 1.6, 3.0, 1.0)
    assert (joint.mimic.joint, joint.mimic.multiplier, joint.mimic.offset) == ("i_knuckle", 0.5, 0.1)
    np.testing.assert_allclose(read(tmp_path, HAND).joint("i_knuckle").axis, [0, 1, 0])


def test_a_mimic_of_a_mimic_follows_the_one_with_a_drive(tmp_path):
    mimic = '<mimic joint="i_middle" multiplier="2" offset="0.3"/>'
    slide = 'lower="0.01" upper="0.1" velocity="1" effort="1"/>'
    found = read(tmp_path, HAND.replace(slide, slide + mimic)).joint("slide").mimic
    assert (found.joint, found.multiplier) == ("i_knuckle", 1.0)
    assert found.offset == pytest.approx(2 * 0.1 + 0.3)


def test_a_fixed_joint_mimics_nothing(tmp_path):
    text = HAND.replace('<origin xyz="0 0 0.05" rpy="0 0 0.3"/></joint>', '<mimic joint="t_end"/></joint>')
    assert read(tmp_path, text).joint("mount").mimic is None


def test_roll_pitch_yaw_turn_about_fixed_axes(tmp_path):
    text = HAND.replace('rpy="0 0 0.3"', 'rpy="0.1 0.2 0.3"')
    from scipy.spatial.transform import Rotation

    rotation = read(tmp_path, text).joint("mount").rotation
    np.testing.assert_allclose(rotation, Rotation.from_euler("xyz", [0.1, 0.2, 0.3]).as_matrix(), atol=1e-12)


def test_what_is_not_said_does_not_bind(tmp_path):
    text = HAND.replace(' velocity="3" effort="1"', "")
    joint = read(tmp_path, text).joint("i_knuckle")
    assert joint.velocity == joint.effort == np.inf


def test_the_chain_between_two_links(tmp_path):
    urdf = read(tmp_path, HAND)
    assert [joint.name for joint in urdf.chain("palm", "t_tip")] == ["t_turn", "t_bend", "t_end"]
    with pytest.raises(NsaError, match="link 'i1' is not carried by 't1'"):
        urdf.chain("t1", "i1")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<robot", "<robot><", "is no XML"),
        ("robot", "sdf", "first element is <sdf>"),
        ('link name="t2"', 'link name="t3"', "joint 't_bend' names link 't2'"),
        ('<link name="i1"/>', '<link name="i1"/><link name="i1"/>', "link i1 is there twice"),
        ('<child link="t1"/>', '<child link="i1"/>', "link 'i1' is carried by 'i_knuckle' and 't_turn'"),
        (
            '<parent link="base"/><child link="palm"/>',
            '<parent link="i_tip"/><child link="palm"/>',
            "round in a circle",
        ),
        ('<parent link="base"/><child link="lid"/>', '<child link="lid"/>', "joint 'slide' has no <parent"),
        ('type="prismatic"', 'type="floating"', "joint 'slide' is of type 'floating'"),
        ('lower="0.01"', 'lower="0.2"', "joint 'slide': its lower limit 0.2 is above its upper limit 0.1"),
        ('lower="0.01"', 'lower="nan"', "joint 'slide': lower='nan'"),
        ('<axis xyz="0 2 0"/>', '<axis xyz="0 0 0"/>', "joint 'i_knuckle': its axis has no direction"),
        ('xyz="0.01 0.02 0.09"', 'xyz="0.01 0.02"', "joint 'i_knuckle': xyz='0.01 0.02'"),
        ('mimic joint="i_knuckle"', 'mimic joint="gone"', "joint 'i_middle' mimics 'gone'"),
        ('mimic joint="i_knuckle"', 'mimic joint="i_middle"', "joint 'i_middle' mimics itself; take the <mimic> out"),
        ('mimic joint="i_knuckle"', 'mimic joint="mount"', "joint 'i_middle' mimics 'mount', which is fixed"),
        (
            'upper="1.6" velocity="3" effort="1"/></joint>',
            'upper="1.6" velocity="3" effort="1"/><mimic joint="i_middle"/></joint>',
            "joints i_knuckle, i_middle mimic each other in a circle",
        ),
        ('<limit lower="0.01" upper="0.1" velocity="1" effort="1"/>', "", "joint 'slide' has no <limit>"),
    ],
)
def test_a_broken_file_is_told_by_file_and_joint(tmp_path, old, new, told):
    assert old in HAND
    with pytest.raises(NsaError, match=r"tiny\.urdf") as error:
        read(tmp_path, HAND.replace(old, new))
    assert told in str(error.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(NsaError, match=r"none\.urdf: cannot be read"):
        read_urdf(tmp_path / "none.urdf")
