"""Another judge of handshapes, which nothing was tuned with: nearest neighbours on the directions of finger bones."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree

from nsa_ros.rehearsal.hand_geometry import HandForm, as_form, finger_lengths
from nsa_ros.rehearsal.legibility import Alphabet, human_renditions, letters
from nsa_ros.robots.human import POINTS

Array = NDArray[np.float64]

NEIGHBOURS = 15
"""Renditions that vote."""

_TIP, _PIP = POINTS.index("tip"), POINTS.index("pip")


class SecondOpinion:
    """Names what a hand shows, as `Legibility` does, by other features and another method.

    Args:
        form: of the hand.
        alphabet: `letters()` when left out.
    """

    def __init__(self, form: HandForm, alphabet: Alphabet | None = None) -> None:
        alphabet = alphabet or letters()
        self._form, self._names = form, tuple(alphabet.shapes)
        self._group = {name: next((g for g in alphabet.groups if name in g), (name,)) for name in self._names}
        seen = bone_features(as_form(human_renditions(tuple(alphabet.shapes.values())), form), form)
        self._renditions = seen.shape[1]
        self._tree = KDTree(seen.reshape(-1, seen.shape[-1]))

    def read(self, points: ArrayLike) -> tuple[str, ...]:
        """What frames (F, K, 4, 3) of one letter show [palm coordinates, m]: it, or its group."""
        near = self._tree.query(bone_features(points, self._form), NEIGHBOURS)[1]
        votes: dict[tuple[str, ...], int] = {}
        for row in np.ravel(near // self._renditions):
            group = self._group[self._names[int(row)]]
            votes[group] = votes.get(group, 0) + 1
        return max(votes, key=lambda group: votes[group])


def bone_features(points: ArrayLike, form: HandForm) -> Array:
    """Directions of all bones but the thumb's first ones, and the ways from middle joints to the thumb's tip.

    (..., K, 4, 3) -> (..., D).
    """
    points = np.asarray(points, dtype=np.float64)
    rows = [row for row, finger in enumerate(form.fingers) if finger != "thumb"]
    size = finger_lengths(points, form)[..., rows].mean(axis=-1)[..., None]
    parts = []
    for row, slots in enumerate(form.points):
        bones = np.diff(points[..., row, list(slots if row in rows else slots[-2:]), :], axis=-2)
        parts.append((bones / np.linalg.norm(bones, axis=-1, keepdims=True)).reshape(*bones.shape[:-2], -1))
    if "thumb" in form.fingers:
        tip = points[..., form.fingers.index("thumb"), _TIP, :]
        parts += [(tip - points[..., row, _PIP, :]) / size for row in rows]
    return np.concatenate(parts, axis=-1)
