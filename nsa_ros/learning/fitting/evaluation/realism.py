"""How the errors of depth of a detector show, in captures as in what `detector` makes up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.skeleton import FINGERS, INDEX, TIPS, default_skeleton
from nsa_ros.capture.landmarks import BODY, HAND, Landmarks

Array = NDArray[np.float64]

_PALM = ((0, 5), (0, 9), (0, 17), (5, 17))
_FINGERS = tuple((first + i, first + i + 1) for first in (5, 9, 13, 17) for i in (0, 1, 2))
_WINDOW = 12
_SEEN = 0.6
_FOREARM = 0.66
"""Its length relative to the distance of a detector's shoulders."""


def depth_figures(clips: Sequence[Landmarks]) -> dict[str, float]:
    """Medians over stretches of 12 frames.

    Keys: `palm_within`, `fingers_within`: standard deviation within a stretch of the log of the lengths of bones,
    relative to the palm, which is 0 without errors; `palm_between`: between the medians of stretches, which is small
    without errors; `lasting`: how alike the errors of neighbouring frames are, 0 to 1; `hand_scale`, `forearm_scale`:
    measured over true depth, by least squares.
    """
    palms, fingers, medians, alike, scales = [], [], [], [], []
    for hand in _stretches(clips):
        palm = np.log(_lengths(hand, _PALM) + 1e-9)
        size = palm.mean(axis=1, keepdims=True)
        relative = palm - size
        wrong = relative - relative.mean(axis=0)
        palms.append(wrong.std(axis=0).mean())
        medians.append(np.median(relative, axis=0))
        fingers.append((np.log(_lengths(hand, _FINGERS) + 1e-9) - size).std(axis=0).mean())
        alike.append((wrong[1:] * wrong[:-1]).mean() / max((wrong**2).mean(), 1e-12))
        scales.append(_hand_scale(hand))
    return {
        "stretches": float(len(palms)),
        "palm_within": float(np.median(palms)),
        "fingers_within": float(np.median(fingers)),
        "palm_between": float(np.std(medians, axis=0).mean()),
        "lasting": float(np.median(alike)),
        "hand_scale": float(1.0 / np.sqrt(max(np.median(scales), 1e-3))),
        "forearm_scale": _forearm_scale(clips),
    }


def _stretches(clips: Sequence[Landmarks]) -> Iterator[Array]:
    """Whole hands for 12 frames each. Shape (12, 21, 3)."""
    for clip in clips:
        for hand in np.moveaxis(clip.hands, 1, 0):
            there = hand[np.isfinite(hand).all(axis=(1, 2))]
            for first in range(0, len(there) - _WINDOW + 1, _WINDOW):
                yield there[first : first + _WINDOW]


def _lengths(points: Array, bones: Sequence[tuple[int, int]]) -> Array:
    a, b = np.array(bones).T
    return np.asarray(np.linalg.norm(points[:, a] - points[:, b], axis=-1))


def _hand_scale(hand: Array) -> float:
    """(true / measured depth)² that makes the bones of a hand as long as they are: median of a fit to each frame."""
    a, b = np.array((*_PALM, *_FINGERS)).T
    points = _hand_at_rest()
    true = ((points[a] - points[b]) ** 2).sum(axis=-1)
    course = hand[:, a] - hand[:, b]
    found = []
    for flat, deep in zip((course[..., :2] ** 2).sum(axis=-1), course[..., 2] ** 2, strict=True):
        system = np.column_stack([true, -deep]) / true[:, None]
        found.append(np.linalg.lstsq(system, flat / true, rcond=None)[0][1])
    return float(np.median(found))


def _hand_at_rest() -> Array:
    skeleton = default_skeleton()
    rows = [skeleton.rest[INDEX[f"left_{name}"]] for name in HAND if not name.endswith("_tip")]
    points = dict(zip([name for name in HAND if not name.endswith("_tip")], rows, strict=True))
    for finger in FINGERS:
        points[f"{finger}_tip"] = points[f"{finger}3"] + skeleton.tips[TIPS.index(f"left_{finger}")]
    return np.array([points[name] for name in HAND])


def _forearm_scale(clips: Sequence[Landmarks]) -> float:
    """Measured over true depth of the forearm, median over frames in which it is foreshortened."""
    found = []
    for clip in clips:
        at = {name: clip.body[:, i] for i, name in enumerate(BODY)}
        wide = np.linalg.norm((at["left_shoulder"] - at["right_shoulder"])[:, :2], axis=-1)
        for side in ("left", "right"):
            course = at[f"{side}_wrist"] - at[f"{side}_elbow"]
            missing = (_FOREARM * wide) ** 2 - (course[:, :2] ** 2).sum(axis=-1)
            sure = clip.body_confidence[:, BODY.index(f"{side}_wrist")] > _SEEN
            use = sure & (missing > 0.25 * (_FOREARM * wide) ** 2)
            found += list(np.abs(course[use, 2]) / np.sqrt(missing[use]))
    return float(np.median(found)) if found else float("nan")
