"""This run time beside what one would use instead, on the same texts, plans and noise, in turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nsa_ros.cli.benchmark.figures import Figures, percentiles
from nsa_ros.cli.benchmark.lexicon_ways import lexicon_ways
from nsa_ros.cli.benchmark.model_ways import Calls, model_ways
from nsa_ros.cli.benchmark.settings import chunk
from nsa_ros.signing.bundle import Bundle

MANY = {"cpu": 64, "cuda": 1024}
"""Streams in one call, where it is measured how many could be generated at once."""

_CALLS = 0.4
"""How long each kind of call is repeated [s]."""


@dataclass
class Way:
    """A way to get from text to motion.

    Attributes:
        name: what it is.
        hardware: what it runs on.
        sign: text and seed to lengths of chunks [s], in the order in which they are there.
        ready: how long it took until it could sign [s].
        first: time to the first frame of each text [s].
        spent, made: on all texts, and the motion that came of it [s].
    """

    name: str
    hardware: str
    sign: Callable[[str, int], Iterator[float]]
    ready: float = 0.0
    first: list[float] = field(default_factory=list)
    spent: float = 0.0
    made: float = 0.0

    def run(self, text: str, seed: int) -> None:
        """Sign a text and write down how long it took."""
        begun = time.perf_counter()
        for number, length in enumerate(self.sign(text, seed)):
            if number == 0:
                self.first.append(time.perf_counter() - begun)
            self.made += length
        self.spent += time.perf_counter() - begun

    def row(self) -> Figures:
        """As figures."""
        return {
            "way": self.name,
            "on": self.hardware,
            "text to first frame [ms]": percentiles(self.first, 1e3),
            "time per second of motion [ms]": round(1e3 * self.spent / self.made, 3),
            "real-time factor": round(self.made / self.spent, 1),
            "first use [s]": round(self.ready, 2),
        }


def measure(bundle: Bundle, texts: Sequence[str], run: Any, say: Callable[[str], None]) -> Figures:
    """Every way that works here signs every text; what is left out is told in `notes`.

    Args:
        bundle: the model.
        texts: signed by every way, one after the other.
        run: folder of the training, for torch; None for random weights, which cost as much.
        say: told what is done.
    """
    found = model_ways(bundle, run)
    notes = found.notes
    ways = [Way(*way) for way in (*found.ways, *lexicon_ways(texts))]
    for way in list(ways):
        begun = time.perf_counter()
        try:
            for text in texts[:2]:
                way.run(text, 0)
        except Exception as error:  # torch.compile and providers raise whatever their libraries do
            notes.append(f"{way.name} ({way.hardware}) does not work here: {type(error).__name__}: {_line(error)}")
            ways.remove(way)
            continue
        way.ready = time.perf_counter() - begun
        way.first, way.spent, way.made = [], 0.0, 0.0
        say(f"{way.name} ({way.hardware}): ready after {way.ready:.1f} s")
    for seed, text in enumerate(texts):
        for place in range(len(ways)):
            ways[(place + seed) % len(ways)].run(text, seed)
        say(f"text {seed + 1} of {len(texts)}")
    return {
        "texts": len(texts),
        "motion [s]": round(ways[0].made, 1),
        "rows": [way.row() for way in ways],
        "calls": [row for call in found.calls for row in _call_rows(bundle, call, notes)],
        "torch weights": "random" if run is None else "trained",
        "notes": notes,
    }


def _call_rows(bundle: Bundle, call: Calls, notes: list[str]) -> Iterator[Figures]:
    """One call of the sampler for the first chunk, for the longest, and for the longest of many streams."""
    shapes = ((bundle.chunks[0], 1), (bundle.chunks[-1], 1), (bundle.chunks[-1], MANY[call.device]))
    for frames, streams in dict.fromkeys(shapes):
        inputs = chunk(bundle, frames, streams, call.steps)
        try:
            for _ in range(2):
                call.sampler(frames)(inputs)
        except Exception as error:
            notes.append(f"{call.name}, {streams} streams, does not work here: {_line(error)}")
            continue
        took, end = [], time.perf_counter() + _CALLS
        while (begun := time.perf_counter()) < end:
            call.sampler(frames)(inputs)
            took.append(time.perf_counter() - begun)
        yield {
            "way": call.name,
            "on": call.hardware,
            "device": call.device,
            "steps": call.steps,
            "frames": frames,
            "streams": streams,
            "call [ms]": percentiles(took, 1e3),
            "streams in real time": round(streams * frames / bundle.fps / float(np.median(took)), 1),
        }


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
