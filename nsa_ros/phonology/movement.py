"""From a sign's postures to the course of both hands, frame by frame.

A course is an array of frames by `WIDTH` values for one hand: its seven arm coordinates (`arms`), the share by which it
follows the head, and the 45 finger values. Both hands are described as right hands, the left one in the mirror.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from nsa_ros.body.contact import Hands
from nsa_ros.body.kinematics import Posed, forward
from nsa_ros.body.rotations import geodesic_angle, slerp
from nsa_ros.body.skeleton import INDEX, JOINTS, LEFT_HAND, RIGHT_HAND, Skeleton
from nsa_ros.phonology.arms import ANGLE_LIMITS, COORDINATES, DEVIATION, FLEXION, PRONATION, SWIVEL, Arm
from nsa_ros.phonology.entry import LexiconError
from nsa_ros.phonology.handshapes import direction, handshape, wrist_rotation
from nsa_ros.phonology.locations import SPACE, Body, Place, on_head
from nsa_ros.phonology.sign import Movement, Posture, Sign
from nsa_ros.phonology.timing import Plan, Stations, even

Array = NDArray[np.float64]

ARM = slice(0, COORDINATES)
HEAD = COORDINATES
FINGERS = slice(COORDINATES + 1, COORDINATES + 46)
WIDTH = COORDINATES + 46

LARGEST_SHORTFALL = 0.01
"""How far a hand may stay from its place before the entry is called unreachable [m]."""

LARGEST_TURN = np.radians(40.0)
"""How far a hand may be turned from the orientation written before the entry is called unreachable [rad]."""

_LARGE_TURN = np.radians(75.0)
"""Above this angle a hand turns by its forearm and wrist angles, below it along the shortest way in space [rad]."""

_PRESSED = 0.005
"""How deep a hand may be pressed into the other: skin gives way [m]."""

_PRESSED_AWAY, _PRESSES = (0.006, 0.02), 5
"""How far a hand that touches, and one that does not, is moved at most so that it is not deeper [m], and how often."""

_STILL = 0.12
"""How long a part of a compound is held that does not move, such as a letter [s]."""

_MIRROR = np.array([-1.0, 1.0, 1.0])
_SWAP = {"left": "right", "right": "left"}
_KNUCKLES = {0: 0.0, 3: 1.3, 9: 2.6, 6: 3.9}
"""First row of each finger (index, middle, ring, pinky) in the 15 joints and its phase when the fingers wiggle."""


class Stroke(NamedTuple):
    """The course of the hands from a sign's first posture to the end of its hold.

    Attributes:
        dominant: shape (F, WIDTH).
        weak: the same of the weak hand, `None` when the sign leaves it alone.
    """

    dominant: Array
    weak: Array | None


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6))


def mirrored_words(words: str) -> str:
    """Direction words as seen in a mirror: left and right exchanged."""
    return "-".join(_SWAP.get(word, word) for word in words.split("-"))


class Movements:
    """Turns signs into strokes for one figure.

    Args:
        skeleton: the figure.
        fps: frames per second.
    """

    def __init__(self, skeleton: Skeleton, fps: float) -> None:
        self.fps = fps
        self._body, self._hands = Body(skeleton), Hands(skeleton)
        self.arms = {side: Arm(skeleton, side) for side in ("right", "left")}
        self.stations = cache(self._stations)

    def _solve(self, side: str, origin: str, field: str, postures: tuple[Posture, ...], points: Array) -> Stations:
        rotation = np.stack([wrist_rotation(p.palm, p.fingers) for p in postures])
        site = np.stack([self._body.hand_part(p.site, p.handshape) for p in postures])
        reach = self.arms[side].reach(points, rotation, site)
        far, turned = reach.shortfall.argmax(), reach.turn.argmax()
        if reach.shortfall[far] > LARGEST_SHORTFALL:
            raise LexiconError(
                f"{origin}: {field}location {far + 1}: {postures[far].place.name} is out of reach by "
                f"{100 * reach.shortfall[far]:.1f} cm. Bring it nearer."
            )
        if reach.turn[turned] > LARGEST_TURN:
            raise LexiconError(
                f"{origin}: {field}palm and fingers {turned + 1}: the arm stays "
                f"{np.degrees(reach.turn[turned]):.0f} degrees "
                f"from palm {postures[turned].palm}, fingers {postures[turned].fingers} "
                f"at {postures[turned].place.name}. "
                "Choose directions nearer to the forearm's."
            )
        return Stations(
            points,
            reach.rotation,
            site,
            reach.coordinates[:, SWIVEL],
            reach.coordinates[:, PRONATION:],
            np.stack([handshape(p.handshape).reshape(45) for p in postures]),
            np.array([float(on_head(p.place.name)) for p in postures]),
            np.array([p.contact for p in postures]),
            reach.turn,
        )

    def _stations(self, sign: Sign) -> tuple[Stations, Stations | None]:
        """The solved postures of both hands; kept, since every rendition of a sign passes through the same.

        Raises:
            LexiconError: a posture that the arm cannot take, named by entry and field.
        """
        weak: Stations | None = None
        if sign.type == "dominant-on-base":
            base = tuple(replace(p, palm=mirrored_words(p.palm), fingers=mirrored_words(p.fingers)) for p in sign.base)
            points = np.stack([self._base_point(p.place) for p in base])
            weak = self._solve("left", sign.origin, "base ", base, points)
        points = np.stack([self._point(p, weak, i) for i, p in enumerate(sign.postures)])
        dominant = self._solve("right", sign.origin, "", sign.postures, points)
        if weak is not None:
            points = self._kept_apart(dominant, weak, points)
            dominant = self._solve("right", sign.origin, "", sign.postures, points)
        if sign.type == "symmetric":
            points = self._kept_apart(dominant, dominant, points)
            dominant = weak = self._solve("right", sign.origin, "", sign.postures, points)
        elif sign.type == "alternating":
            half = len(sign.postures) // 2
            weak = Stations(*(np.roll(column, half, axis=0) for column in dominant))
        return dominant, weak

    def _kept_apart(self, dominant: Stations, weak: Stations, points: Array) -> Array:
        """Where the dominant hand goes so that it presses on the other but hardly sinks in. (K, 3) -> (K, 3)."""
        mirrored = weak is dominant
        shift = np.zeros_like(points)
        for _ in range(_PRESSES):
            moved = dominant._replace(point=points + shift)
            posed = self._posed(moved, moved if mirrored else weak)
            depth, out = self._hands.overlap(posed)
            out = out + _unit(posed.positions[:, INDEX["right_middle1"]] - posed.positions[:, INDEX["left_middle1"]])
            beyond = np.maximum(0.0, depth - _PRESSED)
            if not beyond.any():
                break
            shift += beyond[:, None] * (np.array([-0.5, 0.0, 0.0]) if mirrored else _unit(out))
        far = np.linalg.norm(shift, axis=1, keepdims=True)
        most = np.where(dominant.contact, *_PRESSED_AWAY)[:, None]
        return np.asarray(points + shift * np.minimum(1.0, most / np.maximum(far, 1e-9)))

    def _posed(self, dominant: Stations, weak: Stations) -> Posed:
        """The figure at every posture."""
        poses = np.zeros((len(dominant.point), len(JOINTS), 3))
        every = np.arange(len(poses))
        for side, hand, st, flip in (
            ("right", RIGHT_HAND, dominant, np.ones(3)),
            ("left", LEFT_HAND, weak, np.array([1.0, -1.0, -1.0])),
        ):
            arm = self.arms[side]
            poses[:, list(arm.joints)] = arm.pose(self._reach(side, st, every, every, np.zeros(len(every))))
            poses[:, hand] = st.fingers.reshape(-1, 15, 3) * flip
        return forward(self._body.skeleton, poses)

    def _base_point(self, place: Place) -> Array:
        """A place of the weak hand, in its mirror; points of the space are on its own side, offsets the signer's."""
        point, offset = self._body.point(place.name), np.array(place.offset)
        return point + offset * _MIRROR if place.name in SPACE else (point + offset) * _MIRROR

    def _point(self, posture: Posture, weak: Stations | None = None, i: int = 0) -> Array:
        place = posture.place
        if not place.on_weak_hand:
            return self._body.point(place.name) + place.offset
        assert weak is not None
        pose = np.zeros((len(JOINTS), 3))
        arm = self.arms["left"]
        one = Stations(*(column[i : i + 1] for column in weak))
        pose[list(arm.joints)] = arm.pose(self._reach("left", one, np.zeros(1, int), np.zeros(1, int), np.zeros(1)))[0]
        pose[LEFT_HAND] = weak.fingers[i].reshape(15, 3) * np.array([1.0, -1.0, -1.0])
        return self._body.weak_point(place.name, pose) + place.offset

    def _reach(self, side: str, st: Stations, a: Array, b: Array, w: Array, shift: Array | float = 0.0) -> Array:
        """Arm coordinates between stations a and b at share w, the point shifted [m]. (F,) -> (F, 7)."""

        def between(column: Array) -> Array:
            return column[a] + (column[b] - column[a]) * w.reshape(-1, *[1] * (column.ndim - 1))

        arm = self.arms[side]
        point, site, swivel = between(st.point) + shift, between(st.site), between(st.swivel)
        rotation = slerp(st.rotation[a], st.rotation[b], w)
        coordinates = arm.reach(point, rotation, site, swivel).coordinates
        large = geodesic_angle(st.rotation[a], st.rotation[b]) > _LARGE_TURN
        if large.any():
            turned = arm.place(point[large], between(st.angles)[large], site[large], swivel[large], rotation[large])
            coordinates[large] = turned
        return coordinates

    def stroke(self, sign: Sign, tempo: float = 1.0, amplitude: float = 1.0, reduced: bool = False) -> Stroke:
        """The course of the hands in a sign that is not a compound.

        Args:
            sign: of the lexicon.
            tempo: above 1 faster.
            amplitude: above 1 larger; contacts stay where they are.
            reduced: as the first part of a compound, without repetition and, if it moves, without hold (Liddell and
                Johnson, "American Sign Language compound formation processes", 1986).

        Raises:
            LexiconError: a posture that the arm cannot take.
        """
        stations = [_scaled(st, amplitude) if st is not None else None for st in self.stations(sign)]
        dominant, weak = stations
        assert dominant is not None
        movement = sign.movement
        if reduced:
            still = len(sign.postures) == 1 and movement.path != "circle" and not movement.local
            movement = replace(movement, repeat=1, hold=_STILL if still else 0.0)
        plan = Plan(movement, dominant, tempo, self.fps)
        out = [self._course("right", movement, dominant, plan, amplitude, 0.0)]
        if weak is not None:
            still = sign.type == "dominant-on-base"
            phase = np.pi if sign.type == "alternating" else 0.0
            out.append(self._course("left", Movement() if still else movement, weak, plan, amplitude, phase))
        hold = max(1, round(movement.hold * self.fps / tempo))
        held = [np.concatenate([course, np.repeat(course[-1:], hold, axis=0)]) for course in out]
        return Stroke(held[0], held[1] if weak is not None else None)

    def _course(self, side: str, movement: Movement, st: Stations, plan: Plan, amplitude: float, phase: float) -> Array:
        a, b, w, u = plan.a, plan.b, plan.w, plan.u
        shift: Array | float = 0.0
        if movement.path == "arc":
            bulge = direction(movement.direction) * movement.size * amplitude
            shift = (4.0 * w * (1.0 - w) * plan.forth)[:, None] * bulge
        elif movement.path == "circle":
            axis = direction(movement.direction)
            start = direction(movement.start)
            start = start - axis * (axis @ start)
            start /= np.linalg.norm(start)
            angle = 2.0 * np.pi * movement.turns * movement.repeat * even(u) + phase
            circle = np.cos(angle)[:, None] * start + np.sin(angle)[:, None] * np.cross(axis, start)
            shift = movement.size * amplitude * circle
        elif movement.path == "trace":
            way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(st.point, axis=0), axis=1))])
            gone = (way[a] + (way[b] - way[a]) * w)[:, None]
            linear = st.point[a] + (st.point[b] - st.point[a]) * w[:, None]
            shift = CubicSpline(way, st.point)(gone[:, 0]) - linear
        course = np.zeros((len(u), WIDTH))
        course[:, ARM] = self._reach(side, st, a, b, w, shift)
        course[:, HEAD] = st.head[a] + (st.head[b] - st.head[a]) * w
        course[:, FINGERS] = st.fingers[a] + (st.fingers[b] - st.fingers[a]) * w[:, None]
        if movement.local:
            _oscillate(course, movement, u, amplitude, phase)
        return course


