"""Two processes that train together: one launch, in which they train, and train again with an interruption."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from checkpoints import same
from tiny import CONFIG, make_bundle
from together import STEPS

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.shards import read_corpus
from nsa_ros.learning.training.batches import Window
from nsa_ros.learning.training.distributed import ALONE, processes
from nsa_ros.learning.training.tasks import DenoiserTask
from nsa_ros.learning.training.trainer import train

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("together")
    shutil.copytree(make_bundle() / "corpus", folder / "corpus")
    paths = os.pathsep.join(map(str, (HERE.parents[2], HERE.parent)))
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    done = subprocess.run(
        [*torchrun, str(HERE.parent / "together.py"), str(folder)],
        env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


def test_all_processes_have_the_same_weights(folder):
    one, other = (torch.load(folder / f"weights{rank}.pt", weights_only=True) for rank in (0, 1))
    assert same(one, other)


class Pair(NamedTuple):
    """A batch of each of two processes."""

    first: Window
    second: Window


def test_two_processes_are_one_with_the_batches_of_both(folder):
    """The mean of two losses has the mean of their gradients."""
    corpus = read_corpus(folder / "corpus")
    both, second = (DenoiserTask(CONFIG, corpus, rank) for rank in (0, 1))
    second._loss.model = both.model

    class Joint:
        name, model, to, state = "denoiser", both.model, both.to, both.state

        class stream:
            state = staticmethod(dict)
            next = staticmethod(lambda: Pair(both.stream.next(), second.stream.next()))

        def loss(self, batch):
            losses = [task.loss(part) for task, part in zip((both, second), batch, strict=True)]
            return (losses[0][0] + losses[1][0]) / 2, losses[0][1]

    train(Joint(), replace(CONFIG.train_denoiser, steps=STEPS), folder / "joint")
    apart = torch.load(folder / "weights0.pt", weights_only=True)
    for name, value in both.model.state_dict().items():
        torch.testing.assert_close(value, apart[name], atol=2e-5, rtol=1e-3)


def test_two_processes_that_were_stopped_go_on_to_the_same_bits(folder):
    checkpoints = [torch.load(folder / name / "denoiser.pt", weights_only=True) for name in ("whole", "broken")]
    assert same(*checkpoints)
    first, second = (ranks["stream"]["clip"] for ranks in checkpoints[0]["ranks"])
    assert first != second, "each process has batches of its own"


def test_another_number_of_processes_is_refused(folder):
    task = DenoiserTask(CONFIG, read_corpus(folder / "corpus"))
    with pytest.raises(NsaError, match="trained by 2 processes, now there are 1"):
        train(task, replace(CONFIG.train_denoiser, steps=STEPS + 1), folder / "whole")


def test_without_torchrun_there_is_one_process():
    with processes("cpu") as team:
        assert team == ALONE
        assert team.first
        assert team.gathered("own") == ["own"]


@pytest.mark.parametrize(("device", "message"), [("tpu", "choose one of auto, cpu, cuda"), ("cuda", "--device cpu")])
def test_a_device_that_is_not_there_is_refused(device, message, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(NsaError, match=message), processes(device):
        pass
