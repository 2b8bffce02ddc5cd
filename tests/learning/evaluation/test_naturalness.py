"""Smoothness, joint limits and penetration."""

import numpy as np
import pytest

from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX
from nsa_ros.learning.evaluation.naturalness import acceleration, jerk, limit_use, penetration, smoothness

SECONDS = np.arange(30)[:, None, None] / 24.0
NEUTRAL = np.repeat(named_pose("neutral")[None], 20, axis=0)


def test_acceleration_and_jerk_of_polynomials_are_their_derivatives():
    along = np.array([0.0, 3.0, 4.0])
    assert acceleration(SECONDS**2 * along, 24.0) == pytest.approx(10.0)
    assert jerk(SECONDS**2 * along, 24.0) == pytest.approx(0.0, abs=1e-8)
    assert jerk(SECONDS**3 * along, 24.0) == pytest.approx(30.0, rel=1e-6)


def swing(size, trembling=0.0):
    poses = np.repeat(named_pose("neutral")[None], 48, axis=0).astype(np.float64)
    poses[:, INDEX["right_elbow"], 1] += size * np.sin(np.linspace(0.0, 6.0, 48))
    poses[:, INDEX["right_elbow"], 1] += trembling * (-1.0) ** np.arange(48)
    return poses


def test_trembling_shows_in_jerk_more_than_in_acceleration():
    found = smoothness([swing(0.3, 0.01)], [swing(0.3)])
    for part in ("wrists", "hands"):
        assert found[part]["jerk_ratio"] > found[part]["acceleration_ratio"] > 1.5
        assert found[part]["jerk_ratio"] == pytest.approx(found[part]["jerk"] / found[part]["reference_jerk"])
    same = smoothness([swing(0.3), swing(0.3)], [swing(0.3)])
    assert same["hands"]["jerk_ratio"] == pytest.approx(1.0)


def test_frozen_motion_is_still():
    found = smoothness([NEUTRAL], [swing(0.3)])
    assert found["still"] == 1.0
    assert found["reference_still"] < 0.5
    assert found["hands"]["jerk_ratio"] == pytest.approx(0.0, abs=1e-6)


def test_a_joint_beyond_its_limit_is_named():
    within = limit_use([swing(0.1)])
    assert within["frames_beyond"] == within["farthest_beyond"] == 0.0
    assert within["least_margin"] > 0.0
    beyond = NEUTRAL.copy().astype(np.float64)
    beyond[15:, INDEX["left_elbow"]] = [0.0, 0.6, 0.0]  # bent backwards by 34°
    found = limit_use([beyond])
    assert found["frames_beyond"] == pytest.approx(5 / 20)
    assert found["farthest_coordinate"] == found["tightest_coordinate"] == "left_elbow_flexion"
    assert found["least_margin"] == pytest.approx(-found["farthest_beyond"], rel=1e-3)
    assert found["values_beyond"] == pytest.approx(5 / 20 / 165)


def test_hands_in_the_head_and_in_each_other_are_found():
    apart = penetration([np.zeros((4, 55, 3))])
    assert apart["hands"] == {"share": 0.0, "mean": 0.0, "deepest": 0.0}
    assert apart["body"]["share"] == 0.0
    folded = np.zeros((4, 55, 3))
    folded[1:, INDEX["right_shoulder"], 1], folded[1:, INDEX["right_elbow"], 1] = 1.3, 2.2
    folded[3:, INDEX["left_shoulder"], 1], folded[3:, INDEX["left_elbow"], 1] = -1.3, -2.2
    found = penetration([folded[:2], folded[2:]])
    assert found["body"]["share"] == 0.75
    assert found["body"]["mean"] == pytest.approx(found["body"]["deepest"])  # the same depth in all three frames
    assert found["hands"]["share"] == 0.25
    assert min(found["hands"]["deepest"], found["body"]["deepest"]) > 10.0
