"""A trained run to a bundle: ONNX graphs of fixed shape, and `model.yaml` that says what they are."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from torch import Tensor, nn

from nsa_ros.body.skeleton import JOINTS
from nsa_ros.errors import NsaError
from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.data.corpus import Corpus
from nsa_ros.learning.export.onnx_files import halve_weights, trace, write_sharing_weights
from nsa_ros.learning.networks.conditions import Context
from nsa_ros.learning.networks.motion_model import MotionModel
from nsa_ros.learning.networks.planner_model import PlannerModel
from nsa_ros.learning.networks.text_encoder import TextTower
from nsa_ros.learning.training.building import build_motion
from nsa_ros.learning.training.tasks import PlannerTask
from nsa_ros.learning.training.trainer import averaged_weights
from nsa_ros.signing.alignment import TIMING
from nsa_ros.signing.bundle import DESCRIPTION, FORMAT, sha256
from nsa_ros.signing.networks import PLANNER, TEXT_ENCODER, denoiser_file
from nsa_ros.signing.plan_rules import choice_width
from nsa_ros.signing.representation import Representation

STATUS = "synthetic, trained on authored phonology; not reviewed by Deaf signers"
OWN_CORPUS = "drawn from the package's grammar and signed by its reference signer, nothing else"


class _Features(nn.Module):
    """Token features alone."""

    def __init__(self, text: TextTower) -> None:
        super().__init__()
        self.text = text

    def forward(self, tokens: Tensor) -> Tensor:
        return self.text(tokens)[1]


class _Denoise(nn.Module):
    """One step of the denoiser with the names of the bundle's inputs."""

    def __init__(self, model: MotionModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, noisy: Tensor, units: Tensor, faces: Tensor, timing: Tensor, time: Tensor, state: Tensor
    ) -> tuple[Tensor, Tensor]:
        return self.model(noisy, Context(units, faces, timing, time), time, state)


class Trained:
    """The averaged weights of a run, rounded as they are exported.

    Attributes:
        planner, motion: the networks.
        representation: of a frame.
        updates, seconds: of each training, by name.
    """

    def __init__(self, config: ModelConfig, corpus: Corpus, run: Path) -> None:
        if config.conditioning != "aligned":
            raise NsaError(f"{config.name!r} is conditioned on the {config.conditioning}; only `aligned` is exported")
        if config.guidance.scale != 1.0 and not config.guidance.teacher:
            raise NsaError(
                f"{config.name!r} is guided with scale {config.guidance.scale} in two calls a step; a bundle makes one."
                f" Distil it: train a student with `guidance: {{scale: {config.guidance.scale}, teacher: "
                f"{run / 'denoiser.pt'}}}`, or export it with scale 1"
            )
        motion = build_motion(config, corpus)
        self.planner: PlannerModel = PlannerTask(config, corpus).model
        self.motion: MotionModel = motion.model
        self.representation: Representation = motion.representation
        self.updates: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        for name, model in (("planner", self.planner), ("denoiser", self.motion)):
            weights, self.updates[name], self.seconds[name] = averaged_weights(run, name)
            model.load_state_dict(weights)
            halve_weights(model).eval()


def export_bundle(config: ModelConfig, corpus: Corpus, run: Path, folder: Path) -> Trained:
    """Write the bundle of a run into `folder`; returns the networks for the parity check."""
    trained, choices = Trained(config, corpus, run), word_choices(corpus)
    graphs = {
        TEXT_ENCODER: text_encoder_graph(trained.planner, config),
        PLANNER: planner_graph(trained.planner, config, choice_width(choices)),
        **{denoiser_file(n): denoiser_graph(trained.motion, n) for n in config.chunks},
    }
    files = write_sharing_weights(graphs, folder)
    description = describe(config, corpus, trained, choices)
    description["files"] = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": sha256(folder / name)} for name in files
    }
    write_description(folder, description)
    return trained


def text_encoder_graph(planner: PlannerModel, config: ModelConfig) -> Any:
    """tokens (1, T) -> features (1, T, W)."""
    tokens = torch.zeros(1, config.text.tokens, dtype=torch.int64)
    tokens[:, :2] = 1
    return trace(_Features(planner.text), {"tokens": tokens}, ["features"])


def planner_graph(planner: PlannerModel, config: ModelConfig, choices: int) -> Any:
    """One step of the planner; `choices` is K of `PlannerCell.forward`."""
    integer = torch.zeros(1, dtype=torch.int64)
    inputs = {
        "features": torch.randn(1, config.text.tokens, planner.text.width),
        "mask": torch.ones(1, config.text.tokens),
        "choices": torch.zeros(1, config.text.tokens, choices, dtype=torch.int64),
        "continues": torch.zeros(1, config.text.tokens, dtype=torch.int64),
        "state": torch.zeros(1, 1, config.planner.hidden),
        "unit": integer,
        "token": integer - 1,
        "frames": integer + 1,
    }
    return trace(planner.cell, inputs, ["next_unit", "next_token", "next_face", "next_frames", "next_state"])


