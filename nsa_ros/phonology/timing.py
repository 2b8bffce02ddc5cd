"""When the hands are where: speed profiles, how long movements take, and the order of stations in a stroke.

Point-to-point movements follow the minimum-jerk profile (Flash and Hogan, J. Neuroscience 5, 1985).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.phonology.sign import Movement

Array = NDArray[np.float64]

_RATE = {"nod": 2.6, "twist": 2.8, "sway": 2.6, "wiggle": 2.2, "rub": 2.5}


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


class Plan:
    """When each frame of a stroke is where.

    Attributes:
        a, b: the stations that the frame lies between. Shape (F,).
        w: share of the way from one to the other. Shape (F,).
        u: share of the time of the whole stroke. Shape (F,).
        forth: 1 on the way forth, 0 on the way back. Shape (F,).
    """

    def __init__(self, movement: Movement, st: Stations, tempo: float, fps: float) -> None:
        count = len(st.point)
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
            if movement.local:
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
