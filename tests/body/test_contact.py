"""Hands in each other."""

import numpy as np
import pytest

from nsa_ros.body.contact import Hands, segment_vector
from nsa_ros.body.kinematics import forward
from nsa_ros.body.skeleton import INDEX, default_skeleton

SKELETON = default_skeleton()


def test_distances_of_cases_worked_by_hand():
    a, b = np.zeros(3), np.array([1.0, 0, 0])
    cases = [
        ([0.5, 1, 0], [0.5, 2, 0], 1.0),
        ([2, 0, 0], [3, 0, 0], 1.0),
        ([0.5, 0.3, -1], [0.5, 0.3, 1], 0.3),
        ([0, 2, 0], [1, 2, 0], 2.0),
        ([1, 1, 0], [2, 1, 0], 1.0),
    ]
    for c, d, expected in cases:
        vector = segment_vector(a, b, np.array(c, float), np.array(d, float))
        assert np.linalg.norm(vector) == pytest.approx(expected)


def test_hands_of_the_t_pose_are_apart():
    assert Hands(SKELETON).overlap(forward(SKELETON, np.zeros((1, 55, 3))))[0].max() == 0.0


def test_the_way_out_of_an_overlap_leads_out():
    posed = forward(SKELETON, np.zeros((1, 55, 3)))
    hands = Hands(SKELETON)
    right = [INDEX[name] for name in INDEX if name.startswith("right")]
    width = 2 * SKELETON.rest[INDEX["left_wrist"], 0]
    moved = posed._replace(positions=posed.positions.copy())
    moved.positions[:, right] += np.array([width + 0.17, 0.01, 0.0])
    depth, out = hands.overlap(moved)
    assert depth[0] > 0.005
    apart = moved._replace(positions=moved.positions.copy())
    apart.positions[:, right] += 0.5 * depth[0] * out[0]
    assert hands.overlap(apart)[0][0] < depth[0]
