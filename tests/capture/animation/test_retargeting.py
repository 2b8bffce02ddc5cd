"""Rest poses, sizes and rigs that cannot be followed."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_rigs import (
    BACKWARDS,
    MIXAMO,
    UNREAL,
    Z_UP,
    degrees_apart,
    directions,
    make_gltf,
    make_vrm,
    signing,
    write_bvh,
)

from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import concatenate, still
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.capture.animation.bone_map import choose_map
from nsa_ros.capture.animation.reading import read_animation
from nsa_ros.capture.animation.report import report
from nsa_ros.capture.animation.retargeting import retarget
from nsa_ros.errors import NsaError

FIGURE = default_skeleton()


def imported(path, rest=0):
    animation = read_animation(path)
    bone_map, bones = choose_map(animation)
    return retarget(animation, animation.take(), replace(bone_map, rest=rest), bones)


@pytest.mark.parametrize(("world", "up"), [(np.eye(3), "y"), (Z_UP, "z"), (BACKWARDS @ Z_UP, "-z")])
@pytest.mark.parametrize("unit", [1.0, 100.0, 39.37])
def test_up_size_and_the_way_of_the_pelvis(tmp_path, world, up, unit):
    motion = signing()
    away = np.linspace(0, 1, len(motion))[:, None] * [0.4, 0.1, 0.8] + [5.0, 0.0, 7.0]
    path = make_gltf(replace(motion, transl=away), replace(MIXAMO, world=world, unit=unit)).glb(tmp_path / "a.glb")
    result = imported(path)
    assert result.stance.up == up
    assert result.stance.scale == pytest.approx(1.0 / unit, rel=1e-4)
    np.testing.assert_allclose(result.motion.transl, away - np.median(away, axis=0), atol=1e-4)
    np.testing.assert_allclose(np.median(result.motion.transl, axis=0), 0.0, atol=1e-9)


@pytest.mark.parametrize(("moving", "up"), [(Z_UP, "z"), (Z_UP.T, "-z"), (np.diag([1.0, -1.0, -1.0]), "-y")])
def test_a_take_may_have_another_axis_up_than_the_rest_pose(tmp_path, moving, up):
    motion = signing()
    result = imported(write_bvh(tmp_path / "a.bvh", motion, MIXAMO, order="XYZ", moving=moving))
    assert (result.stance.up, result.up) == ("y", up)
    want, got = forward(FIGURE, motion.poses), forward(FIGURE, result.motion.poses)
    assert degrees_apart(directions(want), directions(got)).max() < 3.0


def test_a_frame_of_the_take_may_be_the_rest_pose(tmp_path):
    motion = signing()
    standing = concatenate([still(np.zeros((55, 3)), 2, motion.fps), motion])
    made = make_gltf(standing, MIXAMO)
    for node in made.document["nodes"][1:]:
        node["rotation"] = [0, 0, 0, 1]
        node["translation"] = [0, 0, 0]
    made.document["animations"][0]["channels"] += [
        {"sampler": len(made.document["animations"][0]["samplers"]) - 1, "target": {"node": 1, "path": "translation"}}
    ]
    with pytest.raises(NsaError, match=r"rests in no T or A pose .*--rest"):
        imported(made.glb(tmp_path / "a.glb"))
    path = write_bvh(tmp_path / "a.bvh", standing, MIXAMO)
    got = imported(path, rest=1).motion
    want = forward(FIGURE, standing.poses)
    assert degrees_apart(directions(want), directions(forward(FIGURE, got.poses))).max() < 0.05
    with pytest.raises(NsaError, match="rest pose is frame 999"):
        imported(path, rest=999)


def test_a_rig_without_legs_is_measured_by_its_arms(tmp_path):
    made = make_vrm(signing(), "1.0")
    bones = made.document["extensions"]["VRMC_vrm"]["humanoid"]["humanBones"]
    for name in [name for name in bones if "Leg" in name or "Foot" in name or "Toes" in name]:
        del bones[name]
    result = imported(made.glb(tmp_path / "bust.vrm"))
    assert result.stance.measured == "arms"
    assert result.stance.scale == pytest.approx(1.0, rel=1e-4)
    np.testing.assert_array_equal(result.motion.poses[:, INDEX["left_knee"]], 0.0)


def test_a_zero_pose_that_lies_stretched_out_is_refused(tmp_path):
    text = write_bvh(tmp_path / "a.bvh", signing(), MIXAMO).read_text()
    lines = [
        f"OFFSET {np.linalg.norm([float(w) for w in line.split()[1:]])} 0 0" if "OFFSET" in line else line
        for line in text.splitlines()
    ]
    (tmp_path / "b.bvh").write_text("\n".join(lines))
    with pytest.raises(NsaError, match="zero pose of the BVH hierarchy: "):
        imported(tmp_path / "b.bvh")


def test_an_arm_of_no_length_is_named(tmp_path):
    made = make_gltf(signing(), MIXAMO)
    hand = next(node for node in made.document["nodes"] if node["name"] == "mixamorig:LeftHand")
    hand["translation"] = [0, 0, 0]
    with pytest.raises(NsaError, match=r"LeftForeArm' \(left_elbow\) has no length: 'mixamorig:LeftHand'"):
        imported(made.glb(tmp_path / "a.glb"))


def test_a_finger_of_no_length_stays_in_line_and_is_told(tmp_path):
    made = make_gltf(signing(), UNREAL)
    last = next(node for node in made.document["nodes"] if node["name"] == "ring_03_l")
    last["translation"] = [0, 0, 0]
    assert imported(made.glb(tmp_path / "a.glb")).loose == ("left_ring3",)


def test_a_take_that_moves_other_bones_is_refused(tmp_path):
    made = make_gltf(signing(), MIXAMO)
    made.document["nodes"].append({"name": "camera"})
    channel = made.document["animations"][0]["channels"][0]
    made.document["animations"][0]["channels"] = [
        {**channel, "target": {"node": len(made.document["nodes"]) - 1, "path": "rotation"}}
    ]
    with pytest.raises(NsaError, match="take 'Take 001' moves none of the bones"):
        imported(made.glb(tmp_path / "a.glb"))


def test_the_report_has_the_figures(tmp_path):
    motion = signing()
    poses = motion.poses.copy()
    poses[:5, INDEX["left_knee"]] = [-1.0, 0.0, 0.0]
    path = make_gltf(replace(motion, poses=poses), UNREAL).glb(tmp_path / "a.glb")
    animation = read_animation(path)
    bone_map, bones = choose_map(animation)
    told = report(animation, animation.take(), bone_map, retarget(animation, animation.take(), bone_map, bones))
    assert told["frames"] == len(motion)
    assert told["driven"]["left_thumb1"] == "thumb_01_l"
    assert told["at_rest"] == []
    assert told["unused_bones"] == ["spine2_extra", "spine3_extra", "left_elbow_twist", "right_elbow_twist"]
    assert max(told["direction_error_degrees"].values()) < 0.05
    assert max(mm["worst"] for mm in told["hand_offset_mm"].values()) < 0.5
    assert told["frames_beyond_limits"]["left_knee"] == 5
    assert "right_knee" not in told["frames_beyond_limits"]
