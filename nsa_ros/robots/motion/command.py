"""What comes out of the conduct of a robot."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Phase(str, Enum):
    """What the conduct is doing."""

    INACTIVE = "inactive"
    """Commands nothing."""
    STARTING = "starting"
    """Catches up with the stream at reduced speed, until each joint has met it once."""
    FOLLOWING = "following"
    """Follows the stream."""
    HOLDING = "holding"
    """Brakes and holds: the stream or the measured state is lost, or the steering failed. Or gives way, slowly, to
    where the robot is measured: it does not follow, or has been moved."""
    RESTING = "resting"
    """Returns to the rest pose at reduced speed and stays."""
    STOPPED = "stopped"
    """Emergency stop: brakes as fast as allowed and holds until it is reset."""
    LEAVING = "leaving"
    """Brakes before it becomes inactive."""


class Command(NamedTuple):
    """What the robot should do at the end of this tick.

    Attributes:
        position: [rad]. Shape (n,).
        velocity: [rad/s]. Shape (n,).
        acceleration: [rad/s²]. Shape (n,).
        phase: in which it was made.
        message: what is wrong and what to do; empty when nothing is.
    """

    position: Array
    velocity: Array
    acceleration: Array
    phase: Phase
    message: str


class Events(NamedTuple):
    """How often something unusual happened, since the start.

    Attributes:
        lost: streams lost.
        invalid: targets without any finite joint, of another number of joints, or without a time.
        late: targets older than the one before.
        gaps: ticks that came late.
        backwards: ticks at which the time went backwards or was not a number.
        stale: measured states that became stale.
        blocked: following errors.
        astray: failures of the steering.
        stops: emergency stops.
    """

    lost: int = 0
    invalid: int = 0
    late: int = 0
    gaps: int = 0
    backwards: int = 0
    stale: int = 0
    blocked: int = 0
    astray: int = 0
    stops: int = 0
