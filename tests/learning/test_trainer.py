from dataclasses import replace

import pytest
import torch
from tiny import CONFIG, PAPER, make_corpus

from nsa_ros.errors import NsaError
from nsa_ros.learning import trainer
from nsa_ros.learning.tasks import DenoiserTask, PlannerTask
from nsa_ros.learning.trainer import averaged_weights, learning_rate, train


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return make_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize("kind", [PlannerTask, DenoiserTask])
def test_a_stopped_training_goes_on_to_the_same_weights(kind, corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "SAVE_EVERY", 2)
    settings = replace(CONFIG.train_denoiser, steps=4)
    whole = train(kind(CONFIG, corpus), settings, tmp_path / "whole")
    broken = kind(CONFIG, corpus)
    honest = broken.loss

    def loss(update):
        if update == 3:
            raise KeyboardInterrupt
        return honest(update)

    broken.loss = loss
    with pytest.raises(KeyboardInterrupt):
        train(broken, settings, tmp_path / "broken")
    resumed = train(kind(CONFIG, corpus), settings, tmp_path / "broken")
    for name, value in whole.items():
        torch.testing.assert_close(resumed[name], value, atol=0, rtol=0)


def test_the_denoiser_learns(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "LOG_EVERY", 10)
    lines = []
    train(DenoiserTask(CONFIG, corpus), replace(CONFIG.train_denoiser, steps=60, rate=1e-2), tmp_path, lines.append)
    first, last = (float(line.split("position ")[1].split()[0]) for line in (lines[0], lines[-1]))
    assert last < 0.7 * first


def test_the_papers_configuration_trains(corpus, tmp_path):
    average = train(DenoiserTask(PAPER, corpus), PAPER.train_denoiser, tmp_path)
    assert all(torch.isfinite(value).all() for value in average.values())


def test_a_loss_that_is_not_finite_stops_with_the_update(corpus, tmp_path):
    task = PlannerTask(CONFIG, corpus)
    task.loss = lambda update: (torch.tensor(float("nan"), requires_grad=True), {})
    with pytest.raises(NsaError, match="not finite at update 0"):
        train(task, CONFIG.train_planner, tmp_path)


def test_no_checkpoint_is_said_with_the_command_that_makes_one(tmp_path):
    with pytest.raises(NsaError, match=r"learning\.train"):
        averaged_weights(tmp_path, "planner")


def test_learning_rate_warms_up_and_decays():
    settings = replace(CONFIG.train_planner, steps=1000, rate=1.0)
    rates = [learning_rate(update, settings) for update in range(1000)]
    assert rates[0] == pytest.approx(0.01)
    assert max(rates) == pytest.approx(1.0, abs=1e-3)
    assert rates[-1] == pytest.approx(0.01, abs=1e-3)
