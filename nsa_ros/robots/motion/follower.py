"""Joint commands that keep position, velocity, acceleration and jerk within limits, whatever is asked of them.

Each tick motions are proposed for each joint, and the first is taken that keeps the limits and ends in a state from
which the fastest jerk-limited stop (`nsa_ros.robots.motion.stop`) keeps them too:

1. smooth approaches that meet the target a few ticks ahead (`approach`), the quickest first: most ticks of a feasible
  stream;
2. the time-optimal motion that catches up with it (`pursuit`), and mixtures of that and the stop, as near to it as is
  safe;
3. the stop itself, which keeps the limits because the tick before ended where it does.

So, by induction, no limit is ever broken, and neither the input nor a library is trusted. The limits hold for the
motion in continuous time of which the commands are samples, and with it for finite differences of the commands.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.errors import NsaError
from nsa_ros.robots.motion.approach import REMEMBERED, Approaches
from nsa_ros.robots.motion.limits import MotionLimits
from nsa_ros.robots.motion.pursuit import Pursuit
from nsa_ros.robots.motion.stop import State, Stop, coasting, stop

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_JUMP = 3.0
"""A target that moves faster than this many times the velocity limit has jumped: its motion says nothing."""
_PURSUED = 2
"""The approach whose view of the target's motion serves the pursuit: neither noisy nor late."""
_MIXTURES = np.linspace(1.0, 0.2, 5)[:, None]
_FUZZ = 1e-9
"""Rounding, relative to the limit, that is no violation; positions are clipped to their limits exactly."""


class Counts(NamedTuple):
    """How often each joint did not follow its target, in ticks. Each of shape (n,).

    Attributes:
        position: the target lay beyond a position limit.
        rate: a velocity, acceleration or jerk limit, or the room to stop, was met.
        invalid: the target was not finite.
    """

    position: NDArray[np.int64]
    rate: NDArray[np.int64]
    invalid: NDArray[np.int64]


