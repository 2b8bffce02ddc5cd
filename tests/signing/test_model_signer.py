import numpy as np
import pytest
from trained_bundle import tiny_bundle

from nsa_ros.body.motion import NO_UNIT, concatenate
from nsa_ros.body.poses import named_pose
from nsa_ros.errors import NsaError
from nsa_ros.signing.alignment import END, PlannedUnit
from nsa_ros.signing.generation import generate
from nsa_ros.signing.sampler import Sampler
from nsa_ros.signing.signer import ModelSigner

pytest.importorskip("torch", reason="bundles for tests are exported with torch")

TEXT = "You want coffee, fs-abba. The home?"


@pytest.fixture(scope="module")
def signer():
    return ModelSigner(tiny_bundle(), "cpu")


def test_an_utterance_leaves_neutral_and_comes_back(signer):
    utterance = signer.sign(TEXT)
    motion = concatenate(list(utterance))
    for frame in (0, -1):
        np.testing.assert_array_equal(motion.poses[frame], named_pose("neutral"))
        assert not motion.expression[frame].any()
    assert np.isfinite(motion.poses).all()
    assert motion.fps == signer.fps == 24.0
    labels = motion.unit[motion.unit != NO_UNIT]
    assert (np.diff(labels) >= 0).all()
    counts = np.bincount(labels, minlength=len(utterance.units))
    assert counts.tolist() == [unit.frames for unit in utterance.units]


def test_the_first_chunk_is_short_and_needs_two_units_only(signer):
    utterance = signer.sign("coffee drink home want you coffee drink home want you")
    first = next(iter(utterance))
    assert len(first) == signer.bundle.chunks[0]
    assert len(utterance.units) <= 2


def test_the_same_seed_gives_the_same_frames_and_another_seed_others(signer):
    a, b, c = (concatenate(list(signer.sign(TEXT, seed))) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a.poses, b.poses)
    assert len(a) != len(c) or not np.array_equal(a.poses, c.poses)


def test_iterating_again_starts_again(signer):
    utterance = signer.sign(TEXT)
    once = concatenate(list(utterance))
    units = list(utterance.units)
    np.testing.assert_array_equal(once.poses, concatenate(list(utterance)).poses)
    assert utterance.units == units


@pytest.mark.parametrize("chunks", [(4,), (16,)])
def test_any_partition_gives_the_same_frames(signer, chunks):
    plan = [PlannedUnit(3, 0, 11, 0), PlannedUnit(8, 1, 9, 1), PlannedUnit(8, 2, 7, 0), PlannedUnit(END, 3, 9, 0)]
    made, whole = (
        np.concatenate([f.poses for f in generate(plan, signer.sampler(), c, signer.bundle.representation, 5, seed=5)])
        for c in (chunks, signer.bundle.chunks)
    )
    assert len(made) == sum(unit.frames for unit in plan)
    np.testing.assert_allclose(made, whole, atol=1e-4)


def test_chunks_grow_to_the_longest(signer):
    still = {n: lambda noisy, alignment, time, state: (0 * noisy, state) for n in (2, 4, 8)}
    sampler = Sampler(still, signer.bundle.ddim, signer.bundle.denoiser_state)
    plan = [PlannedUnit(3, 0, 20, 0), PlannedUnit(END, 1, 5, 0)]
    made = generate(plan, sampler, (2, 4, 8), signer.bundle.representation, 1, seed=0)
    assert [len(frames.poses) for frames in made] == [2, 4, 8, 8, 3]


def test_steps_can_be_chosen(signer):
    fewer = ModelSigner(signer.bundle, "cpu", steps=1)
    assert len(list(fewer.sign("coffee"))) > 0
    with pytest.raises(NsaError, match="0 diffusion steps"):
        ModelSigner(signer.bundle, "cpu", steps=0)


def test_long_text_is_signed_sentence_by_sentence(signer):
    words = ["coffee", "drink", "home"] * 40
    utterance = signer.sign(" ".join(words) + ".")
    motion = concatenate(list(utterance))
    assert len(motion) > 0
    spans = [unit.span for unit in utterance.units if unit.span != (0, 0)]
    assert all(0 <= a < b <= len(" ".join(words)) + 1 for a, b in spans)
    assert max(b for _, b in spans) > len(" ".join(words[:63])), "later parts are signed too"


@pytest.mark.parametrize("text", ["", "   ", "!?", "\u0000\u0007", "😀"])
def test_text_without_anything_to_sign_is_refused(signer, text):
    with pytest.raises(NsaError):
        signer.sign(text)


def test_warm_leaves_no_trace(signer):
    before = concatenate(list(signer.sign(TEXT))).poses
    signer.warm()
    np.testing.assert_array_equal(before, concatenate(list(signer.sign(TEXT))).poses)


def test_the_provider_is_said(signer):
    assert "cpu" in signer.provider
