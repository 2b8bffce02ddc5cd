"""Recognisers of captured letters and words, on what a camera sees from the front: two coordinates, no depth.

They are built on real captures alone and judge synthesised signing. Support vector machines (Cortes and Vapnik, 1995)
with radial basis functions, from scikit-learn.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from nsa_ros.body.warping import dtw
from nsa_ros.errors import NsaError
from nsa_ros.reality.captures import MOVING_LETTERS, STILLS, Capture

Array = NDArray[np.float64]

BONES = (
    (0, 1), (1, 2), (2, 3), (3, 4), (0, 5), (5, 6), (6, 7), (7, 8), (0, 9), (9, 10), (10, 11), (11, 12), (0, 13),
    (13, 14), (14, 15), (15, 16), (0, 17), (17, 18), (18, 19), (19, 20),
)  # fmt: skip
"""Pairs of neighbours among MediaPipe's 21 landmarks."""

ENDS = [4, 3, 8, 7, 6, 12, 11, 10, 16, 20, 5, 9, 13, 17]
"""Landmarks whose distances tell handshapes apart."""

RIGHT = 1


def hand_features(hands: Array) -> Array:
    """Where the landmarks are, how the bones lie, and how far ends of fingers are apart, free of place and size.

    (n, 21, 2 or 3) -> (n, 173); only the first two coordinates count.
    """
    points = hands[..., :2] - hands[..., :2].mean(axis=1, keepdims=True)
    points = points / np.sqrt((points**2).sum(axis=(1, 2), keepdims=True))
    bones = np.stack([points[:, b] - points[:, a] for a, b in BONES], axis=1)
    ends = points[:, ENDS]
    above = np.triu_indices(len(ENDS), 1)
    distances = np.linalg.norm(ends[:, :, None] - ends[:, None], axis=-1)[:, above[0], above[1]]
    return np.concatenate([points.reshape(len(points), -1), distances, bones.reshape(len(points), -1)], axis=1)


def hold_of(capture: Capture) -> Array:
    """The right hand while a letter is held: the middle third of a sequence, or all of a set of pictures.

    Shape (n, 21, 3).
    """
    right = capture.hands[:, RIGHT]
    right = right[np.isfinite(right).all(axis=(1, 2))]
    if capture.source in STILLS:
        return right
    third = len(right) // 3
    return right[third : len(right) - third]


def turned(hands: Array, rng: np.random.Generator) -> Array:
    """The same hands rolled (10 degrees) and turned about the vertical (8 degrees, standard deviations) at random."""
    roll = rng.normal(0.0, np.radians(10), len(hands))[:, None]
    yaw = rng.normal(0.0, np.radians(8), len(hands))[:, None]
    x, y, z = np.moveaxis(hands, -1, 0)
    flat = [np.cos(roll) * x - np.sin(roll) * y + np.sin(yaw) * z, np.sin(roll) * x + np.cos(roll) * y, z]
    return np.stack(flat, axis=-1)


class LetterRecogniser:
    """Names the letter that a hand shows.

    Args:
        captures: to learn from; every letter of every source counts the same.
        letters: to tell apart.
        seed: of the choice of frames and of their turns.
        frames: of each letter of each source.
    """

    def __init__(self, captures: Sequence[Capture], letters: str, seed: int = 0, frames: int = 150) -> None:
        rng = np.random.default_rng(seed)
        chosen, names = [], []
        for source in sorted({capture.source for capture in captures}):
            for letter in letters:
                own = [hold_of(c) for c in captures if c.source == source and c.name == letter]
                if not own:
                    raise NsaError(f"source {source} has no capture of the letter {letter}")
                pool = np.concatenate(own)
                chosen.append(pool[rng.permutation(np.resize(rng.permutation(len(pool)), frames))])
                names += [letter] * frames
        hands = np.concatenate(chosen)
        self._machine = make_pipeline(StandardScaler(), SVC(C=10.0, gamma="scale", cache_size=400))
        self._machine.fit(hand_features(np.concatenate([hands, turned(hands, rng)])), np.array(names * 2))
        self.letters = "".join(self._machine.classes_)

    def scores(self, hands: Array) -> Array:
        """How much each frame looks like each of `letters`. (n, 21, 2 or 3) -> (n, letters)."""
        return np.asarray(self._machine.decision_function(hand_features(hands)))

    def rank(self, hands: Array) -> str:
        """The letters from the likeliest to the least, for all frames of one hold together."""
        return "".join(self.letters[i] for i in np.argsort(-self.scores(hands).mean(axis=0)))


