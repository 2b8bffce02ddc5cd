"""Retrieval on embeddings whose ranks are known."""

import numpy as np
import pytest

from nsa_ros.errors import NsaError
from nsa_ros.learning.evaluation.retrieval import retrieval


def test_ranks_worked_by_hand():
    """Motion 0 looks like text 0; motions 1 and 2 are exchanged: for each of these the other text is nearer."""
    text = np.eye(3)
    found = retrieval(text, text[[0, 2, 1]] + 0.1 * text)
    assert found["pool"] == found["queries"] == 3
    for way in ("text_to_motion", "motion_to_text"):
        assert found[way]["r_at_1"] == pytest.approx(1 / 3)
        assert found[way]["r_at_5"] == found[way]["r_at_10"] == 1.0
        assert found[way]["median_rank"] == 2.0


def test_ways_differ():
    """Both motions are nearest to text 0, but text 1 finds its own."""
    text, motion = np.array([[1.0, 0], [0.6, 0.8]]), np.array([[1.0, 0], [0.95, 0.3]])
    found = retrieval(text, motion)
    assert found["text_to_motion"]["r_at_1"] == 1.0
    assert found["motion_to_text"]["r_at_1"] == 0.5


def test_motions_that_are_all_the_same_are_at_chance():
    rng = np.random.default_rng(0)
    found = retrieval(rng.normal(size=(99, 4)), np.ones((99, 4)))
    assert found["text_to_motion"] == {"r_at_1": 0.0, "r_at_5": 0.0, "r_at_10": 0.0, "median_rank": 50.0}


def test_right_ones_are_found_in_every_pool():
    features = np.random.default_rng(1).normal(size=(70, 8))
    found = retrieval(features, 5.0 * features, pool=32)
    assert (found["pool"], found["queries"]) == (32, 64)
    assert found["motion_to_text"] == {"r_at_1": 1.0, "r_at_5": 1.0, "r_at_10": 1.0, "median_rank": 1.0}


@pytest.mark.parametrize(
    ("text", "motion", "pool", "said"),
    [
        (np.ones((3, 2)), np.ones((4, 2)), None, r"\(4, 2\)"),
        (np.ones((3, 2)), np.ones((3, 2)), 4, "2 to 3"),
        (np.ones((1, 2)), np.ones((1, 2)), None, "pool of 1"),
    ],
)
def test_what_cannot_be_ranked_is_refused(text, motion, pool, said):
    with pytest.raises(NsaError, match=said):
        retrieval(text, motion, pool)
