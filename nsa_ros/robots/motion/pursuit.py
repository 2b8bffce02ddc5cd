"""The time-optimal motion that catches up with a moving target, by the library `ruckig`.

It is planned in the frame of the target, which moves on with its velocity and acceleration: there the target rests,
and a motion to it has no reason to overshoot (Berscheid and Kröger, Jerk-limited real-time trajectory generation with
arbitrary target states, RSS 2021). Only its first tick is ever used, and its caller checks it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ruckig import InputParameter, Ruckig, RuckigError, Synchronization, Trajectory

from nsa_ros.robots.motion.limits import MotionLimits
from nsa_ros.robots.motion.stop import State, coasting

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_SPEED = 0.97
_PULL = 0.6
"""Shares of the velocity and acceleration limits that the target's own motion may use: the rest closes in on it."""


class Pursuit:
    """One tick of the pursuit of n joints.

    Args:
        limits: of the joints.
        dt: length of a tick [s].
    """

    def __init__(self, limits: MotionLimits, dt: float) -> None:
        n = len(limits.lower)
        self._limits, self._dt = limits, dt
        self._ruckig, self._trajectory, self._input = Ruckig(n, dt), Trajectory(n), InputParameter(n)
        self._input.synchronization = Synchronization.No
        self._input.max_jerk = limits.jerk.tolist()
        self._input.target_position = [0.0] * n

    def next(self, state: State, target: State, fastest: Array) -> State | None:
        """State after one tick; None where ruckig finds no motion.

        Args:
            state: now.
            target: at the end of this tick; where its velocity or acceleration is not finite it is taken to rest.
            fastest: velocity limit [rad/s], above 0. Shape (n,).
        """
        frame = self._frame(state, target, fastest)
        velocity, acceleration = frame.velocity, frame.acceleration
        dt, given = self._dt, self._input
        before = velocity - dt * acceleration
        given.current_position = (state.position - frame.position + dt * (velocity - 0.5 * dt * acceleration)).tolist()
        given.current_velocity = (state.velocity - before).tolist()
        given.current_acceleration = (state.acceleration - acceleration).tolist()
        given.max_velocity = (fastest - np.maximum(velocity, before)).tolist()
        given.min_velocity = (-fastest - np.minimum(velocity, before)).tolist()
        given.max_acceleration = (self._limits.acceleration - np.abs(acceleration)).tolist()
        try:
            self._ruckig.calculate(given, self._trajectory)
        except (RuckigError, ValueError):  # ValueError: the binding does not know every error code
            return None
        return State(*(np.array(self._trajectory.at_time(dt)) + np.array(frame)))

    def _frame(self, state: State, target: State, fastest: Array) -> State:
        """The target, moving on only so fast that the limits leave room to catch up with it."""
        most = _SPEED * fastest
        velocity = np.minimum(np.maximum(np.where(np.isfinite(target.velocity), target.velocity, 0.0), -most), most)
        most = _PULL * self._limits.acceleration
        bent = np.where(np.isfinite(target.acceleration), target.acceleration, 0.0)
        bent = np.minimum(np.maximum(bent, -most), most)
        roomy = self._roomy(state, State(target.position, velocity, bent), fastest)
        return State(target.position, velocity, np.where(roomy, bent, 0.0))

    def _roomy(self, state: State, target: State, fastest: Array) -> Flags:
        """Whether an accelerating frame keeps the velocity limits: no velocity in it must be brought down first."""
        before = target.velocity - self._dt * target.acceleration
        relative = State(state.position, state.velocity - before, state.acceleration - target.acceleration)
        later = coasting(relative, self._limits.jerk)
        up = fastest - np.maximum(target.velocity, before)
        down = fastest + np.minimum(target.velocity, before)
        kept = (np.maximum(later, relative.velocity) <= up) & (np.minimum(later, relative.velocity) >= -down)
        return np.asarray(kept & (up > 0.0) & (down > 0.0))
