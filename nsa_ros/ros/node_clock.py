"""A node's time: that of a simulation, when use_sim_time is set; else one that never jumps."""

from __future__ import annotations

import time
from collections.abc import Callable

from rclpy.node import Node

RESET = 1.0
"""A deadline farther ahead than this was set before the simulation was reset [s]."""


STEP = 0.1
"""The machine's clock was set when it is this far from where it is thought to be [s]."""

TRUST = 0.02
"""Share that one reading has in where the machine's clock is thought to be: readings are late now and then."""


class SteadyTime:
    """Time for what moves: it never jumps, unless a simulation does.

    Args:
        node: whose.
        steady: seconds on a clock that is never set.
    """

    def __init__(self, node: Node, steady: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._steady = node.get_clock(), steady
        self._simulated = bool(node.get_parameter("use_sim_time").value)
        self._ahead = 0.0

    def now(self) -> float:
        """On a clock of its own [s]."""
        return self._ros() if self._simulated else self._steady()

    def ahead(self) -> float:
        """How far the node's clock, that of stamps, is ahead of `now` [s]; to be asked regularly."""
        if self._simulated:
            return 0.0
        difference = self._ros() - self._steady()
        off = difference - self._ahead
        self._ahead = difference if abs(off) > STEP else self._ahead + TRUST * off
        return self._ahead

    def _ros(self) -> float:
        return float(self._clock.now().nanoseconds * 1e-9)


class NodeClock:
    """It is asked every millisecond: rclpy's own `Clock.sleep_until` can abort the process on Kilted."""

    def __init__(self, node: Node) -> None:
        self._clock = node.get_clock()

    def now(self) -> float:
        return float(self._clock.now().nanoseconds * 1e-9)

    def sleep_until(self, deadline: float) -> None:
        while self.now() < deadline <= self.now() + RESET:
            time.sleep(1e-3)


def simulated(node: Node) -> NodeClock | None:
    """The clock of the simulation that a node keeps to; None when it keeps to the machine's."""
    return NodeClock(node) if node.get_parameter("use_sim_time").value else None
