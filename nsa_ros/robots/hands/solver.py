"""Robot hands that follow by optimisation: finger bones, fingertips, and the thumb's place among the fingers.

Every term compares the way from one of the robot's points to another, in palm coordinates and as a share of the robot's
size, with the same way on the signer's hand:

- along each bone, as a share of its length: the bone's direction;
- from each finger's knuckle to its tip, as a share of the finger's length;
- from one fingertip to the next, as a share of the hand's size: fingers together, spread or crossed;
- from the points of the other fingers to the thumb's tip, as a share of the hand's size. These weigh the more, the
  nearer the signer's thumb is to a point, so that what touches goes on touching (the task-space vectors of DexPilot,
  Handa et al., ICRA 2020, and of AnyTeleop, Qin et al., RSS 2023). Thumbs differ the most between hands, and where the
  thumb is among the fingers tells A, S, T, E, M, N and O from each other.

Fingers are pushed out of each other and out of the palm. A `SOFT` push fades with depth (Geman and McClure, Bull. ISI
52, 1987), so that a thumb which has to get to the other side of a finger is not held on the wrong one for ever; a
`FIRM` one does not, so that fingers end beside each other, and the other side has to be looked for (`search`).

Weak pulls towards the frame before and towards a guess settle what the points leave open. A finger that follows several
human ones follows mainly the one that is stretched the most, and the change from one to the other is smooth.

The sum of squares is minimised by Gauss-Newton steps from the frame before; joints that push against a limit are held
there (projected Newton, Bertsekas, SIAM J. Control Optim. 20, 1982).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.robots.hands.bodies import HandBodies
from nsa_ros.robots.hands.points import HandPoints, RobotFinger
from nsa_ros.robots.human import FINGERS, POINTS, SIDES
from nsa_ros.robots.motion.limits import MotionLimits

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

BONE, TIP, NEIGHBOUR = 1.0, 1.2, 3.0
"""Weights of fingers: of their bones, of a tip from its own knuckle, and of a tip from the next finger's [-]."""

THUMB_BONE, THUMB_TIP = 1.0, 0.5
"""Weights of the thumb: of its bones, and of its tip from its own root [-]."""

THUMB_FAR, THUMB_NEAR, REACH = 0.5, 0.5, 0.25
"""Weight of the thumb's tip from a point far away, what is added near it, and how far near is in finger lengths [-]."""

BONES = 3
"""A finger with fewer driven joints than bones cannot turn each as it should; they weigh less by that share."""

PREVIOUS, REST, MAPPED = 0.7, 0.2, 1.0
"""Weights of what a joint differs from the frame before, from its rest and from the direct map [1/rad]."""

LEADS = 0.05
"""How much less stretched than the most stretched a human finger is that has a share of 1/e in leading [-]."""

STEP = 0.12
"""Most that a joint turns in one Gauss-Newton step [rad]."""

STEPS = 2
"""Gauss-Newton steps a frame."""

_TIP = POINTS.index("tip")
_KNUCKLE = POINTS.index("mcp")
_STILL = 1e-6


class Push(NamedTuple):
    """How fingers are pushed out of each other.

    Attributes:
        weight: of how deep they are, beyond what is a touch [1/m].
        through: depth from which it fades [m].
    """

    weight: float
    through: float


SOFT, FIRM = Push(60.0, 0.008), Push(250.0, np.inf)


class Goal(NamedTuple):
    """What the signer's hands ask for.

    Attributes:
        ways: from point to point, as shares of lengths. Shape (R, 3).
        weights: of each. Shape (R,).
    """

    ways: Array
    weights: Array


