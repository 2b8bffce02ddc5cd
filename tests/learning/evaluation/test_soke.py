"""DTW-JPE and DTW-PA-JPE against a frame-by-frame calculation."""

import numpy as np
import pytest

from nsa_ros.body.skeleton import INDEX
from nsa_ros.learning.evaluation.distances import procrustes
from nsa_ros.learning.evaluation.points import LEFT_HAND, RIGHT_HAND, UPPER_BODY, points
from nsa_ros.learning.evaluation.soke import mean_soke_errors, procrustes_cost, soke_errors


def signing(seed, frames):
    """Some motion of arms and fingers."""
    rng = np.random.default_rng(seed)
    poses = np.zeros((frames, 55, 3))
    poses[:, 16:22] = rng.normal(scale=0.3, size=(frames, 6, 3))
    poses[:, 25:] = rng.normal(scale=0.3, size=(frames, 30, 3))
    return poses


def by_hand(x, y, cost):
    """The recursion of dynamic time warping over a cost of two frames, as in the authors' code."""
    total = np.full((len(x) + 1, len(y) + 1), np.inf)
    total[0, 0] = 0.0
    for i, a in enumerate(x):
        for j, b in enumerate(y):
            total[i + 1, j + 1] = cost(a, b) + min(total[i, j], total[i + 1, j], total[i, j + 1])
    return total[-1, -1]


def translated(wanted):
    return lambda a, b: np.linalg.norm((a - a[:1] + b[:1] - b)[wanted], axis=-1).mean()


def transformed(wanted):
    return lambda a, b: np.linalg.norm((procrustes(a, b) - b)[wanted], axis=-1).mean()


def test_errors_are_those_of_the_definition():
    made, true = signing(0, 4), signing(1, 6)
    errors, x, y = soke_errors(made, true), points(made), points(true)
    every = list(range(21))
    assert errors["dtw_jpe_body"] == pytest.approx(by_hand(x, y, translated(UPPER_BODY)))
    assert errors["dtw_pa_jpe_body"] == pytest.approx(by_hand(x, y, transformed(UPPER_BODY)))
    for name, cost in (("dtw_jpe_hand", translated), ("dtw_pa_jpe_hand", transformed)):
        sides = [by_hand(x[:, hand], y[:, hand], cost(every)) for hand in (LEFT_HAND, RIGHT_HAND)]
        assert errors[name] == pytest.approx(np.mean(sides))


def test_single_frames_give_one_distance_in_metres_and_millimetres():
    made, true = np.zeros((1, 55, 3)), np.zeros((1, 55, 3))
    made[0, INDEX["right_wrist"], 2] = 0.5
    errors = soke_errors(made, true)
    assert errors["n_dtw_jpe_hand"] == pytest.approx(1e3 * errors["dtw_jpe_hand"])
    assert errors["dtw_jpe_hand"] > 0.01
    assert errors["dtw_pa_jpe_hand"] == pytest.approx(0.0, abs=1e-6)  # a turned hand has the same shape


def test_sums_grow_with_length_and_normalised_ones_do_not():
    made, true = signing(2, 3), signing(3, 3)
    once, twice = soke_errors(made[:1], true[:1]), soke_errors(np.repeat(made[:1], 2, 0), np.repeat(true[:1], 2, 0))
    assert twice["dtw_jpe_body"] == pytest.approx(2 * once["dtw_jpe_body"])
    assert twice["n_dtw_jpe_body"] == pytest.approx(once["n_dtw_jpe_body"])
    mean = mean_soke_errors([made, made], [true, made])
    assert mean["dtw_jpe_body"] == pytest.approx(soke_errors(made, true)["dtw_jpe_body"] / 2)


def test_all_points_serve_the_alignment_and_some_count():
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(2, 5, 3)), rng.normal(size=(3, 5, 3))
    cost = procrustes_cost(a, b, [1, 3])
    assert cost.shape == (2, 3)
    assert cost[1, 2] == pytest.approx(np.linalg.norm(procrustes(a[1], b[2]) - b[2], axis=-1)[[1, 3]].mean())
