"""Points of the figure that distances are measured between."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.kinematics import Posed, forward
from nsa_ros.body.mannequin import parts
from nsa_ros.body.skeleton import INDEX, TIPS, default_skeleton

Array = NDArray[np.float64]

_FINGERS_OF_MANO = ("index", "middle", "pinky", "ring", "thumb")


def _hand(side: str) -> list[int]:
    fingers = [INDEX[f"{side}_{finger}{i}"] for finger in _FINGERS_OF_MANO for i in (1, 2, 3)]
    return [INDEX[f"{side}_wrist"], *fingers, *(len(INDEX) + i for i, tip in enumerate(TIPS) if tip.startswith(side))]


LEFT_HAND, RIGHT_HAND = (_hand(side) for side in ("left", "right"))
"""Places among `points` of the 21 points of a hand, the wrist first: 15 finger joints, 5 fingertips."""

ARMS = [INDEX[f"{side}_{joint}"] for joint in ("shoulder", "elbow", "wrist") for side in ("left", "right")]
"""Places among `points` of shoulders, elbows and wrists."""

ARMS_AND_HANDS = [*ARMS, *LEFT_HAND[1:], *RIGHT_HAND[1:]]
"""Places among `points` of all that signs with the hands: 46 points."""

UPPER_BODY = [INDEX["neck"], *ARMS, *(INDEX[name] for name in ("head", "jaw", "left_eye_smplhf", "right_eye_smplhf"))]
"""Places among `points` of neck, arms and four points of the head."""

SURFACE = 512
"""Points on the surface."""


def points(poses: ArrayLike) -> Array:
    """Positions of 55 joints and 10 fingertips of the shipped figure. (F, 55, 3) [rad] -> (F, 65, 3) [m]."""
    posed = _posed(poses)
    return np.concatenate([posed.positions, posed.tips], axis=1)


def surface_points(poses: ArrayLike) -> Array:
    """Positions of `SURFACE` fixed points on the skin of the shipped figure: (F, 55, 3) [rad] -> (F, 512, 3) [m].

    They are drawn once, with a fixed seed, uniformly over the area of the mannequin's pieces that a body joint carries
    (`body.mannequin`), each rigid with its joint. They stand for the 10,475 vertices of SMPL-X. That mesh is licensed
    and no part of this package reads it; nearly half of its vertices are on the head and its skin bends at the joints:
    published errors of vertices are of the same kind and not on the same scale.
    """
    posed = _posed(poses)
    carriers, offsets = _surface()
    return posed.positions[:, carriers] + (posed.rotations[:, carriers] @ offsets[..., None])[..., 0]


def _posed(poses: ArrayLike) -> Posed:
    return forward(default_skeleton(), np.asarray(poses, dtype=np.float64))


@cache
def _surface() -> tuple[NDArray[np.int64], Array]:
    """The joint that carries each point, and the point in its frame [m]. Shapes (512,), (512, 3)."""
    carried = [part for part in parts(default_skeleton()) if part.carrier in INDEX]
    corners = np.concatenate([part.mesh.vertices[part.mesh.faces] for part in carried])
    joint = np.concatenate([np.full(len(part.mesh.faces), INDEX[part.carrier]) for part in carried])
    a, b, c = np.moveaxis(corners, 1, 0)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=-1)
    rng = np.random.default_rng(0)
    chosen = rng.choice(len(area), SURFACE, p=area / area.sum())
    weights = rng.dirichlet(np.ones(3), SURFACE)
    return joint[chosen], np.einsum("nc,nci->ni", weights, corners[chosen])
