"""What a run in physics is worth: errors, limits, contacts, and the letters that can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nsa_ros.rehearsal.hand_geometry import OneHand, as_form
from nsa_ros.rehearsal.legibility import Legibility, digits
from nsa_ros.rehearsal.play import TICK, Run, delay
from nsa_ros.rehearsal.reader import Reader
from nsa_ros.rehearsal.touching import Contact, contacts, judge
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.human import SIDES, HumanHands

Array = NDArray[np.float64]

_LONGEST_LAG = 0.4
"""That is looked for [s]."""

_BEYOND = 0.01
"""How far a simulated joint may be beyond its limit before it counts: stops are not rigid [rad]."""

_ROUNDING = 1e-6
"""Relative, of differences of commands."""


@dataclass(frozen=True)
class Measures:
    """Figures of one or more runs.

    Attributes:
        seconds: of motion.
        error_rms: of measured joints against their commands [rad].
        error_p95: the same, 95th percentile of |error| [rad].
        error_rms_late: of measured joints against the commands `servo_lag` before [rad].
        servo_lag: from command to measured joint [ms].
        lag: from the signer's pose to the measured joint, limits included [ms].
        violations: commands beyond a position, velocity, acceleration or jerk limit.
        beyond: simulated joint positions more than 0.01 rad beyond a limit of the URDF.
        peak_velocity: of commands, share of the limit.
        peak_acceleration: of commands, share of the limit.
        peak_jerk: of commands, share of the limit.
        peak_speed: of simulated joints, share of the velocity limit.
        clamped: share of joint ticks in which limits kept the command from its target.
        fingertip: error of the fingertips against the signer's, scaled to the robot's fingers, mean [mm].
        fingertip_p95: 95th percentile [mm].
        thumb: error of the thumb's tip, mean [mm].
        colliding: share of ticks with a contact that the signer does not have.
        depth: of the deepest such contact [mm].
        meant: share of ticks with a contact that the signer has, too.
        depth_meant: of the deepest such contact [mm].
        contacts: pair by pair.
    """

    seconds: float
    error_rms: float
    error_p95: float
    error_rms_late: float
    servo_lag: float
    lag: float
    violations: int
    beyond: int
    peak_velocity: float
    peak_acceleration: float
    peak_jerk: float
    peak_speed: float
    clamped: float
    fingertip: float
    fingertip_p95: float
    thumb: float
    colliding: float
    depth: float
    meant: float
    depth_meant: float
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class Letter:
    """A letter or digit that was shown, and what it was read as from the simulated joints."""

    name: str
    read: str
    right: bool


def measure(robot: Robot, runs: Sequence[Run]) -> Measures:
    """Figures of runs of one robot, together."""
    error = np.concatenate([np.abs(run.measured - run.command) for run in runs])
    servo = shift([run.command for run in runs], [run.measured for run in runs])
    lag = delay(robot) + shift([run.target for run in runs], [run.measured for run in runs])
    late = np.concatenate([run.measured[servo:] - run.command[: len(run.command) - servo] for run in runs])
    violations, peaks = _limits(robot, runs)
    tips, thumbs = (
        np.concatenate(each) for each in zip(*(fingertip_errors(robot, run, lag) for run in runs), strict=True)
    )
    judged = [judge(robot, run.poses, run.touches) for run in runs]
    stray, meant = (sum(len(np.unique(j.ticks[j.meant == which])) for j in judged) for which in (False, True))
    found = contacts(judged)
    ticks = sum(len(run.command) for run in runs)
    lower, upper = _urdf_limits(robot)
    measured = np.concatenate([run.measured for run in runs])
    speed = np.concatenate([np.abs(run.velocity) for run in runs]) / robot.limits.velocity
    return Measures(
        seconds=ticks * TICK,
        error_rms=float(np.sqrt(np.mean(error**2))),
        error_p95=float(np.quantile(error, 0.95)),
        error_rms_late=float(np.sqrt(np.mean(late**2))),
        servo_lag=1e3 * servo * TICK,
        lag=1e3 * lag * TICK,
        violations=violations,
        beyond=int(((measured < lower - _BEYOND) | (measured > upper + _BEYOND)).sum()),
        peak_velocity=peaks[0],
        peak_acceleration=peaks[1],
        peak_jerk=peaks[2],
        peak_speed=float(speed.max()),
        clamped=sum(sum(run.clamped) for run in runs) / (ticks * len(robot.joints)),
        fingertip=1e3 * float(tips.mean()),
        fingertip_p95=1e3 * float(np.quantile(tips, 0.95)),
        thumb=1e3 * float(thumbs.mean()),
        colliding=stray / ticks,
        depth=1e3 * max((contact.depth for contact in found), default=0.0),
        meant=meant / ticks,
        depth_meant=1e3 * max((contact.depth_meant for contact in found), default=0.0),
        contacts=found,
    )


def shift(before: Sequence[Array], after: Sequence[Array]) -> int:
    """How many ticks late signals (F, n) follow others, by the least squared difference."""
    longest = round(_LONGEST_LAG / TICK)

    def apart(late: int) -> float:
        return float(
            np.mean([np.mean((b[late:] - a[: len(a) - late]) ** 2) for a, b in zip(before, after, strict=True)])
        )

    return int(np.argmin([apart(late) for late in range(longest + 1)]))


def fingertip_errors(robot: Robot, run: Run, lag: int) -> tuple[Array, Array]:
    """Distances of the fingertips from the signer's `lag` ticks before [m]; hands that rest throughout are left out.

    A fingertip is seen from its knuckle, the thumb's from the middle of the knuckles, along the palm's axes; the
    signer's is scaled to the lengths of the robot's fingers. The fingers' and the thumb's; shapes (errors,).
    """
    human, fingers, thumbs = HumanHands(), [np.zeros(0)], [np.zeros(0)]
    frames = len(run.measured) - lag
    for side in robot.hands:
        hand = OneHand(robot, side)
        seen = as_form(human.points(run.poses[:frames])[:, SIDES.index(side)], hand.form)
        if np.ptp(seen, axis=0).max() < 1e-3:
            continue
        thumb = np.array([name == "thumb" for name in hand.form.fingers])
        own, its = _reach(hand.of_robot(run.measured[lag:]), thumb)
        way, length = _reach(seen, thumb)
        apart = np.linalg.norm(own - way * (its / length)[..., None], axis=-1)
        fingers.append(apart[:, ~thumb].ravel())
        thumbs.append(apart[:, thumb].ravel())
    return np.concatenate(fingers), np.concatenate(thumbs)


def _reach(points: Array, thumb: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Ways to the fingertips, and the lengths that they are told in; for the thumb the mean of the fingers'."""
    lengths = np.linalg.norm(np.diff(points, axis=-2), axis=-1).sum(axis=-1)
    knuckles = np.where(thumb[:, None], points[..., ~thumb, 0, :].mean(axis=-2, keepdims=True), points[..., 0, :])
    return points[..., -1, :] - knuckles, np.where(thumb, lengths[..., ~thumb].mean(axis=-1, keepdims=True), lengths)


