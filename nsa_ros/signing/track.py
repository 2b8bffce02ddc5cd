"""The frames of one utterance, as they arrive."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.motion import Motion
from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import JOINTS
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

_LARGEST_ROTATION = 2 * np.pi
_LARGEST_TURN = 2.5
_LARGEST_COEFFICIENT = 10.0
_FARTHEST = 2.0
_KEPT = 64


class UnusableMotion(NsaError):
    """Frames that are not finite or not those of a body; their utterance has failed."""


class Track:
    """Frames of an utterance that wait to be played.

    Attributes:
        utterance: its number.
        speed: factor of its tempo.
        finished: no more frames will come.
    """

    def __init__(self, utterance: int, speed: float) -> None:
        self.utterance, self.speed, self.finished = utterance, speed, False
        self._rows: list[Array] = []
        self._unit: list[int] = []
        self._forgotten = 0

    def __len__(self) -> int:
        """Frames so far, those forgotten included."""
        return self._forgotten + len(self._rows)

    def extend(self, rows: Array, unit: NDArray[np.int64]) -> None:
        """Add frames. q and expression (F, n), unit index (F,)."""
        self._rows.extend(rows)
        self._unit.extend(unit.tolist())

    def row(self, frame: int) -> Array:
        """q and expression of a frame, -1 for the last. Shape (n,)."""
        return self._rows[frame if frame < 0 else frame - self._forgotten]

    def unit(self, frame: int) -> int:
        """Index of the unit of a frame."""
        return self._unit[frame - self._forgotten]

    def forget(self, frame: int) -> None:
        """Let go of the frames before one; they will not be asked for again."""
        surplus = frame - self._forgotten
        if surplus > _KEPT:
            del self._rows[:surplus], self._unit[:surplus]
            self._forgotten = frame


def fault(motion: Motion, before: Array | None) -> str | None:
    """What makes frames unusable, or None.

    Args:
        motion: the frames.
        before: pose of the frame before the first, axis-angle [rad], if there is one. Shape (55, 3).
    """
    for name, values in (("pose", motion.poses), ("expression", motion.expression), ("translation", motion.transl)):
        broken = ~np.isfinite(values)
        if broken.any():
            frame, *where = np.argwhere(broken)[0]
            part = f" of {JOINTS[where[0]]}" if name == "pose" else ""
            return f"the {name}{part} is not finite in frame {frame} of a chunk"
    angles = np.linalg.norm(motion.poses, axis=-1)
    if angles.size and angles.max() > _LARGEST_ROTATION:
        joint = JOINTS[np.unravel_index(angles.argmax(), angles.shape)[1]]
        return f"the pose explodes: {joint} turns by {angles.max():.1f} rad from rest, at most {_LARGEST_ROTATION:.1f}"
    if motion.expression.size and np.abs(motion.expression).max() > _LARGEST_COEFFICIENT:
        return f"the expression explodes: a coefficient is {np.abs(motion.expression).max():.1f}, nominally 1"
    if motion.transl.size and np.abs(motion.transl).max() > _FARTHEST:
        return f"the pelvis is {np.abs(motion.transl).max():.1f} m away"
    poses = motion.poses if before is None else np.concatenate([before[None], motion.poses])
    if len(poses) > 1:
        rotations = rotvec_to_matrix(poses)
        cosine = (np.einsum("...ij,...ij->...", rotations[:-1], rotations[1:]) - 1) / 2
        turn = np.arccos(np.clip(cosine.min(), -1.0, 1.0))
        if turn > _LARGEST_TURN:
            jump = np.unravel_index(cosine.argmin(), cosine.shape)[1]
            return f"the pose explodes: {JOINTS[jump]} turns by {turn:.1f} rad in one frame"
    return None
