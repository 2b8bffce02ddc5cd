"""Smooth approaches to a moving target: polynomials of fifth degree that meet it a few ticks ahead.

Where the target will be is told by a quadratic through its last positions. Taken anew every tick, such an approach is
a linear law without lag; the quick ones follow exactly, the slow ones forgive noise.
"""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.motion.limits import MotionLimits
from nsa_ros.robots.motion.stop import State, stopping_velocity

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_TICKS = (3, 6, 12)
"""After so many ticks each approach meets the target; the quicker, the better."""
_TARGETS = (3, 5, 8)
_NOISE = 0.1
"""Share of the jerk limit that noise of the targets may ask for; the slowest approach is taken whatever the noise."""
REMEMBERED = max(_TARGETS)
"""How many targets are looked at."""
_DIFFERENCES = np.diff(np.eye(REMEMBERED), n=4, axis=0) / np.sqrt(70.0)
"""Fourth differences of the targets, where motion hardly shows: their mean square is the variance of white noise."""
_SAMPLES = 7
_FUZZ = 1e-9
_CURVE = np.array(
    [
        [0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0],
        [0, 0.5, 0, 0, 0],
        [-6, -1.5, 10, -4, 0.5],
        [8, 1.5, -15, 7, -1],
        [-3, -0.5, 6, -3, 0.5],
    ]
)
"""Coefficients over [0, 1], by velocity and acceleration at 0, and position (from the start) and the two at 1."""


class Approaches:
    """The approaches of n joints.

    Args:
        limits: of the joints.
        dt: length of a tick [s].
    """

    def __init__(self, limits: MotionLimits, dt: float) -> None:
        self._limits, self._dt = limits, dt
        self._fits = np.array([_fit(targets, dt) for targets in _TARGETS])
        self._durations = dt * np.array(_TICKS)[:, None]
        rows = [_rows(ticks, dt) for ticks in _TICKS]
        self._rows = np.array([np.concatenate(each) for each in rows])
        self._parts = np.cumsum([len(part) for part in rows[0]])[:-1]
        quietest = [_NOISE / _gain(ticks, fit, dt) for ticks, fit in zip(_TICKS, self._fits, strict=True)]
        self._noise = (np.array([*quietest[:-1], np.inf])[:, None] * limits.jerk) ** 2

    def motion(self, targets: Array, velocity: Array | None, approach: int) -> State:
        """Position, velocity and acceleration of the newest target, as one approach sees it. Each of shape (n,).

        Args:
            targets: the last ones [rad], the newest last. Shape (REMEMBERED, n).
            velocity: of the newest, if known. Shape (n,).
            approach: which, from the quickest.
        """
        position, carried, bent = self._fits[approach] @ targets
        return State(position, carried if velocity is None else velocity, bent)

    def next(
        self, state: State, targets: Array, velocity: Array | None, fastest: Array, room: tuple[Array, Array]
    ) -> tuple[State, Flags]:
        """States after one tick of each approach, and whether it keeps the limits. Each (k, n), the quickest first.

        Args:
            state: now.
            targets: the last ones [rad], the newest last; NaN for a joint without. Shape (REMEMBERED, n).
            velocity: of the newest target, if known. Shape (n,).
            fastest: velocity limit [rad/s]. Shape (n,).
            room: least and greatest position allowed. Each of shape (n,).
        """
        limits, h = self._limits, self._durations
        ahead = h - self._dt
        fitted = self._fits @ targets
        target, carried, bent = fitted[:, 0], fitted[:, 1], fitted[:, 2]
        if velocity is not None:
            carried = np.broadcast_to(velocity, carried.shape)
        meeting = target + ahead * (carried + 0.5 * ahead * bent)
        reached = carried + ahead * bent
        position = np.minimum(np.maximum(meeting, limits.lower), limits.upper)
        rooms = np.array([position - limits.lower, limits.upper - position])
        down, up = np.minimum(stopping_velocity(rooms, limits.acceleration, limits.jerk), fastest)
        speed = np.minimum(np.maximum(reached, -down), up)
        pull = np.where((position == meeting) & (speed == reached), bent, 0.0)

        ends = np.empty((len(h), 5, len(fastest)))
        ends[:, 0], ends[:, 1] = h * state.velocity, h * h * state.acceleration
        ends[:, 2], ends[:, 3], ends[:, 4] = position - state.position, h * speed, h * h * pull
        after, positions, speeds, pulls, jerks = np.split(self._rows @ ends, self._parts, axis=1)
        lower, upper = room
        fuzz = _FUZZ * (upper - lower)
        kept = positions.min(axis=1) >= lower - state.position - fuzz
        kept &= positions.max(axis=1) <= upper - state.position + fuzz
        kept &= np.abs(speeds).max(axis=1) <= fastest
        kept &= np.abs(pulls).max(axis=1) <= limits.acceleration
        kept &= np.abs(jerks).max(axis=1) <= limits.jerk
        kept &= ((_DIFFERENCES @ targets) ** 2).mean(axis=0) <= self._noise
        return State(state.position + after[:, 0], after[:, 1], after[:, 2]), np.asarray(kept)


def _fit(targets: int, dt: float) -> Array:
    """Rows that give position, velocity and acceleration of the newest of some targets. Shape (3, m)."""
    ages = dt * np.arange(1 - targets, 1)
    fit = np.linalg.pinv(ages[:, None] ** np.arange(3.0)) * [[1.0], [1.0], [2.0]]
    return np.concatenate([np.zeros((3, REMEMBERED - targets)), fit], axis=1)


def _gain(ticks: int, fit: Array, dt: float) -> float:
    """Standard deviation of the jerk at the start of an approach, by that of its targets [1/s³]."""
    h, ahead = ticks * dt, (ticks - 1) * dt
    position, velocity, acceleration = fit
    meeting = position + ahead * velocity + 0.5 * ahead**2 * acceleration
    jerk = 60.0 * meeting - 24.0 * h * (velocity + ahead * acceleration) + 3.0 * h**2 * acceleration
    return float(np.linalg.norm(jerk)) / h**3


def _rows(ticks: int, dt: float) -> list[Array]:
    """What a curve over some ticks does, as rows over its ends: its state after one, then bounds of its derivatives."""
    derivatives = [_CURVE]
    for _ in range(3):
        derivatives.append(derivatives[-1][1:] * np.arange(1, len(derivatives[-1]))[:, None] / (ticks * dt))
    after = np.array([(1.0 / ticks) ** np.arange(len(d)) @ d for d in derivatives[:3]])
    return [after, *(_bounds(derivative, ticks) for derivative in derivatives)]


def _bounds(polynomial: Array, ticks: int) -> Array:
    """Rows that bound a polynomial: Bernstein coefficients over the first tick, which contain it, samples after."""
    powers = np.arange(len(polynomial))
    degree = len(polynomial) - 1
    scaled = polynomial * ((1.0 / ticks) ** powers)[:, None]
    bernstein = np.array([[comb(i, j) / comb(degree, j) for j in range(degree + 1)] for i in range(degree + 1)])
    samples = np.linspace(1.0 / ticks, 1.0, _SAMPLES)[1:, None] ** powers
    return np.concatenate([bernstein @ scaled, samples @ polynomial])
