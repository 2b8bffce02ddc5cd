"""`.npy` and `.npz` files of MediaPipe's landmarks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

import numpy as np
from numpy.typing import NDArray

from nsa_ros.capture.readers.holistic import FACE, HAND, POSE, of_parts
from nsa_ros.capture.readers.rates import even
from nsa_ros.capture.readers.seen import Seen
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]
Shape = tuple[int, ...]

ACCEPTED = (
    "(F, 543 or 553, 2 to 4): body 33, face 468 or 478, left hand 21, right hand 21; "
    "(F, 75, 2 to 4) without the face; (F, 42, 2 or 3) and (F, 2, 21, 2 or 3) left and right hand; "
    "(n, 21, 3) pictures of a right hand; flattened (F, 126), (F, 225), (F, 258), (F, 1629) or (F, 1662)"
)
"""Shapes of arrays of landmarks, in words."""

WHOLE = 0.9
"""Share of the frames that a video says it has; some count by duration and are a little off."""

_OBJECTS = "holds Python objects, which may run code: they are not loaded. Save plain arrays of numbers"

_MOTION = {"poses", "body_pose", "pose_body", "global_orient"}


class NoLandmarks(NsaError):
    """A sound file that holds something else."""


def clips_of(path: Path) -> list[str]:
    """Names of the arrays of an `.npz` file that may be landmarks, by their shapes alone; `[""]` of an `.npy` file.

    Raises:
        NoLandmarks: it holds none.
        NsaError: it cannot be read.
    """
    if path.suffix.lower() == ".npy":
        return [""]
    shapes = _shapes(path)
    if shapes.keys() & _MOTION:
        raise NoLandmarks(f"{path} is a motion, not landmarks; `nsa view` plays it")
    keys = [key for key, shape in shapes.items() if len(shape) > 1]
    if not keys:
        raise NoLandmarks(f"{path} has no array of landmarks; it holds {_listed(shapes)}. Accepted are {ACCEPTED}")
    return keys


def _listed(shapes: dict[str, Shape]) -> str:
    some = [f"{key} {shape}" for key, shape in list(shapes.items())[:6]]
    return ", ".join(some) + (", …" if len(shapes) > 6 else "") if some else "nothing"


def _shapes(path: Path) -> dict[str, Shape]:
    """Of the arrays of a file, from their headers."""
    shapes = {}
    try:
        with ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".npy"):
                    with archive.open(name) as file:
                        shape, kind = _header(file)
                        if kind.hasobject:
                            raise ValueError(f"{name} {_OBJECTS}")
                        shapes[name.removesuffix(".npy")] = shape
    except (OSError, BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        raise NsaError(f"{path} is not readable as .npz ({error or 'it ends early'})") from error
    return shapes


def _header(file: Any) -> tuple[Shape, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    if version in ((1, 0), (2, 0)):
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, kind = read(file)
        return shape, kind
    raise ValueError("an array with named fields")


def read_array(path: Path, key: str) -> Seen:
    """One clip of an `.npy` or `.npz` file.

    Raises:
        NsaError: it is damaged, holds Python objects, or its shape is none of `ACCEPTED`.
    """
    values, more = _load(path, key)
    where = f"{path}: {key}" if key else str(path)
    if values.dtype.kind not in "fiu":
        raise NsaError(f"{where} holds {values.dtype}; numbers are needed")
    if values.ndim < 2 or len(values) == 0:
        raise NsaError(f"{where} has shape {values.shape}, no frames of landmarks. Accepted are {ACCEPTED}")
    read = _reader(values.shape[1:])
    if read is None:
        raise NsaError(f"{where} has shape {values.shape}. Accepted are {ACCEPTED}")
    seen = read(values.astype(np.float64))
    _add(seen, more, where)
    return seen


def _load(path: Path, key: str) -> tuple[NDArray[Any], dict[str, NDArray[Any]]]:
    """The array, and the small ones beside it."""
    try:
        with path.open("rb") as file:
            if path.suffix.lower() == ".npy":
                return np.lib.format.read_array(file, allow_pickle=False), {}
            if not is_zipfile(path):
                raise NsaError(f"{path} is not readable as .npz: it is empty, cut off or something else")
            with np.load(file, allow_pickle=False) as data:
                names = [name for name in ("fps", "size", "frames", "times", "detector") if name in data.files]
                return np.asarray(data[key]), {name: np.asarray(data[name]) for name in names}
    except (OSError, ValueError, EOFError, KeyError, BadZipFile, MemoryError) as error:
        cause = str(error) or "it ends early"
        if "allow_pickle" in cause or "Object arrays" in cause:
            cause = f"it {_OBJECTS}"
        raise NsaError(f"{path}{f': {key}' if key else ''} cannot be read: {cause}") from error


def _add(seen: Seen, more: dict[str, NDArray[Any]], where: str) -> None:
    """What stands beside the landmarks: `fps`, `size` (width, height), `frames`, `times` [s], `detector`."""
    try:
        if "fps" in more:
            seen.fps = float(more["fps"])
        if "size" in more:
            width, height = more["size"]
            seen.size = int(width), int(height)
        if "frames" in more and len(seen) < WHOLE * int(more["frames"]):
            seen.notes.append(
                f"only {len(seen)} of {int(more['frames'])} frames could be decoded; the video is cut off"
            )
        if "times" in more:
            even(seen, np.asarray(more["times"], dtype=np.float64).ravel())
    except (TypeError, ValueError) as error:
        raise NsaError(f"{where}: fps must be a number, size two, times one a frame: {error}") from error
    if "detector" in more:
        seen.detector = str(more["detector"])


def _reader(shape: Shape) -> Callable[[Array], Seen] | None:
    """Of frames of a shape."""
    return _FLAT.get(shape[0]) if len(shape) == 1 else _points(shape)


def _points(shape: Shape) -> Callable[[Array], Seen] | None:
    channels = shape[-1]
    if not 2 <= channels <= 4:
        return None
    return {
        (POSE + FACE + 2 * HAND,): _whole,
        (POSE + FACE + 10 + 2 * HAND,): _whole,
        (POSE + 2 * HAND,): _pose_hands,
        (2 * HAND,): _two_hands,
        (2, HAND): _two_hands,
        (HAND,): _right_hand,
    }.get(shape[:-1])


def _whole(points: Array) -> Seen:
    """Body, face, left hand, right hand; or face, left hand, body, right hand, as in tables that sort the parts by
    name. The face's points lie close together: that tells."""
    faces = points.shape[1] - POSE - 2 * HAND
    ends = np.cumsum([POSE, faces, HAND, HAND])
    sorted_ends = np.cumsum([faces, HAND, POSE, HAND])
    if _spread(points[:, :faces]) < _spread(points[:, POSE : POSE + faces]):
        face, left, pose, right = np.split(points, sorted_ends[:-1], axis=1)
    else:
        pose, face, left, right = np.split(points, ends[:-1], axis=1)
    return of_parts(pose, np.stack([left, right], axis=1), face)


