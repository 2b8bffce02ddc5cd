"""What `nsa fit` made of each captured letter and word, beside the landmarks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.kinematics import forward
from nsa_ros.body.skeleton import RIGHT_HAND, default_skeleton
from nsa_ros.capture.anchors import anchors
from nsa_ros.capture.fitted import Fitted, load_fitted
from nsa_ros.capture.landmarks import BODY, HAND, Landmarks
from nsa_ros.capture.quality import picture_points, quality
from nsa_ros.capture.readers import ClipReference, clips_in, read_clip
from nsa_ros.errors import NsaError
from nsa_ros.reality.captures import MOVING_LETTERS, STATIC_LETTERS

Array = NDArray[np.float64]

LETTERS = tuple(sorted(STATIC_LETTERS + MOVING_LETTERS))

RIGHT = slice(len(BODY) + len(HAND), len(BODY) + 2 * len(HAND))
"""Points of the right hand among the 58; all letters are signed with it."""


@dataclass(frozen=True)
class FittedClip:
    """One capture and its fit.

    Attributes:
        landmarks: what was seen.
        fitted: what was made of it.
        source: who recorded it.
        text: letter, or gloss of the word.
    """

    landmarks: Landmarks
    fitted: Fitted
    source: str
    text: str

    @property
    def kind(self) -> str:
        """`letters` or `words`."""
        return "letters" if self.text in LETTERS else "words"

    @cached_property
    def points(self) -> Array:
        """The detector's 58 points [pixels]. Shape (F, 58, 2)."""
        return picture_points(self.landmarks)[0]

    @cached_property
    def confidence(self) -> Array:
        """Of each. Shape (F, 58)."""
        return picture_points(self.landmarks)[1]

    @cached_property
    def world(self) -> Array:
        """The fit's 58 points [m]. Shape (F, 58, 3)."""
        fitted = self.fitted
        posed = forward(fitted.skeleton, fitted.motion.poses, fitted.motion.transl)
        return anchors(fitted.skeleton).positions(posed)

    @cached_property
    def placed(self) -> Array:
        """The fit's 58 points in the picture [pixels]. Shape (F, 58, 2)."""
        return self.fitted.camera.project(self.world)

    @cached_property
    def handshape(self) -> Array:
        """The fit's right hand on the shipped figure, its arm at rest [m]: neither proportions nor place count.

        Shape (F, 21, 3).
        """
        fingers, skeleton = np.zeros_like(self.fitted.motion.poses), default_skeleton()
        fingers[:, RIGHT_HAND] = self.fitted.motion.poses[:, RIGHT_HAND]
        return anchors(skeleton).positions(forward(skeleton, fingers))[:, RIGHT]

    @cached_property
    def report(self) -> dict[str, Any]:
        """Of `capture.quality`: the one in the file, else made now."""
        return self.fitted.quality or quality(self.landmarks, self.fitted)

    @property
    def right(self) -> NDArray[np.bool_]:
        """In which frames the right hand was seen. Shape (F,)."""
        return self.landmarks.seen[:, 1]


class Fits(NamedTuple):
    """What a folder of fits holds of a folder of captures.

    Attributes:
        clips: captures with their fits.
        missing: names of captures without one.
        refused: names of captures that the reader refuses, and why.
    """

    clips: list[FittedClip]
    missing: list[str]
    refused: dict[str, str]


def read_fits(data: Path, folder: Path) -> Fits:
    """The fits of the letters and words of a data folder.

    Args:
        data: folder of captures.
        folder: that `nsa fit DATA --out` wrote.

    Raises:
        NsaError: no captures, no fits, or a file that is no fit or one of another recording.
    """
    found = Fits([], [], {})
    for reference in clips_in(data):
        path = folder / f"{reference.name}.npz"
        try:
            landmarks = read_clip(reference)
        except NsaError as error:
            found.refused[reference.name] = str(error)
            continue
        labels = dict(landmarks.labels)
        if labels.get("text", "SPACE") == "SPACE":
            continue
        if path.is_file():
            found.clips.append(_clip(reference, landmarks, path, labels))
        else:
            found.missing.append(reference.name)
    if not found.clips:
        raise NsaError(f"no fits of {data} in {folder}. Make them: nsa fit {data} --out {folder}")
    return found


def _clip(reference: ClipReference, landmarks: Landmarks, path: Path, labels: dict[str, str]) -> FittedClip:
    fitted = load_fitted(path)
    if len(fitted.motion) != len(landmarks):
        raise NsaError(
            f"{path} has {len(fitted.motion)} frames and {reference} {len(landmarks)}: it was made from another "
            "recording. Fit again"
        )
    return FittedClip(landmarks, fitted, labels["source"], labels["text"])
