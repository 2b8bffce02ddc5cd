"""Is the exported bundle the trained network? The same plans and noise through torch and through ONNX Runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nsa_ros.body.kinematics import forward
from nsa_ros.body.rotations import geodesic_angle, rotvec_to_matrix
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.data.corpus import Corpus, Passage
from nsa_ros.learning.export.bundle_writing import Trained, add_to_description, export_bundle
from nsa_ros.learning.networks.conditions import Context
from nsa_ros.learning.networks.motion_model import MotionModel
from nsa_ros.learning.networks.planner_model import PlannerCell, PlannerModel
from nsa_ros.learning.networks.sampling import sample
from nsa_ros.learning.networks.text_encoder import PAD
from nsa_ros.learning.training.batches import token_row
from nsa_ros.signing.alignment import PlannedUnit, align
from nsa_ros.signing.bundle import Bundle, load_bundle
from nsa_ros.signing.networks import Networks
from nsa_ros.signing.noise import frame_noise
from nsa_ros.signing.planner import Planner
from nsa_ros.signing.sampler import Sampler

Channels = NDArray[np.float32]


def sample_torch(model: MotionModel, bundle: Bundle, passage: Passage, seed: int) -> Channels:
    """The whole text in one piece, in torch. Shape (F, C)."""
    aligned = align(passage.plan)
    arrays = (torch.from_numpy(a)[None] for a in (aligned.units, aligned.faces, aligned.timing))
    context = Context(*arrays, torch.zeros(1, 1))
    return sample(model, bundle.ddim, context, [len(aligned)], [seed], bundle.noise_window)[0]


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


@torch.no_grad()
def plan_torch(model: PlannerModel, bundle: Bundle, tokens: list[int], seed: int) -> list[PlannedUnit]:
    """The plan of a sentence, in torch."""
    networks = Networks(bundle, "cpu")
    row = token_row(tokens, len(bundle.vocabulary), bundle.token_limit)
    session = _TorchSession(model.cell)
    features = model.text(torch.tensor([row]))[1].numpy()
    mask = (np.array([row]) != PAD).astype(np.float32)
    return list(Planner(session, features, mask, networks.rules.of(np.array([row])), bundle.planner_state).plan(seed))  # type: ignore[arg-type]


class _TorchSession:
    """The planner's cell called as an ONNX Runtime session is."""

    def __init__(self, cell: PlannerCell) -> None:
        self._cell = cell

    def run(self, names: list[str], inputs: dict[str, NDArray[Any]]) -> list[NDArray[Any]]:
        return [output.numpy() for output in self._cell(**{k: torch.from_numpy(v) for k, v in inputs.items()})]


def plans_agree(model: PlannerModel, bundle: Bundle, passages: list[Passage]) -> float:
    """Share of sentences whose whole plan (units, pointers, durations, faces) is the same in torch and in ONNX."""
    networks = Networks(bundle, "cpu")
    rows = [sentence.tokens for passage in passages for sentence in passage.sentences]
    rows = [tokens for tokens in rows if len(tokens) < bundle.token_limit]
    same = [list(networks.planner(tokens).plan(0)) == plan_torch(model, bundle, tokens, 0) for tokens in rows]
    return float(np.mean(same))


def parity(trained: Trained, bundle: Bundle, passages: list[Passage]) -> dict[str, Any]:
    """The bundle against the networks it was exported from, weights rounded alike.

    Plans as a share of sentences; motion as the largest differences over the whole sampler, in joint angles [degrees]
    and positions [mm].
    """
    model = trained.motion
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
        "between": "torch in one piece and ONNX Runtime on the CPU in chunks, all DDIM steps, same rounded weights",
        "texts": len(passages),
        "same_plans": plans_agree(trained.planner, bundle, passages),
        "largest_degrees": round(degrees, 6),
        "largest_mm": round(millimetres, 6),
    }


def export_with_parity(config: ModelConfig, corpus: Corpus, run: Path, folder: Path) -> dict[str, Any]:
    """Export a run and write its parity with torch, on eight test texts, into the bundle's `model.yaml`.

    Returns:
        The parity.

    Raises:
        NsaError: no checkpoints, or a configuration that is not exported.
    """
    trained = export_bundle(config, corpus, run, folder)
    measured = parity(trained, load_bundle(folder), corpus.test[:8])
    add_to_description(folder, parity=measured)
    return measured
