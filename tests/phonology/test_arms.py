"""Inverse kinematics against forward kinematics."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nsa_ros.body.kinematics import forward
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.phonology.arms import ANGLE_LIMITS, SWIVEL, WRIST, Arm
from nsa_ros.phonology.handshapes import wrist_rotation

SKELETON = default_skeleton()
ARMS = {side: Arm(SKELETON, side) for side in ("right", "left")}
MIRROR = np.array([-1.0, 1.0, 1.0])

coordinates = st.tuples(
    st.floats(-0.25, -0.02), st.floats(0.18, 0.55), st.floats(0.18, 0.31), *(st.floats(*row) for row in ANGLE_LIMITS)
).map(np.array)


def posed(arm, values):
    pose = np.zeros((55, 3))
    pose[list(arm.joints)] = arm.pose(values)
    return forward(SKELETON, pose)


@pytest.mark.parametrize("side", ["right", "left"])
@settings(max_examples=60, deadline=None)
@given(values=coordinates)
def test_pose_puts_wrist_and_hand_where_the_coordinates_say(side, values):
    arm, mirror = ARMS[side], MIRROR if side == "left" else np.ones(3)
    out, wrist = posed(arm, values), INDEX[f"{side}_wrist"]
    np.testing.assert_allclose(out.positions[wrist] * mirror, values[WRIST], atol=1e-9)
    rotation = out.rotations[wrist] * mirror[:, None] * mirror
    np.testing.assert_allclose(rotation, arm.hand_rotation(values), atol=1e-9)


@pytest.mark.parametrize("side", ["right", "left"])
@settings(max_examples=40, deadline=None)
@given(values=coordinates)
def test_coordinates_are_read_back_from_the_pose(side, values):
    np.testing.assert_allclose(ARMS[side].coordinates(posed(ARMS[side], values)), values, atol=1e-7)


@settings(max_examples=40, deadline=None)
@given(values=coordinates)
def test_pose_is_continuous(values):
    step = 1e-5
    near = ARMS["right"].pose(values + step) - ARMS["right"].pose(values)
    assert np.abs(near).max() < 200 * step


def test_larger_swivel_brings_the_elbow_out():
    values = np.array([-0.15, 0.25, 0.30, 0.0, 0.0, 0.0, 0.0])
    low, high = values.copy(), values.copy()
    high[SWIVEL] = 0.8
    elbow = [posed(ARMS["right"], v).positions[INDEX["right_elbow"]] for v in (low, high)]
    assert elbow[1][0] < elbow[0][0] - 0.05
    assert elbow[1][1] > elbow[0][1] + 0.05


def test_relaxed_elbow_hangs_below_hand_and_shoulder():
    rotation = wrist_rotation("forward", "up")
    reach = ARMS["right"].reach(np.array([[-0.2, 0.42, 0.21]]), rotation[None], np.array([[-0.08, 0.0, 0.0]]))
    elbow = posed(ARMS["right"], reach.coordinates[0]).positions[INDEX["right_elbow"]]
    assert elbow[1] < 0.25


def test_site_is_brought_to_the_point_though_the_hand_has_to_turn():
    point, site = np.array([[-0.1, 0.4, 0.3]]), np.array([[-0.15, -0.01, 0.02]])
    reach = ARMS["right"].reach(point, wrist_rotation("back-right", "up")[None], site)
    assert reach.turn > 0.3
    np.testing.assert_allclose(reach.coordinates[0, WRIST] + reach.rotation[0] @ site[0], point[0], atol=2e-3)
    angles = reach.coordinates[0, SWIVEL:]
    inside = (angles >= ANGLE_LIMITS[:, 0]) & (angles <= ANGLE_LIMITS[:, 1])
    assert inside.all()


def test_shortfall_says_how_far_out_of_reach():
    rotation = np.stack([wrist_rotation("down", "forward")] * 2)
    points = np.array([[-0.16, 0.39, 0.4], [-0.16, 0.39, 0.8]])
    near, far = ARMS["right"].reach(points, rotation, np.zeros((2, 3))).shortfall
    assert near == 0.0
    assert 0.2 < far < 0.4


def test_half_of_the_pronation_is_the_elbows():
    values = np.array([-0.2, 0.2, 0.25, 0.2, 0.0, 0.0, 0.0])
    turned = values.copy()
    turned[4] = 1.2
    wrist = ARMS["right"].pose(turned)[3]
    np.testing.assert_allclose(wrist, [0.6, 0.0, 0.0], atol=1e-9)


def test_named_poses_are_poses_of_these_arms():
    for name in ("rest", "neutral"):
        pose = named_pose(name)
        for arm in ARMS.values():
            again = arm.pose(arm.coordinates(forward(SKELETON, pose.copy())))
            np.testing.assert_allclose(again, pose[list(arm.joints)], atol=2e-5)
