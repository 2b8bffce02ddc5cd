"""The alignment of units to frames: what each frame is told about when it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NONE, END = 0, 1
"""Unit ids before every vocabulary's own: nothing (before the first, after the last), and the return to neutral."""

TIMING = 10
"""Numbers in `Alignment.timing`."""

_TYPICAL = 12.0
_SECOND = 24.0


class PlannedUnit(NamedTuple):
    """One step of the plan: unit id, index of its source token, duration [frames], index of its face."""

    unit: int
    token: int
    frames: int
    face: int


NOTHING = PlannedUnit(NONE, -1, int(_TYPICAL), 0)


@dataclass(frozen=True)
class Alignment:
    """Of F frames: which unit comes before, is signed, and comes next, with which face, and how far it has got.

    Attributes:
        units: ids of the previous, current and next unit. Shape (F, 3).
        faces: indices of their faces. Shape (F, 3).
        timing: phase in the unit, four harmonics of it, time since its start and to its end [s], log durations of
            current, previous and next unit relative to half a second. Shape (F, 10).
    """

    units: NDArray[np.int64]
    faces: NDArray[np.int64]
    timing: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.units)

    def __getitem__(self, frames: slice) -> Alignment:
        return Alignment(self.units[frames], self.faces[frames], self.timing[frames])


def align_unit(previous: PlannedUnit, current: PlannedUnit, following: PlannedUnit) -> Alignment:
    """Conditions of all frames of one unit between its neighbours."""
    frames = current.frames
    done = np.arange(1, frames + 1, dtype=np.float32)
    phase = done / frames
    neighbours = (previous, current, following)
    logs = [np.full(frames, np.log(p.frames / _TYPICAL)) for p in (current, previous, following)]
    harmonics = [f(k * np.pi * phase) for k in (1, 2) for f in (np.sin, np.cos)]
    timing = np.stack([phase, *harmonics, done / _SECOND, (frames - done) / _SECOND, *logs], axis=1)
    return Alignment(
        np.tile(np.array([p.unit for p in neighbours], dtype=np.int64), (frames, 1)),
        np.tile(np.array([p.face for p in neighbours], dtype=np.int64), (frames, 1)),
        timing.astype(np.float32),
    )


def align(plan: Sequence[PlannedUnit]) -> Alignment:
    """Conditions of all frames of a complete plan."""
    padded = [NOTHING, *plan, NOTHING]
    parts = [align_unit(*padded[i : i + 3]) for i in range(len(plan))]
    return concatenate(parts)


def concatenate(parts: Sequence[Alignment]) -> Alignment:
    """Alignments one after the other."""
    return Alignment(
        np.concatenate([part.units for part in parts]),
        np.concatenate([part.faces for part in parts]),
        np.concatenate([part.timing for part in parts]),
    )
