from dataclasses import replace

import numpy as np
import pytest
from fake_source import FakeSource

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus import Corpus, Share
from nsa_ros.learning.data.mixture import join

SOURCE = FakeSource()


def corpus(clips, word="home", **said):
    passages = [SOURCE.passage(f"{word}.", seed, True) for seed in range(clips)]
    passages = [replace(passage, expression=passage.expression + 0.5) for passage in passages]
    meta = {
        "kind": "corpus", "source": word, "license": "A", "status": "S", "seed": 1, "fps": 24.0, "skeleton": "k",
        "vocabulary": SOURCE.vocabulary.as_dict(), "units": SOURCE.units, "expression_basis": "open", "hands": "flat",
        "notes": [], "dropped": [],
    }  # fmt: skip
    return Corpus({**meta, **said}, passages, [], passages[:1], [])


def drawn(mixed, times=4000):
    rng = np.random.default_rng(0)
    return np.bincount([mixed.draw(rng) for _ in range(times)], minlength=len(mixed.train)) / times


def test_one_corpus_is_drawn_from_evenly():
    np.testing.assert_allclose(drawn(corpus(5)), 0.2, atol=0.03)


def test_sets_are_drawn_by_weight_and_their_clips_evenly():
    mixed = join([(corpus(2, "home"), 3), (corpus(6, "coffee"), 1)])
    assert [passage.text for passage in mixed.train] == ["home."] * 2 + ["coffee."] * 6
    np.testing.assert_allclose(drawn(mixed), [0.375] * 2 + [0.25 / 6] * 6, atol=0.03)
    assert mixed.shares == (Share(3, 2), Share(1, 6))
    assert len(mixed.val) == 2


def test_a_mixture_says_what_each_set_is():
    mixed = join([(corpus(1), 3), (corpus(2, license="B", notes=["odd"], dropped=[["train", "x", "y"]]), 1)])
    assert [(row["weight"], row["clips"], row["license"]) for row in mixed.meta["sets"]] == [(3, 1, "A"), (1, 2, "B")]
    assert mixed.meta["license"] == "A + B"
    assert mixed.meta["dropped"] == [["train", "x", "y"]]
    assert mixed.meta["notes"] == ["corpus (home): odd"]


def test_different_expression_bases_are_refused_or_set_to_zero():
    parts = [(corpus(1), 1), (corpus(1, expression_basis="SMPL-X"), 1)]
    with pytest.raises(NsaError, match="expression: zero"):
        join(parts)
    mixed = join(parts, "zero")
    assert not any(passage.expression.any() for passage in (*mixed.train, *mixed.val))
    assert all(passage.poses.any() for passage in mixed.train)
    assert mixed.meta["expression_basis"] == "none"
    assert "expression is 0" in mixed.meta["notes"][-1]


def test_a_set_without_expression_does_not_hinder():
    mixed = join([(corpus(1), 1), (corpus(1, expression_basis="none"), 1)])
    assert mixed.train[0].expression.any()
    assert mixed.meta["expression_basis"] == "open"


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ({"vocabulary": {"words": ["tea"], "silent": []}}, "vocabulary"),
        ({"units": {"sign": ["TEA"]}}, "units"),
        ({"fps": 30.0}, "fps"),
        ({"skeleton": "taller"}, "skeleton"),
        ({"hands": "mean"}, "SMPLX_NEUTRAL"),
    ],
)
def test_sets_that_do_not_fit_are_refused(said, match):
    with pytest.raises(NsaError, match=match):
        join([(corpus(1), 1), (corpus(1, **said), 1)])


@pytest.mark.parametrize("weight", [0, -1, np.nan, np.inf])
def test_weights_must_be_above_zero(weight):
    with pytest.raises(NsaError, match="weight"):
        join([(corpus(1), 1), (corpus(1), weight)])


def test_sets_without_clips_are_refused():
    with pytest.raises(NsaError, match="no clips for training"):
        join([(corpus(1), 1), (corpus(0), 1)])
    with pytest.raises(NsaError, match="no clip to train on"):
        corpus(0).draw(np.random.default_rng(0))
    with pytest.raises(NsaError, match="at least one"):
        join([])
