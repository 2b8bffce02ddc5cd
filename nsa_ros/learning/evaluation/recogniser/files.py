"""The recogniser on disk: a folder with `model.yaml` and `weights.npz`, its weights in half precision."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
import torch
import yaml
from torch import Tensor, nn

from nsa_ros.errors import NsaError
from nsa_ros.learning.evaluation.recogniser.embedding import EmbeddingConfig, EmbeddingNetwork
from nsa_ros.learning.evaluation.recogniser.network import RecogniserConfig, RecogniserNetwork
from nsa_ros.learning.evaluation.recogniser.translator import TranslatorConfig, TranslatorNetwork
from nsa_ros.learning.evaluation.recogniser.vocabularies import Vocabularies
from nsa_ros.text.tokenizer import Vocabulary

FORMAT = 1
DESCRIPTION, WEIGHTS = "model.yaml", "weights.npz"


class Networks(NamedTuple):
    """The three networks of the recogniser, and what they are called by in `weights.npz`."""

    recogniser: RecogniserNetwork
    translator: TranslatorNetwork
    embedding: EmbeddingNetwork


class Configs(NamedTuple):
    """Their sizes."""

    recogniser: RecogniserConfig = RecogniserConfig()
    translator: TranslatorConfig = TranslatorConfig()
    embedding: EmbeddingConfig = EmbeddingConfig()


def make_networks(configs: Configs, vocabularies: Vocabularies) -> Networks:
    """Networks with random weights."""
    units = len(vocabularies.units)
    recogniser = RecogniserNetwork(configs.recogniser, units)
    translator = TranslatorNetwork(configs.translator, vocabularies.sources, vocabularies.targets)
    embedding = EmbeddingNetwork(configs.embedding, configs.recogniser.width, configs.translator.width, units)
    return Networks(recogniser, translator, embedding)


def write_recogniser(
    folder: Path, configs: Configs, weights: Mapping[str, Mapping[str, Tensor]], about: Mapping[str, Any],
    vocabularies: Vocabularies,
) -> None:  # fmt: skip
    """Write the folder.

    Args:
        folder: to write.
        configs: sizes of the networks.
        weights: of each network, by its name in `Networks`.
        about: what else `model.yaml` says, for people: name, status, licence, provenance, quality.
        vocabularies: of units and text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        f"{name}.{key}": value.numpy().astype(np.float16 if value.is_floating_point() else np.int64)
        for name, state in weights.items()
        for key, value in state.items()
    }
    np.savez_compressed(folder / WEIGHTS, **arrays)
    units: dict[str, list[str]] = {}
    for kind, name in vocabularies.units:
        units.setdefault(kind, []).append(name)
    data = (folder / WEIGHTS).read_bytes()
    description = {
        "format": FORMAT,
        **about,
        "networks": {name: _plain(asdict(config)) for name, config in configs._asdict().items()},
        "files": {WEIGHTS: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}},
        "units": units,
        "vocabulary": vocabularies.text.as_dict(),
    }
    text = yaml.safe_dump(description, sort_keys=False, width=120, default_flow_style=None, allow_unicode=True)
    (folder / DESCRIPTION).write_text(text, encoding="utf-8")


def read_recogniser(folder: Path) -> tuple[Networks, Vocabularies, dict[str, Any]]:
    """Networks ready to read, vocabularies, and all of `model.yaml`.

    Raises:
        NsaError: no recogniser there, one of another format, or a file that is missing, altered or does not fit.
    """
    description = read_description(folder)
    try:
        vocabularies = Vocabularies.of(description["units"], Vocabulary.from_dict(description["vocabulary"]))
        kinds = {name: type(config) for name, config in Configs()._asdict().items()}
        sizes = {name: _config(kind, description["networks"][name]) for name, kind in kinds.items()}
        networks = make_networks(Configs(**sizes), vocabularies)
        data = (folder / WEIGHTS).read_bytes()
        if hashlib.sha256(data).hexdigest() != description["files"][WEIGHTS]["sha256"]:
            raise NsaError(f"{folder / WEIGHTS} is not the file that {DESCRIPTION} describes. {_REMEDY}")
        with np.load(folder / WEIGHTS, allow_pickle=False) as arrays:
            for name, network in networks._asdict().items():
                state = {key: torch.from_numpy(arrays[f"{name}.{key}"]) for key in network.state_dict()}
                network.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
                _still(network)
    except (OSError, KeyError, TypeError, ValueError, RuntimeError, BadZipFile) as error:
        what = f"{type(error).__name__}: {error}"
        raise NsaError(f"the recogniser in {folder} is incomplete ({what}). {_REMEDY}") from error
    return networks, vocabularies, description


def read_description(folder: Path) -> dict[str, Any]:
    """All of `model.yaml`.

    Raises:
        NsaError: none there, or one of another format.
    """
    file = folder / DESCRIPTION
    if not file.is_file():
        raise NsaError(f"no recogniser in {folder}: {file} does not exist. {_REMEDY}")
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        description = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
    except yaml.YAMLError as error:
        raise NsaError(f"{file} is not readable YAML ({error}). {_REMEDY}") from error
    version = description.get("format") if isinstance(description, dict) else None
    if version != FORMAT or "units" not in description:
        raise NsaError(f"{file} has format {version!r} and is no recogniser of format {FORMAT}. {_REMEDY}")
    return dict(description)


_REMEDY = (
    "Restore models/recogniser from the release, or train one: "
    "python -m nsa_ros.learning.evaluation.recogniser.train CORPUS RUN"
)


def _config(kind: Any, sizes: Mapping[str, Any]) -> Any:
    return kind(**{name: tuple(size) if isinstance(size, list) else size for name, size in sizes.items()})


def _plain(sizes: dict[str, Any]) -> dict[str, Any]:
    return {name: list(size) if isinstance(size, tuple) else size for name, size in sizes.items()}


def _still(network: nn.Module) -> None:
    network.eval()
    for weight in network.parameters():
        weight.requires_grad_(False)
