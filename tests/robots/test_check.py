"""`nsa hand check`: each way in which the description of a hand can be wrong, and that a right one is found right."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from tiny_robot import HAND, ROBOT, write

from nsa_ros import resources
from nsa_ros.body.skeleton import LEFT_HAND, RIGHT_HAND
from nsa_ros.robots.checking.check import check, drives, errors
from nsa_ros.robots.description.robot import load_robot

URDFS = Path(__file__).parents[2].parent / "shared" / "data" / "robot_hands"

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-hand.md"

FINGER_TURNS = [(0, 0, 0), (0, 0, 1.5)]
"""Open and closed, axis-angle of every finger joint of the right hand [rad]."""


def shapes() -> dict[str, np.ndarray]:
    """An open hand and a fist; the thumb stays."""
    poses = {}
    for name, turn in zip(("open", "fist"), FINGER_TURNS, strict=True):
        pose = np.zeros((55, 3))
        pose[RIGHT_HAND][:12] = turn
        pose[LEFT_HAND][:12] = np.multiply(turn, (1, -1, -1))
        poses[name] = pose
    return poses


def found(tmp_path: Path, change, urdf=lambda text: text) -> dict[str, list[str]]:
    """What is found in the generic hand, mapped joint by joint, once its YAML and the text of its URDF are changed."""
    said = yaml.safe_load(resources.find("config", "robots", "nsa_hand.yaml").read_text(encoding="utf-8"))
    hand(said)["method"] = "joints"
    change(said)
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
    text = resources.find("urdf", "nsa_hand_right.urdf").read_text(encoding="utf-8")
    (tmp_path / "nsa_hand_right.urdf").write_text(urdf(text), encoding="utf-8")
    levels: dict[str, list[str]] = {"error": [], "warning": [], "note": []}
    for finding in check(load_robot(file), shapes()):
        assert finding.file.is_file()
        levels[finding.level].append(f"{finding.what}: {finding.text}")
    return levels


def only(lines: list[str], *words: str) -> None:
    """One line that says all of these."""
    assert len(lines) == 1, lines
    for word in words:
        assert word in lines[0]


def hand(said: dict) -> dict:
    return said["hands"]["right"]


def rows(said: dict) -> dict:
    return hand(said)["joints"]


@pytest.mark.parametrize("name", ["nsa_hand", "nsa_hand_left", "nsa_hands"])
def test_nothing_is_wrong_with_the_generic_hands(name):
    levels = [finding.level for finding in check(load_robot(name), shapes())]
    assert set(levels) <= {"note"}


@pytest.mark.skipif(not URDFS.is_dir(), reason="the URDF of other people's hands are not here")
@pytest.mark.parametrize("name", ["allegro_right", "allegro_left", "leap_right", "leap_left", "g1_dex3", "g1_inspire"])
def test_nothing_contradicts_the_robots_that_are_shipped(name):
    findings = check(load_robot(name, URDFS), shapes())
    assert not [str(finding) for finding in findings if finding.level == "error"]


@pytest.mark.parametrize(("method", "source"), [("joints", "index2_flexion"), ("optimise", "fingertip of index")])
def test_the_mapping_says_what_drives_each_joint_and_what_it_takes_along(tmp_path, method, source):
    said = yaml.safe_load(resources.find("config", "robots", "nsa_hand.yaml").read_text(encoding="utf-8"))
    hand(said)["method"] = method
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    rows = {row.joint: row for row in drives(load_robot(tmp_path / "mine.yaml"))}
    assert len(rows) == 20
    assert rows["right_index_pip"].source == source
    assert rows["right_pinky_pip"].followers == ("right_pinky_dip ×0.5",)
    np.testing.assert_allclose(
        np.degrees([rows["right_index_pip"].lower, rows["right_index_pip"].upper]), [-5, 118], rtol=1e-5
    )


@pytest.mark.parametrize(
    ("distal", "palmar", "words"),
    [
        ("-z", "+x", ("do not point distal", "distal: +z, palmar: +x")),
        ("+x", "+z", ("do not point distal", "distal: +z, palmar: +x")),
        ("+z", "-x", ("close away from the palm", "palmar: +x")),
    ],
)
def test_palm_axes_that_contradict_the_fingers_are_told_with_the_right_ones(tmp_path, distal, palmar, words):
    def change(said):
        hand(said)["palm"].update(distal=distal, palmar=palmar)
        hand(said).update(method="optimise", joints={})

    only(found(tmp_path, change)["error"], "right palm", *words)


@pytest.mark.parametrize("palmar", ["+y", "-y", [0.3, 0.9539392, 0]])
def test_a_palm_turned_sideways_is_an_error_that_says_the_right_axis(tmp_path, palmar):
    def change(said):
        hand(said)["palm"]["palmar"] = palmar
        hand(said).update(method="optimise", joints={})

    only(found(tmp_path, change)["error"], "right palm: fingers close sideways: write palmar: +x (or")


def turned(text):
    """The URDF with its fingers turned by 45 degrees about the palm's z."""
    return re.sub(
        r'(<joint name="right_(?!thumb)\w+_abduction".*?<origin xyz="[^"]*" rpy=")[^"]*',
        r"\g<1>0 0 0.7853982",
        text,
        flags=re.DOTALL,
    )


