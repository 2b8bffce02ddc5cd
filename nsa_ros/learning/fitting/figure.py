"""The open figure in torch: angles of the playback coordinate and proportions to joints, anchors and skin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nsa_ros.body.proportions import SEGMENTS
from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.body.skeleton import FINGERS, INDEX, LEFT_HAND, PARENTS, RIGHT_HAND, default_skeleton
from nsa_ros.body.surface import Capsule, capsules
from nsa_ros.capture.anchors import anchors, grown_with

Array = NDArray[np.float64]

BODY_JOINTS: tuple[int, ...] = tuple(
    INDEX[name]
    for name in (
        "spine1", "spine2", "spine3", "neck", "left_collar", "right_collar", "head", "left_shoulder", "right_shoulder",
        "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    )
)  # fmt: skip
"""Joints of the body that a fit moves besides the pelvis; legs stay as they stand, cameras hardly see them."""

MOVING: tuple[int, ...] = (0, *BODY_JOINTS, *range(LEFT_HAND.start, RIGHT_HAND.stop))
"""Joints that a fit moves: pelvis, body, left hand, right hand; 44."""

BODY_PLACES = slice(1, 14)
LEFT_PLACES = slice(14, 29)
RIGHT_PLACES = slice(29, 44)
"""Where body, left and right hand are in `MOVING`."""

_TRUNK = ("pelvis", "spine1", "spine2", "spine3", "neck", "head", "jaw")
_SEGMENT_OF_BONE = {"shoulder": "upper_arms", "elbow": "forearms", "head": "head", "jaw": "head"}


def turns_of(q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turns of `MOVING` [rad] from playback coordinates. (F, 168) -> (F, 44, 3)."""
    return q[:, len(ROOT) :].reshape(len(q), -1, 3)[:, list(MOVING)]


class Shown(NamedTuple):
    """Where the figure is.

    Attributes:
        joints: positions of `MOVING` [m]. Shape (N, 44, 3).
        anchors: points that detectors mark [m]. Shape (N, 58, 3).
        skin: points on the skin [m]. Shape (N, S, 3).
        trunk: both ends of the capsules of trunk and head [m]. Shape (N, T, 2, 3).
    """

    joints: Tensor
    anchors: Tensor
    skin: Tensor
    trunk: Tensor


class OpenFigure(nn.Module):
    """The shipped figure with a signer's proportions.

    A shape is the logarithm of the factor of each of `body.proportions.SEGMENTS`, 0 for the shipped figure.

    Attributes:
        shape_size: how many numbers a shape has.
        trunk_radius: of the capsules of trunk and head [m]. Shape (T,).
    """

    shape_size = len(SEGMENTS)

    def __init__(self) -> None:
        super().__init__()
        skeleton, place = default_skeleton(), {joint: i for i, joint in enumerate(MOVING)}
        self._register("chains", RevoluteModel(skeleton).chains[list(MOVING)])
        self._levels = _levels()
        order = [place for level in self._levels for place, _ in level]
        self._back = [order.index(i) for i in range(len(MOVING))]
        bones = [MOVING[i] for i in order]
        self._register("bones", skeleton.offsets[bones])
        self._register(
            "bone_growth", [[float(j in map(INDEX.get, names)) for names in SEGMENTS.values()] for j in bones]
        )

        points = anchors(skeleton)
        rows = [_on_moving(int(joint), offset) for joint, offset in zip(points.carriers, points.offsets, strict=True)]
        growth = [_growth(*grown_with(i)) for i in range(len(rows))]
        self._attach("anchor", [place[j] for j, _ in rows], [o for _, o in rows], growth)

        solids = capsules(skeleton)
        skin = [
            (place[INDEX[c.joint]], p, _growth_of(c.joint)) for c in solids if c.joint not in _TRUNK for p in _around(c)
        ]
        self._attach("skin", *zip(*skin, strict=True))
        trunk = [c for c in solids if c.joint in _TRUNK]
        ends = [(*_on_moving(INDEX[c.joint], end), _growth_of(c.joint)) for c in trunk for end in (c.a, c.b)]
        self._attach("trunk", [place[j] for j, _, _ in ends], [o for _, o, _ in ends], [g for _, _, g in ends])
        self._register("trunk_radius", [c.radius for c in trunk])

    def _register(self, name: str, values: object) -> None:
        self.register_buffer(name, torch.tensor(np.asarray(values, dtype=np.float32)), persistent=False)

    def _attach(self, name: str, carriers: object, offsets: object, growth: object) -> None:
        self.register_buffer(f"{name}_carriers", torch.tensor(carriers), persistent=False)
        self._register(f"{name}_offsets", offsets)
        self._register(f"{name}_growth", growth)

    def forward(self, angles: Tensor, transl: Tensor, shape: Tensor, clip: Tensor) -> Shown:
        """Forward kinematics.

        Args:
            angles: of the three turns of each of `MOVING` [rad]. Shape (N, 44, 3).
            transl: position of the pelvis [m]. Shape (N, 3).
            shape: of each clip's signer. Shape (C, S).
            clip: which clip a frame belongs to. Shape (N,).
        """
        local = rotations(angles, self.chains)
        bones = (self.bones * torch.exp(shape @ self.bone_growth.T)[..., None])[clip]
        turned, placed = [local[:, [place for place, _ in self._levels[0]]]], [transl[:, None]]
        start = 1
        for level in self._levels[1:]:
            places, parents = [place for place, _ in level], [parent for _, parent in level]
            carried = turned[-1][:, parents]
            offset = bones[:, start : start + len(level)]
            placed.append(placed[-1][:, parents] + (carried @ offset[..., None])[..., 0])
            turned.append(carried @ local[:, places])
            start += len(level)
        joints, frames = torch.cat(placed, dim=1)[:, self._back], torch.cat(turned, dim=1)[:, self._back]

        def attached(name: str) -> Tensor:
            carriers = getattr(self, f"{name}_carriers")
            grown = torch.exp(shape @ getattr(self, f"{name}_growth").T)[..., None] * getattr(self, f"{name}_offsets")
            return joints[:, carriers] + (frames[:, carriers] @ grown[clip][..., None])[..., 0]

        trunk = attached("trunk")
        return Shown(joints, attached("anchor"), attached("skin"), trunk.reshape(len(trunk), -1, 2, 3))

    def betas(self, shape: Array) -> Array:
        """Shape coefficients of SMPL-X, which this figure does not have: zeros (10,)."""
        return np.zeros(10)

    def skeleton(self, shape: Array) -> None:
        """No skeleton of its own: `proportions` make it from the shipped one."""

    def proportions(self, shape: Array) -> dict[str, float]:
        """Factors of `body.proportions.resized` for one shape (S,)."""
        return {name: float(np.exp(value)) for name, value in zip(SEGMENTS, shape, strict=True)}


