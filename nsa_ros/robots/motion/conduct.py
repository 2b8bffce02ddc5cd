"""How a robot is conducted: when it may move, how fast, and what it does when something is wrong.

A pure state machine around a `Follower`: time, targets and measured joint states are arguments, nothing sleeps and
nothing is published. Whatever happens, the command moves only as the follower allows; the phases decide where to and
at what speed. Only activation and `reset`, of a robot that stands, set it to where the robot is measured.

    INACTIVE ── activate ──► STARTING ── caught up ──► FOLLOWING
                               ▲  │                        │
                stream is back │  └──── stream lost ───────┤  (measured state lost, following error, steering failed)
                               │                           ▼
                            RESTING ◄── after `hold` ── HOLDING ── fault is over ──► STARTING
    any ── stop ──► STOPPED ── reset ──► STARTING        any ── deactivate ──► LEAVING ── stands ──► INACTIVE

A robot that does not follow is given way to: HOLDING takes the command, slowly, to where it is measured. The same where
the measured state comes back and says that the robot has been moved. After the third following error in a row, HOLDING
ends only by `reset`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.errors import NsaError
from nsa_ros.robots.motion import remarks
from nsa_ros.robots.motion.command import Command, Events, Phase
from nsa_ros.robots.motion.follower import Counts, Follower
from nsa_ros.robots.motion.limits import MotionLimits
from nsa_ros.robots.motion.measured import Measured, Watch, standing
from nsa_ros.robots.motion.meeting import Meeting
from nsa_ros.robots.motion.refuge import Refuge
from nsa_ros.robots.motion.rules import Rules
from nsa_ros.robots.motion.steering import Steer, steered
from nsa_ros.robots.motion.stop import State
from nsa_ros.robots.motion.stream import Stream, Target
from nsa_ros.robots.motion.ticks import Ticks

__all__ = ["Command", "Conduct", "Events", "Measured", "Phase", "Rules", "Steer", "Target"]

Array = NDArray[np.float64]

_FAILURES = 3
"""Following errors in a row (`Refuge`) after which the robot does not start again by itself."""
_STOOD = 100
"""Ticks of standstill after which a longer gap makes no difference."""


class _Fault(Enum):
    """Why the robot holds."""

    STREAM = "stream"
    MEASURED = "measured"
    BLOCKED = "blocked"
    MOVED = "moved"
    STEERING = "steering"


class Conduct:
    """Conducts n joints.

    Attributes:
        joints: names, in the order of every array.
        rules: as given.
        phase: what it is doing.
        message: what is wrong and what to do; empty when nothing is.
        follower: makes the commands; its counts are kept over activations.
        states: commands made by the last tick, the newest last: one, or, where the robot coasts, one for each tick of
            the grid that was due. Those of the first tick begin with where the robot stood.

    Args:
        joints: names of the driven joints.
        limits: of the joints.
        rest: pose to return to [rad]. Shape (n,).
        rules: how careful.
        steer: a way around obstacles, while STARTING and RESTING, asked at every tick; STARTING ends only when it
            leads to the stream itself. It is not trusted: the limits are kept whatever it gives; when it raises
            something, or gives another shape, the robot holds, and tries again after `Rules.hold`. Without one the
            robot goes straight.

    Raises:
        NsaError: numbers of joints differ, or the rest pose is outside the limits.
    """

    def __init__(
        self,
        joints: Sequence[str],
        limits: MotionLimits,
        rest: ArrayLike,
        rules: Rules | None = None,
        steer: Steer | None = None,
    ) -> None:
        self.joints, self.rules = tuple(joints), rules or Rules()
        self._rest, self._steer = np.array(rest, dtype=np.float64), steer
        self.follower = Follower(limits, self.rules.dt, self._rest)
        if len(self.joints) != len(self._rest):
            raise NsaError(f"{len(self.joints)} joint names for {len(self._rest)} joints; give one for each.")
        limits = self.follower.limits
        for i in np.flatnonzero((self._rest < limits.lower) | (self._rest > limits.upper)):
            raise NsaError(
                f"rest position of joint {self.joints[i]} is {self._rest[i]:.3f}; "
                f"its limits allow {limits.lower[i]:.3f} to {limits.upper[i]:.3f}."
            )
        self.phase, self.message, self.states = Phase.INACTIVE, "", list[State]()
        self._stopped, self._counted = False, Events()
        self._begin(0.0)

    def _begin(self, now: float) -> None:
        rules = self.rules
        self._ticks, self._entered = Ticks(now, rules), 0.0
        self._stream = Stream(self.follower.limits, 2.0 * rules.dt, rules.timeout)
        self._watch = Watch(self.follower.position, rules)
        self._refuge = Refuge(self.follower.position, self.follower.limits, rules)
        self._fault = _Fault.STREAM
        self._meeting = Meeting(self.follower.limits, rules.caught_up, round(rules.settling / rules.dt))
        self._opening = [self.follower.state]

    @property
    def counts(self) -> Counts:
        """Ticks in which each joint did not follow its target, by reason."""
        return self.follower.counts

    @property
    def events(self) -> Events:
        """How often something unusual happened."""
        counted, stream = self._counted, self._stream
        return counted._replace(
            invalid=counted.invalid + stream.invalid,
            late=counted.late + stream.late,
            stale=counted.stale + (0 if self.rules.assume_rest else self._watch.stale),
        )

    @property
    def time(self) -> float:
        """Of the last tick [s]: on a grid of ticks that follows the clock slowly if the robot coasts, else `now`."""
        return self._ticks.time

    @property
    def active(self) -> bool:
        """Whether commands are made."""
        return self.phase is not Phase.INACTIVE

    @property
    def latched(self) -> bool:
        """Whether it waits for `reset`: after an emergency stop, or after too many following errors in a row."""
        return self._stopped or (self.phase is Phase.HOLDING and self._refuge.failures >= _FAILURES)

    def activate(self, now: float, measured: Measured | None) -> None:
        """Begins to command, from where the robot stands.

        Raises:
            NsaError: after an emergency stop that was not reset, or where the robot stands is not known or not
                possible.
        """
        if self._stopped:
            raise NsaError("the emergency stop is latched; reset it, then activate.")
        if self.active:
            return
        self.follower.reset(self._standing(measured))
        self._counted = self.events
        self._begin(now)
        self._watch.look(measured, self.follower.position, self._ticks.clock)
        self._enter(Phase.STARTING, "")

    def deactivate(self) -> None:
        """Brakes to standstill in the coming ticks, then commands nothing (`active` is False)."""
        if self.active:
            self._enter(Phase.LEAVING, "")

    def stop(self, reason: str = "emergency stop") -> None:
        """Emergency stop: brakes as fast as allowed, then holds, until `reset`. Also latches while inactive."""
        if not self._stopped:
            self._count("stops")
        self._stopped = True
        if self.active and self.phase is not Phase.LEAVING:
            self._enter(Phase.STOPPED, f"{reason}: holding; make sure that it is safe, then reset.")

    def reset(self, measured: Measured | None) -> None:
        """Ends an emergency stop or what else is latched; an active robot starts again, from where it stands.

        Raises:
            NsaError: where the robot stands is not known or not possible, or it is still moving.
        """
        if self.latched and self.phase in (Phase.STOPPED, Phase.HOLDING):
            if self.follower.stop().duration > self.rules.dt:
                raise NsaError("the robot is still braking; reset when it stands.")
            found, command = self._standing(measured), self.follower.position
            moved = np.abs(found - command) > self.rules.caught_up
            self.follower.reset(np.where(moved, found, command))
            self._refuge = Refuge(found, self.follower.limits, self.rules)
            self._enter(Phase.STARTING, "")
        self._stopped = False

    def tick(self, now: float, target: Target | None = None, measured: Measured | None = None) -> Command | None:
        """One tick: the command, or None while inactive.

        Args:
            now: [s].
            target: the newest of the stream, if one came since the last tick.
            measured: the newest measured joint state, if there ever was one.
        """
        if not self.active:
            return None
        due = self._pass_time(now)
        if target is not None:
            self._stream.add(target, self._ticks.clock)
        self._watch.look(measured, self.follower.position, self._ticks.clock)
        self._decide()
        for early in reversed(range(due)):
            self._move(self._ticks.now - early * self.rules.dt)
            self.states.append(self.follower.state)
        if self.phase is Phase.LEAVING and not self.follower.velocity.any() and not self.follower.acceleration.any():
            self._enter(Phase.INACTIVE, "")
        return Command(*self.follower.state, self.phase, self.message)

    def _standing(self, measured: Measured | None) -> Array:
        """Where the robot stands. Shape (n,)."""
        if self.rules.assume_rest:
            return self.follower.position
        return standing(measured, self.joints, self.follower.limits, self.rules)

    def _enter(self, phase: Phase, message: str) -> None:
        self.phase, self.message, self._entered = phase, message, self._ticks.clock
        if phase is Phase.STARTING:
            self._meeting.begin()

    def _count(self, event: str) -> None:
        self._counted = self._counted._replace(**{event: getattr(self._counted, event) + 1})

    def _pass_time(self, now: float) -> int:
        """The time goes on to `now` [s]; returns how many commands are due."""
        self.states, self._opening = self._opening, []
        passed = self._ticks.advance(now)
        if passed.backwards:
            self._count("backwards")
            self._stream.forget()
        if passed.gap:
            self._count("gaps")
            self._coast(passed.coasted)
        if passed.arrived:
            self.follower.reset(self.follower.position)
        return passed.due

    def _coast(self, ticks: int) -> None:
        """Makes the stop that the robot has made in a gap of some ticks."""
        for _ in range(min(ticks, round(self.follower.stop().duration / self.rules.dt) + _STOOD)):
            self.follower.brake()
            self.states.append(self.follower.state)

    def _decide(self) -> None:
        """The phase of this tick."""
        if self.phase in (Phase.STOPPED, Phase.LEAVING):
            return
        rules, clock, watch = self.rules, self._ticks.clock, self._watch
        flowing = clock - self._stream.came <= rules.timeout
        blocked = clock - watch.agreed > rules.error_time
        blind = not (watch.fresh or rules.assume_rest)
        fault = self._fault if self.phase is Phase.HOLDING else None
        waited = clock - self._entered > rules.hold
        there = self._seek_refuge(fault)

        if fault is _Fault.BLOCKED:
            if waited and there and not (blind or blocked.any() or self.latched):
                self._resume(flowing)
        elif blind:
            if fault is not _Fault.MEASURED:
                self._hold(_Fault.MEASURED, remarks.blind(rules.measured_age))
        elif fault in (_Fault.MEASURED, _Fault.MOVED):
            if there:
                self._resume(flowing)
            elif fault is _Fault.MEASURED:
                joint = int(np.argmax(np.abs(watch.positions - self.follower.position)))
                self._hold(_Fault.MOVED, remarks.moved(self._apart(joint)))
        elif blocked.any():
            self._count("blocked")
            self._refuge.flee(watch.positions, blocked)
            failures = self._refuge.failures
            where = self._apart(int(np.argmax(blocked)))
            self._hold(_Fault.BLOCKED, remarks.blocked(where, rules.error_time, failures, failures >= _FAILURES))
        elif fault is _Fault.STEERING:
            if waited:
                self._resume(flowing)
        elif flowing and self.phase in (Phase.HOLDING, Phase.RESTING):
            self._enter(Phase.STARTING, "")
        elif fault is _Fault.STREAM and waited:
            self._enter(Phase.RESTING, remarks.RESTING)
        elif not flowing and self.phase in (Phase.STARTING, Phase.FOLLOWING):
            self._count("lost")
            self._hold(_Fault.STREAM, remarks.silent(rules.timeout))
        if self.phase is Phase.STARTING and self._meeting.over:
            self._enter(Phase.FOLLOWING, "")
        if self.phase in (Phase.STARTING, Phase.FOLLOWING):
            self.message = self._remark()

    def _seek_refuge(self, fault: _Fault | None) -> bool:
        """Looks where the robot is, for the command to give way to; returns whether the command is there."""
        refuge, found, commanded = self._refuge, self._watch.positions, self.follower.position
        if self._watch.fresh:
            if fault is _Fault.BLOCKED:
                refuge.give_way(found)
            elif fault is _Fault.MEASURED:
                refuge.move(found)
            else:
                refuge.release(found, commanded)
        return refuge.reached(commanded)

    def _hold(self, fault: _Fault, message: str) -> None:
        self._fault = fault
        self._enter(Phase.HOLDING, message)

    def _resume(self, flowing: bool) -> None:
        """Goes on after a fault that has passed."""
        if flowing:
            self._enter(Phase.STARTING, "")
        else:
            self._hold(_Fault.STREAM, remarks.LOST)

    def _apart(self, joint: int) -> str:
        return remarks.apart(self.joints[joint], self._watch.positions[joint], self.follower.position[joint])

    def _remark(self) -> str:
        """What a user should know although the robot moves."""
        last = self._stream.last
        if last is not None and not np.isfinite(last.positions).all():
            return remarks.untold(self.joints[int(np.argmin(np.isfinite(last.positions)))])
        return ""

    def _move(self, time: float) -> None:
        """One step of the follower, at a time [s]."""
        follower, slow = self.follower, self.rules.slow
        if self.phase is Phase.RESTING:
            self._approach(self._rest)
        elif self.phase is Phase.HOLDING and self._fault in (_Fault.BLOCKED, _Fault.MOVED):
            follower.step(self._refuge.position, share=slow)
        elif self.phase is Phase.FOLLOWING:
            follower.step(self._stream.at(time))
        elif self.phase is Phase.STARTING:
            wanted = self._stream.at(time)
            given = self._approach(wanted)
            if self._stream.last is not None:
                self._meeting.look(wanted, given, follower.position)
        else:
            follower.brake()

    def _approach(self, goal: Array) -> Array:
        """One slow step of the follower to a goal, on the way that is steered; returns what it went to. Shape (n,)."""
        try:
            goal = steered(self._steer, self.follower.position, goal)
            self.follower.step(goal, share=self.rules.slow)
        except NsaError as error:
            self._count("astray")
            self._hold(_Fault.STEERING, remarks.astray(error))
            self.follower.brake()
        return goal
