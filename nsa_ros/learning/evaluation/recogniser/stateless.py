"""What a task of the trainer is that depends on nothing beside weights and batch (`training.trainer.Task`)."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class Stateless:
    """The part of a task that all three trainings of the recogniser share."""

    model: nn.Module

    def to(self, device: torch.device) -> None:
        """Move the network; batches come on the same device."""
        self.model.to(device)

    def state(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """The inverse of `state`."""
