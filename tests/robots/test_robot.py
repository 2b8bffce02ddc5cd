"""A robot's YAML: what it says, and what is told of a wrong one."""

import numpy as np
import pytest
from tiny_robot import HAND, ROBOT, write

from nsa_ros.errors import NsaError
from nsa_ros.robots.description.places import shipped
from nsa_ros.robots.description.robot import load_robot, robot_section


def test_a_robot_is_what_its_file_says(tmp_path):
    robot = load_robot(write(tmp_path))
    assert robot.title == "Tiny hand"
    assert robot.joints == ("i_knuckle", "t_turn", "t_bend")
    assert robot.tempo == 0.5
    hand = robot.hands["right"]
    assert [finger.name for finger in hand.fingers] == ["thumb", "index"]
    assert list(hand.fingers[1].points) == ["mcp", "pip", "tip"]
    np.testing.assert_allclose(hand.axes, [[0, 0, 1], [1, 0, 0], [0, 1, 0]], atol=1e-15)
    assert robot.controllers[0].joints == ("t_bend", "t_turn", "i_knuckle")
    np.testing.assert_allclose(robot.rest, [0.0, 0.2, 0.3])


def test_limits_are_the_urdfs_narrowed_by_the_file(tmp_path):
    limits = load_robot(write(tmp_path)).limits
    np.testing.assert_allclose(limits.lower, [-0.2, 0.2, -0.1])
    np.testing.assert_allclose(limits.velocity, [3.0, 1.5, 1.5])
    np.testing.assert_allclose(limits.acceleration, 50.0)
    np.testing.assert_allclose(limits.jerk, [1000.0, 900.0, 900.0])


def test_a_file_may_not_widen_the_urdfs_limits(tmp_path):
    text = ROBOT.replace("velocity: 1.5", "velocity: 99, lower: -9, upper: 9")
    limits = load_robot(write(tmp_path, text)).limits
    np.testing.assert_allclose((limits.lower[1], limits.upper[1], limits.velocity[1]), (0.2, 1.4, 2.0))


def test_a_left_hand_is_the_mirror_of_its_base(tmp_path):
    write(tmp_path)
    other = tmp_path / "other.yaml"
    other.write_text("base: tiny\nside: left\ntitle: Other\nhands: {left: {palm: {palmar: -x}}}\n")
    robot = load_robot(other)
    assert list(robot.hands) == ["left"]
    np.testing.assert_allclose(robot.hands["left"].axes, [[0, 0, 1], [-1, 0, 0], [0, 1, 0]], atol=1e-15)
    assert robot.title == "Other"
    assert robot.tempo == 0.5


