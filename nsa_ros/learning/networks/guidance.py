"""Classifier-free guidance (Ho & Salimans, 2022, eq. 6)."""

from __future__ import annotations

import torch
from torch import Tensor

from nsa_ros.learning.networks.conditions import Context
from nsa_ros.learning.networks.motion_model import MotionModel


def guided(
    model: MotionModel, noisy: Tensor, context: Context, time: Tensor, state: Tensor, scale: float
) -> tuple[Tensor, Tensor]:
    """The prediction without the text, moved towards and beyond the one with it: p₀ + scale (p − p₀).

    One call of twice the batch. x0, v and ε are affine in each other for given noisy frames, so all may be mixed so.

    Args:
        model: trained with `guidance.dropout`.
        noisy: (B, F, C).
        context: what the frames are told.
        time: (B,).
        state: of the B sequences with the text, then of those without. (rows, 2 B, hidden).
        scale: 1 is the prediction with the text.

    Returns:
        Prediction (B, F, C) and the next state.
    """
    untold = torch.zeros(len(noisy), dtype=torch.bool, device=noisy.device)
    twice = Context(*(None if part is None else torch.cat([part, part]) for part in context))
    twice = twice._replace(dropped=torch.cat([untold, ~untold]))
    predicted, state = model(torch.cat([noisy, noisy]), twice, torch.cat([time, time]), state)
    told, nothing = predicted.chunk(2)
    return nothing + scale * (told - nothing), state
