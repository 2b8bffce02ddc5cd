"""A recogniser of captured words on both hands as a camera sees them from the front, in shoulder widths.

Where the signer is in the picture, how large, how long the sequence is and how sure the landmarks are does not count.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nsa_ros.reality.captures import Capture
from nsa_ros.reality.recognition import SAMPLES, hand_features, resampled

Array = NDArray[np.float64]

WEAK = (
    ("fowldeadpool", "HOUSE"), ("fowldeadpool", "NO"), ("akashcodes23", "CAT"), ("akashcodes23", "HELLO"),
    ("akashcodes23", "THANK-YOU"),
)  # fmt: skip
"""Source and gloss of captures that their collector calls weak: nothing is learnt from them, some are named as a test
of whether the recogniser has learnt words or cameras."""

_MOMENTS = 10
_SELDOM = 0.25  # share of frames below which a hand counts as not used
_REST = np.array([[0.55, -1.5], [-0.55, -1.5]])  # where hands that are not used are put, in shoulder widths
_PLACES = (0, 9)  # landmarks whose place counts: wrist and knuckle of the middle finger


def placed_hands(capture: Capture) -> Array:
    """Left and right hand around the middle of the shoulders, in shoulder widths; gaps bridged. (F, 2, 21, 2)."""
    shoulders = capture.body[:, 1:3]
    middle = np.nanmedian(shoulders.mean(axis=1), axis=0)
    width = np.nanmedian(np.linalg.norm(shoulders[:, 0] - shoulders[:, 1], axis=-1))
    frames = np.arange(len(capture))
    hands = np.empty((len(capture), 2, 21, 2))
    for side in (0, 1):
        points = ((capture.hands[:, side, :, :2] - middle) / width).reshape(len(capture), 42)
        seen = np.isfinite(points).all(axis=1)
        if seen.mean() < _SELDOM:
            hands[:, side] = _REST[side]
        else:
            bridged = [np.interp(frames, frames[seen], column) for column in points[seen].T]
            hands[:, side] = np.stack(bridged, axis=1).reshape(-1, 21, 2)
    return hands


def in_view(capture: Capture) -> Capture:
    """The part of a sequence from the first frame to the last in which a hand is seen."""
    seen = np.flatnonzero(np.isfinite(capture.hands).all(axis=(2, 3)).any(axis=1))
    part = slice(int(seen[0]), int(seen[-1]) + 1) if len(seen) else slice(0)
    return Capture(capture.source, capture.name, capture.key, capture.hands[part], capture.body[part])


def word_features(hands: Array) -> Array:
    """Where the hands are and go, and what each looks like, at evenly spread moments. (F, 2, 21, 2) -> (n,)."""
    moments = resampled(hands, _MOMENTS)
    places = moments[:, :, _PLACES]
    between = moments[:, 1, 9] - moments[:, 0, 9]
    rows = [places.ravel(), np.diff(places, axis=0).ravel(), between.ravel()]
    for side in (0, 1):
        used = np.ptp(moments[:, side], axis=1).max() > 0
        shape = hand_features(moments[:, side]) if used else np.zeros((_MOMENTS, _SHAPE))
        rows.append(shape.ravel())
    return np.concatenate(rows)


_SHAPE = hand_features(np.random.default_rng(0).normal(size=(1, 21, 2))).shape[1]


def altered(hands: Array, rng: np.random.Generator) -> Array:
    """The same sign as another signer before another camera might make it: cut, scaled, shifted, hands turned a bit."""
    count = len(hands)
    at = np.linspace(rng.uniform(0.0, 0.25) * count, count - 1 - rng.uniform(0.0, 0.35) * count, count)
    low = np.floor(at).astype(int)
    share = (at - low)[:, None, None, None]
    made = hands[low] * (1.0 - share) + hands[np.minimum(low + 1, count - 1)] * share
    made = made * np.exp(rng.normal(0.0, 0.1)) + rng.normal(0.0, 0.08, 2)
    for side in (0, 1):
        angle, wrist = np.radians(rng.normal(0.0, 8.0)), made[:, side, :1]
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        own = (made[:, side] - wrist) @ turn.T * np.exp(rng.normal(0.0, 0.08))
        made[:, side] = own + wrist + rng.normal(0.0, 0.06, 2)
    return made


class WordRecogniser:
    """Names the word that a sequence shows: logistic regression on principal components, from scikit-learn.

    Args:
        captures: to learn from, each once as it is and once `altered`.
        seed: of the alterations.
    """

    def __init__(self, captures: Sequence[Capture], seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        hands = [placed_hands(capture) for capture in captures]
        rows = np.stack([word_features(h) for h in [*hands, *(altered(h, rng) for h in hands)]])
        names = np.array([capture.name for capture in captures] * 2)
        components = PCA(min(150, len(rows) - 1), random_state=seed)
        self._machine = make_pipeline(StandardScaler(), components, LogisticRegression(C=0.01, max_iter=500))
        self._machine.fit(rows, names)
        self.words: tuple[str, ...] = tuple(str(name) for name in self._machine.classes_)

    def rank(self, capture: Capture) -> list[str]:
        """The words from the likeliest to the least."""
        likely = self._machine.predict_proba(word_features(placed_hands(capture))[None])[0]
        return [self.words[i] for i in np.argsort(-likely)]


def course(capture: Capture) -> Array:
    """What DTW compares of a word: both hands in shoulder widths. (SAMPLES, 42, 2)."""
    return resampled(placed_hands(capture)).reshape(SAMPLES, 42, 2)
