"""A way around obstacles, from someone who is not trusted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

Steer = Callable[[Array, Array], Array]
"""From where the command stands and its goal, NaN for a joint without one, to what it shall go to next, on a way there
that is free [rad]. Each of shape (n,). Where the value is not finite the joint brakes and holds."""


def steered(steer: Steer | None, position: Array, goal: Array) -> Array:
    """What to go to next [rad]: the goal itself where nobody steers. Shape (n,).

    Raises:
        NsaError: the steering failed, or gave something of another shape.
    """
    if steer is None:
        return goal
    try:
        found = np.asarray(steer(position.copy(), np.where(np.isfinite(goal), goal, np.nan)), dtype=np.float64)
    except Exception as error:  # whatever it is, the robot must brake
        raise NsaError(f"{type(error).__name__}: {error}") from error
    if found.shape != goal.shape:
        raise NsaError(f"a goal of shape {found.shape} for {goal.size} joints")
    return found
