"""Distances on a face seen from the front, and what the coefficients of the mannequin's face do to them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from nsa_ros.body.face import EXPRESSION
from nsa_ros.capture.face.figure import figure_points
from nsa_ros.capture.face.points import Array, face_points

_FILE = Path(__file__).parents[1] / "data" / "face_measures.yaml"


@cache
def measure_table() -> dict[str, Any]:
    """`data/face_measures.yaml`."""
    table: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return table


def measure_names() -> tuple[str, ...]:
    """The M measures."""
    return tuple(measure_table()["measures"])


def column(key: str) -> Array:
    """One property of every measure, as `data/face_measures.yaml` has it. Shape (M,)."""
    return np.array([row[key] for row in measure_table()["measures"].values()], dtype=np.float64)


def measured(points: Array) -> Array:
    """Measures of faces seen from the front [mm]; NaN where a point that one needs is NaN.

    Args:
        points: x to the signer's left and y up, for eyes `points.EYE_DISTANCE` apart [mm]. Shape (F, P, 2).

    Returns:
        In the order of `measure_names`. Shape (F, M).
    """

    def mean(*names: str) -> Array:
        return np.asarray(points[:, face_points().at(*names)].mean(axis=1))

    def both(*names: str) -> Array:
        return mean(*(f"{side}_{name}" for name in names for side in ("left", "right")))

    brow = ("brow_inner", "brow_inner_middle", "brow_middle", "brow_outer_middle", "brow_outer")
    corners = both("eye_outer", "eye_inner")
    found = {
        "brow_height": both(*brow)[:, 1] - corners[:, 1],
        "brow_slope": both(*brow[:2])[:, 1] - both(*brow[3:])[:, 1],
        "brow_gap": (mean("left_brow_inner") - mean("right_brow_inner"))[:, 0],
        "mouth_width": (mean("left_lip_corner") - mean("right_lip_corner"))[:, 0],
    }
    for side in ("left", "right"):
        eye = mean(f"{side}_eye_outer", f"{side}_eye_inner")
        upper, lower = (mean(f"{side}_lid_{lid}_outer", f"{side}_lid_{lid}_inner")[:, 1] for lid in ("upper", "lower"))
        found[f"{side}_opening"], found[f"{side}_lid_lower"] = upper - lower, lower - eye[:, 1]
    upper = mean("inner_upper_middle", "left_inner_upper", "right_inner_upper")
    lower = mean("inner_lower_middle", "left_inner_lower", "right_inner_lower")
    outer_upper = mean("lip_upper", "left_lip_upper_peak", "right_lip_upper_peak")
    outer_lower = mean("lip_lower", "left_lip_lower_side", "right_lip_lower_side")
    found["corner_height"] = (both("lip_corner", "inner_corner") - (upper + lower) / 2)[:, 1]
    found["lip_gap"] = (upper - lower)[:, 1]
    found["lip_red"] = (outer_upper - upper + lower - outer_lower)[:, 1]
    found["nose_height"] = both("nostril_outer", "nostril_inner")[:, 1] - corners[:, 1]
    return np.stack([found[name] for name in measure_names()], axis=1)


@cache
def usual() -> Array:
    """Measures of a neutral face, of the canonical one [mm]. Shape (M,)."""
    values = np.asarray(measured(face_points().canonical[None, :, :2])[0])
    for name, value in measure_table()["neutral"].items():
        values[measure_names().index(name)] = value
    return values


@cache
def figure_usual() -> Array:
    """Measures of the mannequin's neutral face [mm]. Shape (M,)."""
    return np.asarray(measured(figure_points(np.zeros((1, 10)), np.zeros((1, 3)))[..., :2])[0])


@cache
def effects() -> Array:
    """What a unit of each coefficient and a radian of the opening jaw do to each measure, from the mannequin's face and
    what `data/face_measures.yaml` adds [mm]. Shape (M, 11)."""
    step = 0.1
    moved = np.concatenate([step * np.eye(11), -step * np.eye(11)])
    moved[11:, 10] = 0.0
    jaw = np.pad(moved[:, 10:], ((0, 0), (0, 2)))
    values = measured(figure_points(moved[:, :10], jaw)[..., :2])
    steps = np.full(11, 2 * step)
    steps[10] = step
    found = np.asarray((values[:11] - values[11:]).T / steps)
    for coefficient, measures in measure_table()["beyond_figure"].items():
        for name, value in measures.items():
            found[measure_names().index(name), EXPRESSION.index(coefficient)] += value
    return found