def test_a_palm_between_the_axes_of_its_link_is_told_as_a_vector_that_can_be_written(tmp_path):
    def change(said, palmar="-y"):
        hand(said)["palm"]["palmar"] = palmar
        hand(said).update(method="optimise", joints={})

    (told,) = found(tmp_path, change, turned)["error"]
    vector = yaml.safe_load(re.search(r"write palmar: (\[[^]]*\])", told)[1])
    np.testing.assert_allclose(vector, [0.5**0.5, 0.5**0.5, 0.0], atol=0.02)
    assert found(tmp_path, lambda said: change(said, vector), turned)["error"] == []


def test_fingers_that_close_towards_each_other_leave_the_palm_unchecked(tmp_path):
    def change(said):
        for name in ("middle", "pinky"):
            del hand(said)["fingers"][name]
        said["controllers"] = []
        hand(said).update(method="optimise", joints={})

    def urdf(text):
        return re.sub(
            r'(<joint name="right_ring_(mcp|pip|dip)".*?<axis xyz=")[^"]*', r"\g<1>0 -1 0", text, flags=re.DOTALL
        )

    levels = found(tmp_path, change, urdf)
    assert levels["error"] == []
    assert any("right palm: its fingers point or close in different directions" in line for line in levels["warning"])


def test_fingers_without_a_bend_leave_the_palm_unchecked(tmp_path):
    bare = ROBOT.replace("pip: i2, tip: i_tip", "tip: i2").replace("pip: t2, ", "pip: t1, ")
    told = [str(finding) for finding in check(load_robot(write(tmp_path, bare)), {})]
    assert any(line.startswith("note: right palm: no finger has bones that bend against each other") for line in told)


@pytest.mark.parametrize(
    ("side", "place", "level", "words"),
    [
        ("right", "0.02 0.04 0.03", "", "thumb: its first joint"),
        (
            "left",
            "0.02 0.04 0.03",
            "warning",
            "left thumb: its first joint is 20 mm farther on the little finger's side",
        ),
        ("right", "0.02 0.02 0.03", "note", "it cannot be seen whether it is a right one"),
        ("left", "0.02 0.02 0.03", "note", "it cannot be seen whether it is a left one"),
    ],
)
def test_the_side_of_a_hand_of_two_fingers_shows_at_its_thumb(tmp_path, side, place, level, words):
    robot, urdf = ROBOT.replace("  right:", f"  {side}:"), HAND.replace("0.02 0.04 0.03", place)
    told = [finding for finding in check(load_robot(write(tmp_path, robot, urdf)), {}) if words in str(finding)]
    assert [finding.level for finding in told] == ([level] if level else [])


@pytest.mark.parametrize("fingers", [("thumb", "index", "middle"), ("index", "middle")])
def test_a_right_hand_of_few_fingers_called_left_is_an_error(tmp_path, fingers):
    def change(said):
        three = {name: hand(said)["fingers"][name] for name in fingers}
        said["hands"] = {"left": {**hand(said), "fingers": three, "method": "optimise", "joints": {}}}
        said["controllers"] = []

    only(found(tmp_path, change)["error"], "left hand", "as those of a right hand")


