"""Train: `python -m nsa_ros.learning.train CONFIG CORPUS RUN [--only planner|denoiser] [--threads N]`.

CONFIG is a YAML file or the name of one in `configs/`. A run that was stopped goes on from its checkpoints.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from nsa_ros.learning.config import load_config
from nsa_ros.learning.shards import read_corpus
from nsa_ros.learning.tasks import DenoiserTask, PlannerTask
from nsa_ros.learning.trainer import train


def main(arguments: list[str] | None = None) -> None:
    """Train what a configuration asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", help="YAML file or name of a configuration")
    parser.add_argument("corpus", type=Path, help="folder made by `nsa corpus build`")
    parser.add_argument("run", type=Path, help="folder for checkpoints")
    parser.add_argument("--only", choices=("planner", "denoiser"), help="train one of the two")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads of torch")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    config, corpus = load_config(options.config), read_corpus(options.corpus)
    if config.conditioning == "aligned" and options.only != "denoiser":
        train(PlannerTask(config, corpus), config.train_planner, options.run)
    if options.only != "planner":
        train(DenoiserTask(config, corpus), config.train_denoiser, options.run)


if __name__ == "__main__":
    main()
