"""What a fit finds: pose, shape, place and camera."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nsa_ros.body.motion import Motion
from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.capture.camera import Camera
from nsa_ros.capture.fitted import Fitted
from nsa_ros.capture.landmarks import Landmarks
from nsa_ros.learning.fitting.figure import MOVING, OpenFigure, turns_of
from nsa_ros.learning.fitting.smplx_figure import SmplxFigure
from nsa_ros.learning.fitting.start import Start

Array = NDArray[np.float64]

Figure: TypeAlias = OpenFigure | SmplxFigure

_ANGLES, _OTHERS = 0.02, 0.005
"""First steps of the optimiser: of angles [rad], of everything else."""

_MOST = 0.3
"""How far from the shipped figure's a shape can be; `body.proportions.resized` takes factors of 0.7 to 1.4."""


class Unknowns:
    """What is found. Focal lengths and distances change together, so that pictures keep their size."""

    def __init__(
        self, starts: Sequence[Start], shape_size: int, clip: Tensor, device: torch.device, focal_known: bool = False
    ) -> None:
        q = np.concatenate([start.q for start in starts])
        turns = turns_of(q)
        distance = np.maximum(-q[:, 2], 0.1)
        place = np.column_stack([q[:, 0] / distance, q[:, 1] / distance, np.log(distance)])

        def tensor(values: Array) -> Tensor:
            return torch.tensor(values, dtype=torch.float32, device=device)

        self.clip, self._focal_known = clip, focal_known
        self.angles = tensor(turns).requires_grad_()
        self.place = tensor(place).requires_grad_()
        self._shape = torch.zeros(len(starts), shape_size, device=device, requires_grad=True)
        self.focal = torch.zeros(len(starts), device=device, requires_grad=True)
        self.first_focal = tensor(np.array([start.camera.focal for start in starts]))
        self.centre = tensor(np.array([start.camera.centre for start in starts]))

    def groups(self) -> list[dict[str, Any]]:
        """Parameters of an optimiser, each with its first step."""
        rest = [self.place, self._shape, *([] if self._focal_known else [self.focal])]
        return [{"params": [self.angles], "lr": _ANGLES}, {"params": rest, "lr": _OTHERS}]

    @property
    def shape(self) -> Tensor:
        """Of each clip's signer, within what people differ by. Shape (C, S)."""
        return _MOST * torch.tanh(self._shape / _MOST)

    def transl(self) -> Tensor:
        """Position of the pelvis before the camera [m]. Shape (N, 3)."""
        distance = torch.exp(self.place[:, 2] + self.focal[self.clip])
        return torch.stack([self.place[:, 0] * distance, self.place[:, 1] * distance, -distance], dim=1)

    def project(self, points: Tensor) -> Tensor:
        """(N, P, 3) -> (N, P, 2) [pixels]."""
        focal = (self.first_focal * torch.exp(self.focal))[self.clip]
        x, y, z = points.unbind(-1)
        distance = (-z).clamp_min(0.05)
        flat = torch.stack([x / distance, -y / distance], dim=-1)
        return focal[:, None, None] * flat + self.centre[self.clip][:, None]

    def millimetres(self) -> Tensor:
        """Size of a pixel at the signer [mm]. Shape (N,)."""
        return 1000.0 * (torch.exp(self.place[:, 2]) / self.first_focal[self.clip]).detach()

    def results(self, clips: Sequence[Landmarks], starts: Sequence[Start], figure: Figure) -> list[Fitted]:
        """One fit a clip."""
        model = RevoluteModel(default_skeleton())
        angles, transl = self.angles.detach().cpu().numpy(), self.transl().detach().cpu().numpy()
        shapes, focals = self.shape.detach().cpu().numpy(), torch.exp(self.focal).detach().cpu().numpy()
        found, begin = [], 0
        for index, (seen, start) in enumerate(zip(clips, starts, strict=True)):
            own = slice(begin, begin + len(seen))
            begin += len(seen)
            q = start.q.copy()
            turns = q[:, len(ROOT) :].reshape(len(q), -1, 3)
            turns[:, list(MOVING)] = angles[own]
            poses, _ = model.to_motion(q)
            place = transl[own].astype(np.float64)
            middle = np.median(place, axis=0)
            camera = Camera(
                float(start.camera.focal * focals[index]), start.camera.centre, tuple(map(float, -middle)), seen.size
            )
            motion = Motion(poses, np.zeros((len(seen), 10)), place - middle, seen.fps)
            shape = shapes[index]
            found.append(
                Fitted(motion, camera, figure.proportions(shape), figure.betas(shape), figure=figure.skeleton(shape))
            )
        return found
