"""Figures of other proportions: the shipped skeleton with longer or shorter limbs."""

from __future__ import annotations

import numpy as np

from nsa_ros.body.skeleton import INDEX, JOINTS, LEFT_HAND, PARENTS, RIGHT_HAND, Skeleton
from nsa_ros.errors import NsaError

SEGMENTS: dict[str, tuple[str, ...]] = {
    "trunk": ("spine1", "spine2", "spine3", "neck"),
    "shoulders": ("left_collar", "right_collar", "left_shoulder", "right_shoulder"),
    "upper_arms": ("left_elbow", "right_elbow"),
    "forearms": ("left_wrist", "right_wrist"),
    "hands": (*JOINTS[LEFT_HAND], *JOINTS[RIGHT_HAND]),
    "fingers": tuple(joint for joint in (*JOINTS[LEFT_HAND], *JOINTS[RIGHT_HAND]) if joint[-1] in "23"),
    "head": ("head", "jaw", "left_eye_smplhf", "right_eye_smplhf"),
}
"""Groups of joints whose distance to their parent grows together; the fingertips belong to hands and fingers. Fingers
are also part of the hands: their factors multiply."""

_VARIED = ("trunk", "shoulders", "upper_arms", "forearms", "hands")
"""What differs between random figures."""


def resized(skeleton: Skeleton, factors: dict[str, float], name: str) -> Skeleton:
    """A skeleton with some segments longer or shorter.

    Args:
        skeleton: to start from.
        factors: of `SEGMENTS`; 1 where left out.
        name: of the result.

    Raises:
        NsaError: an unknown segment, or a factor outside [0.7, 1.4].
    """
    for segment, factor in factors.items():
        if segment not in SEGMENTS:
            raise NsaError(f"unknown segment {segment!r}. Segments: {', '.join(SEGMENTS)}")
        if not 0.7 <= factor <= 1.4:
            raise NsaError(f"segment {segment} by a factor of {factor}; it must be in [0.7, 1.4]")
    offsets = skeleton.offsets
    for segment, factor in factors.items():
        offsets[[INDEX[joint] for joint in SEGMENTS[segment]]] *= factor
    rest = offsets.copy()
    for joint in range(1, len(JOINTS)):
        rest[joint] += rest[PARENTS[joint]]
    tips = skeleton.tips * (factors.get("hands", 1.0) * factors.get("fingers", 1.0))
    return Skeleton(name, rest, tips, skeleton.license, f"{skeleton.source} Resized: {factors}.")


def random_figure(skeleton: Skeleton, seed: int, spread: float = 0.04) -> Skeleton:
    """A figure of other proportions, the same for the same seed.

    Args:
        skeleton: to start from.
        seed: of the figure.
        spread: standard deviation of the log of each segment's length; about 0.04 among adults (ANSUR II, 2012).
    """
    draws = np.clip(np.random.default_rng([seed, 7]).standard_normal(len(_VARIED)), -2.5, 2.5)
    factors = {segment: round(float(np.exp(spread * draw)), 4) for segment, draw in zip(_VARIED, draws, strict=True)}
    return resized(skeleton, factors, f"{skeleton.name}-{seed}")
