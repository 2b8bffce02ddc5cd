import numpy as np
import pytest

from nsa_ros.learning.fitting.evaluation.summary import figure, group, reduction, verdicts


def records(values, key="body"):
    return [{key: value} for value in values]


def test_a_figure_is_the_mean_of_its_clips_with_an_interval_around_it():
    values = np.random.default_rng(0).normal(10.0, 2.0, 100)
    row = figure(records(values), "body")
    assert row.mean == pytest.approx(values.mean())
    assert row.median == pytest.approx(np.median(values))
    assert row.low == pytest.approx(row.mean - 1.96 * values.std() / 10.0, abs=0.1)
    assert row.high == pytest.approx(row.mean + 1.96 * values.std() / 10.0, abs=0.1)


def test_clips_without_a_figure_are_left_out():
    assert figure([{"body": 3.0}, {}], "body").mean == 3.0


def test_a_reduction_is_paired():
    initial = np.random.default_rng(1).uniform(10.0, 90.0, 30)
    row = reduction(records(0.6 * initial), records(initial), "body")
    assert row.mean == pytest.approx(0.4)
    assert row.low == pytest.approx(0.4)
    assert row.high == pytest.approx(0.4)


def test_groups_are_means_over_frames_not_over_clips():
    rows = [{"groups": {"seen": [10.0, 1.0]}}, {"groups": {"seen": [30.0, 9.0], "lost": [0.0, 0.0]}}]
    assert group(rows, "seen") == (4.0, 10)
    assert np.isnan(group(rows, "lost")[0])


def test_targets_are_met_or_missed():
    ours = [{"body": 15.0, "left_hand": 9.0, "right_hand": 7.0}] * 3
    initial = [{"body": 20.0, "left_hand": 30.0, "right_hand": 30.0}] * 3
    assert [verdict.met for verdict in verdicts(ours, initial)] == [(True, False), (False, True), (True, True)]
