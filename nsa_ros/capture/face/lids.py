"""Eyelids: how far the eyes are open, and winks."""

from __future__ import annotations

import numpy as np

from nsa_ros.body.face import EXPRESSION
from nsa_ros.capture.face.measures import figure_usual, measure_names
from nsa_ros.capture.face.points import Array
from nsa_ros.capture.landmarks import SIDES

_CLOSED, _CLOSING = 0.25, 0.5
"""Share of the usual opening of an eye: up to the one it is closed (detectors seldom bring lids together), from the
other on it is closing."""

_ALIKE, _APART = 0.3, 0.6
"""Difference of the eyes' openings up to which it is put down to the detector, and from which it is a wink."""

_SHUTTING, _OPEN = 0.5, 0.7
"""Opening of the more open eye up to which both shut, and from which the other one may wink."""

_WINKS = [EXPRESSION.index(f"{side}_wink") for side in SIDES]
_WIDE = EXPRESSION.index("eyes_wide")


def lid_columns() -> list[int]:
    """Where openings of the left and right eye, and heights of the left and right lower lid are in `measure_names`."""
    return [measure_names().index(f"{side}_{name}") for name in ("opening", "lid_lower") for side in SIDES]


def lids(values: Array, neutral: Array) -> tuple[Array, Array]:
    """Displacements of the lids as the mannequin's would move, both eyes alike unless one winks.

    An eye that is not seen goes with the other one.

    Args:
        values: all measures [mm]. Shape (F, M).
        neutral: of the person [mm]. Shape (M,).

    Returns:
        moved: from neutral, in the order of `lid_columns`, scaled so that an eye that shuts does so on the mannequin
            [mm]. Shape (F, 4).
        openness: of the left and the right eye against their usual. Shape (F, 2).
    """
    columns = lid_columns()
    usual = neutral[columns[:2]]
    moved = (values - neutral)[:, columns].reshape(-1, 2, 2)
    moved = np.where(np.isfinite(moved), moved, moved[..., ::-1])
    openness = 1 + moved[:, 0] / usual
    most, apart = openness.max(axis=1, keepdims=True), np.ptp(openness, axis=1, keepdims=True)
    alike = 1 - _ramp(apart, _ALIKE, _APART) * _ramp(most, _SHUTTING, _OPEN)
    moved = moved + alike[..., None] * (moved.mean(axis=2, keepdims=True) - moved)
    return (moved * figure_usual()[columns[:2]] / usual).reshape(-1, 4), 1 + moved[:, 0] / usual


def _ramp(value: Array, low: float, high: float) -> Array:
    """0 up to low, 1 from high on."""
    return np.clip((value - low) / (high - low), 0.0, 1.0)


def with_shut_eyes(expression: Array, openness: Array) -> Array:
    """Coefficients (F, 10) with the winks of shut eyes at 1; an eye that is shut is not read as a squint."""
    shut = 1 - _ramp(openness, _CLOSED, _CLOSING)
    result = expression.copy()
    result[:, _WINKS] += shut * (1 - expression[:, _WINKS])
    result[:, _WIDE] *= 1 - shut.max(axis=1)
    return result
