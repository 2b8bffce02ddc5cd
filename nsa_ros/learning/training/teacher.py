"""The teacher of a model that learns guidance in one call (Meng et al., CVPR 2023, first stage)."""

from __future__ import annotations

import torch
from torch import Tensor

from nsa_ros.errors import NsaError
from nsa_ros.learning.networks.conditions import Context
from nsa_ros.learning.networks.guidance import guided
from nsa_ros.learning.networks.motion_model import MotionModel


class Teacher:
    """A trained model whose guided prediction is the student's target; it is not trained and not saved."""

    def __init__(self, model: MotionModel, scale: float, checkpoint: str) -> None:
        """
        Args:
            model: an untrained copy of the network; its weights are read here.
            scale: of the guidance.
            checkpoint: `RUN/denoiser.pt`.

        Raises:
            NsaError: no checkpoint there, or not one of this network.
        """
        try:
            weights = torch.load(checkpoint, weights_only=True, map_location="cpu")["average"]
            model.load_state_dict(weights)
        except FileNotFoundError as error:
            raise NsaError(
                f"guidance.teacher: no checkpoint {checkpoint}. Train it first: the same configuration without "
                "`teacher`, with `guidance: {dropout: 0.1}`"
            ) from error
        except Exception as error:
            what = str(error).strip().splitlines()
            raise NsaError(
                f"guidance.teacher: {checkpoint} is no checkpoint of this network ({what[0] if what else error!r}). "
                "It must be trained with the same configuration and corpus, with `guidance.dropout` above 0"
            ) from error
        self.model = model.eval().requires_grad_(False)
        self.scale = scale

    @torch.no_grad()
    def __call__(self, noisy: Tensor, context: Context, time: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """As `guidance.guided`."""
        return guided(self.model, noisy, context, time, state, self.scale)

    def to(self, device: torch.device) -> None:
        """Move it."""
        self.model.to(device)
