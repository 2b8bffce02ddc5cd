"""Hands that a detector took for each other, or found twice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.capture.landmarks import BODY
from nsa_ros.capture.readers.seen import Seen

Array = NDArray[np.float64]

TWICE = 0.25
"""Mean distance of the points of two hands below which they are one hand found twice, in palm lengths. Clasped hands
lie farther apart, since their fingers are mirrored."""

_APPEARING = 0.6
"""Cost of a hand that comes into view or leaves it, in palm lengths: as moving this far in one frame."""

_FARTHEST = 4.0
"""Limit of the cost of a distance [palm lengths]: beyond, both assignments are as bad."""

_UNKNOWN = 2.0
"""Distance to a wrist of the body that is not seen [palm lengths]."""

_EXCHANGED = 0.05
"""Cost of a frame in which hands are exchanged, and `_SWITCH` of each frame in which that begins or ends: what the
detector says counts where nothing speaks against it."""
_SWITCH = 0.5

_WRISTS = [BODY.index("left_wrist"), BODY.index("right_wrist")]
_MIDDLE1 = 9


def put_right(seen: Seen) -> None:
    """Drop the less plausible of two hands in one place, and give exchanged hands their sides, in place; notes tell."""
    palm = _palm(seen)
    if palm is None:
        return
    twice = _drop_twice(seen, palm)
    exchanged = _exchanged(seen, palm)
    for part in ("hands", "hands_confidence"):
        values = getattr(seen, part)
        values[exchanged] = values[exchanged][:, ::-1]
    for count, what in (
        (twice, "one hand was found twice and one of them dropped"),
        (exchanged, "hands were exchanged and put right"),
    ):
        if count.any():
            first = int(np.nonzero(count)[0][0])
            seen.notes.append(f"{what} in {count.sum()} of {len(seen)} frames (the first is {first})")


def _palm(seen: Seen) -> float | None:
    """Median distance from wrist to the root of the middle finger in the picture, of the larger hand."""
    lengths = np.linalg.norm(seen.hands[:, :, 0, :2] - seen.hands[:, :, _MIDDLE1, :2], axis=-1)
    return float(np.nanpercentile(lengths, 75)) or None if np.isfinite(lengths).any() else None


def _from_body(seen: Seen, palm: float) -> Array:
    """How far each found hand is from each wrist of the body; `_UNKNOWN` as far as that is not sure. (F, 2, side)."""
    apart = np.linalg.norm(seen.hands[:, :, None, 0, :2] - seen.body[:, None, _WRISTS, :2], axis=-1) / palm
    sure = np.broadcast_to(seen.body_confidence[:, None, _WRISTS], apart.shape)
    cost = sure * np.minimum(np.nan_to_num(apart), _FARTHEST) + (1.0 - sure) * _UNKNOWN
    found = np.isfinite(seen.hands[:, :, None, 0, 0])
    return np.where(found, cost, 0.0)


def _drop_twice(seen: Seen, palm: float) -> NDArray[np.bool_]:
    between = np.linalg.norm(seen.hands[:, 0, :, :2] - seen.hands[:, 1, :, :2], axis=-1).mean(axis=-1) / palm
    twice = np.nan_to_num(between, nan=np.inf) < TWICE
    away = _from_body(seen, palm)
    for frame in np.nonzero(twice)[0].tolist():
        first, second = (away[frame, side, side] + _moved(seen, frame, side, palm) for side in (0, 1))
        worse = 0 if first >= second else 1
        seen.hands[frame, worse], seen.hands_confidence[frame, worse] = np.nan, 0.0
    return np.asarray(twice)


def _moved(seen: Seen, frame: int, side: int, palm: float) -> float:
    """How far a hand is from where it was in the frame before."""
    if frame == 0 or not np.isfinite(seen.hands[frame - 1, side, 0, 0]):
        return _APPEARING
    moved = np.linalg.norm(seen.hands[frame, side, 0, :2] - seen.hands[frame - 1, side, 0, :2]) / palm
    return min(float(moved), _FARTHEST)


def _exchanged(seen: Seen, palm: float) -> NDArray[np.bool_]:
    """In which frames the hands are each other's: the cheapest course through all frames (Viterbi). Shape (F,).

    A course costs the distances of hands to the wrists of the body, the ways of the hands from frame to frame, and
    what exchanging costs.
    """
    wrists = seen.hands[:, :, 0, :2]
    there = np.isfinite(wrists[..., 0])
    body = _from_body(seen, palm)
    own = np.stack([body[:, 0, 0] + body[:, 1, 1], body[:, 0, 1] + body[:, 1, 0] + _EXCHANGED], axis=1)
    way = _ways(wrists, there, palm)
    best, course = own[0], np.zeros((len(seen), 2), dtype=np.intp)
    for frame in range(1, len(seen)):
        total = best[:, None] + way[frame - 1]
        course[frame] = total.argmin(axis=0)
        best = total.min(axis=0) + own[frame]
    states = np.zeros(len(seen), dtype=np.intp)
    states[-1] = int(best.argmin())
    for frame in range(len(seen) - 1, 0, -1):
        states[frame - 1] = course[frame, states[frame]]
    return np.asarray((states == 1) & there.any(axis=1))


def _ways(wrists: Array, there: NDArray[np.bool_], palm: float) -> Array:
    """Cost of going from a frame as it is or exchanged to the next as it is or exchanged. Shape (F - 1, 2, 2)."""
    ways = np.zeros((len(wrists) - 1, 2, 2))
    for before in (0, 1):
        for after in (0, 1):
            for side in (0, 1):
                a, b = side ^ before, side ^ after
                moved = np.linalg.norm(wrists[1:, b] - wrists[:-1, a], axis=-1) / palm
                both, one = there[:-1, a] & there[1:, b], there[:-1, a] ^ there[1:, b]
                ways[:, before, after] += np.where(both, np.minimum(np.nan_to_num(moved), _FARTHEST), _APPEARING * one)
    ways[:, [0, 1], [1, 0]] += _SWITCH
    return ways
