import numpy as np
import pytest
from fake_source import FakeSource
from tiny import make_bundle

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus import Passage, Sentence
from nsa_ros.learning.evaluation.performances import (
    Performance,
    perform_bundle,
    perform_bundle_with_plan,
    reference,
    second_reference,
    shuffled,
)
from nsa_ros.signing.alignment import END, PlannedUnit
from nsa_ros.signing.signer import ModelSigner

TEXTS = ["coffee you", "want fs-bo"]


@pytest.fixture(scope="module")
def signer():
    return ModelSigner(make_bundle() / "bundle", "cpu")


@pytest.fixture(scope="module")
def passages():
    return [FakeSource().passage(text, seed, True) for seed, text in enumerate(TEXTS)]


def test_a_bundle_performs_its_own_plan(signer):
    made = perform_bundle(signer, TEXTS, 0)
    assert [p.text for p in made] == TEXTS
    names = "".join(signer.bundle.unit(unit).text for unit in made[1].units)
    assert "BO" in names
    utterance = signer.sign(TEXTS[1], 1)
    assert sum(len(chunk) for chunk in utterance) == len(made[1].poses)
    assert "".join(unit.text for unit in utterance.units) == names
    for performance in made:
        assert performance.poses.shape[1:] == (55, 3)
        assert len(performance.expression) == len(performance.poses)


def test_a_draw_is_a_function_of_its_seed_and_texts_have_noise_of_their_own(signer):
    one, again, other = (perform_bundle(signer, ["coffee", "coffee"], seed) for seed in (0, 0, 1))
    assert np.array_equal(one[0].poses, again[0].poses)
    assert not _same(one[0], other[0])
    assert not _same(one[0], one[1])


def _same(a: Performance, b: Performance) -> bool:
    return a.poses.shape == b.poses.shape and bool(np.allclose(a.poses, b.poses))


def test_other_steps_keep_the_plan_and_change_the_motion(signer):
    few, many = (perform_bundle(signer, TEXTS, 0, steps) for steps in (1, 3))
    for a, b in zip(few, many, strict=True):
        assert a.units == b.units
        assert a.poses.shape == b.poses.shape
        assert not np.allclose(a.poses, b.poses)


def test_impossible_steps_are_refused(signer):
    with pytest.raises(NsaError, match="0 diffusion steps"):
        perform_bundle(signer, TEXTS, 0, 0)


def test_with_the_plan_of_the_reference_frames_correspond(signer, passages):
    made, true = perform_bundle_with_plan(signer, passages, 0), reference(passages)
    for a, b in zip(made, true, strict=True):
        assert (a.text, a.units) == (b.text, b.units)
        assert abs(len(a.poses) - len(b.poses)) <= 1  # the corpus also keeps the pose before the first unit


def test_the_reference_is_as_in_the_corpus(passages):
    first = reference(passages)[0]
    names = [name for kind in ("sign", "letter", "number") for name in FakeSource.units[kind]]
    assert [names[unit - END - 1] for unit in first.units] == ["COFFEE", "YOU"]
    assert first.poses is passages[0].poses


def test_a_second_rendition_has_the_same_units_at_another_tempo(passages):
    first, second = reference(passages), second_reference(passages, 0, FakeSource())
    assert [p.units for p in first] == [p.units for p in second]
    assert [len(p.poses) for p in first] != [len(p.poses) for p in second]


def test_a_source_of_another_version_is_refused(passages):
    class Other(FakeSource):
        def passage(self, text, seed, motion, figure=0):
            return super().passage("home", seed, motion, figure)

    with pytest.raises(NsaError, match="another version"):
        second_reference(passages, 0, Other())


def test_shuffling_gives_each_text_the_motion_of_another():
    made = [Performance(text, np.full((2, 55, 3), i), np.zeros((2, 10)), [END + 1 + i]) for i, text in enumerate("abc")]
    moved = shuffled(made)
    assert [p.text for p in moved] == ["a", "b", "c"]
    assert [p.units for p in moved] == [p.units for p in made]
    assert [int(p.poses[0, 0, 0]) for p in moved] == [1, 2, 0]


def test_texts_that_are_equal_cannot_be_shuffled():
    made = [Performance("a", np.zeros((2, 55, 3)), np.zeros((2, 10)), [])] * 2
    with pytest.raises(NsaError, match="all differ"):
        shuffled(made)


def test_data_without_alignment_is_refused(signer):
    passage = Passage("hello", 0, [Sentence([1], [])], 0, np.zeros((5, 55, 3)), np.zeros((5, 10)))
    for perform in (reference, lambda passages: perform_bundle_with_plan(signer, passages, 0)):
        with pytest.raises(NsaError, match="no alignment"):
            perform([passage])
    assert PlannedUnit(END, 0, 0, 0) == passage.plan[-1]
