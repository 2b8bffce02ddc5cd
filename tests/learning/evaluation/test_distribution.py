"""The Fréchet distance."""

import warnings

import numpy as np
import pytest
from scipy.linalg import sqrtm

from nsa_ros.errors import NsaError
from nsa_ros.learning.evaluation.distribution import fid


def test_a_case_worked_by_hand():
    """Means 2 and 5, variances 2 and 8: 9 + 2 + 8 - 2·4."""
    assert fid([[1.0], [3.0]], [[3.0], [7.0]]) == pytest.approx(11.0)


def test_against_the_matrix_root():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(50, 4)) @ rng.normal(size=(4, 4))
    b = rng.normal(size=(40, 4)) @ rng.normal(size=(4, 4)) + 1.0
    covariances = [np.cov(x, rowvar=False) for x in (a, b)]
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(covariances[0] + covariances[1])
    expected -= 2.0 * np.trace(sqrtm(covariances[0] @ covariances[1]).real)
    assert fid(a, b) == pytest.approx(expected)
    assert fid(b, a) == pytest.approx(expected)


def test_a_set_is_no_distance_from_itself_and_a_shift_is_its_square():
    features = np.random.default_rng(1).normal(size=(30, 5))
    assert fid(features, features) == pytest.approx(0.0, abs=1e-9)
    assert fid(features, features + np.array([3.0, 4, 0, 0, 0])) == pytest.approx(25.0)


def test_fewer_vectors_than_dimensions_are_warned_of_and_still_finite():
    rng = np.random.default_rng(2)
    with pytest.warns(UserWarning, match="more vectors than dimensions"):
        assert np.isfinite(fid(rng.normal(size=(5, 64)), rng.normal(size=(7, 64))))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fid(rng.normal(size=(5, 3)), rng.normal(size=(7, 3)))


@pytest.mark.parametrize(
    ("made", "true", "said"),
    [
        (np.zeros((4, 2)), np.zeros((4, 3)), r"\(4, 2\)"),
        (np.zeros((1, 2)), np.zeros((4, 2)), "at least 2"),
        (np.full((4, 2), np.nan), np.zeros((4, 2)), "finite"),
    ],
)
def test_what_cannot_be_compared_is_refused(made, true, said):
    with pytest.raises(NsaError, match=said):
        fid(made, true)
