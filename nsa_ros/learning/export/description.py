"""`model.yaml`: what a bundle is, what it was made from, and how good it was found."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from nsa_ros.body.skeleton import JOINTS
from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.data.corpus import Corpus
from nsa_ros.learning.export.graphs import exported_ddim
from nsa_ros.learning.export.trained import Trained
from nsa_ros.signing.bundle import DESCRIPTION, FORMAT

STATUS = "synthetic, trained on authored phonology; not reviewed by Deaf signers"
OWN_CORPUS = "drawn from the package's grammar and signed by its reference signer, nothing else"


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
        "chunks": list(config.export.chunks),
        "diffusion": {
            "schedule": config.diffusion.schedule,
            "prediction": config.diffusion.prediction,
            "steps": exported_ddim(config).steps,
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
