"""The fit: SMPL-X pose, shape, translation and camera from landmarks, several clips in one optimisation.

    L = L_rec + λ1 L_temp + λ2 L_prior          (Neural Sign Actors, CVPR 2024, §3.1)

beside joint limits, penetration, the weak depth of the landmarks where they have one, and how much signers and cameras
differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nsa_ros.capture.fitted import Fitted
from nsa_ros.capture.landmarks import Landmarks
from nsa_ros.learning.fitting.evidence import Evidence, gather
from nsa_ros.learning.fitting.figure import OpenFigure
from nsa_ros.learning.fitting.lifting.lift import lift, shipped_lifter
from nsa_ros.learning.fitting.objective import Objective
from nsa_ros.learning.fitting.prior import Prior, shipped_prior
from nsa_ros.learning.fitting.settings import Settings
from nsa_ros.learning.fitting.smplx_figure import SmplxFigure
from nsa_ros.learning.fitting.start import Start, first_camera, started
from nsa_ros.learning.fitting.unknowns import Figure, Unknowns
from nsa_ros.learning.fitting.unseen import at_rest


def fit(
    clips: Sequence[Landmarks],
    settings: Settings | None = None,
    prior: Prior | None = None,
    starts: Sequence[Start] | None = None,
) -> list[Fitted]:
    """Fit clips together; none depends on the others.

    Args:
        clips: landmarks.
        settings: weights, iterations, device.
        prior: of poses; the shipped one when left out.
        starts: where each begins; `initial.initial` when left out.
    """
    settings = settings or Settings()
    device = torch.device(_device(settings.device))
    starts = starts or [lifted_start(clip, settings.focal) for clip in clips]
    evidence = Evidence(*(tensor.to(device) for tensor in gather(clips)))
    figure = figure_of(settings).to(device)
    unknowns = Unknowns(starts, figure.shape_size, evidence.clip, device, settings.focal is not None)
    objective = Objective(figure, evidence, prior or shipped_prior(), settings, unknowns, starts)
    minimise(objective, unknowns.groups(), settings.iterations)
    return unknowns.results(clips, starts, figure)


def figure_of(settings: Settings) -> Figure:
    """The licensed model that the settings name, or else the open figure."""
    return SmplxFigure(settings.smplx) if settings.smplx else OpenFigure()


def lifted_start(clip: Landmarks, focal: float | None = None) -> Start:
    """Where the shipped network begins, hands out of view at rest."""
    camera = first_camera(clip, focal)
    lifted = lift(shipped_lifter(), clip, camera)
    return started(clip, camera, *at_rest(clip, *(values.numpy().astype(np.float64) for values in lifted)))


def minimise(objective: Callable[[], Tensor], groups: Sequence[dict[str, Any]], iterations: int) -> None:
    """Adam (Kingma & Ba, ICLR 2015), the step falling along a cosine."""
    optimiser = torch.optim.Adam(groups, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, iterations)
    for _ in range(iterations):
        optimiser.zero_grad(set_to_none=True)
        objective().backward()
        optimiser.step()
        schedule.step()


def _device(name: str) -> str:
    return ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name
