"""Capsules as the arms see them: which of them the arms move against each other, and how far apart those are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.rotations import cross
from nsa_ros.robots.arms.chain import Chains, Posture
from nsa_ros.robots.capsules import Capsules, Closest, closest, distances
from nsa_ros.robots.kinematics import Frames, Kinematics

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_SLACK = 0.08
"""Pairs of capsules nearer than this are looked at [m]; the others again when one has moved by a quarter of it."""


class ArmBodies:
    """The capsules of a robot, sorted by the joint of the arms that carries them.

    Attributes:
        joints: joint of the arms (arm * J + number) that carries each capsule, -1 where none does. Shape (C,).
        moved: 1 where a joint of the arms moves a capsule, else 0. Shape (C, A * J).
        pairs: that the arms move against each other. Shape (P, 2).
        radius: of the capsules [m]. Shape (C,).

    Args:
        capsules: of the robot.
        kinematics: of the robot.
        rest: the robot at rest.
        base: index of the link that the arms stand on.
        chains: the arms.
        fingers: everything below the wrists.
    """

    def __init__(
        self,
        capsules: Capsules,
        kinematics: Kinematics,
        rest: Frames,
        base: int,
        chains: Chains,
        fingers: Kinematics,
    ) -> None:
        size = chains.size
        carriers = {link: i * size + j for i, links in enumerate(chains.links) for j, link in enumerate(links)}
        urdf, joints = kinematics.urdf, []
        for shape in capsules.shapes:
            link = shape.link
            while link not in carriers and link in urdf.carrier:
                link = urdf.carrier[link].parent
            joints.append(carriers.get(link, -1))
        self.joints = np.array(joints, dtype=np.intp)
        frames = np.full(1 + len(chains) * size, base, dtype=np.intp)
        for link, joint in carriers.items():
            frames[1 + joint] = kinematics.index(link)
        links = frames[1 + self.joints]
        self._ends = (capsules.ends(rest) - rest.positions[links][:, None]) @ rest.rotations[links]
        self._below = np.flatnonzero([shape.link in fingers.links for shape in capsules.shapes])
        self._links = np.array([fingers.index(capsules.shapes[i].link) for i in self._below], dtype=np.intp)
        self._own = np.array([[capsules.shapes[i].start, capsules.shapes[i].end] for i in self._below]).reshape(
            -1, 2, 3
        )
        self.moved = np.zeros((len(joints), len(chains) * size))
        for row, joint in enumerate(joints):
            if joint >= 0:
                self.moved[row, joint - joint % size : joint + 1] = 1.0
        first, second = self.joints[capsules.pairs.T]
        self.pairs = capsules.pairs[first != second]
        self.radius = capsules.radius
        lengths = np.array([np.linalg.norm(shape.end - shape.start) for shape in capsules.shapes])
        balls = self.radius + 0.5 * lengths
        self._within = np.square(balls[self.pairs].sum(axis=1) + _SLACK)

    def at(self, fingers: Frames) -> Bodies:
        """The capsules for a pose of the fingers, seen from the wrists; what is neither arm nor finger is at rest."""
        ends, turns = self._ends.copy(), np.swapaxes(fingers.rotations[self._links], -1, -2)
        ends[self._below] = self._own @ turns + fingers.positions[self._links][:, None]
        return Bodies(self, ends)

    def around(self, ends: Array) -> Indices:
        """Pairs that are nearer than the slack, and some more: those whose bounding balls are. (C, 2, 3) -> (K, 2)."""
        apart = ends.sum(axis=1)[self.pairs]
        apart = 0.5 * (apart[:, 0] - apart[:, 1])
        return np.asarray(self.pairs[np.einsum("pi,pi->p", apart, apart) < self._within])


class Near(NamedTuple):
    """Pairs of capsules that may be near, K of them.

    Attributes:
        pairs: indices of both capsules. Shape (K, 2).
        found: where they are closest.
    """

    pairs: Indices
    found: Closest


class Bodies:
    """Capsules that the arms move.

    Args:
        bodies: which they are.
        ends: of their axes, in the frame of the link of the arm that carries them, or of the base [m]. Shape (C, 2, 3).
    """

    def __init__(self, bodies: ArmBodies, ends: Array) -> None:
        self._bodies, self._ends = bodies, ends
        self._seen: Array | None = None
        self._pairs = bodies.pairs

    def near(self, posture: Posture) -> Near:
        """Those pairs that may be near in a posture."""
        ends = self._world(posture)
        if self._seen is None or np.square(ends - self._seen).sum(axis=-1).max() > (_SLACK / 4) ** 2:
            self._seen, self._pairs = ends, self._bodies.around(ends)
        return Near(self._pairs, closest(ends, self._bodies.radius, self._pairs))

    def every(self, posture: Posture) -> Array:
        """Distances of all pairs [m]. Shape (P,)."""
        return distances(self._world(posture), self._bodies.radius, self._bodies.pairs)

    def gradient(self, posture: Posture, near: Near, which: Indices) -> Array:
        """How distances change with the joints of the arms [m/rad]. (W,) -> (W, A * J)."""
        axes, centres = posture.axes.reshape(-1, 3), posture.positions.reshape(-1, 3)
        normal = near.found.normal[which][:, None]
        rows = np.zeros((len(which), len(axes)))
        for sign, points, capsules in ((1.0, near.found.first, 0), (-1.0, near.found.second, 1)):
            lever = cross(points[which][:, None] - centres, normal)
            turned = np.einsum("kji,ji->kj", lever, axes)
            rows += sign * turned * self._bodies.moved[near.pairs[which, capsules]]
        return rows

    def _world(self, posture: Posture) -> Array:
        rotations = np.concatenate([np.eye(3)[None], posture.rotations.reshape(-1, 3, 3)])[1 + self._bodies.joints]
        positions = np.concatenate([np.zeros((1, 3)), posture.positions.reshape(-1, 3)])[1 + self._bodies.joints]
        return np.asarray(self._ends @ np.swapaxes(rotations, -1, -2) + positions[:, None])
