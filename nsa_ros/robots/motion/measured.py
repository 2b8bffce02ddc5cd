"""Where a robot says that it stands, and whether that can be relied on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.robots.motion.limits import MotionLimits
from nsa_ros.robots.motion.rules import Rules

Array = NDArray[np.float64]


class Measured(NamedTuple):
    """The newest measured joint state.

    Attributes:
        positions: of the driven joints [rad], NaN where the message had none. Shape (n,).
        age: time since it was measured [s].
    """

    positions: Array
    age: float

    @classmethod
    def named(cls, positions: Mapping[str, float], joints: Sequence[str], age: float) -> Measured:
        """From positions by joint name, in the order of the driven joints; others are ignored."""
        return cls(np.array([positions.get(joint, np.nan) for joint in joints], dtype=np.float64), age)


def standing(measured: Measured | None, joints: Sequence[str], limits: MotionLimits, rules: Rules) -> Array:
    """Where the robot stands [rad]. Shape (n,).

    Raises:
        NsaError: that is not known, or cannot be.
    """
    if measured is None:
        raise NsaError(
            "no joint state was received; start the robot's joint state broadcaster, "
            "or set assume_rest for a robot that has none and stands in its rest pose."
        )
    if not recent(measured, rules):
        raise NsaError(
            f"the newest joint state is {measured.age:.2f} s old; 0 to {rules.measured_age:.2f} s is allowed. "
            "Check that the joint states are being published and that the clocks agree."
        )
    if measured.positions.shape != (len(joints),):
        raise NsaError(f"the joint state has {measured.positions.size} positions; the robot has {len(joints)} joints.")
    for joint, value, low, high in zip(joints, measured.positions, limits.lower, limits.upper, strict=True):
        if not np.isfinite(value):
            raise NsaError(
                f"the joint state has no finite position of joint {joint}; "
                "check the joint names of the robot's YAML against those of its joint states."
            )
        if not low - rules.outside <= value <= high + rules.outside:
            raise NsaError(
                f"joint {joint} is measured at {value:.3f} rad; its limits allow {low:.3f} to {high:.3f} "
                f"(and {rules.outside:.2f} beyond). Move it back by hand, or mend its calibration or its limits."
            )
    return measured.positions


def recent(measured: Measured, rules: Rules) -> bool:
    """Whether a measured state is neither stale nor of the future, but for a tick in which it may have been awaited."""
    return -rules.dt <= measured.age <= rules.measured_age


class Watch:
    """Keeps an eye on the measured state: the newest of use counts, until it is stale.

    Attributes:
        fresh: whether it is not stale.
        positions: what it says [rad]. Shape (n,).
        agreed: when each joint was last where it was commanded to, on the clock of the caller [s]; without a fresh
            state every joint is taken to agree. Shape (n,).
        stale: how often it became stale.

    Args:
        start: where the robot stands [rad]. Shape (n,).
        rules: what is of use, and what agrees.
    """

    def __init__(self, start: Array, rules: Rules) -> None:
        self._rules, self._time = rules, 0.0
        self.fresh, self.stale = True, 0
        self.positions, self.agreed = start, np.zeros(len(start))

    def look(self, measured: Measured | None, commanded: Array, clock: float) -> None:
        """Takes note of the newest measured state; one that is not recent, not finite or too short is of no use."""
        rules = self._rules
        if (
            measured is not None
            and recent(measured, rules)
            and measured.positions.shape == self.positions.shape
            and np.isfinite(measured.positions).all()
        ):
            self.positions, self._time = measured.positions, clock - max(measured.age, 0.0)
        fresh = clock - self._time <= rules.measured_age
        self.stale += self.fresh and not fresh
        self.fresh = fresh
        apart = np.abs(self.positions - commanded)
        self.agreed[apart <= (rules.error if fresh and rules.error is not None else np.inf)] = clock