def test_joints_that_nothing_drives_stand_at_rest(tmp_path):
    robot = load_robot(write(tmp_path, ROBOT.replace("rest: {", "rest: {slide: 0.08, ")))
    assert robot.fixed == {"slide": 0.08}
    frames = robot.kinematics.frames(robot.rest)
    np.testing.assert_allclose(np.linalg.norm(frames.positions[robot.kinematics.index("lid")]), 0.08)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("palmar: +x", "palmr: +x", "palm has no 'palmar'"),
        ("palmar: +x", "palmar: up", "palmar is 'up'; it must be one of +x"),
        ("palmar: +x", "palmar: +z", "distal and palmar must be at right angles"),
        ("tempo: 0.5", "tmpo: 0.5", "a key 'tmpo' that means nothing; did you mean 'tempo'?"),
        ("tempo: 0.5", "tempo: 0", "tempo is 0; it must be a number above 0"),
        ("index:", "forefinger:", "no finger 'forefinger'; fingers are thumb, index"),
        ("right:", "both:", "no side 'both'"),
        ("mcp: i1", "mcp: i9", "no link 'i9'. Links: base, palm"),
        ("mcp: i1", "mcp: lid", "link 'lid' is not carried by 'palm'"),
        ("mcp: i1", "mcp: lid", "tiny.yaml: hands: right: fingers: index: mcp: "),
        ("tip: i_tip", "dip: i_tip", "needed are tip"),
        ("[0, 0, 0.04]", "[0, 0]", "at is [0, 0]; it must be three numbers"),
        ("t_bend: 0.3", "t_bend: 3", "joint 't_bend' at 3 is outside its limits -0.1 to 1.5"),
        ("t_bend: 0.3", "i_middle: 0", "joint 'i_middle' has no drive"),
        ("t_bend: 0.3", "t_bnd: 0.3", "tiny.yaml: rest: t_bnd: "),
        ('"t_*"', '"x_*"', "'x_*' fits no driven joint"),
        ("jerk: 900", "jerk: -1", "jerk is -1"),
        ("velocity: 1.5", "upper: 0.1", "joint 't_turn': no position is left between 0.2 and 0.1"),
        ("t_bend, t_turn", "t_bend, t_bend", "joint 't_bend' is there twice"),
        ("t_bend, t_turn", "slide, t_turn", "joint 'slide' is not driven"),
        (
            "file: tiny.urdf",
            "file: gone.urdf",
            "its URDF gone.urdf is not here. Put it beside the YAML, which names no url",
        ),
        ("file: tiny.urdf", "file: gone.urdf, url: https://x.org/y", "gone.urdf is not here. Get it: nsa hand get /"),
        ("urdf: {file: tiny.urdf, license: Apache-2.0}", "urdf: tiny.urdf", "write urdf: {file: tiny.urdf}"),
        ("t_turn, i_knuckle]", "t_turn]", "controllers: no controller commands i_knuckle"),
        ("i_knuckle]}]", "i_knuckle]}, {name: b, joints: [t_turn]}]", "'t_turn' is commanded by tiny_controller and b"),
        ("hands:", "feet:", "neither hands nor arms"),
        ("radius: 0.02", "radius: wide", "radius is 'wide'"),
        ("title: Tiny hand", "title: [", "cannot be read as YAML"),
        ("title: Tiny hand", "title: 2024-13-45", "cannot be read as YAML"),
        (
            "rest: {t_bend: 0.3}",
            "rest:\n  t_bend: 0.3\n  t_turn: 1\n  t_bend: 0.4",
            "rest: 't_bend' is there twice, in lines",
        ),
        (
            "      thumb:",
            "      index: {tip: t2}\n      thumb:",
            "fingers: 'index' is there twice, in lines 8 and 9; leave one",
        ),
        ("capsules: [{link: palm, ", "capsules: [{link: palm, link: base, ", "capsules 1: 'link' is there twice"),
        ("title: Tiny hand", "base: nosuch", "tiny.yaml: base: no robot 'nosuch'"),
        ("title: Tiny hand", "base: tiny", "tiny.yaml: base: it names itself, and there is no robot 'tiny'"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(tmp_path, old, new, told):
    assert old in ROBOT
    with pytest.raises(NsaError, match=r"\.(yaml|urdf)") as error:
        load_robot(write(tmp_path, ROBOT.replace(old, new)))
    assert told in str(error.value)


def test_bases_that_go_round_in_a_circle_are_told(tmp_path):
    file = write(tmp_path, ROBOT + "base: other\n")
    (tmp_path / "other.yaml").write_text("base: tiny\ntitle: Other\n")
    with pytest.raises(NsaError, match=r"tiny\.yaml: base: goes round in a circle: tiny.yaml → other.yaml → tiny.yaml"):
        load_robot(file)


@pytest.mark.parametrize("hands", ["", "hands: [a]\n"])
def test_a_side_needs_the_one_hand_of_its_base(tmp_path, hands):
    (tmp_path / "half.yaml").write_text(f"title: Half\n{hands}")
    (tmp_path / "other.yaml").write_text("base: half\nside: left\n")
    with pytest.raises(NsaError, match=r"other\.yaml: side is 'left'.* its base must have one hand"):
        robot_section(tmp_path / "other.yaml")


def test_what_goes_over_a_base_or_a_merged_mapping_is_not_there_twice(tmp_path):
    write(
        tmp_path, ROBOT.replace("limits: {acceleration: 50, ", "limits: {<<: {acceleration: 9, jerk: 700}, jerk: 800, ")
    )
    (tmp_path / "other.yaml").write_text("base: tiny\nrest: {t_bend: 0.4}\n")
    robot = load_robot(tmp_path / "other.yaml")
    assert robot.rest[2] == 0.4
    assert (robot.limits.acceleration[0], robot.limits.jerk[0]) == (9.0, 800.0)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            "t_bend: {from: right_thumb2_flexion}",
            "t_bend: from: no human coordinate 'right_thumb2_flexion'; the side is left out: write thumb2_flexion",
        ),
        (
            "t_bend: {from: thumb2_flexon}",
            "t_bend: from: no human coordinate 'thumb2_flexon'; there are thumb2_flexion, ",
        ),
        ("t_bend: {from: elbow}", "; there are elbow_flexion, "),
        ("t_bnd: {from: thumb2_flexion}", "t_bnd: joint: "),
        ("i_middle: {from: index2_flexion}", "joint 'i_middle' has no drive, it mimics 'i_knuckle'; drive that"),
    ],
)
def test_a_wrong_row_of_the_direct_map_is_told_with_its_place(tmp_path, row, told):
    with pytest.raises(NsaError, match=r"tiny\.yaml: hands: right: joints: ") as error:
        load_robot(write(tmp_path, ROBOT.replace("    fingers:", f"    joints:\n      {row}\n    fingers:")))
    assert told in str(error.value)


