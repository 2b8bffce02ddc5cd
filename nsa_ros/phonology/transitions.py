"""Movement of a hand from where one sign leaves it to where the next begins, around head and trunk."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.skeleton import Skeleton, joint_index
from nsa_ros.body.solids import Solid
from nsa_ros.body.surface import head, trunk
from nsa_ros.phonology.arms import COORDINATES, WRIST, Arm
from nsa_ros.phonology.movement import ARM, FINGERS
from nsa_ros.phonology.timing import minimum_jerk

Array = NDArray[np.float64]

SHORTEST, LONGEST = 5, 15
"""Frames of a transition at 24 fps and normal tempo."""

_CLEARANCE = 0.035
"""Distance that moving hands keep from head and trunk [m]."""

_EARLY = 0.85
"""Share of a transition after which the fingers have taken the next handshape: they are ahead of the hand."""


class Transitions:
    """Transitions for one figure.

    Args:
        skeleton: the figure.
        arm: its right arm.
        fps: frames per second.
    """

    def __init__(self, skeleton: Skeleton, arm: Arm, fps: float) -> None:
        self._arm, self._fps = arm, fps
        self._body: tuple[Solid, ...] = (trunk(skeleton), head(skeleton))
        wrist = skeleton.rest[joint_index("right_wrist")]
        self._probes = np.array(
            [np.zeros(3)] + [skeleton.rest[joint_index(f"right_{f}")] - wrist for f in ("middle1", "middle3", "index3")]
        )

    def frames(self, start: Array, end: Array, tempo: float) -> int:
        """How many frames a hand needs from one state to another, each (WIDTH,)."""
        far = np.linalg.norm(end[WRIST] - start[WRIST])
        turn = np.abs(end[3:COORDINATES] - start[3:COORDINATES]).max()
        fingers = np.abs(end[FINGERS] - start[FINGERS]).max()
        seconds = max(0.17 + 0.62 * far, 0.15 + 0.14 * turn, 0.15 + 0.07 * fingers)
        scale = self._fps / 24.0
        return round(float(np.clip(seconds * self._fps / tempo, SHORTEST * scale, LONGEST * scale / min(tempo, 1.0))))

    def path(self, start: Array, end: Array, frames: int) -> Array:
        """The frames after `start` up to and with `end`. (WIDTH,), (WIDTH,) -> (frames, WIDTH)."""
        u = np.arange(1, frames + 1) / frames
        share = minimum_jerk(u)[:, None]
        course = start + (end - start) * share
        course[:, FINGERS] = start[FINGERS] + (end - start)[FINGERS] * minimum_jerk(u / _EARLY)[:, None]
        bow = np.sin(np.pi * share[:, 0])
        far = float(np.linalg.norm(end[WRIST] - start[WRIST]))
        course[:, 2] += bow * (0.06 * far + self._swerve(course, bow))
        return course

    def points(self, course: Array) -> Array:
        """Some points of a hand, as a right one: wrist, knuckles, fingers. (F, WIDTH) -> (F, P, 3)."""
        rotation = self._arm.hand_rotation(course[:, ARM])
        return np.asarray(course[:, None, WRIST] + (rotation[:, None] @ self._probes[..., None])[..., 0])

    def _swerve(self, course: Array, bow: Array) -> float:
        """How far forward the middle of a transition has to go so that the hand stays clear of the body [m]."""
        points = self.points(course)
        distance = np.minimum(*(solid(points) for solid in self._body)).min(axis=1)
        lacking = np.maximum(0.0, _CLEARANCE * bow - distance) / np.maximum(bow, 0.35)
        return float(min(0.16, lacking[bow > 0.1].max(initial=0.0)))
