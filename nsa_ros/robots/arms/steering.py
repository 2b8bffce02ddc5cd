"""Steers arms round each other and round the body where the straight way of the joints would go into them.

While the robot follows the signer, `Arms` keeps bodies apart. Before and after, from where it stands to what the signer
shows or back to rest, there is only a goal, and arms that swing straight to it may meet on the way. So the way there is
foreseen (`Passage`), and it is given to the follower pose by pose, at a pace that the follower keeps, so that it is the
way that is gone. Where the straight one is not free, ways round are looked at, one a tick: first those on which arms
wait for fingers or for each other; then those that draw back from what is near, along the gradients of the distances,
at either end, if need be by way of an open posture, arms apart from everything: a probabilistic roadmap (Kavraki,
Švestka, Latombe and Overmars, 1996) as sparse as can be. The first that is free is taken, and left as soon as it can be
cut short. If there is none, the robot stands, and looks on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.robots.arms.arms import PERIOD, Arms
from nsa_ros.robots.arms.passage import Leg, Passage, Way
from nsa_ros.robots.description.robot import Robot

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

CLEARANCE = 0.006
"""Distance of bodies on the ways that are taken, if they begin and end with as much [m]."""

_KEPT = 0.004
"""Distance on a straight way to a goal that moves, once one has been taken [m]."""

_SLACK = 0.0005
"""How much nearer than at its ends bodies may be on a way, where there they are nearer than the clearance [m]."""

_NARROW, _ROUNDING = 0.003, 1e-6
"""Distance from which on they may come no nearer, but for rounding [m]: ways are looked at again and again."""

_RETREAT = 0.05
"""Distance that is wanted of what the arms draw back from [m]."""

_OPEN = 0.08
"""Least distance of the arms from everything in an open posture [m]."""

_POSTURES, _DRAWN, _SPREAD = 12, 400, 0.7
"""How many open postures there are, out of how many random ones around rest, and how far around [rad]."""

_USUAL = 0.25
"""Share of postures in which bodies are nearer than is usual: more than that is not asked of shoulders."""

_SHARES = (0.8, 0.5, 0.25, 0.0)
"""Shares of the way on which arms wait for slower fingers."""

_SOON = 0.1
"""A goal that moves, and all joints of which are so near in time, is left to the follower, which catches up [s]."""

_STRAYED = 0.1
"""A command that is so far from the way was not steered [rad]."""


class Steering:
    """Gives the goals of a robot with arms on its way to one; one for each robot that moves.

    Args:
        robot: the robot.
        arms: of it.
    """

    def __init__(self, robot: Robot, arms: Arms) -> None:
        self._name = robot.name
        self._passage = Passage(robot, arms.capsules, arms.pairs, arms.indices)
        self._arms, self._limits = arms, robot.limits
        sides = [robot.indices(arm.joints) for arm in robot.arms.values()]
        self._each = sides if len(sides) > 1 else []
        self._open = self._postures(robot.rest)
        self._fingers = np.setdiff1d(np.arange(len(robot.joints)), arms.indices)
        self._tries: Iterator[list[Leg]] | None = None
        self._begin(robot.rest)

    def _begin(self, position: Array) -> None:
        """Stands."""
        self._way, self._tick = Way(position[None]), 0
        self._goal, self._last = position, position
        self._handed, self._blocked, self._turn, self._tries = False, False, 0, None

    def __call__(self, position: Array, goal: Array) -> Array:
        """The next goal.

        Args:
            position: where the command stands now [rad]. Shape (n,).
            goal: where it is to end; a joint without a finite one stays, or goes on to its last [rad]. Shape (n,).

        Returns:
            For the follower, within limits: the next pose of a free way to the goal, or, where bodies go into each
            other there, to where they do not; where the robot stands while no way is known. Shape (n,).

        Raises:
            NsaError: no way has been found; asked again, others are looked for.
        """
        position = np.clip(position, self._limits.lower, self._limits.upper)
        if not self._handed and np.abs(position - self._way.poses[self._tick]).max() > _STRAYED:
            self._begin(position)
        goal = np.clip(np.where(np.isfinite(goal), goal, self._goal), self._limits.lower, self._limits.upper)
        self._tick = min(self._tick + 1, len(self._way.poses) - 1)
        legs, moved = len(self._way.legs), not np.array_equal(goal, self._goal)
        rising = legs == 1 and not self._handed and not self._blocked and self._tick * PERIOD < self._passage.ramp
        if (moved and not rising) or legs != 1:
            self._plan(position, goal, moved)
        self._last = position
        return goal if self._handed else self._way.poses[self._tick]

    def _plan(self, position: Array, goal: Array, moved: bool) -> None:
        """Looks at one way that may be better, and takes it if it is."""
        way, tick = self._way, self._tick
        start, velocity = way.poses[tick], np.zeros(len(goal))
        if self._handed:
            start, velocity = position, (position - self._last) / PERIOD
        elif 0 < tick < len(way.poses) - 1:
            velocity = (start - way.poses[tick - 1]) / PERIOD
        end, ends = self._ended(start, goal)
        left = [leg for leg, until in zip(way.legs, way.ticks, strict=True) if until > tick][:-1]
        self._turn = (self._turn + 1) % 3 if self._blocked else 0
        clearance, legs = CLEARANCE, list[Leg]()
        if self._turn == 0:
            clearance = _KEPT if len(way.legs) == 1 else CLEARANCE
        elif left and self._turn == 1:
            legs = left if moved else left[1:]
        elif moved or not way.legs:
            self._tries = self._tries or self._ways(start, end)
            found = next(self._tries, None)
            legs, clearance = (found, CLEARANCE) if found is not None else ([], 0.0)
        else:
            return
        new = self._passage.way(start, velocity, [*legs, Leg(end, waits=True)])
        free = self._passage.free(new, _least(ends, clearance))
        self._blocked = not free if not legs else self._blocked
        if free:
            near = np.abs(end - start) < _SOON * self._passage.fastest
            self._handed = not legs and bool(near.all()) and (self._handed or (moved and bool(way.legs)))
            self._way, self._tick, self._goal, self._tries = new, 0, goal, None
        elif self._handed:
            stop = Leg(start + 0.5 * self._passage.ramp * velocity)
            self._way, self._tick, self._handed = self._passage.way(start, velocity, [stop]), 0, False
        elif clearance == 0.0:
            self._tries = None
            if tick == len(way.poses) - 1:
                raise NsaError(
                    f"{self._name}: all ways of the arms to where they are to be lead into each other or the body; "
                    "move them apart by hand, or show something else"
                )

    def _ended(self, position: Array, goal: Array) -> tuple[Array, Array]:
        """The goal, with arms apart, and distances at the position and there. Shapes (n,), (2, P)."""
        ends = self._passage.distance(np.stack([position, goal]))
        if ends[1].min(initial=np.inf) < 0.0:
            apart = self._arms.apart(goal)
            distance = self._passage.distance(apart)
            if distance.min() > ends[1].min():
                goal, ends[1] = apart, distance
        return goal, ends

    def _ways(self, position: Array, goal: Array) -> Iterator[list[Leg]]:
        """Legs before the last one, of one way after the other."""
        arms, way = self._arms.indices, goal - position
        for share in _SHARES:
            waiting = goal.copy()
            waiting[arms] = position[arms] + share * way[arms]
            yield [Leg(waiting, waits=True)]
        for side in self._each:
            first = goal.copy()
            first[side] = position[side]
            yield [Leg(first)]
        back, before = (self._arms.apart(q, _RETREAT) for q in (position, goal))
        yield [Leg(before)]
        onwards = back.copy()
        onwards[self._fingers] = goal[self._fingers]
        for first in (onwards, back):
            yield [Leg(first)]
            yield [Leg(first), Leg(before)]
        for waits in (False, True):
            for posture in self._nearest(back, before):
                for still in (self._fingers, *(np.append(self._fingers, side) for side in self._each)):
                    middle = posture.copy()
                    middle[still] = before[still]
                    yield [Leg(back), Leg(middle), Leg(before, waits)]

    def _nearest(self, first: Array, second: Array) -> Array:
        """Open postures, those before that lie between two others. (n,), (n,) -> (V, n)."""
        way = np.abs(self._open - first) + np.abs(self._open - second)
        return np.asarray(self._open[np.argsort(way[:, self._arms.indices].sum(axis=1), kind="stable")])

    def _postures(self, rest: Array) -> Array:
        """Open postures, fingers at rest. Shape (V, n)."""
        random, limits = np.random.default_rng(0), self._limits
        found = np.tile(rest, (_DRAWN, 1))
        found[:, self._arms.indices] += random.normal(0.0, _SPREAD, (_DRAWN, len(self._arms.indices)))
        found = np.clip(found, limits.lower, limits.upper)
        distance = self._passage.distance(found)
        usual = np.minimum(np.quantile(distance, _USUAL, axis=0), _OPEN)
        openness = (distance / np.maximum(usual, _SLACK)).min(axis=1, initial=1.0)
        found = found[np.argsort(-openness, kind="stable")[: 4 * _POSTURES]]
        chosen = [rest]
        while len(chosen) <= _POSTURES:
            away = np.abs(found[:, None] - np.array(chosen)).sum(axis=-1).min(axis=1)
            chosen.append(found[away.argmax()])
        return np.array(chosen[1:])


def _least(ends: Array, clearance: float) -> Array:
    """Distances that are allowed on a way, by those at its ends. (E, P) -> (P,) [m]."""
    nearest = ends.min(axis=0)
    slack = np.clip(nearest - _NARROW, _ROUNDING, _SLACK)
    return np.asarray(np.minimum(nearest - slack, clearance))
