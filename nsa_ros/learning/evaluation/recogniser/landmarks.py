"""What the recogniser sees: points of the hands and of the upper body, which motion and camera recordings both have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.kinematics import forward
from nsa_ros.body.skeleton import FINGERS, INDEX, TIPS, default_skeleton
from nsa_ros.body.surface import landmarks as surface_landmarks

Array = NDArray[np.float64]

FPS = 24.0
"""Frames per second that the recogniser was trained for."""

BODY = ("nose", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist")
"""Body points."""


@dataclass(frozen=True)
class Landmarks:
    """Points in one unit of length, x to the signer's left, y up, z forward; NaN where nothing was seen.

    Attributes:
        hands: left and right hand, MediaPipe's 21 landmarks: the wrist, then three joints and the tip of each finger.
            Shape (F, 2, 21, 3).
        body: `BODY`. Shape (F, 7, 3).
    """

    hands: Array
    body: Array

    def __len__(self) -> int:
        return len(self.hands)


@cache
def _places() -> list[int]:
    """The 2 × 21 points of the hands among 55 joints and 10 tips."""
    places = []
    for side in ("left", "right"):
        places.append(INDEX[f"{side}_wrist"])
        for finger in FINGERS:
            places += [INDEX[f"{side}_{finger}{i}"] for i in (1, 2, 3)]
            places.append(len(INDEX) + TIPS.index(f"{side}_{finger}"))
    return places


@cache
def _nose() -> tuple[int, Array]:
    """The joint that carries the tip of the nose, and where it is on it."""
    nose = surface_landmarks(default_skeleton())["nose"]
    return INDEX[nose.joint], np.asarray(nose.offset)


def landmarks_of_motion(poses: Array) -> Landmarks:
    """The landmarks of a motion of the shipped figure, in metres.

    Args:
        poses: axis-angle [rad]. Shape (F, 55, 3).
    """
    posed = forward(default_skeleton(), np.asarray(poses, dtype=np.float64))
    points = np.concatenate([posed.positions, posed.tips], axis=1)
    joint, offset = _nose()
    tip = posed.positions[:, joint] + posed.rotations[:, joint] @ offset
    body = np.stack([tip, *(posed.positions[:, INDEX[name]] for name in BODY[1:])], axis=1)
    return Landmarks(points[:, _places()].reshape(len(points), 2, 21, 3), body)


def at_rate(landmarks: Landmarks, fps: float) -> Landmarks:
    """Landmarks recorded at `fps`, at the recogniser's rate, each frame taken from the nearest one recorded."""
    count = max(1, round(len(landmarks) * FPS / fps))
    at = np.minimum(np.round(np.arange(count) * fps / FPS).astype(int), len(landmarks) - 1)
    return Landmarks(landmarks.hands[at], landmarks.body[at])