_RAISED = 0.3  # how far below its height in a letter the wrist is when the hand counts as up, in palm lengths

SAMPLES = 16
"""Moments that a sequence is brought to before its course is compared."""


def resampled(values: Array, samples: int = SAMPLES) -> Array:
    """A sequence (F, ...) at evenly spread moments, linearly interpolated. Shape (samples, ...)."""
    at = np.linspace(0.0, len(values) - 1.0, samples)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, len(values) - 1)
    share = (at - low).reshape(-1, *(1,) * (values.ndim - 1))
    return np.asarray(values[low] * (1.0 - share) + values[high] * share)


def dtw_to_each(one: Array, others: Array) -> Array:
    """Mean distance of points along the best alignment in time of one sequence (S, P, 2) with each of (n, T, P, 2).

    Dynamic time warping (`body.warping`), divided by the steps of the path. Shape (n,).
    """
    cost = np.linalg.norm(one[None, :, None] - others[:, None], axis=-1).mean(axis=-1)
    total, steps = dtw(cost)
    return total / steps


def raised_hand(capture: Capture) -> Array:
    """The right hand while it is up, in palm lengths. Shape (F, 21, 2)."""
    right = capture.hands[:, RIGHT, :, :2]
    right = right[np.isfinite(right).all(axis=(1, 2))]
    right = right / np.percentile(np.linalg.norm(right[:, 9] - right[:, 0], axis=-1), 90)
    height, half = right[:, 0, 1], len(right) // 2
    first = np.argmax(height >= height[: half + 1].max() - _RAISED)
    last = len(right) - np.argmax(height[::-1] >= np.median(height[half:]) - _RAISED)
    return np.asarray(right[first:last])


def letter_course(capture: Capture) -> Array:
    """What DTW compares of a letter: the hand around where its wrist is on average. (SAMPLES, 21, 2)."""
    hand = raised_hand(capture)
    return resampled(hand - hand[:, :1].mean(axis=0))


def fingertip_path(capture: Capture) -> Array:
    """The course of the tips of index and little finger, around its middle. (SAMPLES, 2, 2)."""
    tips = raised_hand(capture)[:, [8, 20]]
    return resampled(tips - tips.mean(axis=0))


def _extent(path: Array) -> float:
    """The longest side of the boxes around the paths of the fingertips."""
    return float(np.ptp(path, axis=0).max())


class PathRecogniser:
    """Tells J and Z from letters that do not move, and from each other, by the path of the fingertips.

    A path is still when it is nearer in extent to captured still letters than to captured J and Z; else it is what the
    nearest path by DTW is, all brought to the same size.

    Args:
        captures: sequences of letters to compare with.
    """

    def __init__(self, captures: Sequence[Capture]) -> None:
        moving = [(c.name, fingertip_path(c)) for c in captures if c.name in MOVING_LETTERS]
        still = [fingertip_path(c) for c in captures if c.name not in MOVING_LETTERS]
        self._names = [name for name, _ in moving]
        self._paths = np.stack([path / _extent(path) for _, path in moving])
        limits = [np.percentile([_extent(p) for p in still], 95), np.percentile([_extent(p) for _, p in moving], 5)]
        self.least = float(np.sqrt(limits[0] * limits[1]))
        """Extent from which on a letter counts as moving, in palm lengths."""

    def name(self, capture: Capture) -> str:
        """`J`, `Z` or `still`."""
        path = fingertip_path(capture)
        if _extent(path) < self.least:
            return "still"
        return self._names[int(dtw_to_each(path / _extent(path), self._paths).argmin())]


def distances(ours: Array, captured: dict[str, Array], own: str, sample: int = 20) -> dict[str, float | str]:
    """Median DTW distances of one course to its own word, within that word, and to the nearest other word.

    Args:
        ours: (SAMPLES, P, 2).
        captured: courses of each word or letter, each (n, SAMPLES, P, 2).
        own: what it signs.
        sample: how many captured courses are compared with all others of their word.
    """
    middle = {name: float(np.median(dtw_to_each(ours, courses))) for name, courses in captured.items()}
    other = min((name for name in middle if name != own), key=lambda name: middle[name])
    courses = captured[own]
    chosen = np.linspace(0, len(courses) - 1, min(sample, len(courses))).astype(int)
    among = [np.delete(dtw_to_each(courses[i], courses), i) for i in chosen]
    return {
        "to_own": round(middle[own], 3),
        "among_captures": round(float(np.median(np.concatenate(among))), 3) if len(courses) > 1 else "one capture",
        "nearest_other": round(middle[other], 3),
        "other": other,
        "sequences": len(courses),
    }
