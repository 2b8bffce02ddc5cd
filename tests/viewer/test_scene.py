"""Transforms of the mannequin's pieces."""

import numpy as np
import pytest

from nsa_ros.body.kinematics import forward
from nsa_ros.body.mannequin import carrier_rest
from nsa_ros.body.poses import named_pose
from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import INDEX
from nsa_ros.errors import NsaError
from nsa_ros.viewer.scene import CARRIER_INDEX, CARRIER_PARENTS, camera, default_scene

SCENE = default_scene()


def random_frames(frames=5, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 0.4, (frames, 55, 3)), rng.uniform(-1, 1, (frames, 10)), rng.normal(0, 0.1, (frames, 3))


def test_t_pose_is_at_rest():
    placed = SCENE.place(np.zeros((55, 3)), np.zeros(10))
    assert np.allclose(placed.positions, carrier_rest(SCENE.skeleton))
    assert np.allclose(placed.rotations, np.eye(3))


def test_joints_are_where_the_kinematics_say():
    poses, expression, transl = random_frames()
    placed, posed = SCENE.place(poses, expression, transl), forward(SCENE.skeleton, poses, transl)
    assert np.allclose(placed.positions[:, : len(INDEX)], posed.positions)
    assert np.allclose(placed.rotations[:, : len(INDEX)], posed.rotations)


def test_batch_is_frame_by_frame():
    poses, expression, transl = random_frames()
    whole, one = SCENE.place(poses, expression, transl), SCENE.place(poses[3], expression[3], transl[3])
    assert np.allclose(whole.positions[3], one.positions)
    assert np.allclose(whole.rotations[3], one.rotations)


def test_local_frames_chain_to_the_same_places():
    poses, expression, transl = (values[0] for values in random_frames())
    placed = SCENE.place(poses, expression, transl)
    shifts, turns = SCENE.local(poses, expression, transl)
    positions, rotations = np.zeros_like(shifts), rotvec_to_matrix(turns)
    for i, parent in enumerate(CARRIER_PARENTS):
        if parent < 0:
            positions[i] = shifts[i]
            continue
        positions[i] = positions[parent] + rotations[parent] @ shifts[i]
        rotations[i] = rotations[parent] @ rotations[i]
    assert np.allclose(positions, placed.positions)
    assert np.allclose(rotations, placed.rotations)


def test_brows_rise_and_the_lower_lip_follows_the_jaw():
    neutral = named_pose("neutral")
    still = SCENE.place(neutral, np.zeros(10))
    raised = SCENE.place(neutral, np.eye(10)[0])
    brow, lip = CARRIER_INDEX["left_brow"], CARRIER_INDEX["left_lower_lip"]
    assert raised.positions[brow, 1] - still.positions[brow, 1] == pytest.approx(0.010, abs=1e-3)
    opened = neutral.copy()
    opened[INDEX["jaw"]] = [0.2, 0, 0]
    assert SCENE.place(opened, np.zeros(10)).positions[lip, 1] < still.positions[lip, 1] - 0.01


def test_unknown_camera_lists_the_presets():
    with pytest.raises(NsaError, match="front, hands, side"):
        camera("above")
