"""A motion fitted to landmarks, with the camera and the figure it was fitted for, and its file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import Motion, load_npz, save_npz
from nsa_ros.body.proportions import resized
from nsa_ros.body.skeleton import Skeleton, default_skeleton
from nsa_ros.capture.anchors import anchors
from nsa_ros.capture.camera import Camera
from nsa_ros.capture.files import whole
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """What `nsa fit` makes of one clip.

    Attributes:
        motion: SMPL-X pose, frame by frame; the pelvis is at the origin in the median.
        camera: that saw it.
        proportions: factors of `body.proportions.SEGMENTS` that make the shipped figure the signer's.
        betas: shape of a licensed SMPL-X model, zeros for the open figure. Shape (10,).
        quality: the report (`capture.quality`): figures, `verdict` and `reasons`.
        labels: provenance: source, license, status, detector, expression_basis …
        figure: rest skeleton of a licensed model; None for the open figure, whose is made from `proportions`.
    """

    motion: Motion
    camera: Camera
    proportions: dict[str, float]
    betas: Array = field(default_factory=lambda: np.zeros(10))
    quality: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    figure: Skeleton | None = None

    @property
    def skeleton(self) -> Skeleton:
        """The rest skeleton of the signer."""
        return self.figure or resized(default_skeleton(), self.proportions, "fitted")

    def reprojected(self) -> Array:
        """The anchors in the picture [pixels]: body (16), left hand (21), right hand (21). Shape (F, 58, 2)."""
        skeleton = self.skeleton
        posed = forward(skeleton, self.motion.poses, self.motion.transl)
        return self.camera.project(anchors(skeleton).positions(posed))

    def save(self, path: Path) -> None:
        """Write it; the file appears under its name only when it is whole.

        Raises:
            NsaError: it cannot be written (a full disk, no permission).
        """
        camera, figure = self.camera, self.figure
        rest = {"figure_rest": figure.rest, "figure_tips": figure.tips} if figure else {}
        with whole(path) as file:
            save_npz(
                file,
                self.motion,
                **self.labels,
                betas=self.betas,
                camera_focal=camera.focal,
                camera_centre=camera.centre,
                camera_position=camera.position,
                camera_size=camera.size,
                proportions=json.dumps(self.proportions),
                quality=json.dumps(self.quality),
                **rest,
            )


_OWN = {"betas", "camera_focal", "camera_centre", "camera_position", "camera_size", "proportions", "quality"}


def load_fitted(path: Path) -> Fitted:
    """Read what `Fitted.save` wrote.

    Raises:
        NsaError: no such file, or no fit.
    """
    motion = load_npz(path)
    with np.load(path, allow_pickle=False) as data:
        missing = sorted(_OWN - set(data.files))
        if missing:
            raise NsaError(f"{path} is a motion but no fit: it has no {missing[0]}. `nsa fit` writes fits")
        labels = {key: str(data[key]) for key in data.files if data[key].dtype.kind == "U"}
        camera = Camera(
            float(data["camera_focal"]),
            tuple(map(float, data["camera_centre"])),  # type: ignore[arg-type]
            tuple(map(float, data["camera_position"])),  # type: ignore[arg-type]
            tuple(map(int, data["camera_size"])),  # type: ignore[arg-type]
        )
        betas = np.asarray(data["betas"], dtype=np.float64)
        rest = [np.asarray(data[key], dtype=np.float64) for key in ("figure_rest", "figure_tips") if key in data]
    proportions, quality = (json.loads(labels.pop(key)) for key in ("proportions", "quality"))
    figure = Skeleton("fitted", rest[0], rest[1], "SMPL-X model licence") if len(rest) == 2 else None
    return Fitted(motion, camera, proportions, betas, quality, labels, figure)
