"""The playback coordinate: exact there and back, mirrored, without flips, far from its singularities."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from signing_space import hanging_and_spread, signing_space

from nsa_ros.body.limits import limits
from nsa_ros.body.poses import mirror_pose, named_pose
from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.body.rotations import geodesic_angle, matrix_to_rotvec, rotvec_to_matrix
from nsa_ros.body.skeleton import INDEX, JOINTS, LEFT_HAND, Skeleton, default_skeleton
from nsa_ros.errors import NsaError

MODEL = RevoluteModel(default_skeleton())
SEEDS = st.integers(0, 2**32 - 1)
ORIGIN = np.zeros((1, 3))


def single(pose):
    return MODEL.from_motion(pose[None], ORIGIN)[0]


def smooth_walk(seed, frames, size=1.0):
    """q that wanders within the limits: random knots joined by cosines."""
    rng = np.random.default_rng(seed)
    bounds = limits(MODEL)
    middle, half = (bounds.upper + bounds.lower) / 2, size * (bounds.upper - bounds.lower) / 2
    knots = middle + half * rng.uniform(-1, 1, (3, len(MODEL)))
    t = np.linspace(0, len(knots) - 1 - 1e-9, frames)
    i, s = t.astype(int), (1 - np.cos(np.pi * (t % 1.0)))[:, None] / 2
    return knots[i] * (1 - s) + knots[i + 1] * s


def test_there_are_168_coordinates_named_after_smplx_joints():
    assert len(MODEL) == 168
    assert len(set(MODEL.names)) == 168
    assert MODEL.names[:3] == ROOT
    for name in MODEL.names[3:]:
        assert name.rpartition("_")[0] in JOINTS
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)


@given(SEEDS)
def test_any_pose_comes_back_exactly(seed):
    rng = np.random.default_rng(seed)
    poses, transl = rng.normal(scale=1.2, size=(4, 55, 3)), rng.normal(size=(4, 3))
    back, moved = MODEL.to_motion(MODEL.from_motion(poses, transl))
    assert geodesic_angle(rotvec_to_matrix(poses), rotvec_to_matrix(back)).max() < 1e-9
    np.testing.assert_array_equal(moved, transl)


@given(SEEDS, st.sampled_from([0.0, 1e-9, 1.0, np.pi]))
def test_a_joint_is_its_three_turns_one_after_the_other(seed, size):
    q = size * np.random.default_rng(seed).normal(size=(3, len(MODEL)))
    turns = rotvec_to_matrix(MODEL.axes * q[:, 3:].reshape(3, 55, 3, 1))
    poses, _ = MODEL.to_motion(q)
    assert (np.linalg.norm(poses, axis=-1) <= np.pi + 1e-12).all()
    assert geodesic_angle(rotvec_to_matrix(poses), turns[:, :, 0] @ turns[:, :, 1] @ turns[:, :, 2]).max() < 1e-7


@given(SEEDS)
def test_q_within_the_limits_comes_back_exactly(seed):
    q = smooth_walk(seed, 40)
    poses, transl = MODEL.to_motion(q)
    np.testing.assert_allclose(MODEL.from_motion(poses, transl), q, atol=1e-9)


def test_zero_is_the_t_pose():
    np.testing.assert_allclose(single(np.zeros((55, 3))), 0.0, atol=1e-12)
    np.testing.assert_allclose(MODEL.to_motion(np.zeros((1, 168)))[0], 0.0, atol=1e-12)


@given(SEEDS)
def test_equal_q_left_and_right_is_a_symmetric_pose(seed):
    pose = np.random.default_rng(seed).normal(scale=0.8, size=(55, 3))
    q, mirrored = single(pose), single(mirror_pose(pose))
    for i, name in enumerate(MODEL.names):
        if name.startswith("left_"):
            other = MODEL.names.index(name.replace("left_", "right_"))
            assert q[i] == pytest.approx(mirrored[other], abs=1e-9)


@given(SEEDS, st.integers(1, 39))
def test_chunks_give_the_same_as_the_whole(seed, cut):
    poses, transl = MODEL.to_motion(smooth_walk(seed, 40))
    whole = MODEL.from_motion(poses, transl)
    head = MODEL.from_motion(poses[:cut], transl[:cut])
    tail = MODEL.from_motion(poses[cut:], transl[cut:], previous=head[-1])
    np.testing.assert_allclose(np.concatenate([head, tail]), whole, atol=1e-12)


def test_a_full_turn_never_jumps():
    turns = np.linspace(0, 4 * np.pi, 200)
    poses = np.zeros((200, 55, 3))
    poses[:, INDEX["left_wrist"], 0] = turns
    q = MODEL.from_motion(poses, np.zeros((200, 3)))
    np.testing.assert_allclose(q[:, MODEL.names.index("left_wrist_pronation")], turns, atol=1e-9)


def test_the_branch_of_the_previous_frame_is_carried_on():
    before = np.zeros(168)
    coordinate = MODEL.names.index("left_wrist_pronation")
    before[coordinate] = 2 * np.pi - 0.1
    after = MODEL.from_motion(np.zeros((1, 55, 3)), ORIGIN, previous=before)[0]
    assert after[coordinate] == pytest.approx(2 * np.pi)


def test_the_first_window_holds_the_whole_range_of_every_joint():
    bounds = limits(MODEL)
    for corner in (bounds.lower, bounds.upper):
        poses, transl = MODEL.to_motion(corner[None])
        np.testing.assert_allclose(MODEL.from_motion(poses, transl)[0], corner, atol=1e-9)


def shoulder_q(rotations):
    poses = np.zeros((len(rotations), 1, 55, 3))
    poses[:, 0, INDEX["left_shoulder"]] = matrix_to_rotvec(rotations)
    return np.stack([MODEL.from_motion(pose, ORIGIN)[0] for pose in poses])


def test_no_arm_of_the_signing_space_comes_near_the_singularity():
    rotations = np.concatenate([signing_space(6000), hanging_and_spread()])
    assert len(rotations) > 3000
    q = shoulder_q(rotations)
    assert np.degrees(MODEL.singularity_distance(q)[:, INDEX["left_shoulder"]].min()) > 30
    bounds = limits(MODEL)
    assert (q >= bounds.lower).all()
    assert (q <= bounds.upper).all()


def test_the_distance_to_the_singularity_is_the_angle_between_first_and_last_axis():
    rotations = signing_space(200)
    first, last = (MODEL.axes[INDEX["left_shoulder"], turn] for turn in (0, 2))
    angle = np.arccos(np.abs((rotations @ last) @ first))
    measured = MODEL.singularity_distance(shoulder_q(rotations))[:, INDEX["left_shoulder"]]
    np.testing.assert_allclose(measured, angle, atol=1e-9)


@pytest.mark.parametrize("pose", [np.zeros((55, 3)), named_pose("rest"), named_pose("neutral")])
def test_t_pose_rest_and_neutral_are_far_from_every_singularity(pose):
    q = single(pose)
    assert np.degrees(MODEL.singularity_distance(q).min()) > 40


def test_no_joint_can_reach_a_singularity_within_its_limits():
    bounds = limits(MODEL)
    q = np.linspace(bounds.lower, bounds.upper, 60)
    assert np.degrees(MODEL.singularity_distance(q).min()) > 20


def test_motion_through_the_signing_space_moves_every_coordinate_steadily():
    """Between near poses no coordinate turns more than a few times as far as the shoulder itself."""
    rotations = np.concatenate([signing_space(4000), hanging_and_spread()])
    rng = np.random.default_rng(5)
    for rotation in rotations[:: len(rotations) // 300]:
        poses = np.zeros((2, 55, 3))
        nudged = rotation @ rotvec_to_matrix(rng.normal(scale=0.01, size=3))
        poses[:, INDEX["left_shoulder"]] = matrix_to_rotvec(np.stack([rotation, nudged]))
        q = MODEL.from_motion(poses, np.zeros((2, 3)))
        assert np.abs(np.diff(q, axis=0)).max() < 3 * geodesic_angle(rotation, nudged)


def test_a_finger_that_only_flexes_only_flexes_in_q():
    pose = np.zeros((55, 3))
    pose[LEFT_HAND.start] = [0, 0, -1.2]
    q = single(pose)
    assert MODEL.names[np.abs(q).argmax()] == "left_index1_flexion"
    assert q.max() == pytest.approx(1.2)
    assert np.count_nonzero(np.abs(q) > 1e-9) == 1


def test_a_straight_thumb_has_no_flexion_axis():
    figure = default_skeleton()
    rest = figure.rest.copy()
    first, second = (rest[INDEX[f"left_thumb{i}"]] for i in (1, 2))
    rest[INDEX["left_thumb3"]] = second + (second - first)
    with pytest.raises(NsaError, match="left thumb of skeleton 'stiff' shows no flexion axis"):
        RevoluteModel(Skeleton("stiff", rest, figure.tips))
