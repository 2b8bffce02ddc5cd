"""The smallest model that has every part, for tests: configuration, corpus, networks with random weights, bundle."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

import numpy as np
import onnx
from fake_source import FakeSource

from nsa_ros.learning.config import DiffusionConfig, ExportConfig, LossConfig, ModelConfig, OptimizerConfig
from nsa_ros.learning.data.corpus import Corpus
from nsa_ros.learning.data.corpus_building import CorpusSettings, build_corpus
from nsa_ros.learning.data.shards import read_corpus
from nsa_ros.learning.export.description import word_choices
from nsa_ros.learning.export.exporting import write_checked
from nsa_ros.learning.export.graphs import bundle_graphs
from nsa_ros.learning.export.trained import Trained
from nsa_ros.learning.networks.denoiser import DenoiserConfig
from nsa_ros.learning.networks.planner_model import PlannerConfig
from nsa_ros.learning.networks.text_encoder import TextConfig
from nsa_ros.learning.training.tasks import DenoiserTask, PlannerTask
from nsa_ros.learning.training.trainer import train
from nsa_ros.signing.plan_rules import choice_width

TEXT = TextConfig(width=32, layers=1, heads=2, tokens=32)
DENOISER = DenoiserConfig(graph_widths=(4, 4), expression_widths=(4,), condition=16, hidden=24, layers=2, cell="lstm")
CORPUS = CorpusSettings(hours=0.01, plans=10, seed=3)

CONFIG = ModelConfig(
    name="tiny",
    conditioning="aligned",
    denoiser=DENOISER,
    train_denoiser=OptimizerConfig(steps=2, batch=4, window=16),
    train_planner=OptimizerConfig(steps=2, batch=4),
    text=TEXT,
    diffusion=DiffusionConfig(noise_window=5),
    planner=PlannerConfig(hidden=24, longest=32),
    export=ExportConfig(steps=2),
)

PAPER = ModelConfig(
    name="paper",
    conditioning="sentence",
    denoiser=DenoiserConfig((4, 4, 4, 4), (4, 4, 4, 4), 16, 24, 4, "lstm", gated_frame=False),
    train_denoiser=OptimizerConfig(steps=3, batch=4, window=16),
    train_planner=OptimizerConfig(steps=0, batch=4),
    text=TEXT,
    diffusion=DiffusionConfig("rotvec", "linear", "epsilon", 50),
    loss=LossConfig(velocity=0.0, position=0.0),
    export=ExportConfig(chunks=(16,)),
)


def make_corpus(folder: Path) -> Corpus:
    """The tiny corpus, written and read."""
    build_corpus(FakeSource(), CORPUS, folder, workers=1)
    return read_corpus(folder)


def fake_corpus(texts: int = 12) -> Corpus:
    """Texts with motion straight from the fake source, the last four held out; nothing is written."""
    source, rng = FakeSource(), np.random.default_rng(4)
    passages = [source.passage(source.text(rng, "train"), seed, True) for seed in range(texts)]
    meta = {"vocabulary": source.vocabulary.as_dict(), "units": source.units, "fps": source.fps, "seed": 4}
    return Corpus(meta, passages[:-4], [], passages[-4:-2], passages[-2:])


class Made(NamedTuple):
    """What a bundle is made from: a folder with `corpus` and `run`, the networks, their graphs."""

    folder: Path
    corpus: Corpus
    trained: Trained
    graphs: dict[str, onnx.ModelProto]


@cache
def make_graphs() -> Made:
    """Corpus, networks after two updates, and their graphs. Made once a process; do not change them, copy them."""
    folder = Path(mkdtemp(prefix="nsa-tiny-"))
    corpus = make_corpus(folder / "corpus")
    train(PlannerTask(CONFIG, corpus), CONFIG.train_planner, folder / "run")
    train(DenoiserTask(CONFIG, corpus), CONFIG.train_denoiser, folder / "run")
    trained = Trained(CONFIG, corpus, folder / "run")
    return Made(folder, corpus, trained, bundle_graphs(CONFIG, trained, choice_width(word_choices(corpus))))


@cache
def make_bundle() -> Path:
    """A folder with `corpus`, `run` and `bundle` after two updates: every part works, none is any good.

    Made once a process; do not change it, copy it.
    """
    folder, corpus, trained, graphs = make_graphs()
    write_checked(CONFIG, corpus, trained, graphs, folder / "bundle")
    return folder
