"""The training loop: what it learns, and that being stopped changes nothing."""

from dataclasses import replace

import pytest
import torch
from checkpoints import same
from tiny import CONFIG, PAPER, make_bundle

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.shards import read_corpus
from nsa_ros.learning.training import trainer
from nsa_ros.learning.training.tasks import DenoiserTask, PlannerTask
from nsa_ros.learning.training.trainer import averaged_weights, learning_rate, train


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(make_bundle() / "corpus")


def stopped_at(task, update):
    """The task, whose training is interrupted when that many updates are done."""
    honest, calls = task.loss, iter(range(update + 1))

    def loss(batch):
        if next(calls) == update:
            raise KeyboardInterrupt
        return honest(batch)

    task.loss = loss
    return task


@pytest.mark.parametrize("kind", [PlannerTask, DenoiserTask])
def test_a_stopped_training_goes_on_to_the_same_bits(kind, corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "SAVE_EVERY", 3)
    config = replace(CONFIG, train_denoiser=replace(CONFIG.train_denoiser, bf16=True))
    settings = replace(config.train_denoiser, steps=8)
    whole = train(kind(config, corpus), settings, tmp_path / "whole")
    for update in (4, 2):  # 3 are saved; the second time it is stopped after 5 and before the 6th is saved
        with pytest.raises(KeyboardInterrupt):
            train(stopped_at(kind(config, corpus), update), settings, tmp_path / "broken")
        assert not list((tmp_path / "broken").glob("*.part"))
    resumed = train(kind(config, corpus), settings, tmp_path / "broken")
    assert same(whole, resumed)
    name = f"{kind.name}.pt"
    checkpoints = [torch.load(tmp_path / folder / name, weights_only=True) for folder in ("whole", "broken")]
    assert same(*checkpoints), "weights, optimiser, average, recurrent state, or the place in the data"


def test_more_steps_go_on_from_a_finished_training(corpus, tmp_path):
    train(PlannerTask(CONFIG, corpus), CONFIG.train_planner, tmp_path)
    train(PlannerTask(CONFIG, corpus), replace(CONFIG.train_planner, steps=5), tmp_path)
    assert averaged_weights(tmp_path, "planner")[1] == 5


def test_the_denoiser_learns(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "LOG_EVERY", 10)
    lines = []
    train(DenoiserTask(CONFIG, corpus), replace(CONFIG.train_denoiser, steps=60, rate=1e-2), tmp_path, lines.append)
    reports = [line for line in lines if "position " in line]
    first, last = (float(line.split("position ")[1].split()[0]) for line in (reports[0], reports[-1]))
    assert last < 0.7 * first
    assert (tmp_path / "denoiser.log").read_text().count("\n") == len(lines)


def test_the_papers_configuration_trains(corpus, tmp_path):
    average = train(DenoiserTask(PAPER, corpus), PAPER.train_denoiser, tmp_path)
    assert all(torch.isfinite(value).all() for value in average.values())


def test_a_loss_that_is_not_finite_stops_with_the_update(corpus, tmp_path):
    task = PlannerTask(CONFIG, corpus)
    task.loss = lambda batch: (torch.tensor(float("nan"), requires_grad=True), {})
    with pytest.raises(NsaError, match="not finite at update 0"):
        train(task, CONFIG.train_planner, tmp_path)


def test_no_checkpoint_is_said_with_the_command_that_makes_one(tmp_path):
    with pytest.raises(NsaError, match="nsa train"):
        averaged_weights(tmp_path, "planner")


def test_learning_rate_warms_up_and_decays():
    settings = replace(CONFIG.train_planner, steps=1000, rate=1.0)
    rates = [learning_rate(update, settings) for update in range(1000)]
    assert rates[0] == pytest.approx(0.01)
    assert max(rates) == pytest.approx(1.0, abs=1e-3)
    assert rates[-1] == pytest.approx(0.01, abs=1e-3)
