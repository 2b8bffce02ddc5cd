"""Inverse kinematics of an arm: a wrist pose to collar, shoulder, elbow and wrist rotations, in closed form.

An arm is described by seven coordinates, each a smooth scalar with its own range, so that motions are interpolated
and limited in them without flips: position of the wrist (x, y, z) [m], swivel of the elbow about the shoulder-wrist
line, pronation of the forearm, flexion and radial deviation of the wrist [rad]. The swivel formulation is that of
Tolani, Goswami and Badler, "Real-time inverse kinematics techniques for anthropomorphic limbs" (2000).

Everything is written for the right arm in the frame of the trunk at rest (SMPL-X axes); the left arm is its mirror
image, so a left arm takes and gives mirrored positions (x negated) and the same angles.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from nsa_ros.body.kinematics import Posed
from nsa_ros.body.skeleton import Skeleton, joint_index
from nsa_ros.body.surface import trunk

Array = NDArray[np.float64]

WRIST = slice(0, 3)
SWIVEL, PRONATION, FLEXION, DEVIATION = 3, 4, 5, 6
COORDINATES = 7

ANGLE_LIMITS = np.array([[-0.35, 1.3], [-1.5, 1.5], [-1.1, 1.25], [-0.55, 0.38]])
"""Lower and upper limit of swivel, pronation (+, supination -), flexion (+) and radial deviation (+) [rad].

Pronation, flexion and deviation: goniometric norms of the AAOS (1965) with a margin. Shape (4, 2).
"""

_ELBOW_DOWN = np.array([-0.40, -1.0, -0.15])
"""Where a relaxed elbow hangs, for the right arm: down, a little out and back."""

_LONGEST = 0.985
"""Largest share of the arm's length that is used: a straight elbow has no swivel."""

_NATURAL = np.array([0.55, 1.25, 0.8, 0.35])
"""Deviations of swivel, pronation, flexion and deviation from zero that cost the same [rad]."""

_FOREARM = 0.036
"""Distance that the middle of the forearm keeps from the trunk [m]: its radius."""

_MIRROR = np.array([-1.0, 1.0, 1.0])


class Reach(NamedTuple):
    """How an arm meets a target.

    Attributes:
        coordinates: the seven arm coordinates. Shape (N, 7).
        rotation: orientation of the hand that they give. Shape (N, 3, 3).
        shortfall: distance of the wrist from where it should be [m]. Shape (N).
        turn: angle of the hand from the orientation it should have [rad]. Shape (N).
    """

    coordinates: Array
    rotation: Array
    shortfall: Array
    turn: Array


def _rotation(axis: int, angle: Array) -> Array:
    """Matrix of a rotation about axis x, y or z (0, 1, 2). (...) -> (..., 3, 3)."""
    c, s = np.cos(angle), np.sin(angle)
    matrix = np.zeros((*np.shape(angle), 3, 3))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix[..., axis, axis] = 1.0
    matrix[..., i, i] = matrix[..., j, j] = c
    matrix[..., i, j], matrix[..., j, i] = -s, s
    return matrix


def _unit(vector: Array) -> Array:
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True)


class _Bones(NamedTuple):
    """Orientations of collar, upper arm and forearm (before pronation), elbow angle and position of the elbow."""

    collar: Array
    upper: Array
    forearm: Array
    bend: Array
    elbow: Array


