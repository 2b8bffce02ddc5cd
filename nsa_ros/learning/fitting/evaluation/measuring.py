"""The experiment: scenes × conditions × methods, to figures of every clip."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from nsa_ros.body.kinematics import forward
from nsa_ros.body.skeleton import FINGERS, INDEX
from nsa_ros.capture.landmarks import SIDES, Landmarks
from nsa_ros.learning.fitting.evaluation.cases import Scene, seen
from nsa_ros.learning.fitting.evaluation.errors import errors
from nsa_ros.learning.fitting.evaluation.methods import CONDITIONS, estimates, mended

Array = NDArray[np.float64]

_TOGETHER = 6
"""Clips that are fitted at a time."""

POINTING = {"across the view": (0.0, 0.35), "slanting": (0.35, 0.65), "towards the camera": (0.65, 1.01)}
"""How fingers lie: mean share of their length that is along the view."""

FLEXION = {"open hand": (0.0, 25.0), "bent": (25.0, 55.0), "fist": (55.0, 181.0)}
"""Mean flexion of the joints of the four fingers [degrees]."""

_FINGER_JOINTS = {
    side: np.array([[INDEX[f"{side}_{finger}{i}"] for i in (1, 2, 3)] for finger in FINGERS[1:]]) for side in SIDES
}

Record = dict[str, Any]
"""Figures of one clip: means over its frames, and `groups`: by name of a group sum and count of hands in it."""


def measure(scenes: Sequence[Scene], few: int, workers: int) -> dict[str, dict[str, list[Record]]]:
    """Records by condition and method, one a scene.

    Args:
        scenes: for the headline.
        few: how many of the first ones the other conditions are tried on.
        workers: processes.
    """
    tasks = [
        (name, method, list(part))
        for name, condition in CONDITIONS.items()
        for method in condition.methods
        for part in _parts(scenes if name == "headline" else scenes[:few])
    ]
    found: dict[str, dict[str, list[Record]]] = {name: {m: [] for m in c.methods} for name, c in CONDITIONS.items()}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, torch.set_num_threads, (1,)) as pool:
        results = pool.map(_measured, tasks)
        for (name, method, _), records in tqdm(zip(tasks, results, strict=True), total=len(tasks), unit=" fits"):
            found[name][method] += records
    return found


def _parts(scenes: Sequence[Scene]) -> Iterator[Sequence[Scene]]:
    for first in range(0, len(scenes), _TOGETHER):
        yield scenes[first : first + _TOGETHER]


def _measured(task: tuple[str, str, list[Scene]]) -> list[Record]:
    name, method, scenes = task
    clips = landmarks(name, scenes)
    return [
        record(scene, clip, errors(*estimate, scene.motion, scene.skeleton, scene.shot.camera))
        for scene, clip, estimate in zip(scenes, clips, estimates(method, clips), strict=True)
    ]


def landmarks(name: str, scenes: Sequence[Scene]) -> list[Landmarks]:
    """What the detector sees under one of `CONDITIONS`."""
    condition = CONDITIONS[name]
    clips = [seen(scene, condition.noise) for scene in scenes]
    return [mended(clip) for clip in clips] if condition.mended else clips


def record(scene: Scene, clip: Landmarks, found: dict[str, Array]) -> Record:
    """Means over the frames, hands also by whether they were seen and by how they are held."""
    groups: dict[str, Array] = {}
    for index, side in enumerate(SIDES):
        there = clip.seen[:, index]
        masks = {"seen": there, "lost": ~there}
        values = {**_bins(POINTING, pointing(scene, side)), **_bins(FLEXION, flexion(scene, side))}
        for name, mask in {**masks, **values}.items():
            hand = found[f"{side}_hand"]
            counted = mask & np.isfinite(hand)
            groups[name] = groups.get(name, np.zeros(2)) + np.array([hand[counted].sum(), counted.sum()])
    means = {key: float(np.nanmean(values)) for key, values in found.items() if np.isfinite(values).any()}
    return {**means, "groups": {name: values.tolist() for name, values in groups.items()}}


def pointing(scene: Scene, side: str) -> Array:
    """Mean share of the length of the fingers' bones that lies along the view. Shape (F,)."""
    posed = forward(scene.skeleton, scene.motion.poses, scene.motion.transl)
    at = posed.positions[:, _FINGER_JOINTS[side]]
    bones = np.diff(at, axis=2)
    return np.asarray(np.abs(bones[..., 2]).sum(axis=(1, 2)) / np.linalg.norm(bones, axis=-1).sum(axis=(1, 2)))


def flexion(scene: Scene, side: str) -> Array:
    """Mean rotation of the joints of the four fingers [degrees]. Shape (F,)."""
    turns = scene.motion.poses[:, _FINGER_JOINTS[side]]
    return np.asarray(np.degrees(np.linalg.norm(turns, axis=-1)).mean(axis=(1, 2)))


def _bins(edges: dict[str, tuple[float, float]], values: Array) -> dict[str, NDArray[np.bool_]]:
    return {name: (values >= low) & (values < high) for name, (low, high) in edges.items()}
