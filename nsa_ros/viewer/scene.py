"""Where every piece of the mannequin is, frame by frame; and from where it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.face import FACE_JOINTS, face_joints, origins
from nsa_ros.body.kinematics import forward
from nsa_ros.body.mannequin import CARRIERS, Part, parts
from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import INDEX, PARENTS, Skeleton, default_skeleton
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

CARRIER_INDEX: dict[str, int] = {name: i for i, name in enumerate(CARRIERS)}
"""Carrier name to its index in `CARRIERS` and in `Placed`."""


class Label(Protocol):
    """What viewers show of a unit; `nsa_ros.text.units.Unit` is one."""

    @property
    def text(self) -> str:
        """Gloss, letter or number."""

    @property
    def kind(self) -> str:
        """`sign`, `letter` or `number`."""

    @property
    def span(self) -> tuple[int, int]:
        """Characters [first, last) of the sentence that it signs."""


class Placed(NamedTuple):
    """Frames of a stage's carriers; the mannequin's (`CARRIERS`) are in SMPL-X axes.

    Attributes:
        positions: [m]. Shape (..., C, 3).
        rotations: relative to the T-pose. Shape (..., C, 3, 3).
    """

    positions: Array
    rotations: Array


class Lit(NamedTuple):
    """The ball that the light is fitted to: shadows fall within it, the finer the smaller it is.

    Attributes:
        carrier: the frame that its middle goes with.
        offset: of the middle from that frame, in the axes of the picture [m].
        radius: [m].
    """

    carrier: str
    offset: tuple[float, float, float]
    radius: float


class Stage(Protocol):
    """What renderers draw: rigid pieces, each carried by a named frame. `Scene` is one, a robot is another."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its pieces."""

    @property
    def carriers(self) -> tuple[str, ...]:
        """Names of the frames, in the order of `Placed`."""

    @property
    def lit(self) -> Lit:
        """Where the light falls."""


@dataclass(frozen=True)
class Camera:
    """A point of view, in SMPL-X axes (x figure's left, y up, z forward).

    Attributes:
        eye: where the camera is [m].
        target: what it looks at [m].
        field: vertical field of view [rad].
    """

    eye: tuple[float, float, float]
    target: tuple[float, float, float]
    field: float


CAMERAS: dict[str, Camera] = {
    "front": Camera((0.0, 0.42, 2.60), (0.0, 0.370, 0.0), 0.355),
    "hands": Camera((-0.10, 0.43, 1.75), (-0.05, 0.41, 0.10), 0.37),
    "side": Camera((-1.75, 0.48, 1.75), (0.0, 0.370, 0.08), 0.365),
}
"""Presets: the figure from the waist up, the signing space closer, and three quarters from the signer's right."""


def camera(name: str) -> Camera:
    """A preset by its name.

    Raises:
        NsaError: there is none.
    """
    if name not in CAMERAS:
        raise NsaError(f"unknown camera {name!r}. Cameras: {', '.join(CAMERAS)}")
    return CAMERAS[name]


@dataclass(frozen=True)
class Scene:
    """The mannequin of one skeleton, built once."""

    skeleton: Skeleton

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Its pieces."""
        return parts(self.skeleton)

    @property
    def carriers(self) -> tuple[str, ...]:
        """`CARRIERS`."""
        return CARRIERS

    @property
    def lit(self) -> Lit:
        """The figure from the hips up, with its arms."""
        return Lit("spine3", (0.0, 0.1, 0.1), 0.72)

    @cached_property
    def offsets(self) -> Array:
        """Each carrier's position relative to its parent carrier in the T-pose [m]. Shape (C, 3)."""
        return np.concatenate([self.skeleton.offsets, origins(self.skeleton)])

    def place(self, poses: Array, expression: Array, transl: Array | None = None) -> Placed:
        """All carriers at once.

        Args:
            poses: axis-angle of the joints [rad]. Shape (..., 55, 3).
            expression: coefficients of `body.face`. Shape (..., 10).
            transl: position of the pelvis [m]. Shape (..., 3).
        """
        posed = forward(self.skeleton, poses, transl)
        values, shape = face_joints(expression), posed.positions.shape[:-2]
        positions = np.empty((*shape, len(CARRIERS), 3))
        rotations = np.empty((*shape, len(CARRIERS), 3, 3))
        positions[..., : len(INDEX), :] = posed.positions
        rotations[..., : len(INDEX), :, :] = posed.rotations
        for i, joint in enumerate(FACE_JOINTS):
            own, parent = len(INDEX) + i, CARRIER_INDEX[joint.parent]
            axis, value = np.array(joint.axis), values[..., i, None]
            shift = self.offsets[own] + (axis * value if joint.kind == "prismatic" else 0.0)
            turn = rotvec_to_matrix(axis * value) if joint.kind == "revolute" else np.eye(3)
            frame = rotations[..., parent, :, :]
            positions[..., own, :] = positions[..., parent, :] + (frame @ np.asarray(shift)[..., None])[..., 0]
            rotations[..., own, :, :] = frame @ turn
        return Placed(positions, rotations)

    def local(self, poses: Array, expression: Array, transl: Array | None = None) -> tuple[Array, Array]:
        """Each carrier in its parent carrier's frame (`CARRIER_PARENTS`), for viewers that keep the tree themselves.

        Takes what `place` takes; gives positions [m], shape (..., C, 3), and axis-angle [rad], shape (..., C, 3).
        """
        values = face_joints(expression)[..., None] * np.array([joint.axis for joint in FACE_JOINTS])
        slides = np.array([joint.kind == "prismatic" for joint in FACE_JOINTS])[:, None]
        positions = np.broadcast_to(self.offsets, (*poses.shape[:-2], len(CARRIERS), 3)).copy()
        positions[..., len(INDEX) :, :] += np.where(slides, values, 0.0)
        if transl is not None:
            positions[..., 0, :] += transl
        return positions, np.concatenate([poses, np.where(slides, 0.0, values)], axis=-2)


CARRIER_PARENTS: tuple[int, ...] = (*PARENTS, *(CARRIER_INDEX[joint.parent] for joint in FACE_JOINTS))
"""Index of each carrier's parent carrier; -1 for the pelvis."""


def default_scene() -> Scene:
    """The mannequin of the shipped skeleton."""
    return Scene(default_skeleton())
