"""Another place for the thumb, looked for while the hand follows."""

import numpy as np
import pytest
from followed import Followed, signed

from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.hands.search import BETTER, TRIED, Search
from nsa_ros.robots.hands.solver import FIRM


@pytest.fixture(scope="module")
def own():
    return Followed(load_robot("nsa_hands"), push=FIRM)


def searched(own, goal, q, frames):
    search, way = Search(own.solver, own.points, own.limits, own.rest), []
    for _ in range(frames):
        q = search(goal, own.solver.solve(goal, q, own.rest), own.rest)
        way.append(q)
    return np.array(way)


@pytest.mark.parametrize(("before", "after"), [("M", "S"), ("S", "N"), ("N", "T")])
def test_a_thumb_on_the_wrong_side_finds_the_right_one(own, before, after):
    human = signed(after)
    goal, start = own.solver.goal(human), own.follow(signed(before), 60)
    ends = own.follow(human, 100), own.follow(human, 100, start), searched(own, goal, start, 160)[-1]
    best, stuck, found = (own.solver.costs(goal, q, own.rest) for q in ends)
    assert (stuck > best + 0.5).all()
    np.testing.assert_allclose(found, best, atol=BETTER)


def test_each_hand_jumps_for_itself(own):
    goal, left = own.solver.goal(signed("S")), own.solver.sides == 0
    start = np.where(left, own.follow(signed("S"), 100), own.follow(signed("M"), 60))
    way = searched(own, goal, start, 10 * TRIED)
    assert np.abs(np.diff(way, axis=0))[:, left].max() < 0.01
    assert np.abs(np.diff(way, axis=0))[:, ~left].max() > 0.3


def test_where_nothing_is_better_it_changes_nothing(own):
    goal, q = own.solver.goal(signed("5")), own.follow(signed("5"), 200)
    np.testing.assert_allclose(searched(own, goal, q, 5 * TRIED)[-1], own.follow(signed("5"), 60, q), atol=1e-9)


def test_the_same_search_ends_the_same(own):
    goal, start = own.solver.goal(signed("S")), own.follow(signed("M"), 60)
    first, second = (searched(own, goal, start, 4 * TRIED) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (first >= own.limits.lower).all()
    assert (first <= own.limits.upper).all()