def test_a_right_hand_called_left_is_an_error(tmp_path):
    def change(said):
        said["hands"] = {"left": {**hand(said), "method": "optimise", "joints": {}}}

    only(found(tmp_path, change)["error"], "left hand", "as those of a right hand", "hands: right")


def test_a_thumb_on_the_side_of_the_little_finger_is_an_error(tmp_path):
    def change(said):
        fingers = hand(said)["fingers"]
        fingers["thumb"], fingers["pinky"] = fingers["pinky"], fingers["thumb"]
        hand(said).update(method="optimise", joints={})

    errors = found(tmp_path, change)["error"]
    assert errors
    assert any("pinky" in error and "exchanged" in error for error in errors)


def test_two_fingers_with_each_others_points_are_an_error(tmp_path):
    def change(said):
        fingers = hand(said)["fingers"]
        fingers["middle"], fingers["ring"] = fingers["ring"], fingers["middle"]

    levels = found(tmp_path, change)
    only(levels["error"], "ring stands nearer to the thumb's side than middle")
    assert any("driven from ring1_flexion" in warning for warning in levels["warning"])


def test_points_in_the_wrong_order_are_told_with_the_links_of_the_finger(tmp_path):
    def change(said):
        index = hand(said)["fingers"]["index"]
        index["mcp"], index["tip"] = index["tip"], index["mcp"]

    only(
        found(tmp_path, change)["error"],
        "pip (link 'right_index_middle') is not carried by mcp (link 'right_index_tip')",
        "right_palm – right_index_abduction_hub – right_index_proximal – right_index_middle",
    )


def test_a_tip_on_another_finger_is_an_error(tmp_path):
    def change(said):
        hand(said)["fingers"]["index"]["tip"] = "right_middle_tip"

    only(found(tmp_path, change)["error"], "right index: tip (link 'right_middle_tip') is not carried by dip")


def test_points_at_one_place_are_an_error(tmp_path):
    def change(said):
        hand(said)["fingers"]["ring"]["tip"] = "right_ring_distal"

    only(found(tmp_path, change)["error"], "right ring: dip and tip are 0.0 mm apart")


def test_a_point_in_millimetres_is_told(tmp_path):
    def change(said):
        hand(said)["fingers"]["ring"]["tip"] = {"link": "right_ring_distal", "at": [0, 0, 20]}

    assert any("dip and tip are 20000 mm apart" in line for line in found(tmp_path, change)["warning"])


@pytest.mark.parametrize(
    ("joint", "row", "level", "words"),
    [
        ("right_index_mcp", {"scale": -1.0}, "error", ("opposite way", "scale: 1")),
        ("right_index_abduction", {"scale": -1.0}, "error", ("opposite way",)),
        ("right_thumb_mcp", {"scale": -1.0}, "warning", ("opposite way",)),
        ("right_index_mcp", {"offset": 3.0}, "error", ("never leave its limit",)),
        ("right_index_mcp", {"scale": 1.6}, "warning", ("cut by up to 40° in fist",)),
        ("right_index_mcp", {"scale": 0.2}, "note", ("only 15 % is used",)),
        ("right_index_mcp", {"from": "middle1_flexion"}, "warning", ("follows the human index", "middle1_flexion")),
    ],
)
def test_rows_of_the_direct_map_that_make_no_sense(tmp_path, joint, row, level, words):
    only([line for line in found(tmp_path, lambda said: rows(said)[joint].update(row))[level] if joint in line], *words)


def test_a_mirrored_row_of_a_hand_that_is_optimised_is_only_a_warning(tmp_path):
    def change(said):
        rows(said)["right_index_mcp"]["scale"] = -1.0
        hand(said)["method"] = "optimise"

    levels = found(tmp_path, change)
    assert not [line for line in levels["error"] if "opposite" in line]
    assert [line for line in levels["warning"] if "opposite" in line]


