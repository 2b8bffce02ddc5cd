"""What a robot touches of itself, and whether the signer touches it, too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.contact import segment_vector
from nsa_ros.body.kinematics import Posed, forward
from nsa_ros.body.skeleton import INDEX, Skeleton, default_skeleton
from nsa_ros.body.surface import Capsule, capsules
from nsa_ros.rehearsal.physics import Touch
from nsa_ros.rehearsal.shape import segments
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.human import FINGERS

Array = NDArray[np.float64]

NEAR = 0.006
"""Parts of the signer this near to each other touch, for robots whose parts are thicker [m]."""


class Place(NamedTuple):
    """A part of a figure: `palm`, `arm`, `body` or the names of fingers, and the side."""

    names: tuple[str, ...]
    side: str


class Contact(NamedTuple):
    """What a robot touched of itself in a run.

    Attributes:
        first, second: links.
        frames: ticks in which they touched, and the signer's own parts did not.
        meant: ticks in which the signer's parts touched as well.
        depth: the deepest they were in each other in `frames` [m].
        depth_meant: in `meant` [m].
    """

    first: str
    second: str
    frames: int
    meant: int
    depth: float
    depth_meant: float


class Signer:
    """The signer's parts as capsules."""

    def __init__(self, skeleton: Skeleton | None = None) -> None:
        self._skeleton = skeleton or default_skeleton()

    @cached_property
    def _parts(self) -> dict[tuple[str, str], list[Capsule]]:
        parts: dict[tuple[str, str], list[Capsule]] = {}
        for capsule in capsules(self._skeleton):
            side, _, name = capsule.joint.partition("_")
            finger = name.rstrip("123")
            if side not in ("left", "right"):
                key = ("body", "")
            elif finger in FINGERS:
                key = (finger, side)
            else:
                key = ("palm" if name == "wrist" else "arm" if name == "elbow" else "body", side)
                key = key if key[0] != "body" else ("body", "")
            parts.setdefault(key, []).append(capsule)
        return parts

    def apart(self, poses: Array, first: Place, second: Place) -> Array:
        """Least distance between two places in poses (F, 55, 3) [m]; inf for what has no capsules. Shape (F,)."""
        posed = forward(self._skeleton, poses, None)
        (a, b, radius), (c, d, other) = self._ends(posed, first), self._ends(posed, second)
        if not len(radius) or not len(other):
            return np.full(len(poses), np.inf)
        away = np.linalg.norm(segment_vector(a[:, :, None], b[:, :, None], c[:, None], d[:, None]), axis=-1)
        return np.asarray((away - radius[:, None] - other).min(axis=(1, 2)))

    def _ends(self, posed: Posed, place: Place) -> tuple[Array, Array, Array]:
        found = [capsule for name in place.names for capsule in self._parts.get((name, place.side), [])]
        joints = [INDEX[capsule.joint] for capsule in found]
        positions, rotations = posed.positions[:, joints], posed.rotations[:, joints]
        first, second = (np.array([getattr(c, end) for c in found]).reshape(-1, 3)[..., None] for end in ("a", "b"))
        a, b = positions + (rotations @ first)[..., 0], positions + (rotations @ second)[..., 0]
        return a, b, np.array([capsule.radius for capsule in found])


class Judged(NamedTuple):
    """Every touch of a run: tick, pair of links, depth [m], whether the signer's parts touch, too. Each (T,)."""

    ticks: NDArray[np.int64]
    pairs: tuple[tuple[str, str], ...]
    depths: Array
    meant: NDArray[np.bool_]


def judge(robot: Robot, poses: Array, touches: Sequence[Sequence[Touch]], signer: Signer | None = None) -> Judged:
    """Compare what a robot touches of itself with what the signer does.

    Args:
        robot: that was simulated.
        poses: of the signer [rad]. Shape (F, 55, 3).
        touches: of each of the F ticks.
        signer: with whose contacts they are compared; the shipped figure when left out.
    """
    signer, places = signer or Signer(), _places(robot)
    rows = [(tick, (touch.first, touch.second), touch.depth) for tick, found in enumerate(touches) for touch in found]
    ticks = np.array([row[0] for row in rows], dtype=np.int64)
    pairs = tuple(row[1] for row in rows)
    meant = np.zeros(len(rows), dtype=bool)
    for pair in dict.fromkeys(pairs):
        own = np.array([other == pair for other in pairs])
        meant[own] = signer.apart(poses[ticks[own]], places[pair[0]], places[pair[1]]) < NEAR
    return Judged(ticks, pairs, np.array([row[2] for row in rows]), meant)


def contacts(judged: Sequence[Judged]) -> tuple[Contact, ...]:
    """Pair by pair over runs, those first that touch longest where the signer does not."""
    rows: dict[tuple[str, str], list[tuple[float, bool]]] = {}
    for run in judged:
        for pair, depth, meant in zip(run.pairs, run.depths.tolist(), run.meant.tolist(), strict=True):
            rows.setdefault(pair, []).append((depth, meant))
    found = []
    for pair, seen in rows.items():
        stray, meant = ([depth for depth, as_signed in seen if as_signed == which] for which in (False, True))
        found.append(Contact(*pair, len(stray), len(meant), max(stray, default=0.0), max(meant, default=0.0)))
    return tuple(sorted(found, key=lambda contact: -contact.frames))


def _places(robot: Robot) -> dict[str, Place]:
    follows = {(side, finger.name): finger.follows for side, hand in robot.hands.items() for finger in hand.fingers}
    places = {}
    for bar in segments(robot):
        names = follows.get((bar.side, bar.name), (bar.part,))
        places[bar.link] = Place(names, bar.side)
    return places
