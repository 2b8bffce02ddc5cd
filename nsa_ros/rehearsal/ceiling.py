"""What a hand can show at best: for each letter the most legible pose within its joints' limits, whoever commands it.

A letter is below the ceiling when there is a pose that the classifier names right and that is no stranger than the
hand's build makes it: at most `SLACK` times as far from the human handshape as the nearest pose that the hand has. So a
pose counts that shows the letter, but not one that merely lies on the right side of a boundary, far from any letter.
Self-collision can be excluded: then fingers may press into each other by `SQUEEZE` at most, as finger pads do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nsa_ros.rehearsal.hand_geometry import OneHand
from nsa_ros.rehearsal.legibility import Alphabet, Legibility, letters
from nsa_ros.robots.capsules import Capsules, finger_capsules
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.kinematics import Kinematics

Array = NDArray[np.float64]

SLACK = 1.1
"""How much farther from a handshape than the nearest pose a pose may be that shows it [-]."""

SQUEEZE = 0.003
"""Depth of fingers in each other that is no collision [m]."""

SURE = 3.0
"""Margin from which on a letter is shown surely: it is 20 times likelier than any other."""

_RANDOM, _STARTS, _STEPS = 6000, 10, 25
"""Random poses, how many of them are refined for each letter, and by how many steps."""

_GAIN, _PATIENCE = 1e-3, 2
"""Share of the cost by which a step must better some pose, and how often in a row none may."""

_DIFFERENCE = 1e-4
"""Of joint positions, for derivatives [rad]."""

_SOUGHT = tuple((margin, weight) for margin in (1.0, 2 * SURE) for weight in (0.3, 1.0, 4.0))
"""Margins that are sought, and their weights against being near to the handshape."""

_AGAIN = 4
"""How many of the nearest poses go on to look for a margin."""

_COLLISION = 1000.0
"""Weight of depth in another capsule [1/m]."""

SAME = 1.0
"""Distance of the best poses of two letters, in standard deviations, below which they are the same."""


@dataclass(frozen=True)
class Best:
    """The most legible pose that was found for a letter.

    Attributes:
        name: of the letter.
        q: positions of the hand's joints [rad]. Shape (m,).
        named: whether it is named right.
        read: what it is named, several when a group.
        margin: by how much (`Legibility.margins`).
        strangeness: distance from the human handshape (`Legibility.strangeness`).
    """

    name: str
    q: Array
    named: bool
    read: str
    margin: float
    strangeness: float


@dataclass(frozen=True)
class Ceiling:
    """What a hand can show of an alphabet.

    Attributes:
        robot: its name.
        side: of the hand.
        alphabet: its name.
        joints: driven joints of the hand.
        best: for each letter.
        same: pairs of letters, not of one group, whose best poses are the same.
    """

    robot: str
    side: str
    alphabet: str
    joints: tuple[str, ...]
    best: tuple[Best, ...]
    same: tuple[tuple[str, str], ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """Letters that some pose shows."""
        return tuple(best.name for best in self.best if best.named)

    @property
    def lost(self) -> tuple[str, ...]:
        """Letters that no pose shows."""
        return tuple(best.name for best in self.best if not best.named)

    @property
    def weak(self) -> tuple[str, ...]:
        """Letters that are shown, but less than `SURE`."""
        return tuple(best.name for best in self.best if 0.0 < best.margin < SURE)

    def __str__(self) -> str:
        """A table of text."""
        lines = [f"{self.robot}, {self.side} hand: {len(self.shown)} of {len(self.best)} {self.alphabet} can be shown"]
        if self.lost:
            lines.append("  lost: " + ", ".join(f"{b.name} (taken for {b.read})" for b in self.best if not b.named))
        if self.weak:
            lines.append("  weak: " + ", ".join(self.weak))
        if self.same:
            lines.append("  the same: " + ", ".join(f"{a} and {b}" for a, b in self.same))
        return "\n".join(lines)


def ceiling(
    robot: Robot, side: str, alphabet: Alphabet | None = None, collisions: bool = False, seed: int = 0
) -> Ceiling:
    """Search the poses of a hand for the most legible one of each letter; takes some seconds.

    Args:
        robot: the robot.
        side: of the hand.
        alphabet: `letters()` when left out.
        collisions: whether poses in which the hand's capsules collide do not count.
        seed: of the random poses.

    Raises:
        NsaError: no hand on that side.
    """
    alphabet = alphabet or letters()
    hand = OneHand(robot, side)
    legibility = Legibility(hand.form, alphabet)
    search = _Search(hand, legibility, _Bodies(robot, side) if collisions else None, seed)
    best = tuple(search.best(name) for name in legibility.names)
    return Ceiling(robot.name, side, alphabet.name, hand.joints, best, _same(hand, legibility, best))


class _Bodies:
    """How deep the fingers of one hand are in each other and in the palm."""

    def __init__(self, robot: Robot, side: str) -> None:
        hand = robot.hands[side]
        shapes = [shape for shape in robot.capsules if shape.link == hand.palm]
        for finger in hand.fingers:
            shapes += finger_capsules(robot.urdf, finger, hand.radius)
        self._tree = Kinematics(robot.urdf, hand.joints, [shape.link for shape in shapes], robot.fixed)
        self._capsules = Capsules(self._tree, shapes, robot.rest[robot.indices(hand.joints)])

    def depth(self, q: Array) -> Array:
        """Beyond `SQUEEZE`, of each pair [m]. (..., m) -> (..., P)."""
        return np.maximum(-SQUEEZE - self._capsules.distances(self._tree.frames(q), self._capsules.pairs), 0.0)


class _Search:
    """Poses of one hand, and the way from them to better ones."""

    def __init__(self, hand: OneHand, legibility: Legibility, bodies: _Bodies | None, seed: int) -> None:
        self._hand, self._legibility, self._bodies = hand, legibility, bodies
        draws = np.random.default_rng([seed, 47]).random((_RANDOM, len(hand.joints)))
        self._poses = hand.lower + draws * (hand.upper - hand.lower)
        self._seen = self._features(self._poses)

    def best(self, name: str) -> Best:
        """Of the nearest poses and those pushed away from what they are taken for, the one with the largest margin."""
        target = self._legibility.target(name)
        far = ((self._seen - target) ** 2).sum(axis=-1)
        near = self._descend(self._poses[np.argsort(far)[:_STARTS]], name)
        order = np.argsort((self._residual(near, name) ** 2).sum(axis=-1))
        sought = [self._descend(near[order[:_AGAIN]], name, *wish) for wish in _SOUGHT]
        poses = np.concatenate([near, *sought])
        points = self._hand.of_hand(poses)
        strange = self._legibility.strangeness(points, name)
        margins = self._legibility.margins(points, name)
        free = self._depth(poses).max(axis=-1, initial=0.0) < 1e-3
        free = free if free.any() else np.ones_like(free)
        fair = free & (strange <= SLACK * strange[free].min())
        chosen = int(np.argmax(np.where(fair, margins, -np.inf)))
        read = self._legibility.label(int(self._legibility.read(points[chosen]).groups))
        margin = float(margins[chosen])
        return Best(name, poses[chosen], margin > 0.0, read, margin, float(strange[chosen]))

    def _features(self, poses: Array) -> Array:
        return self._legibility.whitened(self._hand.of_hand(poses))

    def _descend(self, poses: Array, name: str, margin: float = 0.0, push: float = 0.0) -> Array:
        """Damped Gauss-Newton (Levenberg 1944) within the limits, all poses at once; each keeps what was best."""
        hand, width = self._hand, len(self._hand.joints)
        residual = self._residual(poses, name, margin, push)
        damping, stale = np.full(len(poses), 1e-2), 0
        for _ in range(_STEPS):
            moved = poses[:, None] + _DIFFERENCE * np.eye(width)
            slope = (self._residual(moved, name, margin, push) - residual[:, None]) / _DIFFERENCE
            gradient = (slope @ residual[..., None])[..., 0]
            free = ((poses > hand.lower) | (gradient < 0.0)) & ((poses < hand.upper) | (gradient > 0.0))
            slope = slope * free[..., None]
            normal = slope @ np.swapaxes(slope, 1, 2) + (damping[:, None, None] + 1e-9) * np.eye(width)
            step = -np.linalg.solve(normal, gradient[..., None] * free[..., None])[..., 0]
            tried = np.clip(poses + np.clip(step, -0.5, 0.5), hand.lower, hand.upper)
            new = self._residual(tried, name, margin, push)
            cost, before = (new**2).sum(axis=-1), (residual**2).sum(axis=-1)
            better = cost < before
            poses, residual = np.where(better[:, None], tried, poses), np.where(better[:, None], new, residual)
            damping = np.where(better, 0.3 * damping, 5.0 * damping)
            stale = 0 if (cost < (1.0 - _GAIN) * before).any() else stale + 1
            if stale == _PATIENCE:
                break
        return poses

    def _depth(self, poses: Array) -> Array:
        return np.zeros((*poses.shape[:-1], 0)) if self._bodies is None else self._bodies.depth(poses)

    def _residual(self, poses: Array, name: str, margin: float = 0.0, push: float = 0.0) -> Array:
        """Distance from the handshape, depth in collisions, and how far each other letter is above the margin."""
        legibility = self._legibility
        points = self._hand.of_hand(poses)
        away = legibility.whitened(points) - legibility.target(name)
        away = np.concatenate([away, _COLLISION * self._depth(poses)], axis=-1)
        if push == 0.0:
            return away
        distances = legibility.distances(points)
        own = legibility.group(name)
        margins = 0.5 * (np.delete(distances, own, axis=-1) - distances[..., own, None])
        return np.concatenate([away, push * np.maximum(margin - margins, 0.0)], axis=-1)


def _same(hand: OneHand, legibility: Legibility, best: tuple[Best, ...]) -> tuple[tuple[str, str], ...]:
    seen = legibility.whitened(hand.of_hand(np.stack([one.q for one in best])))
    apart = np.linalg.norm(seen[:, None] - seen, axis=-1)
    names = [one.name for one in best]
    return tuple(
        (a, b)
        for i, a in enumerate(names)
        for j, b in enumerate(names[:i])
        if apart[i, j] < SAME and legibility.group(a) != legibility.group(b)
    )
