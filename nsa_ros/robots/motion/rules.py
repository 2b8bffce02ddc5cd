"""How careful a robot is conducted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nsa_ros.errors import NsaError


@dataclass(frozen=True)
class Rules:
    """How careful the conduct is.

    Attributes:
        dt: length of a tick [s].
        slow: share of the velocity limits while starting and returning to rest, above 0 to 1.
        caught_up: a joint this near to its target has caught up [rad].
        settling: time in starting, from the first target on, in which none counts as caught up with: targets may
            themselves be on their way from rest [s].
        timeout: without a fresh target for so long, the stream is lost [s].
        hold: time in holding before the return to rest, or before another try after a following error or a failure of
            the steering [s].
        measured_age: an older measured state is stale: the robot is not activated, or holds [s].
        outside: how far beyond its position limits a joint may be measured at activation [rad].
        error: difference of measured and commanded position that means that the robot does not follow [rad]; None for
            never.
        error_time: for how long it must last [s].
        gap: a tick later than this after the last one is a gap [s].
        coasts: in a gap the robot brakes along the tail of its last window (`window`); otherwise its drives go on to
            the last command.
        assume_rest: the robot tells no joint states; it is taken to stand in its rest pose at first, and later where it
            was last commanded to.

    Raises:
        NsaError: a number that is not above 0, `slow` above 1, or `gap` not above a tick.
    """

    dt: float = 0.01
    slow: float = 0.25
    caught_up: float = 0.05
    settling: float = 0.5
    timeout: float = 0.25
    hold: float = 2.0
    measured_age: float = 0.5
    outside: float = 0.2
    error: float | None = 0.5
    error_time: float = 0.5
    gap: float = 0.05
    coasts: bool = False
    assume_rest: bool = False

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value is not None and not isinstance(value, bool) and not 0.0 < value < np.inf:
                raise NsaError(f"{name} is {value}; give a number above 0.")
        if self.slow > 1.0:
            raise NsaError(f"slow is {self.slow}; give a share of the velocity limits, above 0 to 1.")
        if self.gap <= self.dt:
            raise NsaError(f"gap is {self.gap} s; give more than a tick, {self.dt} s.")
