"""Forward kinematics against its laws: rest, rigid motion, bone lengths, mirror image."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.body.kinematics import forward, forward_matrices
from nsa_ros.body.poses import mirror_pose
from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import INDEX, PARENTS, TIP_PARENTS, default_skeleton, mirror_permutation

SKELETON = default_skeleton()
SEEDS = st.integers(0, 2**32 - 1)


def random_pose(seed, *shape):
    return np.random.default_rng(seed).uniform(-1.5, 1.5, (*shape, 55, 3))


def test_no_rotation_is_the_rest_figure():
    posed = forward(SKELETON, np.zeros((55, 3)))
    np.testing.assert_allclose(posed.positions, SKELETON.rest, atol=1e-12)
    np.testing.assert_allclose(posed.tips, SKELETON.rest[list(TIP_PARENTS)] + SKELETON.tips, atol=1e-12)


@given(SEEDS)
def test_bones_keep_their_length_in_any_pose(seed):
    positions = forward(SKELETON, random_pose(seed)).positions
    bones = positions[1:] - positions[list(PARENTS[1:])]
    np.testing.assert_allclose(
        np.linalg.norm(bones, axis=-1), np.linalg.norm(SKELETON.offsets[1:], axis=-1), atol=1e-12
    )


@given(SEEDS)
def test_turning_the_pelvis_turns_the_whole_figure(seed):
    pose = random_pose(seed)
    pose[0] = 0.0
    turned = pose.copy()
    turned[0] = [0.3, -1.1, 0.4]
    rotation = rotvec_to_matrix(turned[0])
    np.testing.assert_allclose(
        forward(SKELETON, turned).positions, forward(SKELETON, pose).positions @ rotation.T, atol=1e-12
    )


@given(SEEDS)
def test_translation_moves_every_point_alike(seed):
    pose, by = random_pose(seed), np.array([0.1, -0.2, 0.3])
    at, moved = forward(SKELETON, pose), forward(SKELETON, pose, by)
    np.testing.assert_allclose(moved.positions, at.positions + by, atol=1e-12)
    np.testing.assert_allclose(moved.tips, at.tips + by, atol=1e-12)


@given(SEEDS)
def test_a_mirrored_pose_is_the_mirrored_figure(seed):
    pose = random_pose(seed)
    mirrored = forward(SKELETON, pose).positions[mirror_permutation()] * [-1, 1, 1]
    np.testing.assert_allclose(forward(SKELETON, mirror_pose(pose)).positions, mirrored, atol=1e-12)


def test_batches_are_the_same_as_one_by_one():
    poses = random_pose(3, 2, 4)
    whole = forward(SKELETON, poses, np.ones((2, 4, 3)))
    single = forward(SKELETON, poses[1, 2], np.ones(3))
    np.testing.assert_allclose(whole.positions[1, 2], single.positions, atol=1e-12)
    np.testing.assert_allclose(whole.rotations[1, 2], single.rotations, atol=1e-12)
    np.testing.assert_allclose(whole.tips[1, 2], single.tips, atol=1e-12)


def test_matrices_give_the_same_as_axis_angle():
    pose = random_pose(4)
    by_matrix = forward_matrices(SKELETON, rotvec_to_matrix(pose))
    np.testing.assert_allclose(by_matrix.positions, forward(SKELETON, pose).positions, atol=1e-12)


def test_a_bent_left_elbow_brings_the_hand_forward():
    pose = np.zeros((55, 3))
    pose[INDEX["left_elbow"]] = [0, -np.pi / 2, 0]
    at = forward(SKELETON, pose).positions
    forearm = at[INDEX["left_wrist"]] - at[INDEX["left_elbow"]]
    assert forearm[2] > 0.2
    assert abs(forearm[0]) < 1e-9