def denoiser_graph(motion: MotionModel, frames: int) -> Any:
    """One DDIM step's denoiser call for a number of frames."""
    rows, hidden = motion.denoiser.state_shape
    integers = torch.zeros(1, frames, 3, dtype=torch.int64)
    inputs = {
        "noisy": torch.randn(1, frames, motion.denoiser.channels),
        "units": integers,
        "faces": integers.clone(),
        "timing": torch.zeros(1, frames, TIMING),
        "time": torch.ones(1),
        "state": torch.zeros(rows, 1, hidden),
    }
    return trace(_Denoise(motion), inputs, ["predicted", "next_state"])


def describe(
    config: ModelConfig, corpus: Corpus, trained: Trained, choices: Mapping[str, Sequence[int]]
) -> dict[str, Any]:
    """All of `model.yaml` but the files, parity and quality; `choices` are those of `word_choices`."""
    frame = trained.representation
    finished = trained.updates == {"planner": config.train_planner.steps, "denoiser": config.train_denoiser.steps}
    vocabulary = corpus.vocabulary
    return {
        "format": FORMAT,
        "name": config.name,
        "status": _status(corpus) if finished else f"{_status(corpus)}; training unfinished",
        "license": corpus.meta["license"],
        "skeleton": corpus.meta["skeleton"],
        "fps": corpus.meta["fps"],
        "chunks": list(config.chunks),
        "diffusion": {
            "schedule": config.diffusion.schedule,
            "prediction": config.diffusion.prediction,
            "steps": config.diffusion.steps,
            "noise_window": config.diffusion.noise_window,
        },
        "text": {
            "tokens": config.text.tokens,
            "architecture": f"open_clip TextTransformer without causal mask, width {config.text.width}, "
            f"{config.text.layers} layers, trained from random weights",
        },
        "planner": {"state": config.planner.hidden, "longest": config.planner.longest},
        "denoiser": {
            "state": list(trained.motion.denoiser.state_shape),
            "parameters": sum(p.numel() for p in trained.motion.parameters()),
        },
        "vocabulary": {
            "size": len(vocabulary),
            **vocabulary.as_dict(),
            "optional": optional_words(corpus),
            "choices": [list(choices.get(word, ())) for word in vocabulary.words],
            "units": {kind: list(names) for kind, names in corpus.meta["units"].items()},
        },
        "representation": {
            "rotation": frame.rotation,
            "joints": [JOINTS[j] for j in frame.joints],
            "coefficients": list(frame.coefficients),
            "mean": [float(v) for v in np.round(frame.mean, 6)],
            "scale": [float(v) for v in np.round(frame.scale, 6)],
        },
        "provenance": {
            "corpus": OWN_CORPUS if _is_own(corpus) else corpus.meta["source"],
            "texts_with_motion": len(corpus.train),
            "texts_without": len(corpus.plans),
            "drills": len(corpus.drills),
            "frames": int(sum(len(p.poses) for p in (*corpus.train, *corpus.drills))),
            "corpus_seed": corpus.meta["seed"],
            "seed": config.seed,
            "updates": trained.updates,
            "training_minutes": {name: round(seconds / 60, 1) for name, seconds in trained.seconds.items()},
            "hardware": f"CPU ({platform.machine()})",
            "torch": str(torch.__version__),
        },
    }


def _status(corpus: Corpus) -> str:
    """Of the package's own corpus, or what a data set says of itself."""
    return STATUS if _is_own(corpus) else f"trained on {corpus.meta['status']}"


def _is_own(corpus: Corpus) -> bool:
    return corpus.meta.get("kind", "corpus") == "corpus"


def optional_words(corpus: Corpus) -> list[str]:
    """Words with a sign that some plan of the corpus leaves unsigned, being part of a phrase (`have` in `have to`)."""
    tokens, found = corpus.vocabulary.tokens, set()
    for passage in (*corpus.train, *corpus.plans):
        for sentence in passage.sentences if passage.aligned else ():
            signed = {planned.token for planned in sentence.plan}
            found |= {tokens[token] for place, token in enumerate(sentence.tokens) if place not in signed}
    return sorted(found & set(corpus.vocabulary.words) - corpus.vocabulary.silent)


def word_choices(corpus: Corpus) -> dict[str, tuple[int, ...]]:
    """For each word that some plan of the corpus signs, the units that it is signed as there."""
    words, tokens = frozenset(corpus.vocabulary.words), corpus.vocabulary.tokens
    found: dict[str, set[int]] = {}
    for passage in (*corpus.train, *corpus.plans):
        for sentence in passage.sentences if passage.aligned else ():
            for planned in sentence.plan:
                found.setdefault(tokens[sentence.tokens[planned.token]], set()).add(planned.unit)
    return {word: tuple(sorted(units)) for word, units in found.items() if word in words}


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(
    list, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)
)


def write_description(folder: Path, description: dict[str, Any]) -> None:
    """Write `model.yaml`."""
    text = yaml.dump(description, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)
    (folder / DESCRIPTION).write_text(text, encoding="utf-8")


def add_to_description(folder: Path, **entries: Any) -> None:
    """Add measured entries to a bundle's `model.yaml`."""
    description = yaml.safe_load((folder / DESCRIPTION).read_text(encoding="utf-8"))
    write_description(folder, {**description, **entries})
