"""The hand at rest of a licensed SMPL-X model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.skeleton import LEFT_HAND, RIGHT_HAND
from nsa_ros.errors import NsaError


class MeanHand:
    """The hand at rest of a licensed SMPL-X model, to which released hand poses are often relative.

    `smplx` with `flat_hand_mean=False` adds it to the hand pose as axis-angle values; adding it here makes the poses
    relative to the flat hand, as everywhere in this package.
    """

    def __init__(self, path: Path) -> None:
        """Args:
        path: `SMPLX_*.npz`.

        Raises:
            NsaError: no such file, or it has no mean hands.
        """
        try:
            with np.load(path, allow_pickle=False) as data:
                self._left, self._right = (data[key].reshape(15, 3) for key in ("hands_meanl", "hands_meanr"))
        except Exception as error:  # np.load can fail in any way on a file that is no .npz
            raise NsaError(
                f"{path} gives no mean hands ({error}). SMPLX_NEUTRAL.npz with hands_meanl and hands_meanr (45,) is "
                "needed: register at https://smpl-x.is.tue.mpg.de"
            ) from error

    def add_to(self, poses: NDArray[np.float64]) -> None:
        """Make poses (F, 55, 3) relative to the flat hand, in place."""
        poses[:, LEFT_HAND] += self._left
        poses[:, RIGHT_HAND] += self._right
