"""Footage that shows the signer as in a mirror."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import yaml

from nsa_ros.capture.landmarks import BODY
from nsa_ros.capture.readers.seen import Seen

_FILE = Path(__file__).parents[1] / "data" / "mirrored_faces.yaml"


def unmirror(seen: Seen, width: int) -> None:
    """Turn the picture over and give each point the name of its opposite, in place."""
    for part in Seen.PARTS:
        getattr(seen, part)[..., 0] *= -1.0
        getattr(seen, part)[..., 0] += width
    _reorder(seen, "body", [BODY.index(_opposite(name)) for name in BODY])
    if seen.face_layout:
        _reorder(seen, "face", _faces()[seen.face_layout])
    if not seen.one_handed:
        _reorder(seen, "hands", [1, 0])
    seen.notes.append("the footage is mirrored and was turned over")


def _reorder(seen: Seen, part: str, order: list[int]) -> None:
    for key in (part, f"{part}_confidence"):
        setattr(seen, key, getattr(seen, key)[:, np.array(order, dtype=np.intp)])


def _opposite(name: str) -> str:
    left, right = name.startswith("left_"), name.startswith("right_")
    return name.replace("left_", "right_") if left else name.replace("right_", "left_") if right else name


@cache
def _faces() -> dict[str, list[int]]:
    """For each point of a face its opposite."""
    faces: dict[str, list[int]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return faces
