"""Are our letters read as the letters they are? Judged by recognisers of captured letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.motion import Motion
from nsa_ros.body.skeleton import RIGHT_HAND
from nsa_ros.reality.captures import CALIBRATION, MOVING_LETTERS, STATIC_LETTERS, STILLS, Capture
from nsa_ros.reality.performance import Performer, frames_of, spelling
from nsa_ros.reality.recognition import LetterRecogniser, PathRecogniser, distances, hold_of, letter_course
from nsa_ros.reality.webcam import see

Array = NDArray[np.float64]

LETTERS = "".join(sorted(STATIC_LETTERS + MOVING_LETTERS))
_HOLD = 0.35
_ARRIVED = 0.25  # mean turn of finger joints against their last pose below which a handshape has been reached [rad]


def alphabet_in_disorder(seed: int) -> str:
    """All letters once, in random order: each comes between others each time; in order for seed 0."""
    return "".join(np.random.default_rng(seed).permutation(list(LETTERS))) if seed else LETTERS


def spelled_letters(performer: Performer, seed: int = 0) -> list[Capture]:
    """Each letter of an alphabet that is spelled, from where its handshape is reached, as the webcam sees it."""
    letters = alphabet_in_disorder(seed)
    motion = performer(spelling(letters), seed)
    captures = []
    for index, letter in enumerate(letters):
        part = frames_of(motion, index)
        captures.append(see(part[slice(_arrival(part), None)], letter, str(seed)))
    return captures


def _arrival(motion: Motion) -> int:
    """The first frame from which on the right hand keeps the handshape it ends with."""
    fingers = motion.poses[:, RIGHT_HAND]
    far = np.flatnonzero(np.linalg.norm(fingers - fingers[-1], axis=-1).mean(axis=1) > _ARRIVED)
    return int(far[-1] + 1) if len(far) else 0


def held(capture: Capture) -> Array:
    """The right hand in the last part of a spelled letter. Shape (n, 21, 3)."""
    return capture.hands[int((1.0 - _HOLD) * len(capture)) :, 1]


def reading(recogniser: LetterRecogniser, captures: Sequence[Capture]) -> dict[str, Any]:
    """How many held letters are named first and among the first three; which are misread; who takes whom for whom."""
    ranks = [(c.name, recogniser.rank(held(c))) for c in captures if c.name in recogniser.letters]
    return {
        "letters": len(ranks),
        "first": sum(rank[0] == name for name, rank in ranks),
        "among_three": sum(name in rank[:3] for name, rank in ranks),
        "misread": sorted(
            {f"{name} as {rank[0]} ({rank.index(name) + 1}.)" for name, rank in ranks if rank[0] != name}
        ),
        "named": _table((name, rank[0]) for name, rank in ranks),
    }


def _table(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """How often each is named what."""
    table: dict[str, dict[str, int]] = {}
    for (own, named), count in sorted(Counter(pairs).items()):
        table.setdefault(own, {})[named] = count
    return table


def share_of_frames(recogniser: LetterRecogniser, captures: Sequence[Capture]) -> dict[str, Any]:
    """Of real captures: the mean over letters of the share of frames named right, and the letters below 0.7."""
    shares, named = {}, []
    for letter in recogniser.letters:
        own = [hold_of(c) for c in captures if c.name == letter]
        if own:
            best = recogniser.scores(np.concatenate(own)).argmax(axis=1)
            named += [(letter, recogniser.letters[i]) for i in best]
            shares[letter] = float((best == recogniser.letters.index(letter)).mean())
    weak = {letter: round(share, 2) for letter, share in shares.items() if share < 0.7}
    mean = round(float(np.mean(list(shares.values()))), 3)
    return {"frames_named": mean, "below_0.7": weak, "named": _table(named)}


def judges(captures: Sequence[Capture]) -> dict[str, tuple[str, ...]]:
    """The sets of sources that judge: those not used for calibration together, each of them alone, then all others."""
    sources = sorted({c.source for c in captures})
    free = tuple(s for s in sources if s not in CALIBRATION)
    sets = [free, *((s,) for s in free), *(tuple(s for s in sources if s != left) for left in free), tuple(sources)]
    return {" + ".join(names): names for names in dict.fromkeys(sets) if names}


def check_letters(captures: Sequence[Capture], renditions: Sequence[Sequence[Capture]]) -> dict[str, Any]:
    """All figures of the letters.

    Args:
        captures: real ones.
        renditions: our alphabets; the first without variation.
    """
    static = [c for c in captures if c.name in STATIC_LETTERS]
    figures: dict[str, Any] = {}
    for name, sources in judges(static).items():
        recogniser = LetterRecogniser([c for c in static if c.source in sources], STATIC_LETTERS)
        others = sorted({c.source for c in static} - set(sources))
        varied = [reading(recogniser, rendition) for rendition in renditions[1:]]
        figures[name] = {
            "used_for_calibration": [s for s in sources if s in CALIBRATION],
            "real_left_out": {s: share_of_frames(recogniser, [c for c in static if c.source == s]) for s in others},
            "plain": reading(recogniser, renditions[0]),
            "varied": {
                "alphabets": len(varied),
                "first_of_each": [row["first"] for row in varied],
                **reading(recogniser, [c for rendition in renditions[1:] for c in rendition]),
            },
        }
    return {"static": figures, "moving": _check_paths(captures, renditions), "dtw": _distances(captures, renditions[0])}


def _check_paths(captures: Sequence[Capture], renditions: Sequence[Sequence[Capture]]) -> dict[str, Any]:
    moving = [c for c in captures if c.source not in STILLS]
    sources = sorted({c.source for c in moving})
    figures: dict[str, Any] = {}
    for left in sources:
        recogniser = PathRecogniser([c for c in moving if c.source != left])
        figures[f"{left}, real, left out"] = _paths_named(recogniser, [c for c in moving if c.source == left])
    recogniser = PathRecogniser(moving)
    figures["plain"] = _paths_named(recogniser, renditions[0])
    figures["varied"] = _paths_named(recogniser, [c for rendition in renditions[1:] for c in rendition])
    return figures


def _paths_named(recogniser: PathRecogniser, captures: Sequence[Capture]) -> dict[str, Any]:
    named: dict[str, list[str]] = {"J": [], "Z": [], "still": []}
    for capture in captures:
        truth = capture.name if capture.name in MOVING_LETTERS else "still"
        named[truth].append(recogniser.name(capture))
    return {truth: {n: names.count(n) for n in sorted(set(names))} for truth, names in named.items()}


def _distances(captures: Sequence[Capture], rendition: Sequence[Capture]) -> dict[str, Any]:
    moving = [c for c in captures if c.source not in STILLS]
    names = dict.fromkeys(c.name for c in moving)
    courses = {name: np.stack([letter_course(c) for c in moving if c.name == name]) for name in names}
    ordered = sorted(rendition, key=lambda capture: capture.name)
    return {c.name: distances(letter_course(c), courses, c.name) for c in ordered if c.name in courses}
