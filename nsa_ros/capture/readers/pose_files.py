"""`.pose` files of MediaPipe Holistic (package `pose-format`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.capture.readers.holistic import HAND, POSE, of_parts
from nsa_ros.capture.readers.people import chosen, tracks
from nsa_ros.capture.readers.seen import Seen
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

_FACES = 478


def read_pose(path: Path, person: int | None) -> Seen:
    """A `.pose` file with or without face.

    Raises:
        NsaError: `pose-format` is missing, the file is damaged or not of MediaPipe Holistic, or the person asked for
            is not there.
    """
    header, body = _read(path)
    parts, start = {}, 0
    for component in header.components:
        parts[component.name] = (slice(start, start + len(component.points)), component)
        start += len(component.points)
    missing = [name for name in ("LEFT_HAND_LANDMARKS", "RIGHT_HAND_LANDMARKS") if name not in parts]
    if missing:
        raise NsaError(f"{path} has no {missing[0]} but {', '.join(parts)}; points of MediaPipe Holistic are needed")
    people = np.asarray(body.data.filled(0.0), dtype=np.float64)
    sure = np.asarray(body.confidence, dtype=np.float64)
    if len(people) == 0:
        raise NsaError(f"{path} has no frames")
    points, confidence, notes = _of_person(path, people, sure, person)
    points = np.where(confidence[..., None] > 0, points, 0.0)

    def part(name: str, count: int) -> Array:
        place, _ = parts[name]
        if place.stop - place.start != count:
            raise NsaError(f"{path}: {name} has {place.stop - place.start} points; {count} are needed")
        return np.concatenate([points[:, place], confidence[:, place, None]], axis=-1)

    pose = part("POSE_LANDMARKS", POSE) if "POSE_LANDMARKS" in parts else None
    hands = np.stack([part(f"{side}_HAND_LANDMARKS", HAND) for side in ("LEFT", "RIGHT")], axis=1)
    face = _face(points, *parts["FACE_LANDMARKS"]) if "FACE_LANDMARKS" in parts else None
    seen = of_parts(pose, hands, face)
    seen.fps = float(body.fps)
    seen.size = int(header.dimensions.width), int(header.dimensions.height)
    seen.depth_in_widths = True
    seen.notes += notes
    return seen


def _read(path: Path) -> tuple[Any, Any]:
    try:
        from pose_format import Pose
    except ImportError as error:
        raise NsaError(f"{path} needs the package pose-format: pip install pose-format") from error
    try:
        content = path.read_bytes()
        if not content:
            raise NsaError(f"{path} is empty")
        pose = Pose.read(content)
    except NsaError:
        raise
    except Exception as error:  # pose-format fails in any way on a damaged file
        raise NsaError(f"{path} is not readable as .pose ({error or type(error).__name__}). Is it whole?") from error
    return pose.header, pose.body


def _of_person(path: Path, people: Array, sure: Array, wanted: int | None) -> tuple[Array, Array, list[str]]:
    """Points (F, P, 3) and confidence (F, P) of one person in (F, people, P, …)."""
    present = [[which for which in range(people.shape[1]) if (sure[f, which] > 0).any()] for f in range(len(people))]
    frames = [
        [people[f, which][sure[f, which] > 0][:, :2] for which in there] for f, there in enumerate(present)
    ]  # fmt: skip
    person, notes = chosen(tracks(frames), wanted, str(path))
    points, confidence = np.zeros((len(people), *people.shape[2:])), np.zeros((len(people), people.shape[2]))
    for frame, index in person.items():
        which = present[frame][index]
        points[frame], confidence[frame] = people[frame, which], sure[frame, which]
    return points, confidence, notes


def _face(points: Array, place: slice, component: Any) -> Array | None:
    """The face in the mesh's own numbering, which a reduced face keeps as names. Shape (F, 478, 3)."""
    names = [str(name) for name in component.points]
    if not all(name.isdigit() and int(name) < _FACES for name in names):
        return None
    face = np.zeros((len(points), _FACES, 3))
    face[:, [int(name) for name in names]] = points[:, place]
    return face
