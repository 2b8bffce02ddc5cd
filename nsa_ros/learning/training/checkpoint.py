"""Checkpoints: written as a whole, and only continued by the training that they are of."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.data.corpus import Corpus

_PLANNER_READS = ("text", "planner", "train_planner", "seed")
_DENOISER_IGNORES = ("name", "base", "change", "export", "planner", "train_planner", "corpus")

_MAY_CHANGE = ("train_planner.steps", "train_denoiser.steps")


def write_checkpoint(file: Path, content: Mapping[str, Any]) -> None:
    """Write a checkpoint in place of the last one; when this is interrupted, the last one stays.

    Raises:
        NsaError: it cannot be written.
    """
    partial = file.with_suffix(".part")
    try:
        with partial.open("wb") as opened:
            torch.save(dict(content), opened)
            opened.flush()
            os.fsync(opened.fileno())
        partial.replace(file)
    except (OSError, RuntimeError) as error:  # torch says RuntimeError when the disk is full
        partial.unlink(missing_ok=True)
        raise NsaError(f"{file} cannot be written: {error}. Make room there, then run the same again") from error


def read_checkpoint(file: Path, lazily: bool = False) -> dict[str, Any]:
    """A checkpoint with its tensors on the CPU; `lazily` reads those from the disk that are looked at.

    Raises:
        NsaError: it is not readable.
    """
    try:
        saved: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True, mmap=lazily)
    except Exception as error:
        raise NsaError(f"{file} is not a readable checkpoint ({error}). Delete it to train anew") from error
    return saved


def updates_done(run: Path, name: str) -> int:
    """Updates of a training so far; 0 without a checkpoint. NsaError as `read_checkpoint`."""
    file = run / f"{name}.pt"
    return int(read_checkpoint(file, lazily=True)["update"]) if file.is_file() else 0


def origin(config: ModelConfig, data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What the training `name` is a function of: its part of the configuration, and the data (`describe`)."""
    settings = asdict(config)
    kept = [key for key in settings if (key in _PLANNER_READS if name == "planner" else key not in _DENOISER_IGNORES)]
    return {**{key: settings[key] for key in kept}, "data": dict(data)}


def describe(corpus: Corpus) -> dict[str, Any]:
    """Data in a few plain values: what its manifest says of its making, and a hash of all that training sees of it."""
    digest = hashlib.sha256()
    for passage in (*corpus.train, *corpus.plans, *corpus.drills):
        digest.update(json.dumps([passage.text, passage.sentences, passage.rest], default=vars).encode())
        digest.update(passage.poses.tobytes())
        digest.update(passage.expression.tobytes())
    return {
        "seed": corpus.meta.get("seed"),
        "fingerprint": corpus.meta.get("fingerprint"),
        "texts": len(corpus.train) + len(corpus.plans),
        "weights": [share.weight for share in corpus.shares],
        "sha256": digest.hexdigest(),
    }


def check_origin(file: Path, saved: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse to continue what began otherwise; `steps` may change.

    Raises:
        NsaError: something else differs; the message names all of it.
    """
    if "origin" not in saved:
        raise NsaError(
            f"{file} was written by an earlier version of the trainer: it can be exported, not continued. Give another "
            "--run to train anew"
        )
    before, now = dict(_flat(saved["origin"])), dict(_flat(wanted))
    changed = [
        f"{key} ({before.get(key, 'not stated')} then, {now.get(key, 'not stated')} now)"
        for key in {**before, **now}
        if before.get(key) != now.get(key) and key not in _MAY_CHANGE
    ]
    if changed:
        raise NsaError(
            f"{file} was trained with other {', '.join(changed)}. Restore that, or give another --run to train anew; "
            "only `steps` of a training may change"
        )


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", list(value) if isinstance(value, tuple) else value
