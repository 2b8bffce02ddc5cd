"""What each process of `test_distributed` does; started by torchrun with the folder of the test."""

import sys
from dataclasses import replace
from pathlib import Path

import torch
from tiny import CONFIG

from nsa_ros.learning.data.shards import read_corpus
from nsa_ros.learning.training import trainer
from nsa_ros.learning.training.distributed import processes
from nsa_ros.learning.training.tasks import DenoiserTask
from nsa_ros.learning.training.trainer import train

STEPS = 4


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    trainer.SAVE_EVERY = 2
    corpus = read_corpus(folder / "corpus")
    settings = replace(CONFIG.train_denoiser, steps=STEPS)
    with processes("cpu") as team:
        whole = DenoiserTask(CONFIG, corpus, team.rank)
        train(whole, settings, folder / "whole", processes=team)
        torch.save(whole.model.state_dict(), folder / f"weights{team.rank}.pt")

        stopped = DenoiserTask(CONFIG, corpus, team.rank)
        honest, updates = stopped.loss, iter(range(STEPS))

        def loss(window):
            if next(updates) == 3:
                raise KeyboardInterrupt
            return honest(window)

        stopped.loss = loss
        try:
            train(stopped, settings, folder / "broken", processes=team)
        except KeyboardInterrupt:
            train(DenoiserTask(CONFIG, corpus, team.rank), settings, folder / "broken", processes=team)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
