"""From a sign's postures to the course of both hands, frame by frame.

A course is an array of frames by `WIDTH` values for one hand: its seven arm coordinates (`arms`), the share by which it
follows the head, and the 45 finger values. Both hands are described as right hands, the left one in the mirror.
Point-to-point movements follow the minimum-jerk profile (Flash and Hogan, J. Neuroscience 5, 1985).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from nsa_ros.body.rotations import geodesic_angle, slerp
from nsa_ros.body.skeleton import JOINTS, LEFT_HAND, Skeleton
from nsa_ros.phonology.arms import ANGLE_LIMITS, COORDINATES, DEVIATION, FLEXION, PRONATION, SWIVEL, Arm
from nsa_ros.phonology.handshapes import direction, handshape, wrist_rotation
from nsa_ros.phonology.lexicon import LexiconError, Movement, Posture, Sign
from nsa_ros.phonology.locations import SPACE, Body, on_head

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

_MIRROR = np.array([-1.0, 1.0, 1.0])
_SWAP = {"left": "right", "right": "left"}
_RATE = {"nod": 2.6, "twist": 2.8, "sway": 2.6, "wiggle": 2.2, "rub": 2.5}
_KNUCKLES = {0: 0.0, 3: 1.3, 9: 2.6, 6: 3.9}
"""First row of each finger (index, middle, ring, pinky) in the 15 joints and its phase when the fingers wiggle."""


class Stations(NamedTuple):
    """What one hand passes through, one row for each posture.

    Attributes:
        point: where the site goes [m]. Shape (K, 3).
        rotation: orientation of the hand. Shape (K, 3, 3).
        site: the part of the hand relative to the wrist [m]. Shape (K, 3).
        swivel: of the elbow [rad]. Shape (K,).
        angles: pronation of the forearm, flexion and deviation of the wrist [rad]. Shape (K, 3).
        fingers: finger joints [rad]. Shape (K, 45).
        head: share by which it follows the head. Shape (K,).
        contact: whether it touches. Shape (K,).
        turn: how far the hand is turned from what is written [rad]. Shape (K,).
    """

    point: Array
    rotation: Array
    site: Array
    swivel: Array
    angles: Array
    fingers: Array
    head: Array
    contact: NDArray[np.bool_]
    turn: Array


class Stroke(NamedTuple):
    """The course of the hands from a sign's first posture to the end of its hold.

    Attributes:
        dominant: shape (F, WIDTH).
        weak: the same of the weak hand, `None` when the sign leaves it alone.
    """

    dominant: Array
    weak: Array | None


def minimum_jerk(u: ArrayLike) -> Array:
    """Share of the way gone at share u of the time, 0 to 1 (Flash and Hogan 1985, eq. 3)."""
    u = np.clip(np.asarray(u, dtype=np.float64), 0.0, 1.0)
    return np.asarray(u**3 * (10.0 - 15.0 * u + 6.0 * u**2))


def even(u: ArrayLike, ease: float = 0.2) -> Array:
    """Share of the way at an even speed with a smooth start and stop that take a share `ease` of the time each."""
    u = np.clip(np.asarray(u, dtype=np.float64), 0.0, 1.0)

    def begin(v: Array) -> Array:
        w = np.clip(v / ease, 0.0, 1.0)
        return ease * (w**3 - 0.5 * w**4)

    whole = begin(u) + np.maximum(u - ease, 0.0)
    late = np.maximum(u - (1.0 - ease), 0.0)
    braking = begin(np.full_like(u, ease)) - begin(ease - late)
    total = np.where(u > 1.0 - ease, whole - late + braking, whole)
    return total / (1.0 - ease)


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
        self._body = Body(skeleton)
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
            points = np.stack([self._point(p) if p.place.name in SPACE else self._point(p) * _MIRROR for p in base])
            for i, p in enumerate(base):
                if p.place.name in SPACE:
                    points[i] = np.array(SPACE[p.place.name]) + np.array(p.place.offset) * _MIRROR
            weak = self._solve("left", sign.origin, "base ", base, points)
        points = np.stack([self._point(p, weak, i) for i, p in enumerate(sign.postures)])
        dominant = self._solve("right", sign.origin, "", sign.postures, points)
        if sign.type == "symmetric":
            weak = dominant
        elif sign.type == "alternating":
            half = len(sign.postures) // 2
            weak = Stations(*(np.roll(column, half, axis=0) for column in dominant))
        return dominant, weak

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

    def stroke(self, sign: Sign, tempo: float = 1.0, amplitude: float = 1.0) -> Stroke:
        """The course of the hands in a sign.

        Args:
            sign: of the lexicon.
            tempo: above 1 faster.
            amplitude: above 1 larger; contacts stay where they are.

        Raises:
            LexiconError: a posture that the arm cannot take.
        """
        stations = [_scaled(st, amplitude) if st is not None else None for st in self.stations(sign)]
        dominant, weak = stations
        assert dominant is not None
        plan = _Plan(sign, dominant, tempo, self.fps)
        out = [self._course("right", sign.movement, dominant, plan, amplitude, 0.0)]
        if weak is not None:
            still = sign.type == "dominant-on-base"
            movement = Movement(hold=sign.movement.hold) if still else sign.movement
            phase = np.pi if sign.type == "alternating" else 0.0
            out.append(self._course("left", movement, weak, plan, amplitude, phase))
        hold = max(1, round(sign.movement.hold * self.fps / tempo))
        held = [np.concatenate([course, np.repeat(course[-1:], hold, axis=0)]) for course in out]
        return Stroke(held[0], held[1] if weak is not None else None)

    def _course(
        self, side: str, movement: Movement, st: Stations, plan: _Plan, amplitude: float, phase: float
    ) -> Array:
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


class _Plan:
    """Which stations each frame of a stroke lies between: a, b, share w of the way, share u of the time (F,)."""

    def __init__(self, sign: Sign, st: Stations, tempo: float, fps: float) -> None:
        movement, count = sign.movement, len(st.point)
        order = [i for _ in range(movement.repeat) for i in range(count)] if count > 1 else [0]
        if movement.path == "trace":
            order = list(range(count))
        legs = list(pairwise(order))
        seconds = np.array([_leg_seconds(st, i, j) for i, j in legs])
        if movement.seconds and count > 1:
            passes = seconds[: count - 1].sum()
            seconds *= movement.seconds / passes
        total = float(seconds.sum())
        if count == 1 and movement.path == "circle":
            total = movement.seconds * movement.repeat or movement.turns * movement.repeat * (
                0.38 + 2.0 * movement.size
            )
        elif movement.local:
            total = max(total, movement.seconds, movement.count / _RATE[movement.local])
        frames = max(1, round(total * fps / tempo)) if total > 0 else 0
        self.u = np.linspace(0.0, 1.0, frames + 1) if frames else np.zeros(1)
        self.forth = np.ones(len(self.u))
        if not legs:
            self.a = self.b = np.zeros(len(self.u), dtype=int)
            self.w = np.zeros(len(self.u))
            return
        if movement.path == "trace":
            gone, bounds = even(self.u), np.concatenate([[0.0], np.cumsum(seconds)]) / seconds.sum()
            leg = np.minimum(np.searchsorted(bounds, gone, side="right") - 1, len(legs) - 1)
            self.w = (gone - bounds[leg]) / (bounds[leg + 1] - bounds[leg])
        else:
            if sign.movement.local:
                seconds = seconds * total / seconds.sum()
            bounds = np.round(np.concatenate([[0.0], np.cumsum(seconds)]) / seconds.sum() * frames)
            frame = np.arange(frames + 1)
            leg = np.minimum(np.searchsorted(bounds, frame, side="right") - 1, len(legs) - 1)
            self.w = minimum_jerk((frame - bounds[leg]) / np.maximum(bounds[leg + 1] - bounds[leg], 1.0))
        pairs = np.array(legs)[leg]
        self.a, self.b = pairs[:, 0], pairs[:, 1]
        self.forth = (self.b > self.a).astype(float)


def _leg_seconds(st: Stations, i: int, j: int) -> float:
    """How long a movement between two stations takes: longer for far, for large turns, for the fingers [s]."""
    distance = float(np.linalg.norm(st.point[j] - st.point[i]))
    turn = np.arccos(np.clip((np.trace(st.rotation[i].T @ st.rotation[j]) - 1.0) / 2.0, -1.0, 1.0))
    fingers = float(np.abs(st.fingers[j] - st.fingers[i]).max())
    return float(max(0.16 + 0.75 * distance, 0.14 + 0.13 * turn, 0.13 + 0.10 * fingers))


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