def _spread(points: Array) -> float:
    """How far points seen lie apart; infinite if none are."""
    flat = np.where((np.nan_to_num(points[..., :2]) == 0).all(axis=-1, keepdims=True), np.nan, points[..., :2])
    if np.isnan(flat).all():
        return float("inf")
    per_frame = flat[~np.isnan(flat).all(axis=(1, 2))]
    return float(np.median(np.nanstd(per_frame, axis=1).sum(axis=-1)))


def _pose_hands(points: Array) -> Seen:
    return of_parts(points[:, :POSE], points[:, POSE:].reshape(len(points), 2, HAND, -1))


def _two_hands(points: Array) -> Seen:
    return of_parts(None, points.reshape(len(points), 2, HAND, -1))


def _right_hand(points: Array) -> Seen:
    hands = np.zeros((len(points), 2, *points.shape[1:]))
    hands[:, 1] = points
    seen = of_parts(None, hands)
    seen.ordered, seen.one_handed, seen.detector = False, True, "MediaPipe Hands"
    return seen


def _flat_258(rows: Array) -> Seen:
    return of_parts(rows[:, :132].reshape(-1, POSE, 4), rows[:, 132:].reshape(-1, 2, HAND, 3))


def _flat_1662(rows: Array) -> Seen:
    face, hands = rows[:, 132 : 132 + 3 * FACE], rows[:, 132 + 3 * FACE :]
    return of_parts(rows[:, :132].reshape(-1, POSE, 4), hands.reshape(-1, 2, HAND, 3), face.reshape(-1, FACE, 3))


_FLAT: dict[int, Callable[[Array], Seen]] = {
    126: lambda rows: _two_hands(rows.reshape(-1, 2 * HAND, 3)),
    225: lambda rows: _pose_hands(rows.reshape(-1, POSE + 2 * HAND, 3)),
    258: _flat_258,
    1629: lambda rows: _whole(rows.reshape(-1, POSE + FACE + 2 * HAND, 3)),
    1662: _flat_1662,
}
