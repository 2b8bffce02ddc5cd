"""How far the fitted hand is from the landmarks taken as points in space [mm]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from nsa_ros.reality.captures import STILLS
from nsa_ros.reality.fits.naming import palm_frame
from nsa_ros.reality.fits.reading import LETTERS, RIGHT, FittedClip

Array = NDArray[np.float64]

_PALM = [0, 5, 9, 13, 17]
_SAMPLE = 400


def medoid(hands: Array) -> int:
    """The frame that is nearest to all others in the palm's frame; of many frames, `_SAMPLE` are compared."""
    chosen = np.linspace(0, len(hands) - 1, min(len(hands), _SAMPLE)).round().astype(int)
    shapes = palm_frame(hands[chosen])
    apart = np.linalg.norm(shapes[:, None] - shapes[None], axis=-1)
    return int(chosen[apart.sum(axis=0).argmin()])


def hand_distances(seen: Array, fitted: Array) -> Array:
    """Mean distance of the 21 points, after the landmarks have been brought to the fit's size (root mean square extent
    of wrist and knuckles) and turned and shifted onto it as near as they go (Kabsch, 1976) [mm].

    Args:
        seen: landmarks in space, in any unit, y up, z towards the camera. Shape (n, 21, 3).
        fitted: points of the fit [m]. Shape (n, 21, 3).

    Returns:
        Shape (n,).
    """
    return np.array([_distance(a, b) for a, b in zip(seen, fitted, strict=True)])


def _distance(seen: Array, fitted: Array) -> float:
    scale = _extent(fitted) / _extent(seen)
    a, b = scale * (seen - seen.mean(axis=0)), fitted - fitted.mean(axis=0)
    turn, _ = Rotation.align_vectors(b, a)
    return 1000 * float(np.linalg.norm(turn.apply(a) - b, axis=-1).mean())


def _extent(hand: Array) -> float:
    palm = hand[_PALM] - hand[_PALM].mean(axis=0)
    return float(np.sqrt((palm**2).sum(axis=-1).mean()))


def distances(clips: Sequence[FittedClip]) -> dict[str, Any] | None:
    """Of the letters of `STILLS`: `medoids`, letter by letter, their `mean` and `worst`, and `all_frames`, the mean
    over letters of the mean over frames [mm]; `None` without fits of them."""
    medoids, every = {}, []
    for letter in LETTERS:
        own = [clip for clip in clips if clip.source in STILLS and clip.text == letter and clip.right.any()]
        if not own:
            continue
        seen = np.concatenate([clip.landmarks.hands[clip.right, 1] for clip in own]) * [1.0, -1.0, -1.0]
        fitted = np.concatenate([clip.world[clip.right, RIGHT] for clip in own])
        away = hand_distances(seen, fitted)
        medoids[letter] = round(float(away[medoid(seen)]), 1)
        every.append(float(away.mean()))
    if not medoids:
        return None
    return {
        "medoids": medoids,
        "mean": round(float(np.mean(list(medoids.values()))), 1),
        "worst": max(medoids, key=lambda letter: medoids[letter]),
        "all_frames": round(float(np.mean(every)), 1),
    }