def test_the_links_of_an_arm_that_do_not_go_outwards_are_told_with_their_place(tmp_path):
    arm = "arms: {right: {base: base, shoulder: palm, elbow: i1, wrist: t2}}"
    with pytest.raises(NsaError, match=r"tiny\.yaml: arms: right: wrist: .*link 't2' is not carried by 'i1'"):
        load_robot(write(tmp_path, f"{ROBOT}{arm}\n"))


def test_joints_along_a_chain_of_mimic_joints_are_driven_and_narrowed(tmp_path):
    last = '<axis xyz="0 1 0"/><limit lower="0" upper="0.5" velocity="3" effort="1"/><mimic joint="i_middle"/></joint>'
    fixed = '<joint name="i_end" type="fixed"><parent link="i2"/><child link="i_tip"/><origin xyz="0 0 0.04"/></joint>'
    hand = HAND.replace(fixed, fixed.replace("fixed", "revolute").removesuffix("</joint>") + last)
    robot = load_robot(write(tmp_path, hand=hand))
    assert robot.joints == ("i_knuckle", "t_turn", "t_bend")
    assert robot.limits.upper[0] == pytest.approx(2 * (0.5 - 0.1))
    values = dict(zip([joint.name for joint in robot.urdf.joints], robot.kinematics.values([0.6, 0, 0]), strict=True))
    assert values["i_end"] == pytest.approx(0.5 * 0.6 + 0.1)


def test_an_unknown_robot_is_told_with_those_there_are():
    with pytest.raises(NsaError, match=r"no robot 'gone'. Robots: "):
        load_robot("gone")


def test_a_urdf_may_be_named_as_file_or_folder(tmp_path):
    file = write(tmp_path)
    place = tmp_path / "elsewhere" / "deeper"
    place.mkdir(parents=True)
    (tmp_path / "tiny.urdf").rename(place / "tiny.urdf")
    assert load_robot(file, tmp_path / "elsewhere").urdf.file == place / "tiny.urdf"
    assert load_robot(file, place / "tiny.urdf").urdf.file == place / "tiny.urdf"
    with pytest.raises(NsaError, match=r"there is no tiny.urdf at"):
        load_robot(file, tmp_path / "nowhere")


def test_every_shipped_robot_says_where_its_urdf_comes_from():
    assert shipped()
    for name in shipped():
        section = robot_section(name).section("urdf")
        assert section.text("file").endswith(".urdf")
        assert section.text("license")
