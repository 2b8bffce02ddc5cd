"""Is the exported bundle the trained network? The same plans and noise through torch and through ONNX Runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nsa_ros.body.kinematics import forward
from nsa_ros.body.rotations import geodesic_angle, rotvec_to_matrix
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.learning.corpus import Passage
from nsa_ros.learning.motion_model import Context, MotionModel
from nsa_ros.signing.alignment import align
from nsa_ros.signing.bundle import Bundle
from nsa_ros.signing.networks import Networks
from nsa_ros.signing.noise import frame_noise
from nsa_ros.signing.sampler import Sampler

Channels = NDArray[np.float32]


@torch.no_grad()
def sample_torch(model: MotionModel, bundle: Bundle, passage: Passage, seed: int) -> Channels:
    """The whole text in one piece, in torch. Shape (F, C)."""
    aligned = align(passage.plan)
    arrays = (torch.from_numpy(a)[None] for a in (aligned.units, aligned.faces, aligned.timing))
    context = Context(*arrays, torch.zeros(1, 1))
    ddim = bundle.ddim
    noisy = frame_noise(seed, 0, len(aligned), model.denoiser.channels, bundle.noise_window)
    rows, hidden = model.denoiser.state_shape
    for step in range(ddim.steps):
        time = torch.tensor([ddim.time(step)], dtype=torch.float32)
        predicted, _ = model(torch.from_numpy(noisy)[None], context, time, torch.zeros(rows, 1, hidden))
        noisy = ddim.advance(noisy, predicted[0].numpy(), step)
    return noisy


def sample_onnx(
    networks: Networks, bundle: Bundle, passage: Passage, seed: int, cut: list[int] | None = None
) -> Channels:
    """The same from the bundle, in chunks of lengths `cut` (in turn), else of the longest. Shape (F, C)."""
    aligned = align(passage.plan)
    sampler = Sampler(networks.denoisers, bundle.ddim, bundle.denoiser_state)
    lengths = cut or [bundle.chunks[-1]]
    made: list[Channels] = []
    first = 0
    while first < len(aligned):
        part = slice(first, min(first + lengths[len(made) % len(lengths)], len(aligned)))
        noise = frame_noise(seed, first, part.stop - first, bundle.representation.channels, bundle.noise_window)
        made.append(sampler.next(noise, aligned[part]))
        first = part.stop
    return np.concatenate(made)


def parity(model: MotionModel, bundle: Bundle, passages: list[Passage]) -> dict[str, Any]:
    """Largest differences over the whole sampler, in joint angles [degrees] and positions [mm]."""
    networks = Networks(bundle, "cpu")
    degrees, millimetres = 0.0, 0.0
    for seed, passage in enumerate(passages):
        a, b = (
            bundle.representation.decode(channels)[0]
            for channels in (
                sample_torch(model, bundle, passage, seed),
                sample_onnx(networks, bundle, passage, seed, list(bundle.chunks)),
            )
        )
        angles = geodesic_angle(rotvec_to_matrix(a), rotvec_to_matrix(b))
        positions = [np.concatenate(forward(default_skeleton(), poses)[::2], axis=1) for poses in (a, b)]
        degrees = max(degrees, float(np.degrees(angles).max()))
        millimetres = max(millimetres, float(1e3 * np.linalg.norm(positions[0] - positions[1], axis=-1).max()))
    return {
        "between": "torch in one piece and ONNX Runtime on the CPU in chunks, all DDIM steps",
        "texts": len(passages),
        "largest_degrees": round(degrees, 6),
        "largest_mm": round(millimetres, 6),
    }
