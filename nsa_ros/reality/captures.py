"""Readers of captured signing: words and letters as cameras saw them, in one form.

The folders are described in docs/reality.md. All are landmarks of MediaPipe from one camera, so depth is a guess of a
network: whoever judges by them uses the first two coordinates. They are read and used for evaluation; the package
ships none of them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

BODY = ("nose", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist")
"""Body points of a capture."""

_POSE = [0, 11, 12, 13, 14, 15, 16]  # of MediaPipe's 33, in the order of BODY

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

_WORD_FOLDERS = {"traduttore": 16 / 9, "akashcodes23": 16 / 9, "fowldeadpool": 4 / 3}
"""Sources of words and the aspect of their pictures; the last from the proportions of its faces."""

_GLOSSES = {"iloveyou": "I-LOVE-YOU", "thanks": "THANK-YOU", "a": "fs-A", "i": "fs-I"}

_STALE = {"traduttore": 1}
"""Frames at the beginning that show the end of the recording before: the camera's buffer was not emptied."""


def _view(image: Array, aspect: float) -> Array:
    """Image coordinates (x right, y down, z away, as parts of the picture) to those of `Capture`; zeros become NaN."""
    seen = np.abs(image).sum(axis=(-1, -2), keepdims=True) > 0
    return np.where(seen, image * np.array([aspect, -1.0, -aspect])[: image.shape[-1]], np.nan)


def _arrays(path: Path) -> Iterator[tuple[str, Array]]:
    try:
        with np.load(path, allow_pickle=False) as data:
            for key in data.files:
                yield key, np.asarray(data[key], dtype=np.float64)
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise NsaError(f"{path} is not readable as .npz: {error}") from error


def _unknown_body(frames: int) -> Array:
    return np.full((frames, len(BODY), 2), np.nan)


def read_words(folder: Path) -> list[Capture]:
    """All captured words under a data folder, glosses as in the lexicon; the words `a` and `i` are letters.

    Raises:
        NsaError: no folder of captured words there, or a file that is not one.
    """
    captures = []
    for source, aspect in _WORD_FOLDERS.items():
        for path in sorted((folder / f"captures_{source}" / "words").glob("*.npz")):
            gloss = _GLOSSES.get(path.stem, path.stem.upper())
            for key, frames in _arrays(path):
                if frames.ndim != 2 or frames.shape[1] != 258:
                    raise NsaError(f"{path}: {key} has shape {frames.shape}, expected (frames, 258)")
                frames = frames[_STALE.get(source, 0) :]
                hands = _view(frames[:, 132:].reshape(-1, 2, 21, 3), aspect)
                body = _view(frames[:, :132].reshape(-1, 33, 4)[:, _POSE, :2], aspect)
                captures.append(Capture(source, gloss, key, hands, body))
    if not captures:
        wanted = ", ".join(f"captures_{source}/words/*.npz" for source in _WORD_FOLDERS)
        raise NsaError(f"no captured words in {folder}; expected some of {wanted}")
    return captures


def _borisgraudt(folder: Path) -> Iterator[Capture]:
    for name, frames in _arrays(folder / "asl_alphabet_landmarks.npz"):
        hands = np.full((len(frames), 2, 21, 3), np.nan)
        hands[:, 1] = _view(frames, 16 / 9) * [-1.0, 1.0, 1.0]  # a mirrored view
        yield Capture("borisgraudt", name.upper(), "pictures", hands, _unknown_body(len(frames)))


def _traduttore(folder: Path) -> Iterator[Capture]:
    for path in sorted(folder.glob("?.npz")):
        for key, frames in _arrays(path):
            hands = _view(frames[_STALE["traduttore"] :].reshape(-1, 2, 21, 3), 16 / 9)
            yield Capture("traduttore", path.stem.upper(), key, hands, _unknown_body(len(hands)))


def _spoken_to_signed(folder: Path) -> Iterator[Capture]:
    try:
        from pose_format import Pose
    except ImportError as error:
        raise NsaError(f"{folder} needs the package pose-format: pip install pose-format") from error
    try:
        with (folder / "index.csv").open(encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["signed_language"] == "ase"]
    except (OSError, KeyError) as error:
        raise NsaError(f"{folder / 'index.csv'} is not the list of recordings: {error}") from error
    for row in rows:
        pose = Pose.read((folder / row["path"]).read_bytes())
        names = [component.name for component in pose.header.components]
        ends = np.cumsum([len(component.points) for component in pose.header.components])
        starts = dict(zip(names, ends - [len(component.points) for component in pose.header.components], strict=True))
        height = pose.header.dimensions.height
        points, sure = pose.body.data.filled(0.0)[:, 0] / height, pose.body.confidence[:, 0] > 0
        hands = np.full((len(points), 2, 21, 3), np.nan)
        for side, name in enumerate(("LEFT_HAND_LANDMARKS", "RIGHT_HAND_LANDMARKS")):
            part = slice(starts[name], starts[name] + 21)
            seen = sure[:, part].all(axis=1)
            hands[seen, side] = points[seen, part] * [1.0, -1.0, -1.0]
        at = [starts["POSE_LANDMARKS"] + i for i in _POSE]
        body = np.where(sure[:, at, None], points[:, at, :2] * [1.0, -1.0], np.nan)
        yield Capture("spoken_to_signed", row["words"], row["path"], hands, body)


_LETTER_READERS: dict[str, Callable[[Path], Iterator[Capture]]] = {
    "borisgraudt": _borisgraudt,
    "traduttore": _traduttore,
    "spoken_to_signed": _spoken_to_signed,
}


def read_letters(folder: Path) -> list[Capture]:
    """All captured letters `A` to `Z` under a data folder; of `STILLS` one a letter, its frames unordered pictures.

    Raises:
        NsaError: no folder of captured letters there, or a file that is not one.
    """
    captures = []
    for source, read in _LETTER_READERS.items():
        place = folder / _LETTER_FOLDERS[source]
        if place.is_dir():
            captures += [capture for capture in read(place) if capture.name in STATIC_LETTERS + MOVING_LETTERS]
    if not captures:
        raise NsaError(f"no captured letters in {folder}; expected some of {', '.join(_LETTER_FOLDERS.values())}")
    return captures
