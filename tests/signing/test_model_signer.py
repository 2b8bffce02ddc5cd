import os
from pathlib import Path

import numpy as np
import pytest
from trained_bundle import tiny_bundle

from nsa_ros.body.motion import NO_UNIT, concatenate
from nsa_ros.body.poses import named_pose
from nsa_ros.errors import NsaError
from nsa_ros.signing.alignment import END, PlannedUnit
from nsa_ros.signing.batching import next_chunks
from nsa_ros.signing.generation import Generation
from nsa_ros.signing.networks import _Stepwise, denoiser_file
from nsa_ros.signing.runtime.providers import open_session, session_options
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
        np.concatenate(
            [f.poses for f in Generation(plan, signer.sampler(), c, signer.bundle.representation, 5, seed=5)]
        )
        for c in (chunks, signer.bundle.chunks)
    )
    assert len(made) == sum(unit.frames for unit in plan)
    np.testing.assert_allclose(made, whole, atol=1e-4)


def test_chunks_grow_to_the_longest(signer):
    still = dict.fromkeys((2, 4, 8), lambda batch: (0 * batch.noise, batch.states))
    sampler = Sampler(still, (1, *signer.bundle.denoiser_state))
    plan = [PlannedUnit(3, 0, 20, 0), PlannedUnit(END, 1, 5, 0)]
    made = Generation(plan, sampler, (2, 4, 8), signer.bundle.representation, 1, seed=0)
    assert [len(frames.poses) for frames in made] == [2, 4, 8, 8, 3]


def test_steps_can_be_chosen(signer):
    fewer = ModelSigner(signer.bundle, "cpu", steps=1)
    assert len(list(fewer.sign("coffee"))) > 0
    with pytest.raises(NsaError, match="0 diffusion steps"):
        ModelSigner(signer.bundle, "cpu", steps=0)


def test_the_unrolled_sampler_is_the_step_graph_in_a_loop(signer):
    unrolled = concatenate(list(signer.sign(TEXT)))
    looped = ModelSigner(signer.bundle, "cpu")
    networks = looped._networks
    files = {n: signer.bundle.file(denoiser_file(n)) for n in signer.bundle.chunks}
    networks.samplers = {
        n: _Stepwise(open_session(file, "cpu", session_options()), networks.ddim) for n, file in files.items()
    }
    np.testing.assert_allclose(concatenate(list(looped.sign(TEXT))).poses, unrolled.poses, atol=1e-5)


def test_a_precision_that_the_bundle_lacks_is_refused(signer):
    with pytest.raises(NsaError, match="fp32"):
        ModelSigner(signer.bundle, "cpu", precision="fp8")


def test_utterances_sampled_together_are_those_sampled_alone(signer):
    texts = [TEXT, "drink", "You want coffee drink home.", "home"]
    alone = [concatenate(list(signer.sign(text, seed))) for seed, text in enumerate(texts)]
    waiting = {place: iter(signer.sign(text, place)) for place, text in enumerate(texts)}
    made = [[] for _ in texts]
    while waiting:
        for place, chunk in zip(list(waiting), next_chunks(list(waiting.values())), strict=True):
            if chunk is None:
                del waiting[place]
            else:
                made[place].append(chunk)
    for parts, whole in zip(made, alone, strict=True):
        together = concatenate(parts)
        np.testing.assert_allclose(together.poses, whole.poses, atol=1e-4)
        np.testing.assert_array_equal(together.unit, whole.unit)


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


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
def test_signing_on_and_on_takes_no_more_memory(signer):
    def resident():
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def sign_together(count):
        waiting = [iter(signer.sign(TEXT, seed)) for seed in range(count)]
        while waiting:
            waiting = [w for w, chunk in zip(waiting, next_chunks(waiting), strict=True) if chunk is not None]

    for count in (1, 8, 3):
        sign_together(count)
    before = resident()
    for _ in range(10):
        for count in (1, 8, 3):
            sign_together(count)
    assert resident() - before < 8e6
