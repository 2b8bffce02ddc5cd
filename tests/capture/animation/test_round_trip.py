"""Our signing, written as other programs write it, comes back as it was."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_rigs import (
    A_POSE,
    MIXAMO,
    UNREAL,
    Z_UP,
    Style,
    degrees_apart,
    directions,
    make_gltf,
    make_vrm,
    rest_pose,
    signing,
    write_bvh,
)

from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import still
from nsa_ros.body.proportions import resized
from nsa_ros.body.rotations import geodesic_angle, matrix_to_rotvec, rotvec_to_matrix
from nsa_ros.body.skeleton import INDEX, JOINTS, default_skeleton
from nsa_ros.capture.animation.bone_map import choose_map
from nsa_ros.capture.animation.reading import read_animation
from nsa_ros.capture.animation.retargeting import retarget

FIGURE = default_skeleton()
BIPED = Style("bvh", rest=A_POSE, world=Z_UP, unit=39.37)


def imported(path, **options):
    animation = read_animation(path)
    bone_map, bones = choose_map(animation)
    return retarget(animation, animation.take(), bone_map, bones, **options)


def write(folder, kind):
    motion = signing()
    if kind.startswith("vrm"):
        return make_vrm(motion, kind.split()[1]).glb(folder / "signer.vrm")
    name, style = {"mixamo": ("mixamo", MIXAMO), "unreal": ("unreal", UNREAL), "biped": ("biped", BIPED)}[
        kind.split()[0]
    ]
    if "bvh" in kind:
        return write_bvh(folder / f"{name}.bvh", motion, style, order="YXZ" if name == "unreal" else "ZXY")
    made = make_gltf(motion, style, posed="posed" in kind, armature=0.01 if "armature" in kind else 1.0)
    return made.gltf(folder / "rig.gltf") if "gltf" in kind else made.glb(folder / "rig.glb")


KINDS = (
    "mixamo glb",
    "mixamo gltf",
    "mixamo bvh",
    "mixamo glb armature",
    "mixamo glb posed",
    "mixamo glb posed armature",
    "unreal glb",
    "unreal glb posed",
    "unreal bvh",
    "biped bvh",
    "vrm 0.x",
    "vrm 1.0",
    "vrm animation",
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_bone_points_where_it_did_and_the_hands_face_alike(tmp_path, kind):
    motion = signing()
    result = imported(write(tmp_path, kind))
    assert (len(result.motion), result.motion.fps) == (len(motion), motion.fps)
    driven = [joint in result.bones for joint in JOINTS]
    assert sum(driven) >= (52 if kind.startswith("biped") else 55)
    want, got = forward(FIGURE, motion.poses), forward(FIGURE, result.motion.poses)
    assert degrees_apart(directions(want), directions(got)).max() < 0.05
    turns = np.degrees(geodesic_angle(want.rotations, got.rotations))
    twisted = [INDEX["left_elbow"], INDEX["right_elbow"]]
    assert np.delete(turns, twisted, axis=1).max() < 0.5
    place = motion.transl - np.median(motion.transl, axis=0)
    np.testing.assert_allclose(result.motion.transl, place, atol=1e-4)


@pytest.mark.parametrize("kind", ["LINEAR", "STEP", "CUBICSPLINE"])
def test_keys_are_met_by_every_interpolation(tmp_path, kind):
    motion = signing()
    got = imported(make_gltf(motion, MIXAMO, interpolation=kind).glb(tmp_path / "rig.glb")).motion
    want = forward(FIGURE, motion.poses)
    assert degrees_apart(directions(want), directions(forward(FIGURE, got.poses))).max() < 0.05


def test_a_rig_in_an_a_pose_that_plays_its_rest_shows_that_a_pose(tmp_path):
    pose = rest_pose(UNREAL)
    played = still(pose, 3, 24.0)
    result = imported(make_gltf(played, UNREAL).glb(tmp_path / "rest.glb"))
    want, got = forward(FIGURE, pose[None]), forward(FIGURE, result.motion.poses)
    assert degrees_apart(directions(want), directions(got)).max() < 0.05
    assert got.positions[0, INDEX["left_wrist"], 1] < got.positions[0, INDEX["left_shoulder"], 1] - 0.2


def test_a_rig_of_other_proportions_keeps_the_directions(tmp_path):
    motion = signing()
    child = resized(FIGURE, {"forearms": 0.8, "upper_arms": 0.9, "shoulders": 0.75, "fingers": 0.8}, "child")
    result = imported(make_gltf(motion, UNREAL, skeleton=child).glb(tmp_path / "child.glb"))
    want, got = forward(FIGURE, motion.poses), forward(FIGURE, result.motion.poses)
    palm = [JOINTS.index(f"{s}_{f}1") - 1 for s in ("left", "right") for f in ("index", "middle", "ring", "pinky")]
    angles = degrees_apart(directions(want), directions(got))
    assert np.delete(angles, palm, axis=1).max() < 0.05
    assert angles[:, palm].max() < 1.0


def test_a_figure_that_faces_aside_is_turned_to_face_ahead(tmp_path):
    motion = signing()
    aside = motion.poses.copy()
    quarter = rotvec_to_matrix([0.0, 1.2, 0.0])
    aside[:, 0] = matrix_to_rotvec(quarter @ rotvec_to_matrix(motion.poses[:, 0]))
    result = imported(make_gltf(replace(motion, poses=aside), MIXAMO).glb(tmp_path / "aside.glb"))
    assert result.heading == pytest.approx(-np.degrees(1.2), abs=2.0)
    ahead = forward(FIGURE, result.motion.poses).rotations[:, 0, :, 2].mean(axis=0)
    assert ahead[2] > 0.99


def test_a_rolled_upper_arm_gets_its_hinge_back_from_the_motion(tmp_path):
    motion = signing()
    roll = rotvec_to_matrix([0.5, 0.0, 0.0])
    poses = motion.poses.copy()
    shoulder, elbow = INDEX["right_shoulder"], INDEX["right_elbow"]
    poses[:, shoulder] = matrix_to_rotvec(rotvec_to_matrix(poses[:, shoulder]) @ roll)
    poses[:, elbow] = matrix_to_rotvec(roll.T @ rotvec_to_matrix(poses[:, elbow]))
    result = imported(make_gltf(replace(motion, poses=poses), MIXAMO).glb(tmp_path / "rolled.glb"))
    assert abs(result.hinges["right"]) == pytest.approx(np.degrees(0.5), abs=0.1)
    want, got = forward(FIGURE, motion.poses), forward(FIGURE, result.motion.poses)
    assert np.degrees(geodesic_angle(want.rotations, got.rotations))[:, shoulder].max() < 0.1


def test_pronation_that_a_rig_puts_into_the_hand_is_shared_by_elbow_and_wrist(tmp_path):
    motion = signing()
    poses = motion.poses.copy()
    wrist, elbow = INDEX["right_wrist"], INDEX["right_elbow"]
    far = rotvec_to_matrix([0.6, 0.0, 0.0])
    poses[:, elbow] = matrix_to_rotvec(rotvec_to_matrix(poses[:, elbow]) @ far)
    poses[:, wrist] = matrix_to_rotvec(far.T @ rotvec_to_matrix(poses[:, wrist]))
    plain = imported(make_gltf(motion, MIXAMO).glb(tmp_path / "plain.glb")).motion.poses
    shared = imported(make_gltf(replace(motion, poses=poses), MIXAMO).glb(tmp_path / "far.glb")).motion.poses
    np.testing.assert_allclose(rotvec_to_matrix(shared), rotvec_to_matrix(plain), atol=1e-4)


def test_another_rate_keeps_the_duration(tmp_path):
    motion = signing()
    result = imported(make_gltf(motion, MIXAMO).glb(tmp_path / "rig.glb"), fps=60.0)
    assert result.motion.fps == 60.0
    assert len(result.motion) == (len(motion) - 1) * 5 + 1
    want, got = forward(FIGURE, motion.poses), forward(FIGURE, result.motion.poses[::5])
    assert degrees_apart(directions(want), directions(got)).max() < 0.05


def test_joints_without_a_bone_go_with_their_parent(tmp_path):
    made = make_vrm(signing(), "1.0")
    bones = made.document["extensions"]["VRMC_vrm"]["humanoid"]["humanBones"]
    for name in ("upperChest", "leftShoulder", "rightShoulder", "jaw"):
        del bones[name]
    poses = imported(made.glb(tmp_path / "signer.vrm")).motion.poses
    for joint in ("spine3", "left_collar", "right_collar", "jaw"):
        np.testing.assert_allclose(poses[:, INDEX[joint]], 0.0, atol=1e-6)
    assert np.abs(poses[:, INDEX["right_shoulder"]]).max() > 0.3
