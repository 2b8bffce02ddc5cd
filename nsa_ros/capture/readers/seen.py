"""What a format gives, before it is brought to pixels, put right and checked."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nsa_ros.capture.landmarks import BODY, FACES, HAND

Array = NDArray[np.float64]


@dataclass
class Seen:
    """Landmarks on their way to `Landmarks`, in the units of the file. NaN where nothing was seen.

    Attributes:
        body: `BODY`. Shape (F, 16, 3).
        hands: left and right. Shape (F, 2, 21, 3).
        face: shape (F, K, 3).
        body_confidence: shape (F, 16).
        hands_confidence: shape (F, 2, 21).
        face_confidence: shape (F, K).
        face_layout: one of `FACES`.
        detector: name.
        fps: as the file says; `None` if it does not.
        size: width and height of the picture, as the file says.
        depth: whether there are depths; `None` if that is to be judged by them.
        depth_in_widths: whether z is a part of the picture's width although x and y are pixels.
        ordered: whether the frames follow each other.
        one_handed: whether the only hand is the signer's right one, also in mirrored footage.
        text: what is signed, if the file says so.
        notes: what was assumed or mended.
    """

    body: Array
    hands: Array
    face: Array
    body_confidence: Array
    hands_confidence: Array
    face_confidence: Array
    face_layout: str = ""
    detector: str = "MediaPipe Holistic"
    fps: float | None = None
    size: tuple[int, int] | None = None
    depth: bool | None = None
    depth_in_widths: bool = False
    ordered: bool = True
    one_handed: bool = False
    text: str = ""
    notes: list[str] = field(default_factory=list)

    PARTS = ("body", "hands", "face")

    def __len__(self) -> int:
        return len(self.body)

    def keep(self, frames: slice) -> None:
        """Leave out the other frames."""
        for part in self.PARTS:
            for key in (part, f"{part}_confidence"):
                setattr(self, key, getattr(self, key)[frames])


def unseen(frames: int, face_layout: str = "") -> Seen:
    """Nothing seen, to be filled."""
    faces = FACES[face_layout]
    return Seen(
        np.full((frames, len(BODY), 3), np.nan),
        np.full((frames, 2, len(HAND), 3), np.nan),
        np.full((frames, faces, 3), np.nan),
        np.zeros((frames, len(BODY))),
        np.zeros((frames, 2, len(HAND))),
        np.zeros((frames, faces)),
        face_layout,
    )
