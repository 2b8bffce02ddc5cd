"""The corpus on disk: texts with their tokens, plan and motion, made in advance in shards.

A folder holds `corpus.json` (vocabularies, rate, skeleton, seed) and `shard-*.npz`, written by several processes; a run
that was stopped goes on where it was. The first `sentences` texts have motion, then come `plans` without, then `test`
with motion, held out by content and by name.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from nsa_ros.body.motion import NO_UNIT
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.learning.config import CorpusConfig
from nsa_ros.signing.alignment import END, PlannedUnit
from nsa_ros.text.tokenizer import Vocabulary
from nsa_ros.text.units import Kind

META, SHARD = "corpus.json", 100


@dataclass(frozen=True)
class Sentence:
    """What the planner reads at once, and makes of it.

    Attributes:
        tokens: ids.
        plan: units in signing order with `token` counted in `tokens`; frames are 0 where no motion was made.
    """

    tokens: list[int]
    plan: list[PlannedUnit]


@dataclass(frozen=True)
class Passage:
    """A text of one or more sentences, and how it was signed from neutral to neutral.

    Attributes:
        text: English.
        seed: of the signer.
        sentences: of the text.
        rest: frames of the return to neutral after the last unit; 0 where no motion was made.
        poses, expression: (F, 55, 3) [rad] and (F, 10); F = 0 where no motion was made.
    """

    text: str
    seed: int
    sentences: list[Sentence]
    rest: int
    poses: NDArray[np.float32]
    expression: NDArray[np.float32]

    @property
    def plan(self) -> list[PlannedUnit]:
        """Of the whole text, the last one `END`, the return to neutral."""
        return [*(unit for sentence in self.sentences for unit in sentence.plan), PlannedUnit(END, 0, self.rest, 0)]


class Source(Protocol):
    """What sentences come from: the phonology room, or a small stand-in in tests."""

    fps: float
    vocabulary: Vocabulary

    @property
    def units(self) -> Mapping[Kind, Sequence[str]]:
        """The unit vocabulary by kind."""

    def text(self, rng: np.random.Generator, part: Literal["train", "test"]) -> str:
        """A random text of one part of the split."""

    def passage(self, text: str, seed: int, motion: bool) -> Passage:
        """Sign it, or only put it in signing order."""


def unit_ids(units: Mapping[Kind, Sequence[str]]) -> dict[tuple[str, str], int]:
    """(kind, text) to the id used in plans, after `alignment.NONE` and `alignment.END`."""
    names = [(kind, text) for kind, texts in units.items() for text in texts]
    return {name: END + 1 + place for place, name in enumerate(names)}


def durations(labels: NDArray[np.int64], units: int) -> tuple[list[int], int]:
    """Frames of each unit of a motion, and frames of the return to neutral after the last.

    Args:
        labels: `Motion.unit`. Frames of no unit count for the unit that follows them. Shape (F,).
        units: how many there are.

    Raises:
        NsaError: the frames visit the units out of order, or leave one out.
    """
    visited = labels[labels != NO_UNIT]
    if sorted(set(visited.tolist())) != list(range(units)) or (np.diff(visited) < 0).any():
        raise NsaError(
            f"motion visits units {sorted(set(visited.tolist()))} of {units}; each must have frames, in order"
        )
    ends = [int(np.flatnonzero(labels == unit)[-1]) + 1 for unit in range(units)]
    return [int(n) for n in np.diff([0, *ends])], len(labels) - ends[-1]


def write_corpus(source: Source, config: CorpusConfig, folder: Path, workers: int = 2) -> None:
    """Draw and sign a corpus into `folder`; shards that are there already are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    meta = {
        "seed": config.seed,
        "sentences": config.sentences,
        "plans": config.plans,
        "test": config.test,
        "fps": source.fps,
        "skeleton": default_skeleton().name,
        "vocabulary": source.vocabulary.as_dict(),
        "units": {kind: list(texts) for kind, texts in source.units.items()},
    }
    file = folder / META
    if file.is_file() and json.loads(file.read_text()) != meta:
        raise NsaError(f"{folder} holds a corpus of other settings; give another folder, or delete it")
    file.write_text(json.dumps(meta))
    jobs = [job for job in _jobs(source, config) if not _shard(folder, job[0]).is_file()]
    with multiprocessing.get_context("fork").Pool(workers, _set_source, (source, folder)) as pool:
        for _ in tqdm(pool.imap_unordered(_write_shard, jobs), total=len(jobs), desc="corpus", unit="shard"):
            pass


