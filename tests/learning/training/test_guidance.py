from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from tiny import CONFIG, PAPER, fake_corpus

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import GuidanceConfig
from nsa_ros.learning.export.trained import Trained
from nsa_ros.learning.networks.guidance import guided
from nsa_ros.learning.training.performing import perform
from nsa_ros.learning.training.tasks import DenoiserTask
from nsa_ros.learning.training.trainer import train

CORPUS = fake_corpus()
DROPS = GuidanceConfig(dropout=0.5)
SENTENCE = replace(PAPER, diffusion=CONFIG.diffusion)


def student(config, run, scale=2.0):
    return replace(config, guidance=GuidanceConfig(scale=scale, teacher=str(run / "denoiser.pt")))


@pytest.fixture(scope="module", params=[CONFIG, SENTENCE], ids=["aligned", "sentence"])
def taught(request, tmp_path_factory):
    """A configuration and the run of its teacher."""
    run = tmp_path_factory.mktemp("teacher")
    config = replace(request.param, guidance=DROPS)
    train(DenoiserTask(config, CORPUS), replace(config.train_denoiser, steps=30, rate=1e-2), run)
    return request.param, run


def test_a_dropped_clip_is_dropped_from_its_first_window_to_its_last():
    stream = DenoiserTask(replace(CONFIG, guidance=DROPS), CORPUS).stream
    windows = [stream.next() for _ in range(40)]
    shares = []
    for before, after in pairwise(windows):
        stays = ~after.fresh
        assert torch.equal(before.context.dropped[stays], after.context.dropped[stays])
        shares += after.context.dropped[after.fresh].tolist()
    assert 0.2 < sum(shares) / len(shares) < 0.8


def test_without_dropout_nothing_is_dropped():
    stream = DenoiserTask(CONFIG, CORPUS).stream
    assert not any(stream.next().context.dropped.any() for _ in range(10))


def test_the_students_target_is_what_the_teacher_says_with_guidance(taught):
    config, run = taught
    task = DenoiserTask(student(config, run), CORPUS)
    teacher, window = task._loss.teacher, task.stream.next()
    clips = len(window.fresh)
    context, start = window.context, teacher.model.start(2 * clips)
    task.model.load_state_dict(teacher.model.state_dict(), strict=False)
    task.model.eval()
    with torch.no_grad():
        still = window._replace(clean=torch.zeros_like(window.clean))
        _, _, parts = task._loss(still, window.noise, task._state, False)
        share = torch.cos(window.time * torch.pi / 2)[:, None, None] ** 2
        noisy = (1 - share).sqrt() * window.noise
        goal, _ = guided(teacher.model, noisy, context, window.time, start, 2.0)
        said, _ = task.model(noisy, context, window.time, task.model.start(clips))
    weight, there = task._loss.channel_weight, window.present[..., None]
    expected = ((said - goal) ** 2 * weight * there).sum() / (there.sum() * said.shape[-1])
    assert parts["target"] == pytest.approx(float(expected), rel=1e-3)
    assert expected > 1e-6


@pytest.mark.parametrize("taught", [CONFIG], indirect=True, ids=["aligned"])
def test_a_student_learns_guidance_in_one_call(taught, tmp_path):
    config, run = taught
    both = replace(config, guidance=GuidanceConfig(dropout=0.5, scale=4.0))
    learner = replace(student(config, run, 4.0), loss=replace(config.loss, velocity=0.0, position=0.0))
    settings = replace(config.train_denoiser, steps=80, rate=1e-2, average=0.9)
    train(DenoiserTask(learner, CORPUS), settings, tmp_path)
    passages, seeds = CORPUS.train[:3], [0, 1, 2]
    goal = perform(both, run, CORPUS, passages, seeds)
    plain = perform(replace(both, guidance=DROPS), run, CORPUS, passages, seeds)
    alone = replace(learner, guidance=replace(learner.guidance, teacher="long/gone.pt"))
    made = perform(alone, tmp_path, CORPUS, passages, seeds)
    off = [sum(float(abs(a[0] - b[0]).mean()) for a, b in zip(goal, other, strict=True)) for other in (made, plain)]
    assert off[0] < 0.5 * off[1]


def test_a_stopped_student_goes_on_to_the_same_weights(taught, tmp_path):
    config, run = taught
    learner, settings = student(config, run), replace(config.train_denoiser, steps=6)
    whole = train(DenoiserTask(learner, CORPUS), settings, tmp_path / "whole")
    train(DenoiserTask(learner, CORPUS), replace(settings, steps=3), tmp_path / "broken")
    state = torch.load(tmp_path / "broken" / "denoiser.pt", weights_only=True)["ranks"][0]["task"]["recurrent"]
    assert state.shape[1] == 3 * settings.batch
    assert state.abs().sum() > 0
    assert set(whole) == set(DenoiserTask(config, CORPUS).model.state_dict())


def test_a_missing_teacher_is_said_with_how_to_train_one(tmp_path):
    with pytest.raises(NsaError, match=r"no checkpoint .*denoiser\.pt\. Train it first: .*dropout: 0\.1"):
        DenoiserTask(student(CONFIG, tmp_path), CORPUS)


def test_a_teacher_that_never_was_told_nothing_is_refused(tmp_path):
    train(DenoiserTask(SENTENCE, CORPUS), SENTENCE.train_denoiser, tmp_path)
    with pytest.raises(NsaError, match=r"no checkpoint of this network .*`guidance\.dropout` above 0"):
        DenoiserTask(student(SENTENCE, tmp_path), CORPUS)


def test_guidance_in_two_calls_is_not_exported(tmp_path):
    with pytest.raises(NsaError, match=r"Distil it: .*teacher: .*denoiser\.pt"):
        Trained(replace(CONFIG, guidance=GuidanceConfig(0.1, 2.0)), CORPUS, tmp_path)


@pytest.mark.parametrize(
    "values",
    [{"dropout": 1.0}, {"dropout": -0.1}, {"teacher": "x.pt"}, {"teacher": "x.pt", "scale": 2, "dropout": 0.1}],
)
def test_settings_that_do_not_go_together_are_refused(values):
    with pytest.raises(NsaError, match="guidance"):
        GuidanceConfig(**values)
