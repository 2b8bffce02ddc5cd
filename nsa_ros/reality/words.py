"""Are our words read as the words they are? Judged by a recogniser of captured words, and by DTW distances."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from nsa_ros.body.motion import Motion
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.reality.captures import Capture
from nsa_ros.reality.performance import ENGLISH, Performer, frames_of
from nsa_ros.reality.recognition import distances
from nsa_ros.reality.webcam import hand_points, see
from nsa_ros.reality.word_recognition import WEAK, WordRecogniser, course, in_view
from nsa_ros.text.units import Unit

WORDS = tuple(ENGLISH)
"""The captured words that the lexicon has."""


def performed_word(performer: Performer, word: str, seed: int = 0) -> Motion:
    """A word without the way of the hands towards it: the captures begin with the hands in place.

    That preparation (Kita, van Gijn and van der Hulst, "Movement phases in signs and co-speech gestures", 1998) ends
    when the right wrist has slowed down to a quarter of the fastest it came up with.
    """
    motion = frames_of(performer([Unit(word, "sign", (0, 0), 0)], seed), 0)
    wrist = hand_points(motion, "right", default_skeleton())[:, 0]
    speed = np.linalg.norm(np.diff(wrist, axis=0), axis=-1)
    slow = speed < 0.25 * np.maximum.accumulate(speed)
    start = int(np.argmax(slow)) + 1 if slow.any() else 0
    return motion[slice(start, None)]


def signed_word(performer: Performer, word: str, seed: int = 0) -> Capture:
    """A word as the webcam sees it, while a hand is in the picture."""
    return in_view(see(performed_word(performer, word, seed), word, str(seed)))


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
