import numpy as np
import pytest
from scipy.stats import binom

from nsa_ros.study.statistics import Weights, difference, draw_weights, estimate, means


def test_weights_resample_with_replacement():
    weights = draw_weights(5, 7, seed=0, resamples=50)
    assert weights.participants.shape == (50, 5)
    assert (weights.participants.sum(axis=1) == 5).all()
    assert (weights.texts.sum(axis=1) == 7).all()


def test_means_of_resamples_by_hand():
    values = np.array([[1.0, np.nan], [4.0, 10.0]])
    weights = Weights(np.array([[2.0, 0.0], [1.0, 1.0], [2.0, 0.0]]), np.array([[1.0, 1.0], [2.0, 1.0], [0.0, 2.0]]))
    drawn = means(values, weights)
    assert drawn[0] == 1.0  # the first participant twice: 1, 1
    assert drawn[1] == pytest.approx((1 + 1 + 4 + 4 + 10) / 5)
    assert np.isnan(drawn[2])  # the first participant never saw the second sentence


def test_equal_ratings_leave_no_doubt():
    value = estimate(np.full((6, 8), 7.0), draw_weights(6, 8, 0))
    assert value == (7.0, 7.0, 7.0, 48, 6, 8)


def test_the_interval_is_that_of_the_binomial_when_participants_differ_and_sentences_do_not():
    people = 20
    values = np.repeat(10.0 * (np.arange(people) % 2)[:, None], 6, axis=1)
    value = estimate(values, draw_weights(people, 6, 1))
    assert value.mean == 5.0
    assert value.low == pytest.approx(10 * binom.ppf(0.025, people, 0.5) / people, abs=0.26)
    assert value.high == pytest.approx(10 * binom.ppf(0.975, people, 0.5) / people, abs=0.26)


def test_sentences_that_differ_widen_the_interval_however_many_participants():
    values = np.repeat(10.0 * (np.arange(8) % 2)[None], 500, axis=0)
    value = estimate(values, draw_weights(500, 8, 2))
    assert value.low == pytest.approx(10 * binom.ppf(0.025, 8, 0.5) / 8, abs=0.6)
    assert value.high - value.low > 4


def test_too_few_participants_or_sentences_get_no_interval():
    for shape in ((4, 8), (8, 4)):
        value = estimate(np.arange(32.0).reshape(shape), draw_weights(*shape, 0))
        assert value.mean == 15.5
        assert value.low is None
        assert value.high is None
    assert estimate(np.full((8, 8), np.nan), draw_weights(8, 8, 0)) == (None, None, None, 0, 0, 0)


def test_differences_are_of_matched_resamples():
    rng = np.random.default_rng(0)
    base = rng.normal(5, 3, (10, 1)) + rng.normal(0, 3, (1, 12)) + np.zeros((10, 12))
    value = difference(base + 1.0, base, draw_weights(10, 12, 0))
    assert value[:3] == pytest.approx((1.0, 1.0, 1.0))
    assert difference(base, np.full_like(base, np.nan), draw_weights(10, 12, 0)).mean is None
