"""How fast a robot can sign so that every letter is reached.

Fingers that block each other do not come free by waiting, so this is found without contacts; the time that they need to
make way for the thumb counts. Arms rest: they are quick beside hands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nsa_ros.rehearsal.physics import Simulation
from nsa_ros.rehearsal.pictures import main_side
from nsa_ros.rehearsal.play import TICK, Hold, holds
from nsa_ros.rehearsal.texts import DIGITS, LETTERS, NAMES, spelled
from nsa_ros.robots.arms.smoothing import Smoother
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.motion.follower import Follower
from nsa_ros.robots.retarget import SMOOTHING, Retargeter

Array = NDArray[np.float64]

REACHED = 0.15
"""A letter is reached when all joints come this near at once to where they would settle in its hold [rad]."""

SLOWEST, FASTEST = 0.05, 1.0
"""Tempi that are tried."""

_STEPS = 6
"""Of the bisection: the tempo is found to 5 %."""

_SETTLING = 1.0
"""How long a joint gets to settle [s]."""

_LATE = 0.25
"""How long after the signer's hold the robot may still reach it: followers and servos lag [s]."""


@dataclass(frozen=True)
class Tempo:
    """What was found.

    Attributes:
        tempo: of signing, 1 or less.
        missed: letters and digits that are not reached even at `SLOWEST`.
        slowest: the joint that is too slow for more; empty at tempo 1.
    """

    tempo: float
    missed: tuple[str, ...]
    slowest: str


def find_tempo(robot: Robot, texts: Sequence[str] = (LETTERS, DIGITS, *NAMES[:3])) -> Tempo:
    """The fastest tempo, at most 1, at which each letter of `texts` is reached in physics, by bisection."""
    simulation = Simulation(robot, contacts=False)
    trials = [_Trial(simulation, text) for text in texts]
    low, high, slowest, missed = SLOWEST, FASTEST, "", tuple[str, ...]()
    tried, steps = FASTEST, _STEPS
    while steps >= 0:
        found = (trial.missed(tried) for trial in trials)
        worst = next((one for one in found if one[0]), ([], "", 0.0))
        if worst[0]:
            high, slowest = tried, worst[1]
        else:
            low = tried
        if low == high:
            break
        tried, steps = float(np.sqrt(low * high)), steps - 1
    if low == SLOWEST:
        missed = tuple(sorted({name for trial in trials for name in trial.missed(SLOWEST)[0]}))
    digits = 2 if low >= 0.1 else 3
    low = float(np.floor(low * 10**digits) / 10**digits)
    return Tempo(low, missed, slowest)


class _Trial:
    """A spelled text that is played at any tempo: its retargeted joints are stretched in time."""

    def __init__(self, simulation: Simulation, text: str) -> None:
        self._simulation = simulation
        played = spelled(text, side=main_side(simulation.robot))
        self._retarget = Retargeter(replace(simulation.robot, arms={}))
        self._target = np.array([self._retarget(pose) for pose in played.motion.poses])
        self._holds: tuple[Hold, ...] = holds(played)
        self._settled = [self._settle(self._target[hold.frame]) for hold in self._holds]

    def _settle(self, target: Array) -> Array:
        self._simulation.reset(target)
        self._simulation.step(target, _SETTLING)
        return self._simulation.q

    def missed(self, tempo: float) -> tuple[list[str], str, float]:
        """Letters that are not reached at a tempo, the joint that is farthest from its place, and how far [rad]."""
        robot, simulation = self._simulation.robot, self._simulation
        count = int((len(self._target) - 1) / tempo)
        frames = np.arange(len(self._target))
        target = np.stack([np.interp(np.arange(count + 1) * tempo, frames, row) for row in self._target.T], axis=1)
        smoothers = [Smoother(target[0], ticks) for ticks in SMOOTHING] if robot.arms else []
        follower = Follower(robot.limits, TICK, target[0])
        simulation.reset(target[0])
        late, q = target[0], np.empty_like(target)
        for k, wanted in enumerate(target):
            simulation.step(late, TICK)
            q[k] = simulation.q
            for smoother in smoothers:
                wanted = smoother(wanted)
            late = follower.step(self._retarget.make_way(wanted, q[k]))
        names, worst, farthest = [], "", 0.0
        for hold, settled in zip(self._holds, self._settled, strict=True):
            end = round(hold.frame / tempo)
            apart = np.abs(q[max(end - round(_LATE / TICK), 0) : end + round(_LATE / TICK) + 1] - settled)
            apart = apart[apart.max(axis=1).argmin()]
            if apart.max() > farthest:
                worst, farthest = robot.joints[int(apart.argmax())], float(apart.max())
            if apart.max() > REACHED:
                names.append(hold.name)
        return names, worst, farthest
