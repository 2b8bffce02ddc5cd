"""The same chunks and texts on several providers."""

from __future__ import annotations

import numpy as np

from nsa_ros import resources
from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import concatenate
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.signing.alignment import TIMING
from nsa_ros.signing.bundle import Bundle, load_bundle
from nsa_ros.signing.sampler import Batch
from nsa_ros.signing.signer import ModelSigner

TEXT = "My name is Sam. I want to drink coffee with you tomorrow."


def shipped() -> Bundle:
    """The bundle of the package."""
    return load_bundle(resources.bundle("default"))


def batch(bundle: Bundle, frames: int, streams: int, seed: int = 0) -> Batch:
    """Random chunks."""
    rng = np.random.default_rng(seed)
    rows, width = bundle.denoiser_state
    integers = [rng.integers(0, 3, (streams, frames, 3)) for _ in range(2)]
    return Batch(
        rng.standard_normal((streams, frames, bundle.representation.channels)).astype(np.float32),
        *integers,
        rng.random((streams, frames, TIMING)).astype(np.float32),
        rng.standard_normal((bundle.ddim.steps, rows, streams, width)).astype(np.float32),
    )


def poses(bundle: Bundle, provider: str, precision: str = "fp32") -> np.ndarray:
    """The frames of `TEXT`."""
    return concatenate(list(ModelSigner(bundle, provider, precision=precision).sign(TEXT, 0))).poses


def largest_mm(one: np.ndarray, other: np.ndarray) -> float:
    """The largest distance between the joints and fingertips of two motions."""
    places = [np.concatenate(forward(default_skeleton(), motion)[::2], axis=1) for motion in (one, other)]
    return float(1e3 * np.linalg.norm(places[0] - places[1], axis=-1).max())
