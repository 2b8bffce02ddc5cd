"""Quality of service of every topic, in one place. All of them can be overridden by parameters."""

from __future__ import annotations

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions

OVERRIDABLE = QoSOverridingOptions.with_default_policies()
"""Lets `qos_overrides.<topic>.<publisher|subscription>.{history,depth,reliability}` change a profile."""


def _reliable(depth: int, durability: DurabilityPolicy = DurabilityPolicy.VOLATILE) -> QoSProfile:
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST, depth=depth, reliability=ReliabilityPolicy.RELIABLE, durability=durability
    )


TEXT = _reliable(2000)
"""Texts to sign: deep enough that a burst of 1,000 arrives whole; the node then keeps or refuses each."""

STREAM = _reliable(10)
"""Joint states and SMPL-X frames."""

COMMAND = _reliable(1)
"""Commands to a controller: one that has not gone out is worth nothing once the next is there."""

MEASURED = QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)
"""Measured joint states: of several publishers, each with some of the joints."""

NEWEST = QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
"""A stream of which only the newest is wanted, e.g. to draw it."""

LATCHED = _reliable(1, DurabilityPolicy.TRANSIENT_LOCAL)
"""Status and marker: the last one is kept for whoever comes later."""

STATUS_IN = _reliable(10, DurabilityPolicy.TRANSIENT_LOCAL)
"""Status as a subscriber that wants every change receives it."""

DIAGNOSTICS = _reliable(10)
"""/diagnostics."""
