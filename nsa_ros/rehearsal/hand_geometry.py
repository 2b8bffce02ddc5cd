"""What can be seen of a hand, human or robot, in the same numbers: free of size, and of where the palm is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.errors import NsaError
from nsa_ros.robots.description.parts import Hand
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.hands.points import HandPoints
from nsa_ros.robots.human import FINGERS, POINTS

Array = NDArray[np.float64]

_TIP = POINTS.index("tip")
_PIP = POINTS.index("pip")

_LEADS = 0.03
"""How much less extended than the most extended a human finger is that has a share of 1/e in leading [-]."""

_WEIGHTS = {"finger": 1.5, "thumb": 1.0, "neighbours": 2.0}
"""Weights of the features' families; chosen by how many captured letters of other signers are named."""


@dataclass(frozen=True)
class HandForm:
    """Which fingers and points a hand has.

    Attributes:
        fingers: names, in the order of `FINGERS`.
        follows: for each finger the human fingers that it follows.
        points: for each finger which of `POINTS` it has, as indices.
    """

    fingers: tuple[str, ...]
    follows: tuple[tuple[str, ...], ...]
    points: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, hand: Hand) -> HandForm:
        """Of a robot's hand.

        Raises:
            NsaError: it has no other finger than the thumb, so no handshape can be told.
        """
        if not any(finger.name != "thumb" for finger in hand.fingers):
            raise NsaError(f"the {hand.side} hand has no finger but the thumb; handshapes need one more")
        return cls(
            tuple(finger.name for finger in hand.fingers),
            tuple(finger.follows for finger in hand.fingers),
            tuple(tuple(POINTS.index(point) for point in finger.points) for finger in hand.fingers),
        )


HUMAN = HandForm(FINGERS, tuple((finger,) for finger in FINGERS), (tuple(range(len(POINTS))),) * len(FINGERS))
"""A human hand."""


class OneHand:
    """Where the fingers of one hand of a robot are.

    Attributes:
        form: of the hand.
        joints: its driven joints.
        lower: least positions of `joints` [rad]. Shape (m,).
        upper: greatest positions [rad]. Shape (m,).

    Args:
        robot: the robot.
        side: of the hand.

    Raises:
        NsaError: the robot has no hand on that side.
    """

    def __init__(self, robot: Robot, side: str) -> None:
        if side not in robot.hands:
            raise NsaError(f"{robot.file}: there is no {side} hand; its hands: {', '.join(robot.hands)}")
        self._robot, self._points = robot, HandPoints(replace(robot, hands={side: robot.hands[side]}))
        self.form, self.joints = HandForm.of(robot.hands[side]), self._points.joints
        self._where = robot.indices(self.joints)
        self.lower, self.upper = robot.limits.lower[self._where], robot.limits.upper[self._where]

    def of_robot(self, q: ArrayLike) -> Array:
        """Palm coordinates [m] for positions (..., n) of all driven joints of the robot. Shape (..., K, 4, 3)."""
        return self._points.points(q)

    def of_hand(self, q: ArrayLike) -> Array:
        """Palm coordinates [m] for positions (..., m) of `joints`. Shape (..., K, 4, 3)."""
        q = np.asarray(q, dtype=np.float64)
        full = np.broadcast_to(self._robot.rest, (*q.shape[:-1], len(self._robot.joints))).copy()
        full[..., self._where] = q
        return self._points.points(full)


def as_form(points: ArrayLike, form: HandForm) -> Array:
    """A human hand as a hand with other fingers would show it.

    Where a finger follows several, the most extended leads, softly; it stands on the mean of their knuckles.

    Args:
        points: of a human hand, palm coordinates [m]. Shape (..., 5, 4, 3).
        form: of the other hand.

    Returns:
        Shape (..., K, 4, 3).
    """
    points = np.asarray(points, dtype=np.float64)
    bones = points - points[..., :1, :]
    extension = np.linalg.norm(bones[..., _TIP, :], axis=-1) / finger_lengths(points, HUMAN)
    fingers = []
    for follows in form.follows:
        rows = [FINGERS.index(finger) for finger in follows]
        share = np.exp((extension[..., rows] - extension[..., rows].max(axis=-1, keepdims=True)) / _LEADS)
        share /= share.sum(axis=-1, keepdims=True)
        knuckle = points[..., rows, :1, :].mean(axis=-3)
        fingers.append(knuckle + (share[..., None, None] * bones[..., rows, :, :]).sum(axis=-3))
    return np.stack(fingers, axis=-3)


def features(points: ArrayLike, form: HandForm) -> Array:
    """What tells handshapes apart.

    For each finger the way from its knuckle to its tip, in finger lengths. For the thumb the direction of its last
    phalanx and the ways from the tip, middle joint and knuckle of each other finger to its tip. For neighbours the way
    from tip to tip. The latter two in mean finger lengths of the hand.

    Args:
        points: palm coordinates. Shape (..., K, 4, 3).
        form: of that hand.

    Returns:
        Shape (..., D).
    """
    points = np.asarray(points, dtype=np.float64)
    rows = [row for row, finger in enumerate(form.fingers) if finger != "thumb"]
    lengths = finger_lengths(points, form)
    size = lengths[..., rows].mean(axis=-1)[..., None]
    base = {row: form.points[row][0] for row in rows}
    tips = points[..., _TIP, :]
    parts = [_WEIGHTS["finger"] * (tips[..., row, :] - points[..., row, base[row], :]) / lengths[..., row, None]
             for row in rows]  # fmt: skip
    parts += [_WEIGHTS["neighbours"] * (tips[..., a, :] - tips[..., b, :]) / size for a, b in pairwise(rows)]
    if "thumb" in form.fingers:
        thumb = form.fingers.index("thumb")
        last = tips[..., thumb, :] - points[..., thumb, form.points[thumb][-2], :]
        parts.append(_WEIGHTS["thumb"] * last / np.linalg.norm(last, axis=-1, keepdims=True))
        for row in rows:
            seen = dict.fromkeys((_TIP, _PIP if _PIP in form.points[row] else base[row], base[row]))
            parts += [_WEIGHTS["thumb"] * (tips[..., thumb, :] - points[..., row, slot, :]) / size for slot in seen]
    return np.concatenate(parts, axis=-1)


def finger_lengths(points: Array, form: HandForm) -> Array:
    """Length of each finger along the points that it has [m]. (..., K, 4, 3) -> (..., K)."""
    each = [points[..., row, list(slots), :] for row, slots in enumerate(form.points)]
    return np.stack([np.linalg.norm(np.diff(finger, axis=-2), axis=-1).sum(axis=-1) for finger in each], axis=-1)
