"""Clips of landmarks through the lifting network."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch

from nsa_ros.capture.camera import Camera
from nsa_ros.capture.landmarks import Landmarks
from nsa_ros.learning.fitting.lifting.features import Seen, features
from nsa_ros.learning.fitting.lifting.network import Lifted, Lifter

WEIGHTS = Path(__file__).parent / "data" / "lifter.npz"
"""The shipped network."""


@cache
def shipped_lifter() -> Lifter:
    """The network in the package, which saw signs of our own lexicon (`train.py`)."""
    return load_lifter(WEIGHTS)


def load_lifter(path: str | Path) -> Lifter:
    """A network as `save_lifter` wrote it."""
    network = Lifter()
    with np.load(path, allow_pickle=False) as data:
        network.load_state_dict({key: torch.tensor(data[key].astype(np.float32)) for key in network.state_dict()})
    return network.eval()


def save_lifter(network: Lifter, path: str | Path, provenance: str) -> None:
    """Write weights as the package ships them, in half precision.

    Args:
        network: to be kept.
        path: of the `.npz` file.
        provenance: what it was trained on, and how.
    """
    weights = {key: value.numpy().astype(np.float16) for key, value in network.state_dict().items()}
    np.savez_compressed(path, provenance=np.array(provenance), **weights)


def lift(network: Lifter, landmarks: Landmarks, camera: Camera) -> Lifted:
    """Angles of every frame, each with its uncertainty. Shapes (F, 44, 3).

    Args:
        network: on the CPU.
        landmarks: of one clip.
        camera: how pixels are taken; only focal length and principal point matter.
    """
    every = np.concatenate([landmarks.body, landmarks.hands.reshape(len(landmarks), -1, 3)], axis=1)
    sure = np.concatenate([landmarks.body_confidence, landmarks.hands_confidence.reshape(len(landmarks), -1)], axis=1)
    sure = np.where(np.isfinite(every[..., :2]).all(axis=-1), sure, 0.0)
    points = np.nan_to_num(every[..., :2] - np.array(camera.centre)) / camera.focal
    behind = np.nan_to_num(landmarks.hands[..., 2] - landmarks.hands[:, :, :1, 2]) / camera.focal
    clips = 1 if landmarks.ordered else len(landmarks)
    tensors = [
        torch.tensor(values, dtype=torch.float32).reshape(clips, -1, *values.shape[1:])
        for values in (points, behind, sure)
    ]
    seen = Seen(*tensors, torch.full((clips,), float(landmarks.depth)), torch.ones(tensors[0].shape[:2]))
    with torch.no_grad():
        lifted = network(features(seen))
    return Lifted(lifted.angles.flatten(0, 1), lifted.spread.flatten(0, 1))
