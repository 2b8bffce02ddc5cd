"""Every kind of conditioning trains, and performs texts; data without alignment trains all kinds but one."""

from dataclasses import replace

import numpy as np
import pytest
from tiny import CONFIG, fake_corpus

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import DiffusionConfig
from nsa_ros.learning.training.performing import perform
from nsa_ros.learning.training.tasks import DenoiserTask
from nsa_ros.learning.training.trainer import train

KINDS = ("aligned", "sentence", "words", "tokens")
CORPUS = fake_corpus()


def without_alignment(passages):
    return [replace(p, sentences=[replace(s, plan=[]) for s in p.sentences], rest=0) for p in passages]


UNALIGNED = replace(CORPUS, **{part: without_alignment(getattr(CORPUS, part)) for part in ("train", "val", "test")})


@pytest.fixture(scope="module", params=KINDS)
def trained(request, tmp_path_factory):
    """A kind of conditioning trained for a moment."""
    run, config = tmp_path_factory.mktemp("run"), replace(CONFIG, conditioning=request.param)
    train(DenoiserTask(config, CORPUS), replace(config.train_denoiser, steps=20, rate=1e-2), run)
    return config, run


def test_a_run_performs_texts_with_the_length_of_the_reference(trained):
    made = perform(*trained, CORPUS, CORPUS.test, [0, 1])
    for (poses, expression), passage in zip(made, CORPUS.test, strict=True):
        assert (poses.shape, expression.shape) == (passage.poses.shape, passage.expression.shape)
        assert np.isfinite(poses).all()


def test_nothing_of_the_reference_is_used_but_its_length_and_plan(trained):
    hidden = [replace(p, poses=np.zeros_like(p.poses), expression=p.expression + 1) for p in CORPUS.test]
    one, other = (perform(*trained, CORPUS, passages, [0, 1]) for passages in (CORPUS.test, hidden))
    for (a, _), (b, _) in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_seed_is_the_draw(trained):
    one, again, other = (perform(*trained, CORPUS, CORPUS.test[:1], [seed])[0][0] for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 1e-4


def test_another_text_is_another_motion(trained):
    first = CORPUS.test[0]
    second = next(p for p in CORPUS.train if p.text != first.text)
    swapped = replace(first, text=second.text, sentences=second.sentences)
    one, other = (perform(*trained, CORPUS, [p], [3])[0][0] for p in (first, swapped))
    common = min(len(one), len(other))
    assert np.abs(one[:common] - other[:common]).max() > 1e-6
    assert (len(one) == len(other)) == (trained[0].conditioning != "aligned")


def test_the_number_of_steps_can_be_chosen(trained):
    one, other = (perform(*trained, CORPUS, CORPUS.test[:1], [3], steps=n)[0][0] for n in (None, 1))
    assert np.abs(one - other).max() > 1e-6


@pytest.mark.parametrize("kind", KINDS[1:])
def test_data_without_alignment_trains_and_performs(kind, tmp_path):
    config = replace(CONFIG, conditioning=kind)
    train(DenoiserTask(config, UNALIGNED), config.train_denoiser, tmp_path)
    (poses, _), _ = perform(config, tmp_path, UNALIGNED, UNALIGNED.test, [0, 1])
    assert poses.shape == UNALIGNED.test[0].poses.shape


def test_an_aligned_model_refuses_data_without_alignment():
    with pytest.raises(NsaError, match=r"comes without alignment\. Choose conditioning tokens, sentence or words"):
        DenoiserTask(CONFIG, UNALIGNED)


def test_data_without_motion_is_refused():
    with pytest.raises(NsaError, match="no motion to learn from"):
        DenoiserTask(CONFIG, replace(CORPUS, train=[]))


def test_words_have_no_use_for_clip():
    config = replace(CONFIG, conditioning="words", text=replace(CONFIG.text, clip="ViT-L-14", pretrained="openai"))
    with pytest.raises(NsaError, match="conditioning 'words' reads no CLIP features"):
        DenoiserTask(config, CORPUS)


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
@pytest.mark.parametrize("prediction", ["x0", "v"])
def test_all_losses_train_with_both_schedules(prediction, schedule, tmp_path):
    diffusion = DiffusionConfig("rot6d", schedule, prediction, 4, 5)
    config = replace(CONFIG, diffusion=diffusion, loss=replace(CONFIG.loss, acceleration=1.0))
    bf16 = replace(config.train_denoiser, bf16=True)
    train(DenoiserTask(replace(config, train_denoiser=bf16), CORPUS), bf16, tmp_path)
    assert np.isfinite(perform(config, tmp_path, CORPUS, CORPUS.test[:1], [0])[0][0]).all()


def test_an_untrained_run_is_said(tmp_path):
    with pytest.raises(NsaError, match="no checkpoint"):
        perform(CONFIG, tmp_path, CORPUS, CORPUS.test, [0, 1])
