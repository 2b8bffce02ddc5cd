"""SMPL-X estimates of regressors (OSX, SMPLer-X, Hand4Whole and the like) to start a fit from.

One file for the clip, or a folder with one file a frame, as SMPLer-X writes them. Of an estimate only the pose is used:
its shape and expression are in SMPL-X's own bases, and its translation is that of a crop's virtual camera.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.motion import Motion
from nsa_ros.body.rotations import matrix_to_rotvec, rotvec_to_matrix
from nsa_ros.body.skeleton import BODY, EYES, JAW, JOINTS, LEFT_HAND, RIGHT_HAND
from nsa_ros.capture.mean_hand import MeanHand
from nsa_ros.capture.restricted_pickle import load_arrays
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]

FIELDS: dict[str, tuple[slice, tuple[str, ...]]] = {
    "root": (slice(0, 1), ("global_orient", "smplx_root_pose", "root_pose", "root_orient")),
    "body": (BODY, ("body_pose", "smplx_body_pose", "pose_body")),
    "left hand": (LEFT_HAND, ("left_hand_pose", "smplx_lhand_pose", "lhand_pose")),
    "right hand": (RIGHT_HAND, ("right_hand_pose", "smplx_rhand_pose", "rhand_pose")),
    "jaw": (slice(JAW, JAW + 1), ("jaw_pose", "smplx_jaw_pose", "pose_jaw")),
    "left eye": (slice(EYES.start, EYES.start + 1), ("leye_pose",)),
    "right eye": (slice(EYES.start + 1, EYES.stop), ("reye_pose",)),
}
"""Joints of each part, and the names under which its axis-angle values are found."""

NEEDED = ("root", "body")

_SUFFIXES = (".npz", ".pkl", ".pickle")
_FRAME = re.compile(r"(?:.*?[_-])??(\d+)(?:_(\d+)|_3D)?")


def read_regressor(path: Path, frames: int, fps: float = 24.0, mean_hand: Path | None = None) -> Motion:
    """Read an estimate; a root in a camera's axes (y down) is turned upright.

    Args:
        path: `.npz` or `.pkl` with values of all frames, or a folder with such a file for each.
        frames: that the clip has.
        fps: of the clip.
        mean_hand: licensed `SMPLX_*.npz` if hands are relative to its mean hand; otherwise they count as relative to
            the flat one.

    Raises:
        NsaError: it cannot be read, names code to run, lacks a part, holds values that are not finite, or has another
            number of frames.
    """
    if not path.exists():
        raise NsaError(f"{path} is not there (--init)")
    arrays = _folder(path) if path.is_dir() else _file(path)
    poses = _poses(path, arrays, frames)
    if mean_hand is not None:
        MeanHand(mean_hand).add_to(poses)
    poses[:, 0] = _upright(poses[:, 0])
    return Motion(poses, np.zeros((frames, 10)), np.zeros((frames, 3)), fps)


def _file(path: Path) -> Arrays:
    if path.suffix not in _SUFFIXES:
        raise NsaError(f"{path} is no SMPL-X estimate; one of {', '.join(_SUFFIXES)} is needed (--init)")
    if path.suffix != ".npz":
        return load_arrays(path)
    try:
        with np.load(path, allow_pickle=False) as data:
            wanted = {name for _, names in FIELDS.values() for name in names} & set(data.files)
            return {name: np.asarray(data[name]) for name in wanted}
    except (OSError, ValueError, EOFError, KeyError, BadZipFile) as error:
        raise NsaError(f"{path} is not readable as .npz: {error or 'it ends early'} (--init)") from error


def _folder(path: Path) -> Arrays:
    """The files of a folder, by the number of the frame."""
    files = _frames(path)
    rows = [_file(files[number]) for number in sorted(files)]
    stacked = {}
    for part, (joints, names) in FIELDS.items():
        name = next((name for name in names if name in rows[0]), None)
        if name is None:
            continue
        size = 3 * (joints.stop - joints.start)
        for number, row in zip(sorted(files), rows, strict=True):
            if name not in row or row[name].size != size:
                raise NsaError(f"{files[number]}: {name} of the {part} must be there with {size} values (--init)")
        stacked[name] = np.stack([row[name].reshape(size) for row in rows])
    return stacked


def _frames(path: Path) -> dict[int, Path]:
    """The files of a folder by number. Of two numbers in a name, `00012_0` and `clip_2_00012`, it is the first that
    differs from file to file."""
    found = [
        (tuple(int(number) for number in match.groups() if number), file)
        for file in sorted(path.iterdir())
        if file.suffix in _SUFFIXES and (match := _FRAME.fullmatch(file.stem))
    ]
    if not found:
        raise NsaError(f"{path} has no file of a frame, such as 00001_0.npz (--init)")
    for place in range(max(len(numbers) for numbers, _ in found)):
        files = {numbers[min(place, len(numbers) - 1)]: file for numbers, file in found}
        if len(files) == len(found):
            return files
    raise NsaError(
        f"{path} has several files for a frame, such as {found[0][1].name} and {found[1][1].name}; keep those of the "
        "signer only (--init)"
    )


def _poses(path: Path, arrays: Arrays, frames: int) -> Array:
    """Axis-angle. Shape (F, 55, 3)."""
    poses = np.zeros((frames, len(JOINTS), 3))
    for part, (joints, names) in FIELDS.items():
        size = 3 * (joints.stop - joints.start)
        name = next((name for name in names if name in arrays), None)
        if name is None:
            if part in NEEDED:
                raise NsaError(f"{path} has no {' or '.join(names)} for the {part} (--init)")
            continue
        values = arrays[name]
        if values.dtype.kind not in "fiu" or values.size % size:
            raise NsaError(
                f"{path}: {name} has shape {values.shape}; ({frames}, {size}) is needed: axis-angle, not PCA "
                "components or matrices (--init)"
            )
        if values.size != frames * size:
            raise NsaError(
                f"{path}: {name} has {values.size // size} frames and the clip has {frames}; they must be the same "
                "frames (--init)"
            )
        values = values.reshape(frames, -1, 3).astype(np.float64)
        if (bad := ~np.isfinite(values).all(axis=(1, 2))).any():
            raise NsaError(f"{path}: {name} is not finite in frame {int(np.argmax(bad))} (--init)")
        poses[:, joints] = values
    return poses


def _upright(root: Array) -> Array:
    """Root orientations with y up. (F, 3) -> (F, 3).

    Those of a figure whose head points down in the median are in a camera's axes, x right, y down, z away: half a turn
    about x makes them upright.
    """
    turns = rotvec_to_matrix(root)
    if np.median(turns[:, 1, 1]) < 0:
        return matrix_to_rotvec(rotvec_to_matrix(np.array([math.pi, 0.0, 0.0])) @ turns)
    return root