def _scaled(st: Stations, amplitude: float) -> Stations:
    """Stations with movements larger by a factor, about the contacts or, without any, about their middle."""
    if amplitude == 1.0 or len(st.point) == 1:
        return st
    anchor = st.point[st.contact].mean(axis=0) if st.contact.any() else st.point.mean(axis=0)
    return st._replace(point=np.where(st.contact[:, None], st.point, anchor + amplitude * (st.point - anchor)))


def _oscillate(course: Array, movement: Movement, u: Array, amplitude: float, phase: float) -> None:
    """Add the local movement to a course, in place."""
    angle = 2.0 * np.pi * movement.count * even(u, 0.1) + phase
    ease = np.sin(np.pi * np.clip(u, 0.0, 1.0)) ** 0.5
    size = np.radians(movement.degrees) * amplitude
    if movement.local == "nod":
        course[:, FLEXION] += size * 0.5 * (1.0 - np.cos(angle))
    elif movement.local == "twist":
        course[:, PRONATION] += size * np.sin(angle) * ease
    elif movement.local == "sway":
        course[:, DEVIATION] += size * np.sin(angle) * ease
    else:
        fingers = course[:, FINGERS].reshape(-1, 15, 3)
        if movement.local == "rub":
            fingers[:, 12, 1] += size * np.sin(angle) * ease
        else:
            for row, lag in _KNUCKLES.items():
                fingers[:, row, 2] += size * np.sin(angle - lag) * ease
    course[:, SWIVEL : DEVIATION + 1] = np.clip(course[:, SWIVEL : DEVIATION + 1], *ANGLE_LIMITS.T)
