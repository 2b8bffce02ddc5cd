"""Dynamic time warping against all paths of small cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nsa_ros.body.warping import dtw, dtw_path

COSTS = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=st.integers(0, 9).map(float))


def all_paths(rows, columns, at=(0, 0)):
    """Every way from one corner to the other."""
    if at == (rows - 1, columns - 1):
        yield [at]
        return
    for step in ((1, 1), (1, 0), (0, 1)):
        following = (at[0] + step[0], at[1] + step[1])
        if following[0] < rows and following[1] < columns:
            for rest in all_paths(rows, columns, following):
                yield [at, *rest]


@given(COSTS)
def test_the_cheapest_of_all_paths_is_found(cost):
    sums = {tuple(path): sum(cost[at] for at in path) for path in all_paths(*cost.shape)}
    total, steps = dtw(cost)
    path = tuple((int(i), int(j)) for i, j in zip(*dtw_path(cost), strict=True))
    assert float(total) == min(sums.values()) == sums[path]
    assert steps == len(path)


def test_a_case_worked_by_hand():
    cost = np.array([[1.0, 2.0, 9.0], [4.0, 1.0, 3.0]])
    total, steps = dtw(cost)
    assert (float(total), float(steps)) == (1 + 1 + 3, 3)
    assert [list(places) for places in dtw_path(cost)] == [[0, 1, 1], [0, 1, 2]]


def test_one_moment_is_paired_with_all():
    total, steps = dtw(np.array([[1.0, 2.0, 3.0]]))
    assert (float(total), float(steps)) == (6.0, 3.0)
    assert [list(places) for places in dtw_path(np.array([[1.0], [2.0]]))] == [[0, 1], [0, 0]]


def test_many_at_once_are_each_alone():
    costs = np.random.default_rng(0).random((3, 2, 7, 4))
    totals, steps = dtw(costs)
    assert totals.shape == steps.shape == (3, 2)
    for place in np.ndindex(3, 2):
        assert (totals[place], steps[place]) == tuple(map(float, dtw(costs[place])))


def test_among_equal_paths_the_shortest_step_is_taken():
    total, steps = dtw(np.zeros((4, 6)))
    assert (float(total), float(steps)) == (0.0, pytest.approx(6.0))
