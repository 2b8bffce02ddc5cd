"""DDIM sampling in torch of any configuration, many sequences at once, in one piece or in chunks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.learning.networks.conditions import Context
from nsa_ros.learning.networks.guidance import guided
from nsa_ros.learning.networks.motion_model import MotionModel
from nsa_ros.signing.ddim import Ddim
from nsa_ros.signing.noise import frame_noise


@torch.no_grad()
def sample(
    model: MotionModel,
    ddim: Ddim,
    context: Context,
    lengths: Sequence[int],
    seeds: Sequence[int],
    noise_window: int,
    guidance_scale: float = 1.0,
    chunk: int | None = None,
) -> NDArray[np.float32]:
    """Channels of B sequences, from the noise that the run time would draw for the same seeds.

    Each step of the sampler keeps its own recurrent state from chunk to chunk, as `signing.sampler` does; chunks of any
    length give the same frames, and a long text in chunks needs the memory of one.

    Args:
        model: in evaluation mode, on any device.
        ddim: the sampler's settings.
        context: what the frames are told, padded to F ≥ max(lengths) frames. Leading dimension B.
        lengths: frames of each sequence.
        seeds: of each sequence's noise.
        noise_window: as in `signing.noise.frame_noise`.
        guidance_scale: 1 is one call a step; else two (`guidance.guided`).
        chunk: frames denoised together; all when left out.

    Returns:
        Shape (B, max(lengths), C), zeros after the end of a sequence.

    Raises:
        NsaError: guidance of a model that was trained without dropout, or a result that is not finite.
    """
    if guidance_scale != 1.0 and not model.droppable:
        raise NsaError(
            f"guidance of scale {guidance_scale} needs a model that also learned to be told nothing. "
            "Train it with `guidance: {dropout: 0.1}`, or sample with scale 1"
        )
    device = next(model.parameters()).device
    context = Context(*(None if part is None else part.to(device) for part in context))
    frames, batch = max(lengths), len(lengths)
    states = [model.start(batch if guidance_scale == 1.0 else 2 * batch) for _ in range(ddim.steps)]
    channels = model.denoiser.channels
    made = np.zeros((batch, frames, channels), dtype=np.float32)
    for first in range(0, frames, chunk or frames):
        part = slice(first, min(first + (chunk or frames), frames))
        size = part.stop - first
        noisy = np.stack([frame_noise(seed, first, size, channels, noise_window) for seed in seeds])
        for step, state in enumerate(states):
            time = torch.full((batch,), ddim.time(step), device=device)
            inputs = torch.from_numpy(noisy).to(device), context.frames(part), time, state
            predicted, states[step] = (
                model(*inputs) if guidance_scale == 1.0 else guided(model, *inputs, guidance_scale)
            )
            noisy = ddim.advance(noisy, predicted.cpu().numpy(), step)
        made[:, part] = noisy
    for row, length in enumerate(lengths):
        made[row, length:] = 0.0
    if not np.isfinite(made).all():
        raise NsaError("the sampled motion is not finite. Was the training finished, and is the checkpoint whole?")
    return made