class HeldLetters:
    """Reads the letters and digits of runs.

    Args:
        robot: that was simulated.
        side: of the hand that spells.
    """

    def __init__(self, robot: Robot, side: str) -> None:
        self._hand, self._letters = OneHand(robot, side), Reader(robot, side)
        self._digits = Legibility(self._hand.form, digits())

    def __call__(self, run: Run, lag: int) -> tuple[Letter, ...]:
        """What the simulated hand shows of each, `lag` ticks later."""
        found, last = [], len(run.measured) - 1
        for hold in run.holds:
            if hold.kind == "letter":
                q = run.measured[min(hold.first + lag, last) : min(hold.last + lag, last) + 1]
                names = self._letters.read(q)
            elif hold.name in self._digits.names:
                points = self._hand.of_robot(run.measured[min(hold.frame + lag, last)])
                names = self._digits.groups[int(self._digits.read(points).groups)]
            else:
                continue
            found.append(Letter(hold.name, " or ".join(names) or "a Z that stands still", hold.name in names))
        return tuple(found)


def _limits(robot: Robot, runs: Sequence[Run]) -> tuple[int, tuple[float, float, float]]:
    """Commands beyond limits, by differences; and peaks of velocity, acceleration and jerk as shares of the limits."""
    limits, wrong, peaks = robot.limits, 0, [0.0, 0.0, 0.0]
    for run in runs:
        wrong += int(((run.command < limits.lower) | (run.command > limits.upper)).sum())
        wrong += int((~np.isfinite(run.command)).sum())
        for order, limit in enumerate((limits.velocity, limits.acceleration, limits.jerk), start=1):
            share = np.abs(np.diff(run.command, n=order, axis=0)) / TICK**order / limit
            rounding = 2**order * np.finfo(float).eps * 4 / TICK**order / limit
            wrong += int((share > 1.0 + _ROUNDING + rounding).sum())
            peaks[order - 1] = max(peaks[order - 1], float(share.max()))
    return wrong, (peaks[0], peaks[1], peaks[2])


def _urdf_limits(robot: Robot) -> tuple[Array, Array]:
    joints = [robot.urdf.joint(name) for name in robot.joints]
    return np.array([joint.lower for joint in joints]), np.array([joint.upper for joint in joints])
