"""What the joints of a robot may do."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class MotionLimits(NamedTuple):
    """Limits of n joints.

    Attributes:
        lower: least position [rad], [m] for prismatic joints. Shape (n,).
        upper: greatest position. Shape (n,).
        velocity: greatest speed [rad/s]. Shape (n,).
        acceleration: greatest acceleration, either way [rad/s²]. Shape (n,).
        jerk: greatest change of acceleration, either way [rad/s³]. Shape (n,).
    """

    lower: Array
    upper: Array
    velocity: Array
    acceleration: Array
    jerk: Array
