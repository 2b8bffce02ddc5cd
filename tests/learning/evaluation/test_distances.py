"""MPJPE, MPVPE and Procrustes alignment."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import INDEX
from nsa_ros.learning.evaluation.distances import mean_position_errors, position_errors, procrustes, rooted
from nsa_ros.learning.evaluation.points import points, surface_points


def wave(frames=12, size=0.8):
    """An arm that swings."""
    poses = np.zeros((frames, 55, 3))
    poses[:, INDEX["right_shoulder"], 2] = size * np.sin(np.linspace(0.0, 3.0, frames))
    poses[:, INDEX["right_elbow"], 1] = np.linspace(0.0, 1.0, frames)
    return poses


@given(st.integers(0, 10_000))
def test_procrustes_undoes_a_similarity_transform(seed):
    rng = np.random.default_rng(seed)
    target = rng.normal(size=(2, 6, 3))
    turn = rotvec_to_matrix(rng.normal(size=(2, 1, 3)))
    source = rng.uniform(0.3, 3.0) * (turn @ target[..., None])[..., 0] + rng.normal(size=3)
    np.testing.assert_allclose(procrustes(source, target), target, atol=1e-9)


def test_procrustes_does_not_reflect():
    target = np.array([[[1.0, 0, 0], [0, 2, 0], [0, 0, 3], [0, 0, 0]]])
    assert np.linalg.norm(procrustes(target * [-1, 1, 1], target) - target) > 0.5


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_procrustes_is_the_least_squares_fit(side):
    rng = np.random.default_rng(1)
    target = rng.normal(size=(8, 3))
    source = target * [side, 1.0, 1.0] + 0.1 * rng.normal(size=(8, 3))
    best = procrustes(source, target)
    middle = best.mean(0)
    for turn in rotvec_to_matrix(rng.normal(scale=0.05, size=(20, 3))):
        for scale in (0.97, 1.0, 1.03):
            other = scale * (best - middle) @ turn.T + middle
            assert ((other - target) ** 2).sum() >= ((best - target) ** 2).sum() - 1e-12


def test_a_case_worked_by_hand():
    """Points 1, -1 on a line against 3, -3: the fit triples them. Points in one place go to the middle."""
    source, target = np.array([[1.0, 0, 0], [-1, 0, 0]]), np.array([[3.0, 1, 0], [-3, 1, 0]])
    np.testing.assert_allclose(procrustes(source, target), target, atol=1e-9)
    np.testing.assert_allclose(procrustes(np.zeros((2, 3)), target), [[0, 1, 0], [0, 1, 0]], atol=1e-9)


def test_rooted_moves_the_root_to_the_origin():
    np.testing.assert_allclose(rooted(np.array([[[1.0, 1, 1], [2, 0, 1]]])), [[[0, 0, 0], [1, -1, 0]]])


def test_one_pose_against_another_is_the_mean_distance():
    """Single frames leave nothing to warp: errors are means over joints and over surface points, in mm."""
    a, b = wave(1), wave(1)
    b[0, INDEX["right_elbow"], 1] = 0.5
    errors = position_errors(a, b)
    assert errors.mpjpe == pytest.approx(1e3 * np.linalg.norm(points(a) - points(b), axis=-1)[0, :55].mean())
    assert errors.mpvpe == pytest.approx(1e3 * np.linalg.norm(surface_points(a) - surface_points(b), axis=-1).mean())
    assert 0.0 < errors.mpvpe < errors.mpjpe  # half the joints are fingers, which the elbow carries


def test_a_turned_figure_has_no_procrustes_aligned_error():
    turned = wave()
    turned[:, 0, 1] = 0.4
    errors = position_errors(turned, wave())
    assert min(errors.mpjpe, errors.mpvpe) > 20.0
    assert max(errors.pa_mpjpe, errors.pa_mpvpe) < 1e-6


def test_tempo_is_forgiven_and_texts_weigh_the_same():
    slow = np.repeat(wave(), 3, axis=0)
    assert max(position_errors(slow, wave())) < 1e-6
    both = mean_position_errors([slow, wave(size=0.2)], [wave(), wave()])
    assert both["mpjpe"] == pytest.approx(position_errors(wave(size=0.2), wave()).mpjpe / 2)
