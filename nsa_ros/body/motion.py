"""The `Motion` container and its file, named as AMASS and SMPL-X name their arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.face import EXPRESSION
from nsa_ros.body.poses import mirror_pose
from nsa_ros.body.skeleton import BODY, EYES, JAW, JOINTS, LEFT_HAND, RIGHT_HAND
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

NO_UNIT = -1
"""Label of a frame that belongs to no unit (rest)."""

_PARTS: dict[str, slice | int] = {
    "global_orient": 0,
    "body_pose": BODY,
    "jaw_pose": JAW,
    "leye_pose": EYES.start,
    "reye_pose": EYES.start + 1,
    "left_hand_pose": LEFT_HAND,
    "right_hand_pose": RIGHT_HAND,
}


@dataclass(frozen=True)
class Motion:
    """Frames of SMPL-X pose at a fixed rate.

    Attributes:
        poses: axis-angle of each joint relative to its parent, flat-hand mean [rad]. Shape (F, 55, 3).
        expression: coefficients of the open expression basis of `body.face` [-]. Shape (F, 10).
        transl: position of the pelvis [m]. Shape (F, 3).
        fps: frames per second.
        unit: for each frame the index of the unit being signed, `NO_UNIT` for none. Shape (F,).
    """

    poses: Array
    expression: Array
    transl: Array
    fps: float
    unit: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __post_init__(self) -> None:
        frames = len(self.poses)
        if self.unit.size == 0:
            object.__setattr__(self, "unit", np.full(frames, NO_UNIT, dtype=np.int64))
        expected = {
            "poses": (frames, len(JOINTS), 3),
            "expression": (frames, 10),
            "transl": (frames, 3),
            "unit": (frames,),
        }
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise NsaError(f"motion {name} has shape {getattr(self, name).shape}, expected {shape}")
        if not self.fps > 0:
            raise NsaError(f"motion fps is {self.fps}, it must be above 0")

    def __len__(self) -> int:
        return len(self.poses)

    @property
    def duration(self) -> float:
        """Length [s]."""
        return len(self) / self.fps

    def __getitem__(self, frames: slice) -> Motion:
        return replace(
            self,
            poses=self.poses[frames],
            expression=self.expression[frames],
            transl=self.transl[frames],
            unit=self.unit[frames],
        )


def still(pose: Array, frames: int, fps: float) -> Motion:
    """One pose (55, 3) held for a number of frames, neutral face, pelvis at the origin."""
    return Motion(np.repeat(pose[None], frames, axis=0), np.zeros((frames, 10)), np.zeros((frames, 3)), fps)


def concatenate(motions: Sequence[Motion]) -> Motion:
    """Motions one after the other; all must have the same rate.

    Raises:
        NsaError: nothing to join, or different rates.
    """
    if not motions:
        raise NsaError("no motion to concatenate")
    rates = sorted({m.fps for m in motions})
    if len(rates) > 1:
        raise NsaError(f"motions of different rates cannot be joined: {rates} fps. Resample them first.")
    return Motion(
        np.concatenate([m.poses for m in motions]),
        np.concatenate([m.expression for m in motions]),
        np.concatenate([m.transl for m in motions]),
        rates[0],
        np.concatenate([m.unit for m in motions]),
    )


def mirror_motion(motion: Motion) -> Motion:
    """A motion as seen in a mirror, left and right exchanged: that of a left-handed signer from a right-handed one."""
    swapped = [EXPRESSION.index(_MIRRORED.get(name, name)) for name in EXPRESSION]
    return replace(
        motion,
        poses=mirror_pose(motion.poses),
        expression=motion.expression[:, swapped],
        transl=motion.transl * np.array([-1.0, 1.0, 1.0]),
    )


_MIRRORED = {"left_wink": "right_wink", "right_wink": "left_wink"}


def save_npz(path: str | Path | BinaryIO, motion: Motion, **provenance: ArrayLike) -> None:
    """Write a motion with AMASS / SMPL-X names.

    `provenance` (text, bundle, licence, status …) goes in as strings or arrays, `betas` in place of zeros.
    """
    frames = len(motion)
    arrays: dict[str, Any] = {name: motion.poses[:, part].reshape(frames, -1) for name, part in _PARTS.items()}
    labels: dict[str, Any] = {key: np.array(value) for key, value in provenance.items()}
    np.savez_compressed(
        path,
        **arrays,
        expression=motion.expression,
        transl=motion.transl,
        mocap_frame_rate=np.array(motion.fps),
        unit=motion.unit,
        **{"betas": np.zeros(10), **labels},
    )


def load_npz(path: str | Path) -> Motion:
    """Read a motion written by `save_npz` or by another tool with the same names.

    Raises:
        NsaError: no such file, a missing key, a wrong shape or values that are not finite.
    """
    path = Path(path)
    if not path.is_file():
        raise NsaError(f"no motion file at {path}")
    try:
        with np.load(path, allow_pickle=False) as data:
            frames = len(data["body_pose"])
            poses = np.zeros((frames, len(JOINTS), 3))
            for name, part in _PARTS.items():
                if name in data:
                    poses[:, part] = data[name].reshape(poses[:, part].shape)
            expression = (
                np.asarray(data["expression"], float)[:, :10] if "expression" in data else np.zeros((frames, 10))
            )
            transl = np.asarray(data["transl"], float) if "transl" in data else np.zeros((frames, 3))
            unit = np.asarray(data["unit"], np.int64) if "unit" in data else np.empty(0, np.int64)
            fps = float(data["mocap_frame_rate"])
    except (KeyError, ValueError, OSError, EOFError, TypeError, AttributeError, BadZipFile) as error:
        raise NsaError(
            f"{path} is not a motion file ({error}). It needs body_pose (F,63) and mocap_frame_rate (), and may have "
            f"{', '.join(n for n in _PARTS if n != 'body_pose')}, expression, transl."
        ) from error
    if not all(np.isfinite(values).all() for values in (poses, expression, transl)):
        raise NsaError(f"{path} holds values that are not finite")
    return Motion(poses, expression, transl, fps, unit)
