"""Readers of captured signing: words and letters as cameras saw them, in one form.

The folders are described in docs/reality.md. All are landmarks of MediaPipe from one camera, so depth is a guess of a
network: whoever judges by them uses the first two coordinates. They are read and used for evaluation; the package
ships none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nsa_ros.capture import landmarks as seen
from nsa_ros.capture.readers import ReadOptions, clips_in, read_clip
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

BODY = ("nose", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist")
"""Body points of a capture."""

_POINTS = [seen.BODY.index(name) for name in BODY]

_AS_RECORDED = ReadOptions(unswap=False)

STATIC_LETTERS = "ABCDEFGHIKLMNOPQRSTUVWXY"
MOVING_LETTERS = "JZ"

CALIBRATION = ("borisgraudt",)
"""Sources that handshapes were calibrated on: they do not judge them."""

STILLS = ("borisgraudt",)
"""Sources of single pictures: what they hold under a name is no sequence."""


@dataclass(frozen=True)
class Capture:
    """A sequence of landmarks as seen by a camera before the signer; coordinates in image heights.

    x goes to the signer's left (right in the picture), y up, z towards the camera; NaN where nothing was seen.

    Attributes:
        source: who recorded it.
        name: gloss of the word, or letter.
        key: which one of them.
        hands: left and right hand, MediaPipe's 21 landmarks. Shape (F, 2, 21, 3).
        body: `BODY`, all NaN where it was not recorded. Shape (F, 7, 2).
        bottom: y of the lower edge of the picture.
    """

    source: str
    name: str
    key: str
    hands: Array
    body: Array
    bottom: float = -1.0

    def __len__(self) -> int:
        return len(self.hands)


_LETTER_FOLDERS = {
    "borisgraudt": "letters_borisgraudt",
    "traduttore": "captures_traduttore/letters",
    "spoken_to_signed": "letters_spoken_to_signed",
}

_WORD_FOLDERS = {source: f"captures_{source}/words" for source in ("traduttore", "akashcodes23", "fowldeadpool")}


def _captures(folder: Path) -> Iterator[Capture]:
    """The clips of a collection, which say how they were made (`capture/data/collections.yaml`)."""
    for reference in clips_in(folder):
        landmarks = read_clip(reference, _AS_RECORDED)
        labels, height = dict(landmarks.labels), landmarks.size[1]
        hands = landmarks.hands * [1.0, -1.0, -1.0] / height
        body = landmarks.body[:, _POINTS, :2] * [1.0, -1.0] / height
        yield Capture(labels["source"], labels["text"], reference.key or reference.name, hands, body)


def _read(folder: Path, places: dict[str, str], what: str) -> list[Capture]:
    there = [folder / place for place in places.values() if (folder / place).is_dir()]
    captures = [capture for place in there for capture in _captures(place)]
    if not captures:
        raise NsaError(f"no captured {what} in {folder}; expected some of {', '.join(places.values())}")
    return captures


def read_words(folder: Path) -> list[Capture]:
    """All captured words under a data folder, glosses as in the lexicon; the words `a` and `i` are letters.

    Raises:
        NsaError: no folder of captured words there, or a file that is not one.
    """
    return _read(folder, _WORD_FOLDERS, "words")


def read_letters(folder: Path) -> list[Capture]:
    """All captured letters `A` to `Z` under a data folder; of `STILLS` one a letter, its frames unordered pictures.

    Raises:
        NsaError: no folder of captured letters there, or a file that is not one.
    """
    letters = STATIC_LETTERS + MOVING_LETTERS
    return [capture for capture in _read(folder, _LETTER_FOLDERS, "letters") if capture.name in letters]
