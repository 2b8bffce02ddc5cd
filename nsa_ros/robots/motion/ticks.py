"""Time, as the ticks of a conduct pass it: what is due, and what was missed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nsa_ros.robots.motion.rules import Rules

_PULL, _STRETCH = 0.01, 0.002
"""Share of its deviation from the clock that the grid of ticks makes up for in a tick, and the most, as share of it."""
_ARRIVED = 0.5
"""In a gap this long the drives have arrived at the last command and stand [s]. In a shorter one they may still move on
to it, so the next command follows it as if in time; so it does if it was only the clock that was set forward."""


class Passed(NamedTuple):
    """What has passed from one tick to the next.

    Attributes:
        due: commands that are due now.
        coasted: commands before them that a robot that coasts has made by itself.
        gap: whether the tick came late.
        arrived: whether so late that a robot that does not coast has arrived at its last command, and stands.
        backwards: whether the time went backwards or was not a number.
    """

    due: int
    coasted: int = 0
    gap: bool = False
    arrived: bool = False
    backwards: bool = False


class Ticks:
    """The time of the ticks.

    Where the robot coasts, commands are due at times on a grid, so every tick of it is made, however irregular the
    calls. After a gap, which the robot has spent on the tail of its last window, they are those of the stop that it
    has made there, but for the last. Otherwise one is due at each call.

    Attributes:
        now: at the last tick [s].
        time: of the last tick [s]: on a grid of ticks that follows the clock slowly if the robot coasts, else `now`.
        clock: time since the start [s], which never goes backwards.

    Args:
        now: at the start [s].
        rules: length of a tick, what is a gap, and whether the robot coasts.
    """

    def __init__(self, now: float, rules: Rules) -> None:
        self._rules = rules
        self.now, self.time, self.clock = now, now - rules.dt, 0.0

    def advance(self, now: float) -> Passed:
        """The next tick, at a time [s]."""
        rules, elapsed = self._rules, now - self.now
        if not 0.0 <= elapsed < np.inf:
            elapsed, now = rules.dt, now if np.isfinite(now) else self.now + rules.dt
            self.time, passed = now, Passed(1, backwards=True)
        elif rules.coasts:
            passed = self._on_grid(now)
        else:
            self.time, gap = now, elapsed > rules.gap
            passed = Passed(1, gap=gap, arrived=gap and elapsed > _ARRIVED)
        self.now = now
        self.clock += elapsed
        return passed

    def _on_grid(self, now: float) -> Passed:
        dt, late = self._rules.dt, now - self.time
        due = max(round(late / dt), 0)
        self.time += due * dt
        self.time += float(np.clip(_PULL * (now - self.time), -_STRETCH * dt, _STRETCH * dt))
        return Passed(1, coasted=due - 1, gap=True) if late > self._rules.gap else Passed(due)
