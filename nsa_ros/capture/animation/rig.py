"""The skeleton of an animation file, and where its bones are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HUGE = 1e9
"""No length, angle or scale in a file that is meant is this large, in whatever unit."""


class Placed(NamedTuple):
    """Where bones are in the axes and the unit of length of their file.

    Attributes:
        positions: of the heads of the bones. Shape (..., J, 3).
        rotations: of the bones, scale left out. Shape (..., J, 3, 3).
    """

    positions: Array
    rotations: Array


@dataclass(frozen=True)
class Rig:
    """A tree of bones; every parent comes before its children.

    Attributes:
        names: as the file has them.
        parents: index of each bone's parent, -1 for a root.
        rotations: of each bone relative to its parent, as the file has it without animation. Shape (J, 3, 3).
        translations: likewise. Shape (J, 3).
        scales: likewise, all above 0. Shape (J, 3).
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    rotations: Array
    translations: Array
    scales: Array

    def __len__(self) -> int:
        return len(self.names)

    def place(self, rotations: Array, translations: Array, scales: Array) -> Placed:
        """Forward kinematics. (..., J, 3, 3), (..., J, 3), (..., J, 3) -> `Placed` (..., J)."""
        turned, linear = np.empty_like(rotations), np.empty_like(rotations)
        positions = np.empty_like(translations)
        for bone, parent in enumerate(self.parents):
            own = rotations[..., bone, :, :]
            scaled = own * scales[..., bone, None, :]
            if parent < 0:
                turned[..., bone, :, :], linear[..., bone, :, :] = own, scaled
                positions[..., bone, :] = translations[..., bone, :]
                continue
            turned[..., bone, :, :] = turned[..., parent, :, :] @ own
            linear[..., bone, :, :] = linear[..., parent, :, :] @ scaled
            offset = (linear[..., parent, :, :] @ translations[..., bone, :, None])[..., 0]
            positions[..., bone, :] = positions[..., parent, :] + offset
        return Placed(positions, turned)

    @property
    def rest(self) -> Placed:
        """Without animation. Shape (J)."""
        return self.place(self.rotations, self.translations, self.scales)

    def children(self, bone: int) -> list[int]:
        """Indices of the bones that hang on one."""
        return [child for child, parent in enumerate(self.parents) if parent == bone]

    def path(self, bone: int) -> str:
        """A bone with those above it, for messages: `Hips/Spine/Neck`."""
        names: list[str] = []
        while bone >= 0:
            names.insert(0, self.names[bone])
            bone = self.parents[bone]
        return "/".join(names)


def sorted_tree(parents: Sequence[int]) -> list[int]:
    """Old indices in an order in which parents come before children.

    Raises:
        ValueError: the tree has a cycle.
    """
    children: dict[int, list[int]] = {}
    for node, parent in enumerate(parents):
        children.setdefault(parent, []).append(node)
    order, waiting = [], children.get(-1, [])[::-1]
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting += children.get(node, [])[::-1]
    if len(order) < len(parents):
        raise ValueError("a node is its own ancestor")
    return order