def rotations(angles: Tensor, chains: Tensor) -> Tensor:
    """Three turns of each joint to its rotation: `RevoluteModel.to_motion` in torch. (N, J, 3) -> (N, J, 3, 3)."""
    cosine, sine = torch.cos(angles / 2), torch.sin(angles / 2)
    turns = torch.stack([cosine, sine], dim=-1)
    shares = turns[:, :, 0, :, None, None] * turns[:, :, 1, None, :, None] * turns[:, :, 2, None, None, :]
    w, x, y, z = torch.einsum("njk,jkq->njq", shares.flatten(2), chains).unbind(-1)
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return torch.stack(rows, dim=-1).unflatten(-1, (3, 3))


def _levels() -> list[list[tuple[int, int]]]:
    """Places in `MOVING` by depth in the tree, each with its parent's place in the level before."""
    place = {joint: i for i, joint in enumerate(MOVING)}
    levels = [[(0, 0)]]
    while True:
        before = [MOVING[i] for i, _ in levels[-1]]
        level = [(place[j], before.index(PARENTS[j])) for j in MOVING[1:] if PARENTS[j] in before]
        if not level:
            return levels
        levels.append(level)


def _on_moving(joint: int, offset: Array) -> tuple[int, Array]:
    """The same point carried by the nearest ancestor that moves, the joints between at rest."""
    rest = default_skeleton().rest
    while joint not in MOVING:
        offset = offset + rest[joint] - rest[PARENTS[joint]]
        joint = PARENTS[joint]
    return joint, offset


def _growth(*segments: str) -> list[float]:
    return [float(name in segments) for name in SEGMENTS]


def _growth_of(joint: str) -> list[float]:
    part = joint.removeprefix("left_").removeprefix("right_")
    if part in _SEGMENT_OF_BONE:
        return _growth(_SEGMENT_OF_BONE[part])
    if part == "wrist" or part.startswith(FINGERS):
        return _growth("hands", *(["fingers"] if part[-1] in "23" else []))
    return _growth()


def _around(capsule: Capsule) -> list[Array]:
    """Two points on the skin around the middle of a capsule, so that turning about its axis shows."""
    a, b, radius = capsule.a, capsule.b, capsule.radius
    axis = (b - a) / np.linalg.norm(b - a)
    first = np.cross(axis, [0.0, 0.0, 1.0] if abs(axis[2]) < 0.9 else [0.0, 1.0, 0.0])
    first /= np.linalg.norm(first)
    return [(a + b) / 2 + radius * first, (a + b) / 2 + radius * np.cross(axis, first)]
