"""Ratios of distances on numbers in place of motions."""

import numpy as np
import pytest

from nsa_ros.errors import NsaError
from nsa_ros.learning.evaluation.faithfulness import distance_ratios, faithfulness


def gap(a, b):
    return abs(a - b)


def test_cases_worked_by_hand():
    """Texts 100 apart; the model 2 and 5 above the first reference, the second reference 1 above it."""
    references = ([0.0, 100, 200, 300, 400], [1.0, 101, 201, 301, 401])
    samples = ([2.0, 102, 202, 302, 402], [5.0, 105, 205, 305, 405])
    found = distance_ratios(samples, references, gap, pairings=2)
    assert (found["texts"], found["pairings"]) == (5, 2)
    model = found["model"]
    assert model["d_pair_gt"] == 2.0
    assert model["d_intra"] == 3.0
    assert model["d_pair_ratio"] == pytest.approx(2.0 / model["d_pair_random"])
    assert found["reference"]["d_pair_gt"] == found["reference"]["d_intra"] == 1.0


def test_all_other_texts_on_a_circle_are_one_known_distance():
    """Every pair of texts is at distance 1, whichever are drawn; seeds differ by 0.25, references by 0.5."""

    def distance(a, b):
        return 1.0 if a[0] != b[0] else abs(a[1] - b[1])

    samples, references = (tuple([(i, v) for i in range(8)] for v in pair) for pair in ((1.0, 1.25), (0.8, 1.3)))
    found = distance_ratios(samples, references, distance)
    assert found["model"]["d_pair_ratio"] == pytest.approx(0.2)
    assert found["model"]["d_inter_over_intra"] == pytest.approx(4.0)
    assert found["reference"]["d_pair_ratio"] == pytest.approx(0.5)
    assert found["shuffled_text"]["d_pair_ratio"] == found["shuffled_text"]["d_inter_over_intra"] == 1.0
    assert found["model"]["d_pair_ratio_interval"] == pytest.approx((0.2, 0.2))


def test_a_model_that_ignores_the_text_is_at_one_and_a_faithful_one_far_from_it():
    rng = np.random.default_rng(0)
    texts = rng.normal(size=60)
    references = tuple(texts + 0.1 * rng.normal(size=60) for _ in range(2))
    deaf = distance_ratios(tuple(rng.normal(size=60) for _ in range(2)), references, gap)["model"]
    keen = distance_ratios(tuple(texts + 0.1 * rng.normal(size=60) for _ in range(2)), references, gap)["model"]
    for ratio in ("d_pair_ratio", "d_inter_over_intra"):
        low, high = deaf[f"{ratio}_interval"]
        assert low < 1.0 < high
        assert low < deaf[ratio] < high
    assert keen["d_pair_ratio_interval"][1] < 0.3
    assert keen["d_inter_over_intra_interval"][0] > 3.0


def test_a_model_with_one_output_has_no_diversity_to_divide_by():
    draws = tuple([0.0] * 6 for _ in range(2))
    model = distance_ratios(draws, tuple(np.arange(6.0) for _ in range(2)), gap)["model"]
    assert np.isnan(model["d_inter_over_intra"])
    assert model["d_pair_ratio"] == pytest.approx(1.0, abs=0.5)


def test_the_same_seed_draws_the_same_pairings():
    rng = np.random.default_rng(1)
    draws = [tuple(rng.normal(size=9) for _ in range(2)) for _ in range(2)]
    assert distance_ratios(*draws, gap, seed=3) == distance_ratios(*draws, gap, seed=3)
    assert distance_ratios(*draws, gap, seed=3) != distance_ratios(*draws, gap, seed=4)


def test_motions_are_compared_in_millimetres():
    poses = [np.zeros((7, 55, 3)) for _ in range(5)]
    for text, motion in enumerate(poses):
        motion[:, 16, 2] = 0.2 * text
    found = faithfulness((poses, [p[::-1] for p in poses]), (poses, poses))
    assert found["model"]["d_pair_gt"] == found["model"]["d_intra"] == pytest.approx(0.0, abs=1e-9)
    assert 20.0 < found["model"]["d_pair_random"] < 400.0


@pytest.mark.parametrize("counts", [(4, 4, 4, 5), (3, 3, 3, 3)])
def test_draws_that_do_not_fit_are_refused(counts):
    draws = [list(range(n)) for n in counts]
    with pytest.raises(NsaError, match=str(list(counts)).replace("[", r"\[")):
        distance_ratios(tuple(draws[:2]), tuple(draws[2:]), gap)
