"""Making a corpus: drawing texts and signing them, shard by shard, in several processes.

A shard is a function of the settings and of its number alone, so it does not matter which process makes it or when, and
a run that was stopped goes on where it was.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from tqdm import tqdm

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus import PARTS, Part, Passage
from nsa_ros.learning.data.shards import (
    FORMAT,
    MANIFEST,
    clear_partial,
    read_manifest,
    shard_content,
    shard_name,
    write_manifest,
    write_shard,
)
from nsa_ros.phonology.variation import NATURAL, Variation
from nsa_ros.text.tokenizer import Vocabulary
from nsa_ros.text.units import Kind

_TEXTS: dict[Part, int] = {"train": 100, "plans": 5000, "val": 50, "test": 50}
"""Texts of a shard."""

_OPEN = 2
"""Shards in the making for each process."""

STATUS = "synthetic, from signs authored in phonology, not reviewed by Deaf signers"


@dataclass(frozen=True)
class CorpusSettings:
    """What a corpus is made of. The same settings, lexicon, machine and versions give the same bytes.

    Attributes:
        hours: of motion for training.
        seed: of texts, names and variation.
        plans: further texts without motion, for the planner.
        drills: how often each unit is signed outside of texts, among which many are rare (`drills`).
        held_out: hours of motion for tuning, and as many for judging, relative to `hours`.
        figures: figures of other proportions besides the shipped one, which signs alone if 0.
        variation: how renditions differ.
    """

    hours: float
    seed: int = 0
    plans: int = 0
    drills: int = 0
    held_out: float = 0.02
    figures: int = 0
    variation: Variation = NATURAL

    def __post_init__(self) -> None:
        for name, lowest, highest in (
            ("hours", 0.001, 1e5), ("seed", 0, 2**31 - 1), ("plans", 0, 10**9), ("drills", 0, 10**4),
            ("held_out", 0, 1), ("figures", 0, 1000),
        ):  # fmt: skip
            value = getattr(self, name)
            if not lowest <= value <= highest:
                raise NsaError(f"corpus {name} is {value}; it must be between {lowest} and {highest}")


class Source(Protocol):
    """What texts and motion come from: the phonology room, or a small stand-in in tests.

    Attributes:
        fps: frames per second of the motion.
        vocabulary: of the texts.
        figures: names of the figures that sign.
        fingerprint: changes with the data that texts and motion come from and with the package's version, so that a
            corpus is not continued with others.
    """

    fps: float
    vocabulary: Vocabulary
    figures: Sequence[str]
    fingerprint: str

    @property
    def units(self) -> Mapping[Kind, Sequence[str]]:
        """The unit vocabulary by kind."""

    def solve(self) -> None:
        """Do once what each process would else do again."""

    def text(self, rng: np.random.Generator, part: str) -> str:
        """A random text of one part of the split: `train`, `val` or `test`."""

    def passage(self, text: str, seed: int, motion: bool, figure: int) -> Passage:
        """Sign it, or only put it in signing order."""

    def drills(self, rng: np.random.Generator, figure: int) -> list[Passage]:
        """Every unit signed once without a text, but no pair of signs and no name that is held out."""


def build_corpus(source: Source, settings: CorpusSettings, folder: Path, workers: int = 2) -> dict[str, Any]:
    """Draw and sign a corpus into `folder`; shards that are whole are kept.

    Args:
        source: of texts and motion.
        settings: what to make. A corpus of the same settings may be made longer, or given more plans.
        folder: to write.
        workers: processes.

    Returns:
        `folder`; `texts` of each part, `hours` of motion and `shards` that there are now; `seconds` that making them
        took; and the `real_time_factor` of the motion that was new, 0 if none was.

    Raises:
        NsaError: the folder holds a corpus of other settings, a file cannot be written, or a process was killed.
    """
    if workers < 1:
        raise NsaError(f"{workers} processes; give at least 1")
    meta = _meta(source, settings)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clear_partial(folder)
    except OSError as error:
        raise NsaError(f"{folder} cannot be written: {error.strerror}. Give another folder") from error
    if (folder / MANIFEST).is_file():
        _same(folder, read_manifest(folder), meta)
    write_manifest(folder, meta)
    source.solve()
    begun = time.perf_counter()
    goals: dict[Part, float] = {
        "train": settings.hours * 3600 * source.fps,
        "plans": settings.plans,
        "drills": settings.drills,
        "val": settings.held_out * settings.hours * 3600 * source.fps,
        "test": settings.held_out * settings.hours * 3600 * source.fps,
    }
    shards: dict[str, dict[str, Any]] = {}
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, _set, (source, settings, folder)) as pool:
        try:
            for part in PARTS:
                shards |= _part(pool, workers, folder, part, goals[part], source.fps)
        except BrokenProcessPool as error:
            raise NsaError(
                "a process was killed, perhaps for want of memory. What is whole is kept: run the same again, with "
                "fewer --workers"
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    new = sum(shard["frames"] for shard in shards.values() if shard.pop("new"))
    write_manifest(folder, {**meta, "shards": shards})
    frames = sum(shard["frames"] for shard in shards.values())
    seconds = time.perf_counter() - begun
    return {
        "folder": str(folder),
        "texts": {part: sum(s["texts"] for name, s in shards.items() if name.startswith(part)) for part in PARTS},
        "hours": round(frames / source.fps / 3600, 3),
        "shards": len(shards),
        "seconds": round(seconds, 1),
        "real_time_factor": round(new / source.fps / seconds, 1),
    }


def _meta(source: Source, settings: CorpusSettings) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "status": STATUS,
        "license": "Apache-2.0",
        "settings": asdict(settings),
        "seed": settings.seed,
        "fps": source.fps,
        "skeleton": source.figures[0],
        "figures": list(source.figures),
        "vocabulary": source.vocabulary.as_dict(),
        "units": {kind: list(texts) for kind, texts in source.units.items()},
        "fingerprint": source.fingerprint,
    }


_MAY_GROW = ("hours", "plans", "drills")


def _same(folder: Path, there: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Raise if what is in the folder cannot be continued."""

    def fixed(meta: dict[str, Any]) -> dict[str, Any]:
        settings = {name: value for name, value in meta["settings"].items() if name not in _MAY_GROW}
        return {**meta, "settings": settings, "shards": None}

    there, wanted = fixed(there), fixed(wanted)
    changed = [name for name in wanted if there.get(name) != wanted[name]]
    if changed:
        raise NsaError(
            f"{folder} holds a corpus of other {', '.join(changed)}; give another folder, or delete it (settings can "
            f"differ in {', '.join(_MAY_GROW)} only; the fingerprint changes with lexicon, handshapes and grammar)"
        )


