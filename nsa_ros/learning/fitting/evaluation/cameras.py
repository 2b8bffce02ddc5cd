"""Cameras as people put them before a signer, drawn at random."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.motion import Motion
from nsa_ros.body.rotations import matrix_to_rotvec, rotvec_to_matrix
from nsa_ros.body.skeleton import INDEX, Skeleton
from nsa_ros.capture.camera import Camera

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Kind:
    """A way of filming.

    Attributes:
        size: width and height of the picture [pixels].
        focal: shortest and longest focal length, relative to the picture's longer side.
        distance: nearest and farthest [m].
        rates: frames per second.
        below: how far the picture reaches below the hips at least, at the signer [m].
    """

    size: tuple[int, int]
    focal: tuple[float, float]
    distance: tuple[float, float]
    rates: tuple[int, ...]
    below: float


KINDS: dict[str, Kind] = {
    "webcam": Kind((1280, 720), (0.8, 1.1), (1.0, 1.8), (30,), -0.06),
    "phone": Kind((720, 1280), (0.8, 1.1), (1.2, 2.5), (30,), 0.22),
    "studio": Kind((1280, 720), (1.1, 1.6), (1.8, 2.5), (24, 25), 0.22),
}

PITCH, YAW = 12.0, 15.0
"""The camera looks up or down, and from the side, by at most so much, mostly by less than half of it [degrees]."""

_WIDE, _ABOVE = 0.86, 0.15
"""Width that is at least in the picture [m], and how much above the eyes."""

_OFF_CENTRE = 0.005


@dataclass(frozen=True)
class Shot:
    """A camera and how it is tilted.

    Attributes:
        kind: one of `KINDS`.
        camera: in the axes of the camera.
        distance: from the chest [m].
        pitch: [degrees].
        yaw: [degrees].
    """

    kind: str
    camera: Camera
    distance: float
    pitch: float
    yaw: float

    def seen(self, motion: Motion, skeleton: Skeleton) -> Motion:
        """The motion in the camera's axes: turned about the chest against the camera's tilt."""
        turn = self.rotation
        chest = skeleton.rest[INDEX["spine3"]]
        poses = motion.poses.copy()
        poses[:, 0] = matrix_to_rotvec(turn @ rotvec_to_matrix(motion.poses[:, 0]))
        transl = (motion.transl - chest) @ turn.T + chest
        return replace(motion, poses=poses, transl=transl)

    @property
    def rotation(self) -> Array:
        """From the signer's axes to the camera's. Shape (3, 3)."""
        pitch, yaw = np.radians([self.pitch, self.yaw])
        return np.asarray(rotvec_to_matrix([pitch, 0.0, 0.0]) @ rotvec_to_matrix([0.0, yaw, 0.0]))


def draw_shot(rng: np.random.Generator, skeleton: Skeleton, kind: str) -> Shot:
    """A camera between chest and eye level, with the head in the picture, but for a webcam the hands at rest, too.

    Args:
        rng: source.
        skeleton: of the signer, at the origin.
        kind: one of `KINDS`.
    """
    about = KINDS[kind]
    width, height = about.size
    chest = skeleton.rest[INDEX["spine3"]]
    eyes = skeleton.rest[INDEX["left_eye_smplhf"]][1]
    top, bottom = eyes + _ABOVE, skeleton.rest[INDEX["left_hip"]][1] - about.below
    while True:
        focal, distance = max(about.size) * rng.uniform(*about.focal), rng.uniform(*about.distance)
        wide, tall = width * distance / focal, height * distance / focal
        if wide >= _WIDE and tall >= top - bottom:
            break
    level = np.clip(rng.uniform(chest[1], eyes), top - tall / 2, bottom + tall / 2)
    centre = np.array([width / 2, height / 2]) + _OFF_CENTRE * max(about.size) * rng.standard_normal(2)
    side = rng.uniform(-0.06, 0.06)
    camera = Camera(
        float(focal),
        (float(centre[0]), float(centre[1])),
        (float(side), float(level), float(chest[2] + distance)),
        about.size,
    )
    pitch, yaw = (float(most * np.clip(0.5 * rng.standard_normal(), -1.0, 1.0)) for most in (PITCH, YAW))
    return Shot(kind, camera, float(distance), pitch, yaw)
