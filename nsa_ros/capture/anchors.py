"""Where the points that detectors mark lie on the figure (`data/anchors.yaml`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from nsa_ros.body.kinematics import Posed
from nsa_ros.body.skeleton import INDEX, TIP_PARENTS, TIPS, Skeleton, default_skeleton
from nsa_ros.capture.landmarks import BODY, HAND, SIDES

Array = NDArray[np.float64]

ANCHORS_FILE = Path(__file__).parent / "data" / "anchors.yaml"


class Anchors(NamedTuple):
    """Points fixed to joints: body (16), left hand (21), right hand (21), 58 in all.

    Attributes:
        carriers: index of the SMPL-X joint that carries each. Shape (58,).
        offsets: place relative to that joint in the T-pose [m]. Shape (58, 3).
    """

    carriers: NDArray[np.intp]
    offsets: Array

    def positions(self, posed: Posed) -> Array:
        """Where they are in the world [m]. Shape (..., 58, 3)."""
        turned = posed.rotations[..., self.carriers, :, :] @ self.offsets[..., None]
        return np.asarray(posed.positions[..., self.carriers, :] + turned[..., 0])


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load(ANCHORS_FILE.read_text(encoding="utf-8"))
    return table


def anchors(skeleton: Skeleton) -> Anchors:
    """The anchors of a figure; their offsets grow with the part of the body that they lie on."""
    size = {segment: _size(skeleton, *bone) for segment, bone in SIZE_BONES.items()}
    carriers, offsets = [], []
    for index, (joint, offset) in enumerate(map(_row, range(_COUNT))):
        carriers.append(joint)
        offsets.append(offset * np.prod([size[segment] for segment in grown_with(index)]))
    return Anchors(np.array(carriers), np.array(offsets))


def grown_with(index: int) -> tuple[str, ...]:
    """The segments of `body.proportions` with which an anchor's offset grows."""
    if index < len(BODY):
        return ("head",) if _table()["body"][BODY[index].replace("right_", "left_")]["joint"] == "head" else ()
    point = HAND[(index - len(BODY)) % len(HAND)]
    return ("hands", "fingers") if point.endswith(("2", "3", "_tip")) else ("hands",)


_COUNT = len(BODY) + 2 * len(HAND)
SIZE_BONES = {
    "head": ("head", "left_eye_smplhf"),
    "hands": ("left_wrist", "left_middle1"),
    "fingers": ("left_middle1", "left_middle2"),
}
"""Bones whose length tells the size of a segment; that of fingers comes on top of that of hands."""


def _size(skeleton: Skeleton, start: str, end: str) -> float:
    """Of a bone, relative to the shipped figure's."""

    def length(of: Skeleton) -> float:
        return float(np.linalg.norm(of.rest[INDEX[end]] - of.rest[INDEX[start]]))

    size = length(skeleton) / length(default_skeleton())
    return size / _size(skeleton, *SIZE_BONES["hands"]) if start == "left_middle1" else size


def _row(index: int) -> tuple[int, Array]:
    """Carrier and offset of an anchor on the shipped figure."""
    if index < len(BODY):
        name = BODY[index]
        row = _table()["body"][name.replace("right_", "left_")]
        side = "right" if name.startswith("right_") else "left"
        return INDEX[row["joint"].replace("left_", f"{side}_")], _mirrored(row["offset"], side)
    hand, point = divmod(index - len(BODY), len(HAND))
    side, name = SIDES[hand], HAND[point]
    offset = _mirrored(_table()["hand"].get(name, [0.0, 0.0, 0.0]), side)
    if name.endswith("_tip"):
        tip = TIPS.index(f"{side}_{name.removesuffix('_tip')}")
        return TIP_PARENTS[tip], default_skeleton().tips[tip] + offset
    return INDEX[f"{side}_{name}"], offset


def _mirrored(offset: Any, side: str) -> Array:
    return np.array(offset, dtype=np.float64) * ([-1.0, 1.0, 1.0] if side == "right" else [1.0, 1.0, 1.0])
