"""How motion moves, whatever it says: smoothness, joint limits, hands in each other and under the skin.

Each is measured on the reference too: signs touch the body and each other, and stay near the limits of the shoulder.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.contact import Hands, Skin
from nsa_ros.body.kinematics import forward
from nsa_ros.body.limits import limits
from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.learning.evaluation.points import LEFT_HAND, RIGHT_HAND, points

Array = NDArray[np.float64]

_PARTS = {"wrists": [INDEX["left_wrist"], INDEX["right_wrist"]], "hands": [*LEFT_HAND, *RIGHT_HAND]}
_STILL = 0.01
_TOUCH = 0.005
_TAILS = (0.001, 0.999)


def acceleration(positions: Array, fps: float) -> float:
    """Mean size of the second difference of positions (F, points, 3), in m/s²."""
    return _mean_difference(positions, 2, fps)


def jerk(positions: Array, fps: float) -> float:
    """Mean size of the third difference of positions (F, points, 3), in m/s³."""
    return _mean_difference(positions, 3, fps)


def smoothness(made: Sequence[ArrayLike], true: Sequence[ArrayLike], fps: float = 24.0) -> dict[str, Any]:
    """Acceleration and jerk of wrists and of all 42 points of the hands, every frame weighing the same.

    Args:
        made, true: poses [rad] of two sets of motions, which need not be pairs. Shapes (F, 55, 3), F at least 4.
        fps: frames per second.

    Returns:
        For `wrists` and `hands`: `acceleration` [m/s²] and `jerk` [m/s³], `reference_acceleration` and
        `reference_jerk`, and `acceleration_ratio` and `jerk_ratio`, made over true: 1 is as smooth as the reference,
        more is trembling, less is sluggish. And `still`, `reference_still`: share of frames in which no point of the
        hands is faster than 1 cm/s; frozen motion has a low jerk too.
    """
    moved = [[points(poses) for poses in motions] for motions in (made, true)]
    found: dict[str, Any] = {}
    for part, chosen in _PARTS.items():
        row: dict[str, float] = {}
        for name, order in (("acceleration", 2), ("jerk", 3)):
            ours, theirs = (
                float(
                    np.average(
                        [_mean_difference(p[:, chosen], order, fps) for p in motions],
                        weights=[len(p) - order for p in motions],
                    )
                )
                for motions in moved
            )
            row |= {name: ours, f"reference_{name}": theirs, f"{name}_ratio": ours / theirs}
        found[part] = row
    found["still"], found["reference_still"] = (_still(motions, fps) for motions in moved)
    return found


def limit_use(motions: Sequence[ArrayLike]) -> dict[str, Any]:
    """Where motions are in the joint limits of playback (`body.limits`), in their 165 revolute coordinates.

    Args:
        motions: poses [rad], shapes (F, 55, 3).

    Returns:
        `frames_beyond`: share of frames with a coordinate beyond its limit by more than 1e-6; `values_beyond`: share of
        all values; `farthest_beyond` [deg] and `farthest_coordinate`; `least_margin` [deg]: the least room that a
        coordinate's 0.1 % and 99.9 % quantiles leave to its limits, below 0 when they are beyond, and
        `tightest_coordinate`. Coordinates that never move are left out of the last two.
    """
    model = _revolute()
    bounds = limits(model)
    turns = slice(len(ROOT), None)
    q = np.concatenate([model.from_motion(poses, np.zeros((len(np.asarray(poses)), 3))) for poses in motions])[:, turns]
    lower, upper, names = bounds.lower[turns], bounds.upper[turns], model.names[turns]
    over = np.maximum(lower - q, q - upper)
    beyond = over > 1e-6
    low, high = np.quantile(q, _TAILS, axis=0)
    margin = np.where(np.ptp(q, axis=0) > 1e-6, np.minimum(low - lower, upper - high), np.inf)
    worst, tight = int(over.max(axis=0).argmax()), int(margin.argmin())
    return {
        "frames_beyond": float(beyond.any(axis=1).mean()),
        "values_beyond": float(beyond.mean()),
        "farthest_beyond": float(np.degrees(max(0.0, over.max()))),
        "farthest_coordinate": names[worst],
        "least_margin": float(np.degrees(margin[tight])),
        "tightest_coordinate": names[tight],
    }


def penetration(motions: Sequence[ArrayLike]) -> dict[str, dict[str, float]]:
    """How deep hands go into head and trunk (`body`) and into each other (`hands`).

    Depth is that of capsules (`body.contact`): fingers and palms under the skin, and the deepest pair of both hands.

    Args:
        motions: poses [rad], shapes (F, 55, 3).

    Returns:
        For each: `share` of frames more than 5 mm deep (skin gives way to a touch), `mean` depth of those frames [mm],
        0 when there are none, and `deepest` [mm].
    """
    hands, skin = Hands(default_skeleton()), Skin(default_skeleton())
    body, each_other = [], []
    for poses in motions:
        posed = forward(default_skeleton(), np.asarray(poses, dtype=np.float64))
        body.append(np.maximum(skin.depth(posed, hands.left), skin.depth(posed, hands.right)))
        each_other.append(hands.overlap(posed)[0])
    return {"body": _depths(np.concatenate(body)), "hands": _depths(np.concatenate(each_other))}


def _depths(depth: Array) -> dict[str, float]:
    deep = depth[depth > _TOUCH]
    return {
        "share": len(deep) / len(depth),
        "mean": 1e3 * float(deep.mean()) if len(deep) else 0.0,
        "deepest": 1e3 * float(depth.max()),
    }


def _mean_difference(positions: Array, order: int, fps: float) -> float:
    return float(np.linalg.norm(np.diff(positions, n=order, axis=0), axis=-1).mean() * fps**order)


def _still(motions: list[Array], fps: float) -> float:
    fastest = [np.linalg.norm(np.diff(p[:, _PARTS["hands"]], axis=0), axis=-1).max(-1) * fps for p in motions]
    return float((np.concatenate(fastest) < _STILL).mean())


@cache
def _revolute() -> RevoluteModel:
    return RevoluteModel(default_skeleton())