def test_a_joint_without_a_row_and_a_row_outside_the_hand_are_told(tmp_path):
    levels = found(tmp_path, lambda said: rows(said).pop("right_index_mcp"))
    only(levels["warning"], "right_index_mcp: method is joints, but it has no row")


def test_a_finger_left_out_leaves_joints_that_nothing_moves(tmp_path):
    def change(said):
        del hand(said)["fingers"]["pinky"]
        for joint in ("abduction", "mcp", "pip"):
            del rows(said)[f"right_pinky_{joint}"]
            said["controllers"][0]["joints"].remove(f"right_pinky_{joint}")

    levels = found(tmp_path, change)
    told = "\n".join(levels["warning"])
    for joint in ("right_pinky_abduction", "right_pinky_mcp", "right_pinky_pip"):
        assert f"{joint}: it belongs to the hand, but carries no point" in told
    assert "right_pinky_dip: it follows 'right_pinky_pip', which nothing drives" in told
    only(levels["note"], "4 fingers", "follows the human pinky", "follows: [ring, pinky]")


def test_fingers_too_thick_to_stand_side_by_side_are_told(tmp_path):
    told = found(tmp_path, lambda said: hand(said).update(radius=0.012))["warning"]
    only(told, "24 mm thick, but middle and ring stand 18 mm apart", "radius: 0.008")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    fingers:", "    radius: 12\n    fingers:", "right hand: radius: 12 makes fingers 24000 mm thick"),
        ("radius: 0.02", "radius: 20", "capsule 1: its radius is 20 m"),
        (
            "rest:",
            "arms: {right: {base: base, shoulder: base, elbow: base, wrist: palm, radius: 34}}\nrest:",
            "right arm",
        ),
    ],
)
def test_radii_in_millimetres_are_told(tmp_path, old, new, words):
    told = [str(finding) for finding in check(load_robot(write(tmp_path, ROBOT.replace(old, new))), {})]
    only([line for line in told if "is it in metres?" in line], f"warning: {words}")


def test_a_finger_joint_that_slides_is_told_and_has_metres(tmp_path):
    sliding = HAND.replace('name="t_bend" type="revolute"', 'name="t_bend" type="prismatic"')
    robot = load_robot(write(tmp_path, hand=sliding))
    assert {row.joint: row.slides for row in drives(robot)} == {"i_knuckle": False, "t_turn": False, "t_bend": True}
    told = [str(finding) for finding in check(robot, {})]
    only([line for line in told if "slides" in line], "warning: t_bend: it slides")
    assert [line for line in told if "quarter turn" in line and "t_turn" in line]


@pytest.mark.parametrize(
    ("robot", "words"),
    [
        (ROBOT, ""),
        (ROBOT.replace("palmar: +x", "palmar: -x"), "right palm: fingers close away from the palm: write palmar: +x"),
        (ROBOT.replace("tiny_controller", "tiny-controller"), "controller 'tiny-controller': is no ROS name"),
    ],
)
def test_the_errors_of_a_robot_that_is_to_be_moved(tmp_path, robot, words):
    told = errors(load_robot(write(tmp_path, robot)))
    assert len(told) == bool(words)
    assert all(words in line and "[tiny.yaml]" in line for line in told)


def test_a_long_bone_hides_no_error(tmp_path):
    long = ROBOT.replace("at: [0, 0, 0.04]", "at: [0, 0, 0.13]").replace("palmar: +x", "palmar: -x")
    assert [line for line in errors(load_robot(write(tmp_path, long))) if "write palmar: +x" in line]


def test_two_fingers_that_follow_one_are_told(tmp_path):
    levels = found(tmp_path, lambda said: hand(said)["fingers"]["ring"].update(follows=["middle", "ring"]))
    only([line for line in levels["warning"] if "follow the human middle" in line], "middle and ring")


def test_a_joint_that_carries_two_fingers_is_told(tmp_path):
    def change(said):
        hand(said)["fingers"]["middle"] = {"mcp": "right_index_proximal", "tip": "right_index_tip"}

    told = found(tmp_path, change)["warning"]
    assert any("right_index_mcp: it carries the fingers index and middle" in line for line in told)