Job = tuple[int, list[str], list[int], bool]
"""Shard number, texts, seeds, whether with motion."""


def _jobs(source: Source, config: CorpusConfig) -> Iterator[Job]:
    shard, seed = 0, config.seed * 1_000_000
    parts: tuple[tuple[int, Literal["train", "test"], bool], ...] = (
        (config.sentences, "train", True),
        (config.plans, "train", False),
        (config.test, "test", True),
    )
    for stream, (count, part, motion) in enumerate(parts):
        rng = np.random.default_rng([config.seed, stream])
        size = SHARD if motion else 50 * SHARD
        for first in range(0, count, size):
            texts = [source.text(rng, part) for _ in range(min(size, count - first))]
            yield shard, texts, list(range(seed, seed + len(texts))), motion
            shard, seed = shard + 1, seed + len(texts)


def _shard(folder: Path, number: int) -> Path:
    return folder / f"shard-{number:05d}.npz"


_SOURCE: list[Any] = []


def _set_source(source: Source, folder: Path) -> None:
    _SOURCE[:] = [source, folder]


def _write_shard(job: Job) -> None:
    source, folder = _SOURCE
    number, texts, seeds, motion = job
    made = [source.passage(text, seed, motion) for text, seed in zip(texts, seeds, strict=True)]
    table = [[p.text, p.seed, [[s.tokens, s.plan] for s in p.sentences], p.rest, len(p.poses)] for p in made]
    partial = _shard(folder, number).with_suffix(".part.npz")
    np.savez(
        partial,
        table=np.array(json.dumps(table)),
        poses=np.concatenate([p.poses for p in made]).astype(np.float32),
        expression=np.concatenate([p.expression for p in made]).astype(np.float32),
    )
    partial.rename(_shard(folder, number))


@dataclass(frozen=True)
class Corpus:
    """A corpus that was read.

    Attributes:
        meta: `corpus.json`.
        train: with motion.
        plans: without motion.
        test: with motion, of other texts.
    """

    meta: Mapping[str, Any]
    train: list[Passage]
    plans: list[Passage]
    test: list[Passage]

    @property
    def vocabulary(self) -> Vocabulary:
        """Of the text."""
        return Vocabulary.from_dict(self.meta["vocabulary"])

    @property
    def unit_count(self) -> int:
        """Entries of the unit vocabulary, `NONE` and `END` included."""
        return END + 1 + sum(len(texts) for texts in self.meta["units"].values())


def read_corpus(folder: Path) -> Corpus:
    """Read what `write_corpus` wrote.

    Raises:
        NsaError: no corpus there, or shards are missing.
    """
    if not (folder / META).is_file():
        raise NsaError(f"no corpus in {folder}. Make one: python -m nsa_ros.learning.make_corpus CONFIG {folder}")
    meta = json.loads((folder / META).read_text())
    made = [p for file in sorted(folder.glob("shard-[0-9]*[0-9].npz")) for p in _read_shard(file)]
    first, second = meta["sentences"], meta["sentences"] + meta["plans"]
    if len(made) != second + meta["test"]:
        raise NsaError(f"the corpus in {folder} is incomplete ({len(made)} texts); run make_corpus again")
    return Corpus(meta, made[:first], made[first:second], made[second:])


def _read_shard(file: Path) -> Iterator[Passage]:
    with np.load(file, allow_pickle=False) as data:
        poses, expression = data["poses"], data["expression"]
        start = 0
        for text, seed, rows, rest, frames in json.loads(str(data["table"])):
            part = slice(start, start + frames)
            sentences = [Sentence(tokens, [PlannedUnit(*unit) for unit in plan]) for tokens, plan in rows]
            yield Passage(text, seed, sentences, rest, poses[part], expression[part])
            start += frames
