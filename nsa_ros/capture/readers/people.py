"""One signer among several people in view."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

_JUMP = 1.0
"""How far a person may move from one frame to the next, in own heights, and be taken for the same."""

BRIEFLY = 0.1
"""Share of the signer's frames up to which a find is no second person but a mistake."""


def tracks(frames: list[list[Array]]) -> list[dict[int, int]]:
    """Follow people through frames in which they come in any order.

    Args:
        frames: for each frame, for each person, the points seen. Shape of each (P, 2).

    Returns:
        For each person, for each frame with it, its index there. The most prominent person first: by how often, how
        large and how central it is.
    """
    people: list[dict[int, int]] = []
    last: list[Array] = []
    for index, frame in enumerate(frames):
        boxes = [_box(points) for points in frame]
        pairs = sorted(
            (float(np.linalg.norm(box[:2] - last[who][:2]) / max(box[2], last[who][2], 1e-9)), who, which)
            for which, box in enumerate(boxes)
            for who in range(len(people))
        )
        left = set(range(len(boxes)))
        for distance, who, which in pairs:
            if which in left and index not in people[who] and distance < _JUMP:
                people[who][index], last[who] = which, boxes[which]
                left.discard(which)
        for which in sorted(left):
            people.append({index: which})
            last.append(boxes[which])
    middle = _middle(frames)
    return sorted(people, key=lambda person: -_prominence(person, frames, middle))


def _box(points: Array) -> Array:
    """Middle and size of a person."""
    low, high = points.min(axis=0), points.max(axis=0)
    return np.array([*(low + high) / 2, np.linalg.norm(high - low)])


def _middle(frames: list[list[Array]]) -> tuple[float, float]:
    """x of the middle and the width of all that is seen."""
    every = [points[:, 0] for frame in frames for points in frame]
    if not every:
        return 0.0, 1.0
    low, high = min(x.min() for x in every), max(x.max() for x in every)
    return (low + high) / 2, max(high - low, 1e-9)


def _prominence(person: dict[int, int], frames: list[list[Array]], middle: tuple[float, float]) -> float:
    boxes = np.array([_box(frames[frame][which]) for frame, which in person.items()])
    off = float(np.abs(np.median(boxes[:, 0]) - middle[0])) / middle[1]
    return len(person) * float(np.median(boxes[:, 2])) * (1.0 - off)


def chosen(people: list[dict[int, int]], wanted: int | None, where: str) -> tuple[dict[int, int], list[str]]:
    """The person asked for, or else the most prominent one, with a note if there was a choice.

    Raises:
        NsaError: there are not as many.
    """
    if not people:
        raise NsaError(f"{where}: nobody is in view in any frame")
    if wanted is not None:
        if wanted >= len(people):
            raise NsaError(
                f"{where}: {len(people)} {'person is' if len(people) == 1 else 'people are'} in view; --person "
                f"{wanted} is not there, choose 0 to {len(people) - 1}"
            )
        return people[wanted], []
    others = [person for person in people[1:] if len(person) > BRIEFLY * len(people[0])]
    if not others:
        return people[0], []
    note = (
        f"{len(others) + 1} people are in view (the next in {len(others[0])} frames, from frame {min(others[0])}); the "
        f"most prominent was taken, --person {people.index(others[0])} takes the next"
    )
    return people[0], [note]
