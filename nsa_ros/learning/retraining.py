"""From a configuration to a bundle: corpus, planner, denoiser, export.

A step that is finished is skipped; one that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch
import yaml

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import CorpusConfig, ModelConfig, load_config
from nsa_ros.learning.data.corpus import Corpus
from nsa_ros.learning.data.corpus_building import CorpusSettings, build_corpus
from nsa_ros.learning.data.phonology_source import PhonologySource
from nsa_ros.learning.data.reading import read_data, read_mixture
from nsa_ros.learning.data.shards import MANIFEST, read_manifest
from nsa_ros.learning.export.exporting import export_with_parity
from nsa_ros.learning.training.checkpoint import check_origin, describe, origin, read_checkpoint, updates_done
from nsa_ros.learning.training.distributed import Processes, processes
from nsa_ros.learning.training.samples import Samples
from nsa_ros.learning.training.tasks import DenoiserTask, PlannerTask
from nsa_ros.learning.training.trainer import train
from nsa_ros.signing.bundle import DESCRIPTION

Say = Callable[[str], None]

_TRAININGS = ("planner", "denoiser")
_EXPORTED = "exported.json"


def retrain(options: argparse.Namespace, say: Say = print) -> None:
    """Do what `options` (`training.options`) ask for; every process that `torchrun` started calls this.

    Raises:
        NsaError: something that the user can mend, before hours of work where that can be known.
    """
    config = _configured(options)
    torch.set_num_threads(options.threads)
    with processes(options.device) as team:
        _Retraining(config, options, team, say if team.first else _silent).steps()


def _silent(_: str) -> None:
    """Say nothing."""


def _configured(options: argparse.Namespace) -> ModelConfig:
    """The configuration with the command's corpus settings in it; refuses what cannot work."""
    config = load_config(options.config)
    asked = {field.name: getattr(options, field.name) for field in fields(CorpusConfig)}
    given = {key: value for key, value in asked.items() if value is not None}
    if given and options.data:
        raise NsaError(f"--{next(iter(given))} is of the corpus that is made without --data; leave one of them out")
    if options.threads < 1:
        raise NsaError(f"--threads {options.threads}: at least 1")
    config = replace(config, corpus=replace(config.corpus, **given))
    if (options.bundle is not None or options.only == "export") and config.conditioning != "aligned":
        raise NsaError(
            f"{config.name!r} is conditioned on {config.conditioning}; only `aligned` models are exported. Leave out "
            "--bundle: checkpoints and samples are in the run's folder"
        )
    if options.only == "planner" and config.conditioning != "aligned":
        raise NsaError(f"{config.name!r} is conditioned on {config.conditioning} and has no planner; leave out --only")
    if options.only == "export" and options.bundle is None:
        raise NsaError("--only export needs the folder of the bundle: --bundle OUT")
    return config


