from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nsa_ros.learning.evaluation.recogniser.decoding import beam, greedy, isolated


def joined(path: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(c for i, c in enumerate(path) if c and (i == 0 or path[i - 1] != c))


def likelihoods(scores: np.ndarray) -> dict[tuple[int, ...], float]:
    """Of every sequence, by adding up every path."""
    found: dict[tuple[int, ...], float] = {}
    for path in product(range(scores.shape[1]), repeat=len(scores)):
        name = joined(path)
        found[name] = np.logaddexp(found.get(name, -np.inf), scores[range(len(scores)), path].sum())
    return found


def test_greedy_joins_repetitions_and_keeps_those_parted_by_a_blank() -> None:
    path = [0, 2, 2, 0, 2, 1, 1, 0]
    assert greedy(np.eye(3)[path]) == [2, 2, 1]


def test_beam_adds_up_paths_where_the_best_path_does_not() -> None:
    scores = np.log(np.array([[0.6, 0.4], [0.6, 0.4]]))  # no unit: 0.36; unit 1 by three paths: 0.64
    assert greedy(scores) == []
    assert beam(scores) == [1]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_a_wide_beam_finds_the_likeliest_sequence(seed: int) -> None:
    scores = np.random.default_rng(seed).normal(0.0, 2.0, (4, 3))
    scores -= np.logaddexp.reduce(scores, axis=1, keepdims=True)
    every = likelihoods(scores)
    assert np.isclose(every[tuple(beam(scores, width=200, classes=3))], max(every.values()))


def test_isolated_orders_by_the_likelihood_of_just_that_unit() -> None:
    scores = np.random.default_rng(3).normal(0.0, 2.0, (5, 4))
    scores -= np.logaddexp.reduce(scores, axis=1, keepdims=True)
    every = likelihoods(scores)
    wanted = sorted((1, 2, 3), key=lambda unit: -every[(unit,)])
    assert isolated(scores, [3, 1, 2]) == wanted
