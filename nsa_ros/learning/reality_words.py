"""Are our words read as the words they are? Judged by a recogniser of captured words, and by DTW distances."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from nsa_ros.learning.captures import Capture
from nsa_ros.learning.performance import ENGLISH, Performer, frames_of
from nsa_ros.learning.recognition import distances
from nsa_ros.learning.webcam import see
from nsa_ros.learning.word_recognition import WEAK, WordRecogniser, course, in_view
from nsa_ros.text.units import Unit

WORDS = tuple(ENGLISH)
"""The captured words that the lexicon has."""


def signed_word(performer: Performer, word: str, seed: int = 0) -> Capture:
    """A word as the captures are cut: from when a hand comes into the picture until the sign is over."""
    motion = frames_of(performer([Unit(word, "sign", (0, 0), 0)], seed), 0)
    return in_view(see(motion, word, str(seed)))


def strong(captures: Sequence[Capture]) -> list[Capture]:
    """Those to learn from."""
    return [c for c in captures if (c.source, c.name) not in WEAK]


def halves(captures: Sequence[Capture]) -> tuple[list[Capture], list[Capture]]:
    """The first and the second half of each word's recordings of each source: recorded apart, at least by minutes."""
    groups = defaultdict(list)
    for capture in captures:
        groups[capture.source, capture.name].append(capture)
    parts = [(rows[: len(rows) // 2], rows[len(rows) // 2 :]) for rows in groups.values()]
    return [c for first, _ in parts for c in first], [c for _, second in parts for c in second]


def naming(recogniser: WordRecogniser, captures: Sequence[Capture]) -> dict[str, Any]:
    """How many are named first and among the first three, and who is named what."""
    ranks = [(c.name, recogniser.rank(c)) for c in captures]
    taken: dict[str, dict[str, int]] = {}
    for name in dict.fromkeys(name for name, _ in ranks):
        taken[name] = dict(Counter(rank[0] for own, rank in ranks if own == name))
    return {
        "sequences": len(ranks),
        "first": sum(rank[0] == name for name, rank in ranks),
        "among_three": sum(name in rank[:3] for name, rank in ranks),
        "named": taken,
    }


def check_words(captures: Sequence[Capture], renditions: Sequence[Sequence[Capture]]) -> dict[str, Any]:
    """All figures of the words.

    Args:
        captures: real ones.
        renditions: our words; the first without variation.
    """
    learnt = strong(captures)
    first, second = halves(learnt)
    recogniser = WordRecogniser(learnt)
    left_out = {}
    for source, word in WEAK:
        rows = [c for c in captures if c.source == source and c.name == word]
        if rows and word in recogniser.words:
            named = naming(recogniser, rows)["named"][word]
            local = {c.name for c in learnt if c.source == source}
            left_out[f"{word} of {source}"] = {
                "sequences": len(rows),
                "right": named.get(word, 0),
                "named_a_word_learnt_from_that_source": sum(n for name, n in named.items() if name in local),
                "named": named,
            }
    varied = [naming(recogniser, rendition) for rendition in renditions[1:]]
    every = naming(recogniser, [c for rendition in renditions[1:] for c in rendition])
    return {
        "learnt_from": dict(Counter(f"{c.name} of {c.source}" for c in learnt)),
        "real_other_half": [
            naming(WordRecogniser(second), first),
            naming(WordRecogniser(first), second),
        ],
        "real_left_out": left_out,
        "plain": naming(recogniser, renditions[0]),
        "ranks": {c.name: recogniser.rank(c)[:3] for c in renditions[0]},
        "varied": {"renditions": len(varied), "first_of_each": [row["first"] for row in varied], **every},
        "dtw": _distances(learnt, renditions[0]),
    }


def _distances(captures: Sequence[Capture], rendition: Sequence[Capture]) -> dict[str, Any]:
    names = dict.fromkeys(c.name for c in captures)
    courses = {name: np.stack([course(c) for c in captures if c.name == name]) for name in names}
    return {c.name: distances(course(c), courses, c.name) for c in rendition if c.name in courses}
