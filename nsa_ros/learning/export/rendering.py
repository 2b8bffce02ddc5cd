"""Plans and motion of texts by the trained networks in torch, and by the bundle in ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus import Passage
from nsa_ros.learning.networks.conditions import Context
from nsa_ros.learning.networks.motion_model import MotionModel
from nsa_ros.learning.networks.planner_model import PlannerCell, PlannerModel
from nsa_ros.learning.networks.sampling import sample
from nsa_ros.learning.networks.text_encoder import PAD
from nsa_ros.learning.training.batches import token_row
from nsa_ros.signing.alignment import PlannedUnit, align
from nsa_ros.signing.bundle import Bundle
from nsa_ros.signing.networks import Networks
from nsa_ros.signing.noise import frame_noise
from nsa_ros.signing.planner import Planner
from nsa_ros.signing.sampler import Draft, Sampler, sample_together

Channels = NDArray[np.float32]


def sample_torch(model: MotionModel, bundle: Bundle, passage: Passage, seed: int) -> Channels:
    """The whole text in one piece, in torch. Shape (F, C)."""
    aligned = align(passage.plan)
    arrays = (torch.from_numpy(a)[None] for a in (aligned.units, aligned.faces, aligned.timing))
    context = Context(*arrays, torch.zeros(1, 1))
    return sample(model, bundle.ddim, context, [len(aligned)], [seed], bundle.noise_window)[0]


def sample_onnx(
    networks: Networks, bundle: Bundle, passages: Sequence[Passage], seeds: Sequence[int], cut: Sequence[int] = ()
) -> list[Channels]:
    """The same from the bundle, all texts side by side. Shapes (F, C).

    Args:
        networks: of the bundle.
        bundle: which one.
        passages, seeds: texts and the seed of each.
        cut: lengths of the chunks, the last of them for all that follow; those of the bundle, as the run time takes
            them, when left out.

    Raises:
        NsaError: output that is not finite.
    """
    aligned = [align(passage.plan) for passage in passages]
    samplers = [Sampler(networks.samplers, (bundle.ddim.steps, *bundle.denoiser_state)) for _ in passages]
    made: list[list[Channels]] = [[] for _ in passages]
    lengths = cut or bundle.chunks
    channels, window = bundle.representation.channels, bundle.noise_window
    first = 0
    for length in chain(lengths, repeat(lengths[-1])):
        going = [row for row, alignment in enumerate(aligned) if first < len(alignment)]
        if not going:
            break
        parts = [aligned[row][first : first + length] for row in going]
        drafts = [
            Draft(samplers[row], frame_noise(seeds[row], first, len(part), channels, window), part)
            for row, part in zip(going, parts, strict=True)
        ]
        for row, frames in zip(going, sample_together(drafts), strict=True):
            if isinstance(frames, NsaError):
                raise frames
            made[row].append(frames)
        first += length
    return [np.concatenate(frames) for frames in made]


@torch.no_grad()
def plan_torch(
    model: PlannerModel, networks: Networks, bundle: Bundle, tokens: list[int], seed: int
) -> list[PlannedUnit]:
    """The plan of a sentence, in torch, with the rules of the bundle's `networks`."""
    row = token_row(tokens, len(bundle.vocabulary), bundle.token_limit)
    session = _TorchSession(model.cell)
    values, keys = (part.numpy() for part in model.cell.read(model.text(torch.tensor([row]))[1]))
    mask = (np.array([row]) != PAD).astype(np.float32)
    return list(
        Planner(session, values, keys, mask, networks.rules.of(np.array([row])), bundle.planner_state).plan(seed)
    )  # type: ignore[arg-type]


class _TorchSession:
    """The planner's cell called as an ONNX Runtime session is."""

    def __init__(self, cell: PlannerCell) -> None:
        self._cell = cell

    def run(self, names: list[str], inputs: dict[str, NDArray[Any]]) -> list[NDArray[Any]]:
        return [output.numpy() for output in self._cell(**{k: torch.from_numpy(v) for k, v in inputs.items()})]


def plans_agree(model: PlannerModel, bundle: Bundle, passages: Sequence[Passage]) -> float:
    """Share of sentences whose whole plan (units, pointers, durations, faces) is the same in torch and in ONNX."""
    networks = Networks(bundle, "cpu")
    rows = [sentence.tokens for passage in passages for sentence in passage.sentences]
    rows = [tokens for tokens in rows if len(tokens) < bundle.token_limit]
    same = [list(networks.planner(tokens).plan(0)) == plan_torch(model, networks, bundle, tokens, 0) for tokens in rows]
    return float(np.mean(same))
