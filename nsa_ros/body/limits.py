"""Limits of the playback coordinate: position, velocity, acceleration, with their sources (`data/limits.yaml`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

EXPRESSION_SIZE = 10

_FILE = Path(__file__).parent / "data" / "limits.yaml"


class Limits(NamedTuple):
    """What each of n coordinates may do.

    Attributes:
        lower: least position [rad], [m] for the root. Shape (n,).
        upper: greatest position. Shape (n,).
        velocity: greatest speed [rad/s], [m/s]. Shape (n,).
        acceleration: greatest acceleration, either way [rad/s²], [m/s²]. Shape (n,).
    """

    lower: Array
    upper: Array
    velocity: Array
    acceleration: Array


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return table


def _group_of(joint: str) -> dict[str, Any]:
    for group in _table()["groups"].values():
        if joint in group["joints"]:
            found: dict[str, Any] = group
            return found
    raise NsaError(f"{_FILE.name} has no group for joint {joint!r}; add it to the `joints` of one.")


def _row(name: str) -> tuple[float, float, float, float]:
    joint, _, turn = name.removeprefix("left_").removeprefix("right_").rpartition("_")
    group = _group_of(joint)
    if turn not in group["position"]:
        raise NsaError(
            f"{_FILE.name}: joint {joint!r} has no position limit {turn!r}, it has {list(group['position'])}."
        )
    lower, upper = group["position"][turn]
    scale = 1.0 if name in ROOT else np.pi / 180.0
    return lower * scale, upper * scale, group["velocity"], group["acceleration"]


def limits(model: RevoluteModel) -> Limits:
    """Limits of the 168 coordinates of a model, in its order.

    Raises:
        NsaError: the file lacks a joint or one of its turns.
    """
    return Limits(*np.array([_row(name) for name in model.names], dtype=np.float64).T)


def expression_limits() -> Limits:
    """Limits of the ten expression coefficients [-], [1/s], [1/s²]."""
    group = _table()["expression"]
    row = (*group["position"], group["velocity"], group["acceleration"])
    return Limits(*(np.full(EXPRESSION_SIZE, float(value)) for value in row))