def test_a_joint_of_hand_and_arm_is_an_error(tmp_path):
    def change(said):
        links = ("right_palm", "right_index_abduction_hub", "right_index_proximal", "right_index_middle")
        said["arms"] = {"right": dict(zip(("base", "shoulder", "elbow", "wrist"), links, strict=True))}

    errors = found(tmp_path, change)["error"]
    assert any("right_index_mcp: driven by right hand and right arm" in line for line in errors)


@pytest.mark.parametrize(
    ("change", "level", "words"),
    [
        (lambda said: said.pop("controllers"), "warning", ("controllers: there are none",)),
        (
            lambda said: said["controllers"][0].update(name="my hand"),
            "error",
            ("controller 'my hand': is no ROS name",),
        ),
        (
            lambda said: said["limits"].update(joints={"right_index_pip": {"upper": 0.1}}),
            "warning",
            ("right_index_pip: rest at 0.35", "becomes 0.1"),
        ),
        (lambda said: said["limits"].update(velocity=0.5), "warning", ("3.1 s", "tempo: 0.11")),
        (
            lambda said: said["limits"].update(joints={"right_index_pip": {"lower": 0.35, "upper": 0.35}}),
            "warning",
            ("right_index_pip: its limits leave it no room",),
        ),
    ],
)
def test_what_else_contradicts(tmp_path, change, level, words):
    lines = [line for line in found(tmp_path, change)[level] if words[0] in line]
    only(lines, *words)


def test_two_controllers_of_one_name_are_an_error(tmp_path):
    def change(said):
        (controller,) = said["controllers"]
        first, second = controller["joints"][:5], controller["joints"][5:]
        said["controllers"] = [{**controller, "joints": first}, {**controller, "joints": second}]

    only(found(tmp_path, change)["error"], "two controllers have this name")


def test_limits_in_degrees_are_told(tmp_path):
    def urdf(text):
        before, after = text.split('<joint name="right_index_pip"')
        return f'{before}<joint name="right_index_pip"' + after.replace('lower="-0.0872665"', 'lower="-5"', 1).replace(
            'upper="2.05949"', 'upper="118"', 1
        )

    told = found(tmp_path, lambda said: None, urdf)["warning"]
    assert any("right_index_pip: its limits -5 to 118 are more than a turn" in line for line in told)


def test_a_slow_robot_with_its_tempo_is_fine(tmp_path):
    def change(said):
        said["limits"]["velocity"] = 0.5
        said["tempo"] = 0.11

    assert found(tmp_path, change)["warning"] == []


def examples() -> list[str]:
    """The YAML fragments of docs/adding-a-hand.md."""
    if not PAGE.is_file():
        pytest.skip("the documents are not beside the package")
    page = PAGE.read_text(encoding="utf-8")
    return re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(not URDFS.is_dir(), reason="the URDF of other people's hands are not here")
def test_the_whole_file_of_the_page_is_right(tmp_path):
    (whole,) = [text for text in examples() if "DFQ_right_hand.urdf" in text]
    (tmp_path / "dfq.yaml").write_text(whole, encoding="utf-8")
    levels = [finding.level for finding in check(load_robot(tmp_path / "dfq.yaml", URDFS), shapes())]
    assert set(levels) <= {"note"}


def test_every_fragment_of_the_page_is_yaml_with_keys_that_exist():
    fragments = [yaml.safe_load(text) for text in examples()]
    assert len(fragments) >= 6
    known = {
        "title",
        "urdf",
        "hands",
        "arms",
        "rest",
        "limits",
        "capsules",
        "controllers",
        "tempo",
        "base",
        "side",
        "face",
    }
    assert {key for fragment in fragments for key in fragment} <= known | {"method", "joints", "fingers"}


def test_the_links_of_the_page_lead_somewhere():
    examples()
    targets = re.findall(r"\]\(((?!https?:)[^)#]+)\)", PAGE.read_text(encoding="utf-8"))
    assert targets
    assert [target for target in targets if not (PAGE.parent / target).exists()] == []