@dataclass
class _Retraining:
    """One command's work.

    Attributes:
        config: with the corpus settings of the command.
        options: of the command.
        team: processes, this one among them.
        say: takes lines for the terminal.
    """

    config: ModelConfig
    options: argparse.Namespace
    team: Processes
    say: Say

    def steps(self) -> None:
        """All steps, or the one that was asked for."""
        only, run = self.options.only, self.options.run
        run.mkdir(parents=True, exist_ok=True)
        corpus = self._corpus()
        if only != "export":
            self._train(corpus, [name for name in self._trainings() if only in (None, name)])
        if self.team.first and self.options.bundle is not None and only in (None, "export"):
            self._export(corpus)

    def _trainings(self) -> list[str]:
        return list(_TRAININGS if self.config.conditioning == "aligned" else _TRAININGS[1:])

    def _settings(self, name: str) -> Any:
        return getattr(self.config, f"train_{name}")

    def _data(self) -> list[tuple[Path, float | None]]:
        """Folders and weights of the data sets."""
        return [_weighted(text) for text in self.options.data] or [(self.options.run / "corpus", None)]

    def _corpus(self) -> Corpus:
        """The data, made before where none was given."""
        if not self.options.data:
            self._build(self.options.run / "corpus")
        sets = self._data()
        path, weight = sets[0]
        if len(sets) == 1 and weight is None:
            return read_data(path)
        return read_mixture([(path, 1.0 if weight is None else weight) for path, weight in sets])

    def _build(self, folder: Path) -> None:
        wanted = self.config.corpus
        if (folder / MANIFEST).is_file():
            meta = read_manifest(folder)
            made = {key: meta["settings"].get(key) for key in asdict(wanted)}
            if "shards" in meta and made == asdict(wanted):
                self.say(f"corpus: {folder} is finished")
                return
        if self.team.count > 1:
            raise NsaError(
                f"no finished corpus of these settings in {folder}; one process makes it: nsa corpus build --out "
                f"{folder} --hours {wanted.hours:g} --seed {wanted.seed} --plans {wanted.plans} --drills "
                f"{wanted.drills}"
            )
        self.say(
            f"corpus: {wanted.hours:g} h of motion, {wanted.plans} further texts and {wanted.drills} rounds of drills, "
            f"into {folder}"
        )
        settings = CorpusSettings(wanted.hours, wanted.seed, wanted.plans, wanted.drills)
        build_corpus(PhonologySource(), settings, folder, self.options.threads)

    def _train(self, corpus: Corpus, names: list[str]) -> None:
        run, team, data = self.options.run, self.team, describe(corpus)
        origins = {name: origin(self.config, data, name) for name in names}
        for name in names:
            file = run / f"{name}.pt"
            saved = read_checkpoint(file, lazily=True) if file.is_file() else None
            if saved and ("origin" in saved or saved["update"] < self._settings(name).steps):
                check_origin(file, saved, origins[name])
        if team.first:
            (run / "config.yaml").write_text(yaml.safe_dump(asdict(self.config), sort_keys=False), encoding="utf-8")
        for name in names:
            if updates_done(run, name) >= self._settings(name).steps:
                self.say(f"{name}: {self._settings(name).steps} updates are done")
                continue
            task = (PlannerTask if name == "planner" else DenoiserTask)(self.config, corpus, team.rank)
            sample = None
            if team.first and isinstance(task, DenoiserTask):
                sample = Samples(self.config, corpus, task.motion, run, team.device)
            train(task, self._settings(name), run, origin=origins[name], processes=team, sample=sample)

    def _export(self, corpus: Corpus) -> None:
        folder: Path = self.options.bundle
        stamp, state = self.options.run / _EXPORTED, self._exported(folder)
        if state is not None and stamp.is_file() and json.loads(stamp.read_text(encoding="utf-8")) == state:
            self.say(f"export: {folder} is what this run has exported")
            return
        export_with_parity(self.config, corpus, self.options.run, folder)
        stamp.write_text(json.dumps(self._exported(folder), indent=1), encoding="utf-8")
        size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
        self.say(f"export: {folder}, {size / 1e6:.1f} MB")

    def _exported(self, folder: Path) -> dict[str, Any] | None:
        """The run's weights and the bundle's files; None if there is no bundle, or no weights."""
        checkpoints = {name: self.options.run / f"{name}.pt" for name in _TRAININGS}
        if not all(file.is_file() for file in (folder / DESCRIPTION, *checkpoints.values())):
            return None
        files = yaml.safe_load((folder / DESCRIPTION).read_text(encoding="utf-8"))["files"]
        weights = {}
        for name, file in checkpoints.items():
            saved = read_checkpoint(file, lazily=True)
            weights[name] = [saved["update"], saved["seconds"]]
        return {"bundle": str(folder.resolve()), "files": files, "weights": weights}


def _weighted(text: str) -> tuple[Path, float | None]:
    """DIR or DIR=WEIGHT."""
    folder, equals, weight = text.rpartition("=")
    if not equals:
        return Path(text), None
    try:
        return Path(folder), float(weight)
    except ValueError:
        raise NsaError(f"--data {text!r}: the weight {weight!r} is not a number. Give DIR or DIR=WEIGHT") from None
