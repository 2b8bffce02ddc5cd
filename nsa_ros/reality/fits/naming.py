"""Are fitted letters easier to name across signers than the landmarks? Nearest neighbours, k = 1, frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier

from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import RIGHT_HAND
from nsa_ros.reality.fits.reading import FittedClip
from nsa_ros.reality.recognition import ENDS, hand_features

Array = NDArray[np.float64]


def palm_frame(hands: Array) -> Array:
    """A hand without place, direction and size: around the wrist, y towards the middle of the four knuckles, z out of
    the palm's plane, the distance of the points from the wrist 1 in the root mean square. (n, 21, 3) -> (n, 63)."""
    wrist = hands[:, :1]
    up = hands[:, [5, 9, 13, 17]].mean(axis=1) - wrist[:, 0]
    y = up / np.linalg.norm(up, axis=-1, keepdims=True)
    z = np.cross(hands[:, 5] - hands[:, 17], y)
    z /= np.linalg.norm(z, axis=-1, keepdims=True)
    turned = (hands - wrist) @ np.stack([np.cross(y, z), y, z], axis=-1)
    size = np.sqrt((turned**2).sum(axis=-1).mean(axis=-1))
    return np.asarray(turned / size[:, None, None]).reshape(len(hands), -1)


def distances_within(hands: Array) -> Array:
    """Distances between fingertips, last joints and knuckles, the size as in `palm_frame`. (n, 21, 3) -> (n, 91)."""
    ends = palm_frame(hands).reshape(hands.shape)[:, ENDS]
    above = np.triu_indices(len(ENDS), 1)
    return np.asarray(np.linalg.norm(ends[:, :, None] - ends[:, None], axis=-1)[:, above[0], above[1]])


def _raw(clip: FittedClip) -> Array:
    """Landmarks in space, turned as the fit's are: y up, z towards the camera."""
    return clip.landmarks.hands[:, 1] * [1.0, -1.0, -1.0]


def _angles(clip: FittedClip) -> Array:
    turns = rotvec_to_matrix(clip.fitted.motion.poses[:, RIGHT_HAND])
    return np.asarray(turns[..., :2].reshape(len(clip.landmarks), -1))


FEATURES: dict[str, Callable[[FittedClip], Array]] = {
    "raw 3D": lambda clip: palm_frame(_raw(clip)),
    "raw 3D, distances": lambda clip: distances_within(_raw(clip)),
    "raw 2D": lambda clip: hand_features(_raw(clip)),
    "fit, points": lambda clip: palm_frame(clip.handshape),
    "fit, distances": lambda clip: distances_within(clip.handshape),
    "fit, angles": _angles,
}
"""What frames are compared by: the points in the palm's frame; distances between ends of fingers; landmarks in the
picture, with their direction (`recognition.hand_features`); rotations of the fit's finger joints. Points of the fit are
those of the shipped figure, so that signers' proportions do not count."""


class Direction(NamedTuple):
    """Sources to learn from and one to name."""

    learnt: tuple[str, ...]
    named: str

    def __str__(self) -> str:
        return f"{' + '.join(self.learnt)} → {self.named}"


DIRECTIONS = (
    Direction(("borisgraudt",), "traduttore"),
    Direction(("traduttore",), "borisgraudt"),
    Direction(("borisgraudt",), "spoken_to_signed"),
    Direction(("traduttore",), "spoken_to_signed"),
    Direction(("borisgraudt", "traduttore"), "spoken_to_signed"),
)


CHOICE = Direction(("traduttore",), "borisgraudt")
"""Where the features of the fit are chosen; the other directions are the test."""


def chosen(table: Mapping[str, Mapping[str, Any]]) -> str:
    """The features of the fit that name most in `CHOICE`, from the figures of `naming`."""
    fitted = [name for name in FEATURES if name.startswith("fit")]
    shares = table.get(str(CHOICE), {}).get("share", {})
    return max(fitted, key=lambda name: shares.get(name, 0.0))


def naming(clips: Sequence[FittedClip]) -> dict[str, dict[str, Any]]:
    """Share of frames named right, for each direction that there are fits for, by each of `FEATURES`.

    Returns:
        `learnt → named` to `frames`, `share` by features, and `letters`: the same letter by letter.
    """
    letters = [clip for clip in clips if clip.kind == "letters" and clip.right.any()]
    table: dict[str, dict[str, Any]] = {}
    rows = {name: _rows(letters, feature) for name, feature in FEATURES.items()}
    sources = {clip.source for clip in letters}
    for direction in DIRECTIONS:
        if not {*direction.learnt, direction.named} <= sources:
            continue
        figures: dict[str, Any] = {"share": {}, "letters": {}}
        for name, row in rows.items():
            right = row.test(direction)
            figures["frames"] = len(right.letters)
            figures["share"][name] = round(float(right.correct.mean()), 4)
            for letter in sorted(set(right.letters.tolist())):
                share = float(right.correct[right.letters == letter].mean())
                figures["letters"].setdefault(letter, {})[name] = round(share, 3)
        table[str(direction)] = figures
    return table


class _Named(NamedTuple):
    letters: NDArray[np.str_]
    correct: NDArray[np.bool_]


class _Rows(NamedTuple):
    """Frames of the right hand, one row each."""

    features: Array
    letters: NDArray[np.str_]
    sources: NDArray[np.str_]

    def test(self, direction: Direction) -> _Named:
        """Which frames of one source are named right by the nearest of others."""
        known, asked = np.isin(self.sources, direction.learnt), self.sources == direction.named
        judge = KNeighborsClassifier(1).fit(self.features[known], self.letters[known])
        letters = self.letters[asked]
        return _Named(letters, judge.predict(self.features[asked]) == letters)


def _rows(clips: Sequence[FittedClip], feature: Callable[[FittedClip], Array]) -> _Rows:
    parts = [(feature(clip)[clip.right], clip) for clip in clips]
    return _Rows(
        np.concatenate([values for values, _ in parts]),
        np.repeat([clip.text for _, clip in parts], [len(values) for values, _ in parts]),
        np.repeat([clip.source for _, clip in parts], [len(values) for values, _ in parts]),
    )