def _part(
    pool: ProcessPoolExecutor, workers: int, folder: Path, part: Part, goal: float, fps: float
) -> dict[str, dict[str, Any]]:
    """Make the shards of a part, in order, until the goal is reached: frames, texts without motion, or rounds."""
    made: dict[str, dict[str, Any]] = {}
    waiting: deque[Future[dict[str, Any]]] = deque()
    unit, scale = {"plans": (" texts", 1.0), "drills": (" rounds", 1.0)}.get(part, (" s of motion", 1.0 / fps))
    reached, number, asked = 0, 0, 0
    with tqdm(total=round(goal * scale), desc=f"{part:5}", unit=unit, leave=goal > 0) as bar:
        while reached < goal:
            while len(waiting) < _OPEN * workers:
                waiting.append(pool.submit(_make, part, asked))
                asked += 1
            content = waiting.popleft().result()
            made[shard_name(part, number)] = content
            reached += 1 if part == "drills" else content["texts" if part == "plans" else "frames"]
            number += 1
            bar.update(min(round(reached * scale), bar.total) - bar.n)
    for surplus, future in enumerate(waiting, start=number):  # waited for: a pool may hang after cancelling (3.11.2)
        if future.result()["new"]:
            (folder / shard_name(part, surplus)).unlink()
    return made


_STATE: list[Any] = []


def _set(source: Source, settings: CorpusSettings, folder: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that hands out the shards
    _STATE[:] = [source, settings, folder]


def _make(part: Part, number: int) -> dict[str, Any]:
    """Make one shard if it is not there, and say what is in it."""
    source, settings, folder = _STATE
    file = folder / shard_name(part, number)
    if file.is_file():
        try:
            return {**shard_content(file), "new": False}
        except NsaError:
            file.unlink()
    place = PARTS.index(part)
    rng = np.random.default_rng([settings.seed, place, number])
    figure = number % len(source.figures)
    if part == "drills":
        passages = source.drills(rng, figure)
    else:
        drawn = [source.text(rng, "train" if part == "plans" else part) for _ in range(_TEXTS[part])]
        seeds = rng.integers(2**31, size=len(drawn)).tolist()
        passages = [
            source.passage(text, seed, part != "plans", figure) for text, seed in zip(drawn, seeds, strict=True)
        ]
    write_shard(file, passages)
    return {**shard_content(file), "new": True}
