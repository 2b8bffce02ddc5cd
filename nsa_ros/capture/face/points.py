"""Points of the face by anatomical name, the same for every layout of a detector (`data/face_points.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from nsa_ros.capture.landmarks import SIDES, Landmarks

Array = NDArray[np.float64]

EYE_DISTANCE = 59.0
"""Distance between the centres of the eyes of the size that faces are brought to: the mannequin's [mm]."""

_FILE = Path(__file__).parents[1] / "data" / "face_points.yaml"


class FacePoints(NamedTuple):
    """The P named points.

    Attributes:
        names: `left_brow_inner`, `right_brow_inner`, …, `nose_tip`, …
        indices: for each layout and point the indices whose mean it is; empty where the layout lacks it.
        canonical: on the canonical face model, relative to the point between the eyes, for eyes `EYE_DISTANCE` apart;
            x to the signer's left, y up, z forward [mm]. Shape (P, 3).
        figure: on the mannequin at rest, likewise. Shape (P, 3).
        carriers: joints of the mannequin that carry each; their mean where there are two.
        rigid: how much each point shows the turn of the head, 0 for what expressions move. Shape (P,).
    """

    names: tuple[str, ...]
    indices: dict[str, tuple[tuple[int, ...], ...]]
    canonical: Array
    figure: Array
    carriers: tuple[tuple[str, ...], ...]
    rigid: Array

    def at(self, *names: str) -> list[int]:
        """Places of points in `names`."""
        return [self.names.index(name) for name in names]


def _rows(table: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, tuple[int, ...]], dict[str, Any], float]]:
    """Name, name without the side, indices by layout, the row, and the sign of x."""

    def indices(index: Any) -> tuple[int, ...]:
        return () if index is None else tuple(index) if isinstance(index, list) else (index,)

    for name, row in table["paired"].items():
        for i, side in enumerate(SIDES):
            found = {layout: indices(row.get(layout, (None, None))[i]) for layout in ("mediapipe", "openpose")}
            yield f"{side}_{name}", name, found, row, (1.0, -1.0)[i]
    for name, row in table["central"].items():
        yield name, name, {layout: indices(row.get(layout)) for layout in ("mediapipe", "openpose")}, row, 1.0


@cache
def face_points() -> FacePoints:
    """The shipped table."""
    table = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    corners = np.array([table["paired"][name]["canonical"] for name in ("eye_outer", "eye_inner")]).mean(axis=0)
    middle, size = corners * [0, 1, 1], EYE_DISTANCE / (2 * corners[0])
    names, indices, canonical, figure, carriers, rigid = [], [], [], [], [], []
    for name, plain, found, row, sign in _rows(table):
        names.append(name)
        indices.append(found)
        place = (np.array(row["canonical"]) - middle) * size
        canonical.append(place * [sign, 1, 1])
        figure.append(np.array(row.get("at", place), dtype=np.float64) * [sign, 1, 1])
        carriers.append(tuple(c if sign > 0 else c.replace("left_", "right_") for c in row["carriers"]))
        rigid.append(float(table["rigid"].get(plain, 0.0)))
    by_layout = {layout: tuple(row[layout] for row in indices) for layout in ("mediapipe", "openpose")}
    return FacePoints(tuple(names), by_layout, np.array(canonical), np.array(figure), tuple(carriers), np.array(rigid))


def seen_points(landmarks: Landmarks) -> tuple[Array, Array]:
    """The named points as the camera sees them, and how sure the detector is of each.

    Returns:
        places: x to the signer's left, y up, z towards the camera [pixels], NaN where unseen; z is 0 where landmarks
            have no depth. Shape (F, P, 3).
        confidence: in [0, 1], 0 where unseen. Shape (F, P).
    """
    table = face_points()
    places = np.full((len(landmarks), len(table.names), 3), np.nan)
    confidence = np.zeros(places.shape[:2])
    for i, found in enumerate(table.indices.get(landmarks.face_layout, ())):
        if found:
            places[:, i] = landmarks.face[:, list(found)].mean(axis=1) * [1.0, -1.0, -1.0]
            confidence[:, i] = landmarks.face_confidence[:, list(found)].min(axis=1)
    if not landmarks.depth:
        places[..., 2] = np.where(np.isfinite(places[..., 0]), 0.0, np.nan)
    sure = np.isfinite(places).all(axis=-1) & (confidence > 0)
    return np.where(sure[..., None], places, np.nan), np.where(sure, confidence, 0.0)
