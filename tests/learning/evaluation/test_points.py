"""Points of the figure."""

import numpy as np
import pytest

from nsa_ros.body.skeleton import INDEX, TIPS, default_skeleton
from nsa_ros.learning.evaluation.points import (
    ARMS_AND_HANDS,
    LEFT_HAND,
    RIGHT_HAND,
    SURFACE,
    UPPER_BODY,
    points,
    surface_points,
)

REST = np.zeros((1, 55, 3))


def test_points_at_rest_are_joints_and_tips():
    found = points(REST)[0]
    assert found.shape == (65, 3)
    np.testing.assert_allclose(found[:55], default_skeleton().rest, atol=1e-12)
    tip = TIPS.index("right_pinky")
    expected = default_skeleton().rest[INDEX["right_pinky3"]] + default_skeleton().tips[tip]
    np.testing.assert_allclose(found[55 + tip], expected, atol=1e-12)


def test_a_hand_is_21_points_of_its_side():
    names = [*INDEX, *TIPS]
    for side, hand in (("left", LEFT_HAND), ("right", RIGHT_HAND)):
        assert len(set(hand)) == 21
        assert names[hand[0]] == f"{side}_wrist"
        assert all(names[place].startswith(side) for place in hand)
    assert len(set(ARMS_AND_HANDS)) == 46
    assert len(set(UPPER_BODY)) == 11


def test_surface_points_are_fixed_on_the_skin_and_follow_their_joint():
    rest = surface_points(REST)[0]
    assert rest.shape == (SURFACE, 3)
    np.testing.assert_array_equal(rest, surface_points(REST)[0])
    assert rest[:, 1].min() < -0.8 < 0.6 < rest[:, 1].max()  # from the shoes to the hair
    bent = REST.copy()
    bent[0, INDEX["left_elbow"], 1] = -1.0
    moved = surface_points(bent)[0]
    elbow = default_skeleton().rest[INDEX["left_elbow"]]
    turned = np.linalg.norm(moved - rest, axis=1) > 1e-9
    assert 0.02 < turned.mean() < 0.2
    np.testing.assert_allclose(
        np.linalg.norm(moved[turned] - elbow, axis=1), np.linalg.norm(rest[turned] - elbow, axis=1), atol=1e-9
    )


def test_surface_points_lie_as_the_area_does():
    """Both sides of a symmetric figure hold the same area."""
    x = surface_points(REST)[0][:, 0]
    assert (x > 0).mean() == pytest.approx(0.5, abs=0.07)