class HandSolver:
    """The joints of a robot's hands for points of the signer's hands.

    Args:
        points: of the robot's hands.
        bodies: of the same hands.
        limits: of the joints `points.joints`.
        mapped: which of them have a row in the direct map, so that their guess weighs `MAPPED`, not `REST`. Shape (m,).
        push: how fingers are pushed out of each other.

    Raises:
        NsaError: all points of a finger lie at one place.
    """

    def __init__(
        self,
        points: HandPoints,
        bodies: HandBodies,
        limits: MotionLimits,
        mapped: NDArray[np.bool_],
        push: Push = SOFT,
    ) -> None:
        self._bodies, self._push = bodies, push
        self._points, self._lower, self._upper = points, limits.lower, limits.upper
        self._pull = np.where(mapped, MAPPED, REST) ** 2
        at, frames, given = points.at((limits.lower + limits.upper) / 2)
        lengths = np.linalg.norm(np.diff(at.reshape(-1, len(POINTS), 3), axis=1), axis=-1)
        totals = lengths.sum(axis=1)
        for (side, finger), total in zip(points.fingers, totals, strict=True):
            if not total > 0.0:
                raise NsaError(f"{side} hand: the points of its {finger.name} all lie at one place")
        size = np.array([totals[_fingers_of(points.fingers, finger.side)].mean() for finger in points.fingers])
        thumbs, others = _ways(points.fingers, to_thumb=True)
        left, right = _ways(points.fingers, to_thumb=False)
        each = np.arange(len(at)).reshape(-1, len(POINTS))
        bones = lengths.ravel() > 0.0
        ways = (
            (each[:, :-1].ravel()[bones], each[:, 1:].ravel()[bones], lengths.ravel()[bones]),
            (each[:, _KNUCKLE], each[:, _TIP], totals),
            (each[left, _TIP], each[right, _TIP], size[left]),
            (each[others].ravel(), *(np.repeat(value[thumbs], len(POINTS)) for value in (each[:, _TIP], size))),
        )
        starts, ends, scales = (np.concatenate(column) for column in zip(*ways, strict=True))
        self._differences = _difference_rows(starts, ends, scales, len(at))
        is_thumb = points.thumbs
        freedom = (np.abs(points.jacobian(frames, given)[each[:, _TIP]]) > _STILL).any(axis=1).sum(axis=-1)
        weights = (
            np.repeat(np.where(is_thumb, THUMB_BONE, BONE * np.minimum(freedom / BONES, 1.0)), BONES)[bones],
            np.where(is_thumb, THUMB_TIP, TIP),
            np.full(len(left), NEIGHBOUR),
        )
        self._weights = np.concatenate(weights)
        self._bones, self._left, self._right, self._thumbs, self._others = bones, left, right, thumbs, others
        self._sides = np.array([SIDES.index(side) for side, _ in points.fingers])
        self._way_sides = self._sides[starts // len(POINTS)]
        self.sides: Indices = self._sides[points.moved.argmax(axis=0)]
        self._follows = np.array([[name in finger.follows for name in FINGERS] for _, finger in points.fingers])
        self._alone = bool((self._follows.sum(axis=1) == 1).all())

    def goal(self, human: Array) -> Goal:
        """What the signer's hands, palm coordinates (2, 5, 4, 3) [m], ask for."""
        bones = human[:, :, 1:] - human[:, :, :-1]
        lengths = _lengths(bones)
        totals = lengths.sum(axis=-1)
        tips = (human[:, :, _TIP] - human[:, :, _KNUCKLE]) / totals[..., None]
        shares = self._shares(_lengths(tips))
        directions = self._led(shares, bones / lengths[..., None]).reshape(-1, 3)[self._bones]
        directions = directions / np.maximum(_lengths(directions)[:, None], _STILL)
        place = self._led(shares, human / totals[:, 1:].mean(axis=1)[:, None, None, None])
        thumb = (place[self._thumbs, None, _TIP] - place[self._others]).reshape(-1, 3)
        near = np.exp(-np.einsum("ij,ij->i", thumb, thumb) / REACH**2)
        ways = (
            directions,
            self._led(shares, tips),
            place[self._right, _TIP] - place[self._left, _TIP],
            thumb,
        )
        return Goal(np.concatenate(ways), np.concatenate([self._weights, THUMB_FAR + THUMB_NEAR * near]))

    def solve(self, goal: Goal, previous: Array, guess: Array, steps: int = STEPS, inertia: float = PREVIOUS) -> Array:
        """The joints that follow the signer's hands.

        Args:
            goal: what they ask for.
            previous: joints of the frame before [rad]. Shape (m,).
            guess: what joints are drawn to: the direct map, or rest [rad]. Shape (m,).
            steps: Gauss-Newton steps.
            inertia: weight of what a joint differs from the frame before [1/rad].

        Returns:
            Within limits [rad]. Shape (m,).
        """
        weighted = (self._differences * (goal.weights**2)[:, None]).T
        normal, right = weighted @ self._differences, weighted @ goal.ways
        q = _clipped(previous, self._lower, self._upper)
        damping, near = inertia**2 + self._pull, self._bodies.pairs
        for _ in range(steps):
            points, frames, given = self._points.at(q)
            moves = self._points.jacobian(frames, given)
            gradient = (normal @ points - right).ravel() @ moves.reshape(-1, len(q))
            gradient += inertia**2 * (q - previous) + self._pull * (q - guess)
            hessian = moves.reshape(-1, len(q)).T @ (normal @ moves.reshape(len(points), -1)).reshape(-1, len(q))
            hessian.flat[:: len(q) + 1] += damping
            depth, deeper, near = self._bodies.depths(frames, near)
            pushed = deeper.T * (self._push.weight / (1.0 + (depth / self._push.through) ** 2)) ** 2
            gradient += pushed @ depth
            hessian += pushed @ deeper
            held = ((q <= self._lower) & (gradient > 0.0)) | ((q >= self._upper) & (gradient < 0.0))
            free = np.flatnonzero(~held)
            turn = np.zeros(len(q))
            turn[free] = np.linalg.solve(hessian.take(free, axis=0).take(free, axis=1), -gradient[free])
            q = _clipped(q + _clipped(turn, -STEP, STEP), self._lower, self._upper)
        return q

    def costs(self, goal: Goal, q: Array, guess: Array) -> Array:
        """Weighted sums of squares that are left at joints q (m,), of each of `human.SIDES`. Shape (2,)."""
        points, frames, _ = self._points.at(q)
        left = self._differences @ points - goal.ways
        depth = self._bodies.depth(frames)
        sums = (
            (self._way_sides, goal.weights**2 * np.einsum("ri,ri->r", left, left)),
            (self._bodies.sides, (self._push.weight * depth) ** 2 / (1.0 + (depth / self._push.through) ** 2)),
            (self.sides, self._pull * (q - guess) ** 2),
        )
        return np.asarray(sum(np.bincount(sides, squares, len(SIDES)) for sides, squares in sums))

    def _led(self, shares: Array, human: Array) -> Array:
        """What leads each of the robot's fingers, of something of human fingers. (2, 5, ...) -> (N, ...)."""
        return np.asarray(np.einsum("nf,nf...->n...", shares, human[self._sides]))

    def _shares(self, stretched: Array) -> Array:
        """Share of each human finger in leading each of the robot's. (2, 5) -> (N, 5)."""
        if self._alone:
            return self._follows.astype(np.float64)
        own = np.where(self._follows, stretched[self._sides], -np.inf)
        shares = np.exp((own - own.max(axis=1, keepdims=True)) / LEADS)
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _lengths(vectors: Array) -> Array:
    """(..., 3) -> (...)."""
    return np.asarray(np.sqrt(np.square(vectors).sum(axis=-1)))


def _clipped(values: Array, lower: Array | float, upper: Array | float) -> Array:
    """`np.clip` in a third of its time."""
    return np.asarray(np.minimum(np.maximum(values, lower), upper))


def _fingers_of(fingers: tuple[RobotFinger, ...], side: str) -> list[int]:
    """Fingers of one hand that give it its size: all but the thumb, or what there is."""
    own = [i for i, finger in enumerate(fingers) if finger.side == side]
    return [i for i in own if fingers[i].finger.name != "thumb"] or own


def _ways(fingers: tuple[RobotFinger, ...], to_thumb: bool) -> tuple[Indices, Indices]:
    """Pairs of fingers of one hand: each thumb and every other finger, or each finger and the next."""
    pairs = list(_pairs(fingers, to_thumb))
    return tuple(np.array(pairs, dtype=np.intp).reshape(-1, 2).T)  # type: ignore[return-value]


def _pairs(fingers: tuple[RobotFinger, ...], to_thumb: bool) -> Iterator[tuple[int, int]]:
    for a, first in enumerate(fingers):
        others = [b for b, other in enumerate(fingers) if other.side == first.side and other.finger.name != "thumb"]
        if first.finger.name == "thumb":
            yield from ((a, b) for b in others if to_thumb)
        elif not to_thumb:
            yield from ((a, b) for b in others if b == a + 1)


def _difference_rows(starts: Indices, ends: Indices, scales: Array, count: int) -> Array:
    """Rows that take points to the ways between them, as shares of `scales`. Shape (R, count)."""
    rows, each = np.zeros((len(starts), count)), np.arange(len(starts))
    rows[each, ends] = 1.0 / scales
    rows[each, starts] = -1.0 / scales
    return rows
