"""Which letter a robot shows while it spells: its handshape and, where it has an arm, orientation and movement.

G and Q, H and U, K and P differ by where the palm and the fingers point, I and J, and 1 and Z, by movement. A hand
without an arm shows none of these, so what is read of it is a group of letters.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.rotations import matrix_to_rotvec
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.phonology.synthesis import Synthesizer
from nsa_ros.rehearsal.hand_geometry import OneHand
from nsa_ros.rehearsal.legibility import Alphabet, Legibility, letters
from nsa_ros.robots.arms.targets import SignedArms
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.human import FINGERS, POINTS
from nsa_ros.robots.kinematics import Kinematics
from nsa_ros.text.units import Unit

Array = NDArray[np.float64]

HOLD, MOVES = 0.25, 0.45
"""Shares of a letter's frames, its last ones, in which handshape and orientation are read, and movement."""

ENOUGH = 1 / 3
"""Share of the signer's movement, in the size of the arm's own space, that is a movement."""

_MOVING = {"J": "pinky", "Z": "index"}
"""Letters that move, and the finger that draws them."""

_TIP = POINTS.index("tip")


class _Course(NamedTuple):
    """A letter about the chest.

    Attributes:
        palms: distal, palmar and radial (columns) in the chest's frame. Shape (F, 3, 3).
        tips: of the fingers, as in `FINGERS`, NaN where there is none [m]. Of a robot, as if its fingers always were as
            they are in the hold: a finger that comes out late draws nothing. Shape (F, 5, 3).
    """

    palms: Array
    tips: Array


class _Signed(NamedTuple):
    """How the signer makes a letter: palm (3, 3) while it is held, and extent of its movement [m], 0 without one."""

    palm: Array
    extent: float


class Reader:
    """Reads the letters that one hand of a robot spells.

    Args:
        robot: the robot.
        side: of the hand.
        alphabet: what is spelled; `letters()` when left out.
    """

    def __init__(self, robot: Robot, side: str, alphabet: Alphabet | None = None) -> None:
        self._hand = OneHand(robot, side)
        self.legibility = Legibility(self._hand.form, alphabet)
        self._arm = _Arm(robot, side, self._hand) if side in robot.arms else None

    def read(self, q: ArrayLike) -> tuple[str, ...]:
        """What the frames of one letter show: it, or several that the hand cannot tell apart; none for a still Z.

        Args:
            q: driven joints of the robot [rad]. Shape (F, n).
        """
        q = np.asarray(q, dtype=np.float64)
        held = self.legibility.distances(self.held(q)).mean(axis=0)
        group = self.legibility.groups[int(held.argmin())]
        return group if self._arm is None else self._arm.choose(group, q)

    def held(self, q: ArrayLike) -> Array:
        """Where the fingers are while the letter is held, palm coordinates [m]. (F, n) -> (H, K, 4, 3)."""
        q = np.asarray(q, dtype=np.float64)
        return self._hand.of_robot(q[_last(len(q), HOLD)])


class _Arm:
    """Tells letters of one handshape apart."""

    def __init__(self, robot: Robot, side: str, hand: OneHand) -> None:
        arm, parts = robot.arms[side], robot.hands[side]
        self._hand, self._axes = hand, parts.axes.T
        self._tree = Kinematics(robot.urdf, robot.joints, [arm.base, parts.palm], robot.fixed)
        self._base, self._palm = self._tree.index(arm.base), self._tree.index(parts.palm)
        self._rows = [FINGERS.index(finger.name) for finger in parts.fingers]
        self._signed = signed_letters()
        if side == "left":
            mirror = np.diag([1.0, -1.0, 1.0])
            self._signed = {name: own._replace(palm=mirror @ own.palm) for name, own in self._signed.items()}

    def choose(self, group: tuple[str, ...], q: Array) -> tuple[str, ...]:
        """The one letter of a group that orientation and movement show, or none."""
        if group[0] not in self._signed:
            return group
        course = self._course(q)
        moves = {name: _extent(course, finger) > ENOUGH * self._signed[name].extent for name, finger in _MOVING.items()}
        left = [name for name in group if moves.get(name, True)]
        if moving := [name for name in left if name in _MOVING]:
            left = moving
        held = course.palms[_last(len(q), HOLD)]
        return tuple(sorted(left, key=lambda name: _angle(held, self._signed[name].palm))[:1])

    def _course(self, q: Array) -> _Course:
        frames = self._tree.frames(q)
        base = np.swapaxes(frames.rotations[:, self._base], 1, 2)
        palms = base @ frames.rotations[:, self._palm] @ self._axes
        place = (base @ (frames.positions[:, self._palm] - frames.positions[:, self._base])[..., None])[..., 0]
        held = self._hand.of_robot(q[_last(len(q), HOLD)])[:, :, _TIP].mean(axis=0)
        tips = np.full((len(q), len(FINGERS), 3), np.nan)
        tips[:, self._rows] = place[:, None] + held @ np.swapaxes(palms, 1, 2)
        return _Course(palms, tips)


@cache
def signed_letters() -> dict[str, _Signed]:
    """Of A to Z, as the reference signer spells them with the right hand, each after another letter."""
    units = [Unit(name, "letter", (0, 0), 0) for name in letters().shapes]
    arms = SignedArms(default_skeleton(), ["right"])
    made: dict[str, _Signed] = {}
    for unit, motion in Synthesizer().stream(units, 0):
        if unit is not None:
            seen = [arms(pose) for pose in motion.poses]
            course = _Course(np.stack([s.palms[0] for s in seen]), np.stack([s.points[0, 1:6] for s in seen]))
            middle = course.palms[_last(len(seen), HOLD)][-1]
            extent = _extent(course, _MOVING[unit.text]) if unit.text in _MOVING else 0.0
            made[unit.text] = _Signed(middle, extent)
    return made


def _last(frames: int, share: float) -> slice:
    return slice(frames - max(1, round(share * frames)), frames)


def _extent(course: _Course, finger: str) -> float:
    """Longest side of the box around a fingertip's path; of the nearest finger that the hand has [m]."""
    row = FINGERS.index(finger)
    there = [i for i in range(1, len(FINGERS)) if np.isfinite(course.tips[0, i]).all()]
    nearest = min(there, key=lambda i: abs(i - row))
    return float(np.ptp(course.tips[_last(len(course.tips), MOVES), nearest], axis=0).max())


def _angle(palms: Array, to: Array) -> float:
    """Mean angle of rotation [rad] from palms (F, 3, 3) to one (3, 3)."""
    return float(np.linalg.norm(matrix_to_rotvec(np.swapaxes(palms, 1, 2) @ to), axis=-1).mean())
