"""Landmarks of one signer over time, the same whatever detector saw them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.skeleton import FINGERS
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

SIDES = ("left", "right")

BODY: tuple[str, ...] = (
    "nose",
    *(f"{side}_{part}" for part in ("eye", "ear", "mouth", "shoulder", "elbow", "wrist", "hip") for side in SIDES),
    "neck",
)
"""Points of head, trunk and arms: `nose`, `left_eye`, `right_eye`, … `left_hip`, `right_hip`, `neck`."""

HAND: tuple[str, ...] = (
    "wrist",
    *(f"{finger}{part}" for finger in FINGERS for part in ("1", "2", "3", "_tip")),
)
"""The 21 points of a hand in the order of MediaPipe and OpenPose: `wrist`, `thumb1` … `thumb_tip`, `index1` …"""

FACES: dict[str, int] = {"": 0, "mediapipe": 478, "openpose": 70}
"""Layouts of a face and how many points they have; of MediaPipe's the last ten, the irises, may be NaN."""


@dataclass(frozen=True)
class Landmarks:
    """What a detector saw of one person.

    Coordinates are pixels: x to the right of the picture, y down, z away from the camera on the scale of x (of a hand
    relative to its wrist, of body and face relative to the detector's own origin); NaN where nothing was seen. A
    signer's left is at the right of the picture: mirrored footage is turned by whoever reads it.

    Attributes:
        body: `BODY`. Shape (F, 16, 3).
        hands: left and right hand, `HAND`. Shape (F, 2, 21, 3).
        face: as `face_layout` says. Shape (F, K, 3).
        body_confidence: in [0, 1], 0 where NaN. Shape (F, 16).
        hands_confidence: shape (F, 2, 21).
        face_confidence: shape (F, K).
        fps: frames per second.
        size: width and height of the picture [pixels].
        name: of the clip, unique within its file.
        depth: whether z says anything; `False` for flat landmarks.
        face_layout: one of `FACES`.
        ordered: whether the frames follow each other in time; `False` for a set of single pictures.
        labels: provenance: `source`, `license`, `status` ("captured, monocular", "synthetic" …), `detector`, `text` …
        notes: what the reader had to assume or mend, for the report.
    """

    body: Array
    hands: Array
    face: Array
    body_confidence: Array
    hands_confidence: Array
    face_confidence: Array
    fps: float
    size: tuple[int, int]
    name: str
    depth: bool = True
    face_layout: str = ""
    ordered: bool = True
    labels: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        frames = len(self.body)
        faces = FACES.get(self.face_layout)
        if faces is None:
            raise NsaError(f"{self.name}: face layout {self.face_layout!r} is not one of {', '.join(map(repr, FACES))}")
        expected = {
            "body": (frames, len(BODY), 3),
            "hands": (frames, 2, len(HAND), 3),
            "face": (frames, faces, 3),
            "body_confidence": (frames, len(BODY)),
            "hands_confidence": (frames, 2, len(HAND)),
            "face_confidence": (frames, faces),
        }
        for key, shape in expected.items():
            if getattr(self, key).shape != shape:
                raise NsaError(f"{self.name}: {key} has shape {getattr(self, key).shape}, expected {shape}")
        if not 1 <= self.fps <= 1000:
            raise NsaError(f"{self.name}: a rate of {self.fps:g} frames/s; it must be between 1 and 1000 (--fps)")
        if min(self.size) < 1:
            raise NsaError(f"{self.name}: a picture of {self.size} pixels; both must be above 0 (--size)")

    def __len__(self) -> int:
        return len(self.body)

    def __getitem__(self, frames: slice) -> Landmarks:
        keys = ("body", "hands", "face", "body_confidence", "hands_confidence", "face_confidence")
        return replace(self, **{key: getattr(self, key)[frames] for key in keys})

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Whether each hand was seen at all. Shape (F, 2)."""
        return np.asarray((self.hands_confidence > 0).any(axis=2))
