"""Checkpoints: whole or not at all, and only continued by the training that they are of."""

from dataclasses import replace

import pytest
import torch
from tiny import CONFIG, make_bundle

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import ExportConfig
from nsa_ros.learning.data.shards import read_corpus
from nsa_ros.learning.training.checkpoint import (
    check_origin,
    describe,
    origin,
    read_checkpoint,
    updates_done,
    write_checkpoint,
)
from nsa_ros.learning.training.trainer import averaged_weights

DATA = {"seed": 1, "sha256": "a"}


def test_a_checkpoint_that_cannot_be_written_leaves_the_last_one(tmp_path):
    file = tmp_path / "planner.pt"
    write_checkpoint(file, {"update": 1})
    with pytest.raises(Exception, match="pickle"):
        write_checkpoint(file, {"update": 2, "task": lambda: None})
    assert read_checkpoint(file)["update"] == 1
    assert updates_done(tmp_path, "planner") == 1


def test_no_checkpoint_is_no_update(tmp_path):
    assert updates_done(tmp_path, "planner") == 0


def test_a_truncated_checkpoint_is_named(tmp_path):
    file = tmp_path / "planner.pt"
    write_checkpoint(file, {"average": torch.zeros(1000)})
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(NsaError, match=r"planner\.pt is not a readable checkpoint"):
        read_checkpoint(file)


@pytest.mark.parametrize(
    ("name", "change", "differs"),
    [
        ("denoiser", {"seed": 7}, "seed (0 then, 7 now)"),
        ("denoiser", {"denoiser": replace(CONFIG.denoiser, hidden=32)}, "denoiser.hidden (24 then, 32 now)"),
        ("denoiser", {"diffusion": replace(CONFIG.diffusion, steps=8)}, "diffusion.steps (4 then, 8 now)"),
        (
            "denoiser",
            {"train_denoiser": replace(CONFIG.train_denoiser, batch=9)},
            "train_denoiser.batch (4 then, 9 now)",
        ),
        ("planner", {"text": replace(CONFIG.text, layers=2)}, "text.layers (1 then, 2 now)"),
    ],
)
def test_what_differs_is_named(name, change, differs, tmp_path):
    saved = {"origin": origin(CONFIG, DATA, name)}
    with pytest.raises(NsaError) as error:
        check_origin(tmp_path / f"{name}.pt", saved, origin(replace(CONFIG, **change), DATA, name))
    assert differs in str(error.value)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("planner", {"train_planner": replace(CONFIG.train_planner, steps=99)}),
        ("denoiser", {"train_denoiser": replace(CONFIG.train_denoiser, steps=99)}),
        ("planner", {"denoiser": replace(CONFIG.denoiser, hidden=32)}),
        ("denoiser", {"planner": replace(CONFIG.planner, hidden=32), "name": "other", "export": ExportConfig((8,))}),
    ],
)
def test_more_steps_and_what_the_training_does_not_read_may_change(name, change, tmp_path):
    saved = {"origin": origin(CONFIG, DATA, name)}
    check_origin(tmp_path / "any.pt", saved, origin(replace(CONFIG, **change), DATA, name))


def test_another_corpus_is_another_origin(tmp_path):
    corpus = read_corpus(make_bundle() / "corpus")
    same, passage = describe(corpus), corpus.train[0]
    assert describe(read_corpus(make_bundle() / "corpus")) == same
    for altered in (
        replace(corpus, train=[replace(passage, poses=passage.poses + 1e-3), *corpus.train[1:]]),
        replace(corpus, plans=corpus.plans[:-1]),
        replace(corpus, train=corpus.train[::-1]),
    ):
        assert describe(altered)["sha256"] != same["sha256"]
    saved = {"origin": origin(CONFIG, same, "planner")}
    with pytest.raises(NsaError, match=r"data\.sha256"):
        check_origin(tmp_path / "planner.pt", saved, origin(CONFIG, describe(altered), "planner"))


def test_a_checkpoint_of_an_earlier_trainer_gives_its_weights_but_is_not_continued(tmp_path):
    old = {"model": {}, "optimizer": {}, "average": {"w": torch.ones(2)}, "update": 3, "seconds": 1.5, "task": {}}
    torch.save(old, tmp_path / "planner.pt")
    weights, update, seconds = averaged_weights(tmp_path, "planner")
    assert weights["w"].tolist() == [1.0, 1.0]
    assert (update, seconds) == (3, 1.5)
    with pytest.raises(NsaError, match="earlier version of the trainer"):
        check_origin(tmp_path / "planner.pt", old, {})
