"""Train the recogniser: `python -m nsa_ros.learning.evaluation.recogniser.train CORPUS RUN [--out DIR] …`.

CORPUS must have another seed than the corpus of the models that will be judged. A run that was stopped goes on from its
checkpoints; the folder is written when all three networks are trained.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from nsa_ros import resources
from nsa_ros.learning.config import OptimizerConfig
from nsa_ros.learning.data.corpus import Corpus
from nsa_ros.learning.data.shards import read_corpus
from nsa_ros.learning.evaluation.recogniser.drills import make_drills
from nsa_ros.learning.evaluation.recogniser.embedding_task import EmbeddingTask
from nsa_ros.learning.evaluation.recogniser.files import Configs, write_recogniser
from nsa_ros.learning.evaluation.recogniser.quality import quality
from nsa_ros.learning.evaluation.recogniser.recogniser import Recogniser
from nsa_ros.learning.evaluation.recogniser.recogniser_task import RecogniserTask
from nsa_ros.learning.evaluation.recogniser.translator_task import TranslatorTask
from nsa_ros.learning.training.checkpoint import describe
from nsa_ros.learning.training.trainer import train

RECOGNISER = OptimizerConfig(steps=4400, batch=16, rate=2e-3, average=0.998)
TRANSLATOR = OptimizerConfig(steps=2500, batch=48, rate=2e-3, average=0.998)
EMBEDDING = OptimizerConfig(steps=800, batch=128, rate=3e-3, average=0.995)
DRILLS = 6
"""Rounds of every unit."""

STATUS = "judges synthetic motion; learned from authored phonology, not reviewed by Deaf signers"


def train_recogniser(
    corpus: Corpus, run: Path, folder: Path, configs: Configs, trainings: tuple[OptimizerConfig, ...], rounds: int = 0
) -> dict[str, Any]:
    """Train the three networks one after the other, measure them and write the folder.

    Args:
        corpus: to learn from; its test part measures.
        run: folder for checkpoints.
        folder: to write.
        configs: sizes of the networks.
        trainings: of recogniser, translator and embedding.
        rounds: of drills, which the lexicon signs.

    Returns:
        The measured quality.
    """
    data = describe(corpus)

    def trained(task: RecogniserTask | TranslatorTask | EmbeddingTask, place: int) -> None:
        settings = {key: value for key, value in asdict(trainings[place]).items() if key != "steps"}
        settings["drills"] = rounds
        origin = {"data": data, "sizes": asdict(configs[place]), "training": settings}
        task.model.load_state_dict(train(task, trainings[place], run, origin=origin))

    drills = make_drills(corpus.meta["units"], rounds, run / "drills") if rounds else []
    first = RecogniserTask(configs.recogniser, corpus, trainings[0].batch, drills)
    trained(first, 0)
    second = TranslatorTask(configs.translator, corpus, trainings[1].batch)
    trained(second, 1)
    third = EmbeddingTask(configs.embedding, corpus, first.model, second.model, trainings[2].batch)
    trained(third, 2)
    weights = {task.name: task.model.state_dict() for task in (first, second, third)}
    about: dict[str, Any] = {
        "name": "recogniser",
        "status": STATUS,
        "license": "Apache-2.0",
        "provenance": {
            "corpus": {name: corpus.meta[name] for name in ("settings", "fingerprint", "fps", "skeleton")},
            "drills": rounds,
            "updates": {
                task.name: training.steps for task, training in zip((first, second, third), trainings, strict=True)
            },
        },
    }
    write_recogniser(folder, configs, weights, about, second.vocabularies)
    about["quality"] = quality(Recogniser.load(folder), corpus)
    write_recogniser(folder, configs, weights, about, second.vocabularies)
    return dict(about["quality"])


def main(arguments: list[str] | None = None) -> None:
    """Train, write and print the measured quality."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="folder made by `nsa corpus build`")
    parser.add_argument("run", type=Path, help="folder for checkpoints")
    parser.add_argument("--out", type=Path, help="folder to write (default: models/recogniser)")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads of torch")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    folder = options.out or resources.root() / "models" / "recogniser"
    trainings = (RECOGNISER, TRANSLATOR, EMBEDDING)
    made = train_recogniser(read_corpus(options.corpus), options.run, folder, Configs(), trainings, DRILLS)
    print("  ".join(f"{name} {value}" for name, value in made.items()))


if __name__ == "__main__":
    main()