class Follower:
    """Follows a stream of targets within limits, one call a tick.

    Attributes:
        limits: as given.
        dt: length of a tick [s].
        state: position, velocity and acceleration of the last command.
        counts: ticks in which a joint did not follow, since the start.

    Args:
        limits: of the n joints.
        dt: length of a tick [s].
        start: where the robot stands, at rest [rad]. Shape (n,). A joint beyond its position limits is accepted: it
            never goes farther out, and every target brings it in.

    Raises:
        NsaError: limits that are not finite or not in order, `dt` not above 0, `start` not finite or of another length.
    """

    state: State

    def __init__(self, limits: MotionLimits, dt: float, start: ArrayLike) -> None:
        self.limits = checked(limits)
        if not 0.0 < dt < np.inf:
            raise NsaError(f"tick of {dt} s; give a length above 0.")
        self.dt = dt
        self.counts = Counts(*(np.zeros(len(self.limits.lower), dtype=np.int64) for _ in Counts._fields))
        self._approaches = Approaches(self.limits, dt)
        self._pursuit = Pursuit(self.limits, dt)
        self.reset(start)

    def reset(self, start: ArrayLike) -> None:
        """Stands still at a position (n,), as at the beginning; the counts go on.

        Raises:
            NsaError: `start` is not finite or of another length.
        """
        position = np.array(start, dtype=np.float64)
        n = len(self.limits.lower)
        if position.shape != (n,):
            raise NsaError(f"start position of shape {position.shape}; the limits are of {n} joints.")
        if not np.isfinite(position).all():
            raise NsaError(f"start position of joints {np.flatnonzero(~np.isfinite(position)).tolist()} is not finite.")
        self.state = State(position, np.zeros(n), np.zeros(n))
        self._lower = np.minimum(self.limits.lower, position)
        self._upper = np.maximum(self.limits.upper, position)
        self._forget()

    @property
    def position(self) -> Array:
        """Last command [rad]. Shape (n,)."""
        return self.state.position

    @property
    def velocity(self) -> Array:
        """Its velocity [rad/s]. Shape (n,)."""
        return self.state.velocity

    @property
    def acceleration(self) -> Array:
        """Its acceleration [rad/s²]. Shape (n,)."""
        return self.state.acceleration

    def step(self, target: ArrayLike, velocity: ArrayLike | None = None, share: float = 1.0) -> Array:
        """Position of the next tick; joints whose target is not finite brake and hold.

        Args:
            target: where the joints should be at the end of this tick [rad]. Shape (n,).
            velocity: of the targets [rad/s]; estimated from the last targets when not given. Shape (n,).
            share: of the velocity limits that may be used, from 0 (brakes) to 1.

        Returns:
            The command, `position`. Shape (n,).
        """
        target = np.asarray(target, dtype=np.float64)
        valid = np.isfinite(target)
        within = np.minimum(np.maximum(target, self.limits.lower), self.limits.upper)
        self.counts.invalid[:] += ~valid
        self.counts.position[:] += valid & (within != target)
        self._remember(within, valid)
        if not share > 0.0:
            return self._take(self.stop().at(self.dt))
        fastest = min(share, 1.0) * self.limits.velocity
        known = None if velocity is None else self._known(np.asarray(velocity, dtype=np.float64))

        slow = _speed(self.state, self.limits.jerk) <= fastest * (1.0 + _FUZZ)
        allowed = np.where(slow, fastest, self.limits.velocity)
        smooth, kept = self._approaches.next(self.state, self._targets, known, fastest, (self._lower, self._upper))
        chosen, found = self._first(smooth, kept, allowed)
        if not found.all():
            missed = valid & ~found
            self.counts.rate[:] += missed
            braked = self.stop().at(self.dt)
            other = self._caught_up(braked, within, known, fastest, allowed) if missed.any() else braked
            chosen = _choose(found, chosen, _choose(missed, other, braked))
        return self._take(chosen)

    def brake(self) -> Array:
        """Position of the next tick of the fastest stop. Shape (n,)."""
        self._forget()
        return self._take(self.stop().at(self.dt))

    def stop(self) -> Stop:
        """The fastest stop from the last command."""
        return stop(self.state, self.limits.acceleration, self.limits.jerk)

    def stop_profile(self, times: ArrayLike) -> tuple[Array, Array]:
        """Positions and velocities of the fastest stop, at times (k,) [s] after the last command. Each (k, n)."""
        stopping = self.stop()
        states = [stopping.at(float(time)) for time in np.asarray(times, dtype=np.float64)]
        return np.array([state.position for state in states]), np.array([state.velocity for state in states])

    def _caught_up(self, braked: State, target: Array, known: Array | None, fastest: Array, allowed: Array) -> State:
        """State after one tick of the pursuit, mixed with as little of the stop as is safe."""
        motion = self._approaches.motion(self._targets, known, _PURSUED)
        pursuing = self._pursuit.next(self.state, motion._replace(position=self._finite(target)), fastest)
        if pursuing is None:
            return braked
        mixed = State(*(stays + _MIXTURES * (goes - stays) for stays, goes in zip(braked, pursuing, strict=True)))
        chosen, found = self._first(mixed, np.ones((len(_MIXTURES), len(target)), dtype=np.bool_), allowed)
        return _choose(found, chosen, braked)

    def _first(self, proposals: State, kept: Flags, fastest: Array) -> tuple[State, Flags]:
        """The first proposal that is safe, of each joint, and whether there is one.

        Args:
            proposals: k of them; each array of shape (k, n).
            kept: whether a proposal keeps the limits during its tick. Shape (k, n).
            fastest: velocity limit [rad/s]. Shape (n,).
        """
        kept = kept & self._safe(proposals, fastest)
        best, joints = kept.argmax(axis=0), np.arange(kept.shape[1])
        return State(*(each[best, joints] for each in proposals)), kept[best, joints]

    def _safe(self, state: State, fastest: Array) -> Flags:
        """Whether the fastest stop from a state keeps every limit, of each joint. Shape (..., n)."""
        greatest, jerk = self.limits.acceleration, self.limits.jerk
        kept = (np.abs(state.acceleration) <= greatest * (1.0 + _FUZZ)) & (
            _speed(state, jerk) <= fastest * (1.0 + _FUZZ)
        )
        least, most = stop(state, greatest, jerk).extent()
        fuzz = _FUZZ * (self._upper - self._lower)
        return np.asarray(kept & (least >= self._lower - fuzz) & (most <= self._upper + fuzz))

    def _take(self, state: State) -> Array:
        """The state becomes the last command; a joint beyond its limits may not go back out."""
        position = np.minimum(np.maximum(state.position, self._lower), self._upper)
        self.state = State(position, state.velocity, state.acceleration)
        if (self._lower < self.limits.lower).any() or (self._upper > self.limits.upper).any():
            least, most = self.stop().extent()
            self._lower = np.minimum(np.maximum(least, self._lower), self.limits.lower)
            self._upper = np.maximum(np.minimum(most, self._upper), self.limits.upper)
        return position

    def _forget(self) -> None:
        self._targets = np.full((REMEMBERED, len(self.limits.lower)), np.nan)

    def _remember(self, target: Array, valid: Flags) -> None:
        """The target joins the last ones; one that jumped, or is the first, is taken to have always stood there."""
        jumped = ~(np.abs(target - self._targets[-1]) <= _JUMP * self.dt * self.limits.velocity)
        self._targets[:-1] = np.where(jumped, target, self._targets[1:])
        self._targets[-1] = target
        self._targets[:, ~valid] = np.nan

    def _known(self, velocity: Array) -> Array:
        """A given velocity of the targets, 0 where it is not finite."""
        most = _JUMP * self.limits.velocity
        return np.minimum(np.maximum(np.where(np.isfinite(velocity), velocity, 0.0), -most), most)

    def _finite(self, target: Array) -> Array:
        """The target, or the present position where it is not finite."""
        return np.where(np.isfinite(target), target, self.position)


def checked(limits: MotionLimits) -> MotionLimits:
    """The limits as arrays of one length.

    Raises:
        NsaError: they differ in length, are not finite, `lower` is above `upper`, or a rate is not above 0.
    """
    limits = MotionLimits(*(np.array(values, dtype=np.float64) for values in limits))
    n = limits.lower.size
    for name, values in limits._asdict().items():
        if values.shape != (n,):
            raise NsaError(f"{name} limits have the shape {values.shape}; give one for each of {n} joints.")
        rate = name not in ("lower", "upper")
        wrong = np.flatnonzero(~np.isfinite(values) | (rate & (values <= 0.0)))
        if wrong.size:
            allowed = "a finite number above 0" if rate else "a finite number"
            raise NsaError(f"{name} limit of joint {wrong[0]} is {values[wrong[0]]}; give {allowed}.")
    wrong = np.flatnonzero(limits.lower > limits.upper)
    if wrong.size:
        low, high = limits.lower[wrong[0]], limits.upper[wrong[0]]
        raise NsaError(f"position limits of joint {wrong[0]} are {low} to {high}; give the lower one first.")
    return limits


def _speed(state: State, jerk: Array) -> Array:
    """Greatest speed, now and once the acceleration has been brought to 0. Shape (..., n)."""
    return np.asarray(np.maximum(np.abs(state.velocity), np.abs(coasting(state, jerk))))


def _choose(chosen: Flags, one: State, other: State) -> State:
    """One state for the joints that are chosen, the other for the rest."""
    return State(*(np.where(chosen, mine, its) for mine, its in zip(one, other, strict=True)))
