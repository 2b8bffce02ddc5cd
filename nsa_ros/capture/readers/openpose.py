"""Folders of OpenPose's `*_keypoints.json`, one file a frame, as How2Sign ships them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.capture.landmarks import BODY, HAND
from nsa_ros.capture.readers.people import chosen, tracks
from nsa_ros.capture.readers.seen import Seen, unseen
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

SUFFIX = "_keypoints.json"
_FRAME = re.compile(r"(.*?)_?(\d+)" + re.escape(SUFFIX))

_BODY_25 = {"nose": 0, "neck": 1, "left_hip": 12, "right_hip": 9}
_COCO_18 = {"nose": 0, "neck": 1, "left_hip": 11, "right_hip": 8}
_ARMS = {"right_shoulder": 2, "right_elbow": 3, "right_wrist": 4, "left_shoulder": 5, "left_elbow": 6, "left_wrist": 7}
_MODELS = {
    25: _BODY_25 | _ARMS | {"right_eye": 15, "left_eye": 16, "right_ear": 17, "left_ear": 18},
    18: _COCO_18 | _ARMS | {"right_eye": 14, "left_eye": 15, "right_ear": 16, "left_ear": 17},
}
"""Where `BODY` is in BODY_25 and COCO; mouth corners come from the face."""

_FACE, _MOUTH = 70, {"right_mouth": 48, "left_mouth": 54}

_LISTS = {
    "pose_keypoints_2d": 0,
    "face_keypoints_2d": _FACE,
    "hand_left_keypoints_2d": 21,
    "hand_right_keypoints_2d": 21,
}


def clips_of(folder: Path) -> dict[str, list[Path]]:
    """Frame files directly in a folder by what stands before the number."""
    clips: dict[str, list[Path]] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if match := _FRAME.fullmatch(path.name):
            clips.setdefault(match[1], []).append(path)
    return clips


def read_openpose(folder: Path, key: str, person: int | None) -> Seen:
    """The clip whose files begin with `key`; frames by their number, missing ones without anything seen.

    Raises:
        NsaError: a file is damaged or of another model, nobody is in view, or the person asked for is not there.
    """
    files = {_number(path): path for path in clips_of(folder).get(key, [])}
    if not files:
        raise NsaError(f"{folder} has no {key}_<frame>{SUFFIX}")
    first, last = min(files), max(files)
    if last - first + 1 > 20 * len(files) + 1000:
        raise NsaError(f"{folder}: frames {first} to {last} but {len(files)} files; are these frames of one clip?")
    people = [_people(files[number]) if number in files else [] for number in range(first, last + 1)]
    where = f"{folder} ({key})" if key else str(folder)
    person_frames, notes = chosen(tracks([[_points(one) for one in frame] for frame in people]), person, where)
    seen = unseen(len(people), "openpose")
    seen.detector, seen.depth = "OpenPose", False
    for frame, which in person_frames.items():
        _fill(seen, frame, people[frame][which])
    gaps = last - first + 1 - len(files)
    if gaps:
        hole = next(number for number in range(first, last) if number not in files)
        notes.append(f"{gaps} of {len(people)} frames have no file (the first is {hole})")
    seen.notes += notes
    return seen


def _number(path: Path) -> int:
    match = _FRAME.fullmatch(path.name)
    assert match
    return int(match[2])


def _people(file: Path) -> list[dict[str, Array]]:
    """The people of a frame: lists of x, y, confidence; those without any point are left out."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        rows = content["people"]
        people = [{key: _list(file, key, row.get(key)) for key in _LISTS} for row in rows]
    except NsaError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NsaError(f"{file} is not a frame of OpenPose ({error or 'it is empty'}). Is it whole?") from error
    return [one for one in people if len(_points(one))]


def _list(file: Path, key: str, values: Any) -> Array:
    points = np.array(values or [], dtype=np.float64).reshape(-1)
    allowed = {0, *(_MODELS if key.startswith("pose") else (_LISTS[key],))}
    if len(points) % 3 or len(points) // 3 not in allowed:
        wanted = " or ".join(str(3 * count) for count in sorted(allowed - {0}))
        raise NsaError(f"{file}: {key} has {len(points)} values; {wanted} are needed (x, y, confidence)")
    return points.reshape(-1, 3)


def _points(person: dict[str, Array]) -> Array:
    """All that is seen of someone. Shape (P, 2)."""
    every = np.concatenate(list(person.values()))
    return np.asarray(every[np.isfinite(every).all(axis=1) & (every[:, 2] > 0)][:, :2])


def _fill(seen: Seen, frame: int, person: dict[str, Array]) -> None:
    body, face = person["pose_keypoints_2d"], person["face_keypoints_2d"]
    if len(body):
        model = _MODELS[len(body)]
        _put(
            seen.body[frame], seen.body_confidence[frame], [BODY.index(name) for name in model], body[[*model.values()]]
        )
    if len(face):
        _put(seen.face[frame], seen.face_confidence[frame], slice(None), face)
        at = [BODY.index(name) for name in _MOUTH]
        _put(seen.body[frame], seen.body_confidence[frame], at, face[[*_MOUTH.values()]])
    for side, key in enumerate(("hand_left_keypoints_2d", "hand_right_keypoints_2d")):
        if len(person[key]):
            _put(seen.hands[frame, side], seen.hands_confidence[frame, side], slice(0, len(HAND)), person[key])


def _put(to: Array, confidence: Array, at: list[int] | slice, points: Array) -> None:
    """Points (P, 3) of x, y, confidence into (K, 3) and (K,)."""
    sure = np.nan_to_num(points[:, 2])
    flat = np.concatenate([points[:, :2], np.zeros((len(points), 1))], axis=1)
    to[at] = np.where(sure[:, None] > 0, flat, np.nan)
    confidence[at] = np.clip(sure, 0.0, 1.0)