class Arm:
    """The right or left arm of a skeleton.

    Args:
        skeleton: the figure.
        side: `right` or `left`.
    """

    def __init__(self, skeleton: Skeleton, side: str = "right") -> None:
        mirror = _MIRROR if side == "left" else np.ones(3)
        self.side = side
        self.joints = tuple(joint_index(f"{side}_{name}") for name in ("collar", "shoulder", "elbow", "wrist"))
        collar, shoulder, elbow, wrist = (skeleton.rest[j] * mirror for j in self.joints)
        self._collar = collar
        self._clavicle = shoulder - collar
        self._trunk = trunk(skeleton)
        self.upper = float(np.linalg.norm(elbow - shoulder))
        self.fore = float(np.linalg.norm(wrist - elbow))

    @property
    def length(self) -> float:
        """Shoulder to wrist of the straight arm [m]."""
        return self.upper + self.fore

    def _shrug(self, wrist: Array) -> Array:
        """Rotation of the collar for a wrist position: it lifts with a high hand and protracts with a far one."""
        away = wrist - self._collar - self._clavicle
        lift = 0.22 / (1.0 + np.exp(-(away[..., 1] + 0.02) / 0.07))
        far = 0.18 / (1.0 + np.exp(-(away[..., 2] - 0.36) / 0.05))
        return _rotation(2, -lift) @ _rotation(1, far)

    def _bones(self, wrist: Array, swivel: Array) -> _Bones:
        collar = self._shrug(wrist)
        socket = self._collar + collar @ self._clavicle
        away = wrist - socket
        distance = np.linalg.norm(away, axis=-1)
        shortest = 1.15 * abs(self.upper - self.fore) + 0.06
        reach = np.clip(distance, shortest, _LONGEST * self.length)
        along = away / np.maximum(distance, 1e-9)[..., None]
        down, out = self._circle(along)
        forward = (reach**2 + self.upper**2 - self.fore**2) / (2.0 * reach)
        aside = np.sqrt(np.maximum(self.upper**2 - forward**2, 0.0))
        towards = np.cos(swivel)[..., None] * down + np.sin(swivel)[..., None] * out
        elbow = forward[..., None] * along + aside[..., None] * towards
        upper = elbow / self.upper
        fore = (reach[..., None] * along - elbow) / self.fore
        hinge = _unit(np.cross(upper, fore))
        shoulder = np.stack([-upper, hinge, np.cross(-upper, hinge)], axis=-1)
        bend = np.arccos(np.clip((upper * fore).sum(-1), -1.0, 1.0))
        return _Bones(collar, shoulder, shoulder @ _rotation(1, bend), bend, socket + elbow)

    def _angles(self, wrist: Array, rotation: Array, swivel: Array) -> Array:
        """Pronation, flexion and deviation that give the hand an orientation, unlimited. -> (..., 3)."""
        return self._wrist_angles(self._bones(wrist, swivel).forearm, rotation)

    @staticmethod
    def _wrist_angles(forearm: Array, rotation: Array) -> Array:
        m = np.swapaxes(forearm, -1, -2) @ rotation
        return np.stack(
            [
                np.arctan2(m[..., 2, 1], m[..., 1, 1]),
                -np.arcsin(np.clip(m[..., 0, 1], -1.0, 1.0)),
                np.arctan2(m[..., 0, 2], m[..., 0, 0]),
            ],
            axis=-1,
        )

    def natural_swivel(self, wrist: Array, rotation: Array) -> Array:
        """Swivel that a person would choose: elbow hanging but clear of the trunk, wrist near its middle.

        (..., 3), (..., 3, 3) -> (...) [rad].
        """
        grid = np.linspace(*ANGLE_LIMITS[0], 48)
        swivel = np.broadcast_to(grid, (*wrist.shape[:-1], len(grid)))
        bones = self._bones(np.broadcast_to(wrist[..., None, :], (*swivel.shape, 3)), swivel)
        angles = self._wrist_angles(bones.forearm, rotation[..., None, :, :])
        along = np.array([0.0, 0.3, 0.6])[:, None]
        fore = bones.elbow[..., None, :] + along * (wrist[..., None, None, :] - bones.elbow[..., None, :])
        inside = np.maximum(0.0, _FOREARM - self._trunk(fore)).max(-1)
        every = np.concatenate([swivel[..., None], angles], axis=-1)
        beyond = np.maximum(0.0, np.maximum(ANGLE_LIMITS[:, 0] - every, every - ANGLE_LIMITS[:, 1]))
        cost = ((every / _NATURAL) ** 2).sum(-1) + 60.0 * (beyond**2).sum(-1) + (inside / 0.01) ** 2
        weight = np.exp(-8.0 * (cost - cost.min(-1, keepdims=True)))
        return (weight * swivel).sum(-1) / weight.sum(-1)

    def coordinates(self, posed: Posed) -> Array:
        """The seven coordinates of this arm in a figure posed by forward kinematics. Shape (..., 7).

        Exact for poses that `pose` gives; another shrug of the collar is lost.
        """
        _, _, elbow_joint, wrist_joint = self.joints
        mirror = _MIRROR if self.side == "left" else np.ones(3)
        wrist, elbow = posed.positions[..., wrist_joint, :] * mirror, posed.positions[..., elbow_joint, :] * mirror
        rotation = posed.rotations[..., wrist_joint, :, :] * (mirror[:, None] * mirror)
        shoulder = self._collar + self._shrug(wrist) @ self._clavicle
        down, out = self._circle(_unit(wrist - shoulder))
        swivel = np.arctan2(((elbow - shoulder) * out).sum(-1), ((elbow - shoulder) * down).sum(-1))
        return np.concatenate([wrist, swivel[..., None], self._angles(wrist, rotation, swivel)], axis=-1)

    @staticmethod
    def _circle(along: Array) -> tuple[Array, Array]:
        """Directions, across the shoulder-wrist line, of the elbow at swivel 0 (down) and 90 degrees (out)."""
        down = _unit(_ELBOW_DOWN - (along @ _ELBOW_DOWN)[..., None] * along)
        return down, np.cross(down, along)

    def hand_rotation(self, coordinates: Array) -> Array:
        """Orientation of the hand. (..., 7) -> (..., 3, 3)."""
        forearm = self._bones(coordinates[..., WRIST], coordinates[..., SWIVEL]).forearm
        return forearm @ _rotation(0, coordinates[..., PRONATION]) @ self._flexed(coordinates)

    @staticmethod
    def _flexed(coordinates: Array) -> Array:
        return _rotation(2, coordinates[..., FLEXION]) @ _rotation(1, coordinates[..., DEVIATION])

    def reach(self, point: Array, rotation: Array, site: Array, swivel: Array | None = None) -> Reach:
        """Bring a point of the hand to a point in space with an orientation of the hand, within the limits.

        Where the orientation is out of range the hand keeps the point and turns as little as the limits ask.

        Args:
            point: where the site goes [m]. Shape (N, 3).
            rotation: orientation of the hand relative to the T-pose. Shape (N, 3, 3).
            site: the point of the hand, relative to the wrist in the T-pose [m]. Shape (N, 3).
            swivel: of the elbow [rad]; the natural one when left out. Shape (N).
        """
        wished, given = rotation, swivel
        for _ in range(3):
            wrist = point - (rotation @ site[..., None])[..., 0]
            turn_of = self.natural_swivel(wrist, wished) if given is None else given
            angles = np.clip(self._angles(wrist, wished, turn_of), ANGLE_LIMITS[1:, 0], ANGLE_LIMITS[1:, 1])
            coordinates = np.concatenate([wrist, turn_of[..., None], angles], axis=-1)
            rotation = self.hand_rotation(coordinates)
        clipped = np.abs(rotation - wished).max(axis=(-2, -1)) > 1e-3
        if clipped.any():
            held = self.place(point[clipped], angles[clipped], site[clipped], turn_of[clipped], rotation[clipped])
            coordinates[clipped], rotation[clipped] = held, self.hand_rotation(held)
            wrist = coordinates[..., WRIST]
        away = wrist - self._collar - self._shrug(wrist) @ self._clavicle
        beyond = np.maximum(0.0, np.linalg.norm(away, axis=-1) - _LONGEST * self.length)
        relative = np.swapaxes(wished, -1, -2) @ rotation
        turn = np.arccos(np.clip((np.trace(relative, axis1=-2, axis2=-1) - 1.0) / 2.0, -1.0, 1.0))
        return Reach(coordinates, rotation, beyond, turn)

    def place(self, point: Array, angles: Array, site: Array, swivel: Array, rotation: Array) -> Array:
        """Bring a point of the hand to a point in space with given angles of forearm and wrist.

        Args:
            point: where the site goes [m]. Shape (..., 3).
            angles: pronation, flexion and deviation [rad]. Shape (..., 3).
            site: the point of the hand, relative to the wrist in the T-pose [m]. Shape (..., 3).
            swivel: of the elbow [rad]. Shape (...).
            rotation: first guess of the hand's orientation. Shape (..., 3, 3).

        Returns:
            Arm coordinates. Shape (..., 7).
        """
        coordinates = np.concatenate([point, swivel[..., None], angles], axis=-1)
        coordinates[..., WRIST] = point - (rotation @ site[..., None])[..., 0]
        for _ in range(14):
            wrist = point - (self.hand_rotation(coordinates) @ site[..., None])[..., 0]
            coordinates[..., WRIST] += 0.6 * (wrist - coordinates[..., WRIST])
        return coordinates

    def pose(self, coordinates: Array) -> Array:
        """Joint rotations of collar, shoulder, elbow and wrist, axis-angle [rad]. (..., 7) -> (..., 4, 3).

        Half of the pronation is carried by the elbow joint, half by the wrist, as radius and ulna share it.
        """
        collar, upper, _, bend, _ = self._bones(coordinates[..., WRIST], coordinates[..., SWIVEL])
        half = _rotation(0, 0.5 * coordinates[..., PRONATION])
        local = np.stack(
            [
                collar,
                np.swapaxes(collar, -1, -2) @ upper,
                _rotation(1, bend) @ half,
                half @ self._flexed(coordinates),
            ],
            axis=-3,
        )
        rotvec = Rotation.from_matrix(local.reshape(-1, 3, 3)).as_rotvec().reshape(*local.shape[:-2], 3)
        return rotvec * np.array([1.0, -1.0, -1.0]) if self.side == "left" else rotvec
