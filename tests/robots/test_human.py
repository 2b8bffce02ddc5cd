"""The signer's hands in palm coordinates."""

import numpy as np

from nsa_ros.body.kinematics import forward
from nsa_ros.body.poses import mirror_pose
from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import TIPS, default_skeleton, joint_index
from nsa_ros.robots.human import FINGERS, PALM_AXES, HumanHands


def some_pose(seed=0):
    return np.random.default_rng(seed).normal(0, 0.4, (55, 3))


def test_points_are_those_of_the_whole_figure():
    skeleton, pose = default_skeleton(), some_pose()
    posed = forward(skeleton, pose)
    points = HumanHands(skeleton).points(pose)
    for s, side in enumerate(("left", "right")):
        wrist = joint_index(f"{side}_wrist")
        axes = PALM_AXES[side] @ posed.rotations[wrist].T
        for f, finger in enumerate(FINGERS):
            there = [posed.positions[joint_index(f"{side}_{finger}{i}")] for i in (1, 2, 3)]
            there.append(posed.tips[TIPS.index(f"{side}_{finger}")])
            np.testing.assert_allclose(points[s, f], (there - posed.positions[wrist]) @ axes.T, atol=1e-12)


def test_mirrored_hands_have_the_same_points():
    hands, pose = HumanHands(), some_pose(1)
    np.testing.assert_allclose(hands.points(mirror_pose(pose))[0], hands.points(pose)[1], atol=1e-12)


def test_the_wrist_does_not_matter():
    hands, pose = HumanHands(), some_pose(2)
    other = pose.copy()
    other[: joint_index("right_wrist") + 1] = some_pose(3)[: joint_index("right_wrist") + 1]
    np.testing.assert_allclose(hands.points(other), hands.points(pose), atol=1e-12)


def test_a_flat_hand_points_away_and_its_thumb_to_the_thumb_side():
    points = HumanHands().points(np.zeros((55, 3)))
    fingers = points[:, 1:, 3] - points[:, 1:, 0]
    assert (fingers[..., 0] > 10 * np.abs(fingers[..., 1:]).max(axis=-1)).all()
    assert (points[:, 0, 3, 2] > points[:, 1:, 3, 2].max(axis=1)).all()
    curled = np.zeros((55, 3))
    curled[joint_index("right_index1")] = rotvec_axis = np.array([0.0, 0.0, 1.0])
    assert rotvec_to_matrix(rotvec_axis).shape == (3, 3)
    assert HumanHands().points(curled)[1, 1, 3, 1] > 0.03


def test_many_poses_at_once_are_each_alone():
    hands = HumanHands()
    poses = np.stack([some_pose(seed) for seed in range(4)])
    many = hands.points(poses)
    assert many.shape == (4, 2, 5, 4, 3)
    np.testing.assert_allclose(many[2], hands.points(poses[2]), atol=1e-15)
