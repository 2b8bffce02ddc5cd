"""Distance of motions that differ in tempo."""

import numpy as np
import pytest

from nsa_ros.learning.evaluation.warping import cost_matrix, dtw_distance


def test_cost_is_the_mean_distance_of_points():
    a = np.array([[[0.0, 0, 0], [1, 0, 0]]])
    b = np.array([[[3.0, 4, 0], [1, 0, 0]], [[0, 0, 2], [1, 4, 0]]])
    np.testing.assert_allclose(cost_matrix(a, b), [[2.5, 3.0]])


def test_distance_forgives_tempo_and_nothing_else():
    path = np.linspace(0.0, 1.0, 11)[:, None, None] * np.ones((1, 2, 3))
    assert dtw_distance(path, np.repeat(path, 3, axis=0)) == pytest.approx(0.0)
    assert dtw_distance(path, path + np.array([0.0, 0.0, 10.0])) == pytest.approx(10.0, rel=0.1)


def test_distance_of_a_case_worked_by_hand():
    """0, 3 against 0, 1, 3: pairs (0,0), (0,1), (3,3) cost 0, 1, 0."""
    a, b = (np.array(values, float)[:, None, None] * [1.0, 0, 0] for values in ([0, 3], [0, 1, 3]))
    assert dtw_distance(a, b) == pytest.approx(1 / 3)
