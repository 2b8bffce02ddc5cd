"""Forward kinematics and Jacobians of a robot, many poses and many points at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.rotations import cross
from nsa_ros.errors import NsaError
from nsa_ros.robots.description.urdf import Joint, Urdf

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


class Frames(NamedTuple):
    """Where a robot's links are, in the frame of its root link.

    Attributes:
        positions: [m]. Shape (..., L, 3).
        rotations: Shape (..., L, 3, 3).
    """

    positions: Array
    rotations: Array


class Kinematics:
    """The tree of a robot as functions of its driven joints.

    Links of one depth are computed at once. Mimic joints are folded in: each joint's value is linear in q.

    Attributes:
        urdf: the robot.
        joints: names of the driven joints, the order of q.
        links: names of the links that are computed, each after its parent.

    Args:
        urdf: the robot.
        joints: driven joints; q holds their positions [rad], [m] for prismatic ones.
        links: links that are wanted, with what carries them; all when left out.
        fixed: positions of joints that are not driven; 0 where left out.

    Raises:
        NsaError: a joint is not there, is fixed, or mimics another; a link is not there.
    """

    def __init__(
        self,
        urdf: Urdf,
        joints: Sequence[str],
        links: Sequence[str] | None = None,
        fixed: Mapping[str, float] | None = None,
    ) -> None:
        for name in joints:
            joint = urdf.joint(name)
            if not joint.moves or joint.mimic:
                why = f"mimics {joint.mimic.joint!r}" if joint.mimic else "is fixed"
                raise NsaError(f"{urdf.file}: joint {name!r} {why}, so it cannot be driven")
        self.urdf, self.joints = urdf, tuple(joints)
        self.links = _with_carriers(urdf, urdf.links if links is None else links)
        self._index = {link: i for i, link in enumerate(self.links)}
        carriers = [urdf.carrier[link] for link in self.links[1:]]
        self._gain, self._bias = _coupling(urdf, carriers, self.joints, fixed or {})
        self._parents = np.array([self._index[joint.parent] for joint in carriers], dtype=np.intp)
        self._levels = _levels(self._parents)
        turns = np.array([joint.kind in ("revolute", "continuous") for joint in carriers])[:, None]
        axes = np.array([joint.axis for joint in carriers]).reshape(-1, 3)
        self._origins = np.array([joint.position for joint in carriers]).reshape(-1, 3)
        still = np.array([joint.rotation for joint in carriers]).reshape(-1, 3, 3)
        self._slides = np.where(turns, 0.0, (still @ axes[..., None])[..., 0])
        turn = cross_matrices(axes * turns)
        self._turning = np.stack([still, still @ turn, still @ turn @ turn])
        self._moving = np.flatnonzero(np.any(self._gain != 0.0, axis=1))
        self._axes = axes[self._moving]
        self._turns = turns[self._moving]
        self._coupled = self._gain[self._moving]
        self._below = _below(self._parents)[:, self._moving + 1]

    def __len__(self) -> int:
        return len(self.joints)

    def index(self, link: str) -> int:
        """Where a link is in `links`.

        Raises:
            NsaError: it is not computed.
        """
        if link not in self._index:
            raise NsaError(f"{self.urdf.file}: link {link!r} is not among those computed: {', '.join(self.links)}")
        return self._index[link]

    def values(self, q: ArrayLike) -> Array:
        """Position of the joint that carries each link but the root. (..., n) -> (..., L - 1) [rad], [m]."""
        return np.asarray(np.asarray(q, dtype=np.float64) @ self._gain.T + self._bias)

    def frames(self, q: ArrayLike) -> Frames:
        """Where the links are.

        Args:
            q: positions of the driven joints [rad]. Shape (..., n).
        """
        values = self.values(q)
        sines, cosines = np.sin(values)[..., None, None], np.cos(values)[..., None, None]
        local = self._turning[0] + sines * self._turning[1] + (1.0 - cosines) * self._turning[2]
        offsets = self._origins + values[..., None] * self._slides
        positions = np.zeros((*values.shape[:-1], len(self.links), 3))
        rotations = np.empty((*positions.shape, 3))
        rotations[..., 0, :, :] = np.eye(3)
        for links, joints, parents in self._levels:
            rotations[..., links, :, :] = rotations[..., parents, :, :] @ local[..., joints, :, :]
        shifts = (rotations[..., self._parents, :, :] @ offsets[..., None])[..., 0]
        for links, joints, parents in self._levels:
            positions[..., links, :] = positions[..., parents, :] + shifts[..., joints, :]
        return Frames(positions, rotations)

    def jacobian(self, frames: Frames, links: ArrayLike, points: ArrayLike) -> Array:
        """How points move with the driven joints.

        Args:
            frames: of one pose or of many, shape (..., L, 3).
            links: index of the link that carries each point. Shape (P,).
            points: in the root's frame [m]. Shape (..., P, 3).

        Returns:
            [m/rad]. Shape (..., P, 3, n).
        """
        points = np.asarray(points, dtype=np.float64)
        axes, centres = self._world_axes(frames), frames.positions[..., self._moving + 1, :]
        point, joint = np.nonzero(self._below[np.asarray(links)])
        about = axes[..., joint, :]
        moved = np.where(self._turns[joint], cross(about, points[..., point, :] - centres[..., joint, :]), about)
        each = np.zeros((*points.shape, len(self._moving)))
        for axis in range(3):
            each[..., point, axis, joint] = moved[..., axis]
        return np.asarray((each.reshape(-1, len(self._moving)) @ self._coupled).reshape(*points.shape, len(self)))

    def turning(self, frames: Frames, links: ArrayLike) -> Array:
        """How links turn with the driven joints: angular velocity over joint velocity.

        Args:
            frames: of one pose or of many.
            links: indices. Shape (P,).

        Returns:
            In the root's frame [rad/rad]. Shape (..., P, 3, n).
        """
        axes = self._world_axes(frames) * self._turns
        turned = axes[..., None, :, :] * self._below[np.asarray(links)][..., None]
        return np.asarray(np.swapaxes(turned, -1, -2) @ self._coupled)

    def moves(self, link: int) -> NDArray[np.bool_]:
        """Which driven joints move a link. Shape (n,)."""
        return np.asarray((self._below[link][:, None] & (self._coupled != 0.0)).any(axis=0))

    def _world_axes(self, frames: Frames) -> Array:
        return np.asarray((frames.rotations[..., self._moving + 1, :, :] @ self._axes[..., None])[..., 0])


def _with_carriers(urdf: Urdf, links: Sequence[str]) -> tuple[str, ...]:
    wanted = {urdf.links[0]}
    for link in links:
        urdf.check_link(link)
        while link not in wanted:
            wanted.add(link)
            link = urdf.carrier[link].parent
    return tuple(link for link in urdf.links if link in wanted)


def _coupling(
    urdf: Urdf, carriers: Sequence[Joint], driven: Sequence[str], fixed: Mapping[str, float]
) -> tuple[Array, Array]:
    """Value of each joint as gain @ q + bias. Shapes (J, n), (J,)."""
    gain, bias = np.zeros((len(carriers), len(driven))), np.zeros(len(carriers))
    for row, joint in enumerate(carriers):
        multiplier, offset = 1.0, 0.0
        if joint.mimic:
            multiplier, offset = joint.mimic.multiplier, joint.mimic.offset
            joint = urdf.joint(joint.mimic.joint)
        if joint.name in driven:
            gain[row, driven.index(joint.name)] = multiplier
        elif joint.moves:
            offset += multiplier * float(fixed.get(joint.name, np.clip(0.0, joint.lower, joint.upper)))
        bias[row] = offset
    return gain, bias


def _levels(parents: NDArray[np.intp]) -> list[tuple[Indices, Indices, Indices]]:
    """Links of equal depth: their indices, those of their joints, those of their parents."""
    depth = np.zeros(len(parents) + 1, dtype=int)
    for joint, parent in enumerate(parents):
        depth[joint + 1] = depth[parent] + 1
    levels = [np.flatnonzero(depth == level) for level in range(1, depth.max(initial=0) + 1)]
    return [(links, links - 1, parents[links - 1]) for links in levels]


def _below(parents: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether a link is carried by another, or is it. Shape (L, L), `below[link, other]`."""
    below = np.eye(len(parents) + 1, dtype=bool)
    for joint, parent in enumerate(parents):
        below[joint + 1] |= below[parent]
    return below


def cross_matrices(vectors: Array) -> Array:
    """Matrices K with K x = v × x. (N, 3) -> (N, 3, 3)."""
    matrices = np.zeros((len(vectors), 3, 3))
    x, y, z = vectors.T
    matrices[:, 0, 1], matrices[:, 0, 2], matrices[:, 1, 2] = -z, y, -x
    matrices[:, 1, 0], matrices[:, 2, 0], matrices[:, 2, 1] = z, -y, x
    return matrices
