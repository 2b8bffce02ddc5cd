"""The last gate before the robot: positions, velocities and accelerations that stay within limits, whatever comes in.

In discrete time with step dt the published positions q_k obey, for v_k = (q_k - q_{k-1}) / dt,

    lower ≤ q_k ≤ upper,    |v_k| ≤ V,    |v_k - v_{k-1}| ≤ A dt.

The velocity is chosen from those from which braking at A still stops before the position limit, a set that is never
empty once it holds (braking itself stays in it), so the three can always be kept together. Within that set the input is
followed: exactly where it is feasible, and otherwise caught up with along the fastest approach that can still stop
on it (the discrete form of the time-optimal switching curve v = √(2 A e)).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.limits import Limits
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

_CATCH_UP = 0.5
"""Share of the acceleration used to close in on the input; the rest is left for the input's own acceleration."""


def stopping_velocity(room: Array | float, step: Array | float, dt: float) -> Array:
    """Greatest velocity of the coming tick from which braking by `step` a tick travels no farther than `room`.

    A tick at v followed by v - step, v - 2 step, … travels S(v) = dt (v + (v - step) + …), which is piecewise linear
    in v; this is its inverse.

    Args:
        room: distance left, at least 0. Shape (...).
        step: change of velocity in one tick, above 0. Shape (...).
        dt: length of a tick [s].
    """
    share = np.asarray(room / (step * dt))
    ticks = np.floor((np.sqrt(1.0 + 8.0 * share) - 1.0) / 2.0)
    return np.asarray(step * (share + ticks * (ticks + 1.0) / 2.0) / (ticks + 1.0))


class Counts(NamedTuple):
    """How often each coordinate of the input was not followed, in ticks. Each of shape (n,).

    Attributes:
        position: the input lay beyond a position limit.
        rate: a velocity, acceleration or stopping limit was met.
        invalid: the input was not finite.
    """

    position: NDArray[np.int64]
    rate: NDArray[np.int64]
    invalid: NDArray[np.int64]


class Limiter:
    """Follows a stream of targets within limits, one call a tick.

    Attributes:
        position: last output. Shape (n,).
        velocity: (last output - the one before) / dt. Shape (n,).
        acceleration: change of `velocity` in the last tick, over dt. Shape (n,).
        counts: clamped ticks since the start.

    Args:
        limits: of the n coordinates.
        dt: length of a tick [s].
        start: where the figure stands, at rest. Shape (n,).

    Raises:
        NsaError: `start` is outside the position limits.
    """

    def __init__(self, limits: Limits, dt: float, start: ArrayLike) -> None:
        start = np.array(start, dtype=np.float64)
        outside = ~((start >= limits.lower) & (start <= limits.upper))
        if outside.any():
            raise NsaError(
                f"start positions of coordinates {np.flatnonzero(outside).tolist()} are outside their limits; "
                "start from a pose within them."
            )
        self._limits, self._dt = limits, dt
        self._step = limits.acceleration * dt
        self._braking = 0.5 / limits.acceleration
        self._steps = np.stack([_CATCH_UP * self._step, self._step, self._step])
        self._reference, self._following = start.copy(), True
        self.position = start
        self.velocity = np.zeros_like(start)
        self.acceleration = np.zeros_like(start)
        self.counts = Counts(*(np.zeros(len(start), dtype=np.int64) for _ in Counts._fields))

    def step(self, target: ArrayLike) -> Array:
        """Next position towards a target; coordinates that are not finite brake and hold. (n,) -> (n,).

        Nearly every tick can go straight to its target, which is tested first because it is cheap to test.
        """
        target = np.asarray(target, dtype=np.float64)
        valid = np.isfinite(target)
        wanted = _clipped(target, self._limits.lower, self._limits.upper)
        velocity = (wanted - self.position) / self._dt
        if self._following and (valid & self._feasible(wanted, velocity)).all():
            self._reference = position = wanted
        else:
            position = self._approach(np.where(valid, wanted, self._reference), valid)
            velocity = (position - self.position) / self._dt
            self.counts.invalid[:] += ~valid
        self.counts.position[:] += valid & (wanted != target)
        self.acceleration = (velocity - self.velocity) / self._dt
        self.velocity, self.position = velocity, position
        return position

    def _feasible(self, wanted: Array, velocity: Array) -> NDArray[np.bool_]:
        """Whether a tick at this velocity, which ends at `wanted`, surely keeps every limit. Shape (n,).

        Braking from v afterwards travels v² / (2 A) at most; ticks that would need less are left to `_approach`.
        """
        lower, upper, fastest, _ = self._limits
        speed = np.abs(velocity)
        gentle = np.abs(velocity - self.velocity) <= self._step
        halt = wanted + velocity * speed * self._braking
        return np.asarray((speed <= fastest) & gentle & (halt >= lower) & (halt <= upper))

    def _approach(self, wanted: Array, valid: NDArray[np.bool_]) -> Array:
        """Next position where the target may be out of reach; coordinates that are not valid brake. Shape (n,)."""
        lower, upper, fastest, _ = self._limits
        behind = self._reference - self.position
        room = np.array([np.abs(behind), upper - self.position, self.position - lower])
        catch_up, up, down = stopping_velocity(room, self._steps, self._dt)
        followed = (wanted - self._reference) / self._dt + np.copysign(catch_up, behind)
        desired = np.where(valid, followed, 0.0)

        velocity = _clipped(desired, -np.minimum(down, fastest), np.minimum(up, fastest))
        velocity = _clipped(velocity, self.velocity - self._step, self.velocity + self._step)
        self.counts.rate[:] += np.abs(velocity - desired) > 1e-9 * fastest
        position = _clipped(self.position + velocity * self._dt, lower, upper)
        self._reference = np.where(valid, wanted, position)
        self._following = bool((np.abs(self._reference - position) <= self._steps[0] * self._dt).all())
        return position


def _clipped(values: Array, low: Array, high: Array) -> Array:
    """`np.clip` for arrays of one shape, without the time it takes to look at its arguments."""
    return np.asarray(np.minimum(np.maximum(values, low), high))
