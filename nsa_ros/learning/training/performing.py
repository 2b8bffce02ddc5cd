"""A run of any configuration performs texts, for evaluation and comparison before (or without) export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.data.corpus import Corpus, Passage
from nsa_ros.learning.networks.conditions import AlignedCondition, Context, places
from nsa_ros.learning.networks.sampling import sample
from nsa_ros.learning.training.building import Motion, build_motion
from nsa_ros.learning.training.trainer import averaged_weights
from nsa_ros.signing.alignment import TIMING, Alignment, align
from nsa_ros.signing.ddim import Ddim

Performed = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Poses (F, 55, 3) [rad] and expression (F, 10)."""

_TOGETHER = 16
_CHUNK = 64


def load_motion(config: ModelConfig, run: Path, corpus: Corpus) -> Motion:
    """The averaged weights of a run, in evaluation mode.

    Args:
        config: that the run was trained with.
        run: folder with `denoiser.pt`.
        corpus: that it was trained on.

    Raises:
        NsaError: no checkpoint.
    """
    motion = build_motion(config, corpus)
    weights, _, _ = averaged_weights(run, "denoiser")
    motion.model.load_state_dict(weights)
    motion.model.eval()
    return motion


def frames(motion: Motion, passage: Passage) -> int:
    """Frames to sample: those of the plan for the aligned kind, else those of the reference."""
    return sum(unit.frames for unit in passage.plan) if _reads_plans(motion) else len(passage.poses)


def contexts(motion: Motion, passages: Sequence[Passage]) -> Context:
    """What the frames of some passages are told, padded to the longest: the text and the length, or the plan."""
    lengths = [frames(motion, passage) for passage in passages]
    nothing = np.zeros((max(lengths), 3), dtype=np.int64)
    unplanned = Alignment(nothing, nothing, np.zeros((max(lengths), TIMING), dtype=np.float32))
    plans = [align(passage.plan) if _reads_plans(motion) else unplanned for passage in passages]
    arrays = [_padded([getattr(plan, name) for plan in plans]) for name in ("units", "faces", "timing")]
    place = _padded([places(0, length, length) for length in lengths])
    return Context(*map(torch.from_numpy, (*arrays, motion.text.rows(passages), place)))


def _reads_plans(motion: Motion) -> bool:
    return isinstance(motion.model.condition, AlignedCondition)


def _padded(rows: list[NDArray[np.generic]]) -> NDArray[np.generic]:
    """(F, ...) of several lengths -> (B, longest F, ...), zeros after the end."""
    made = np.zeros((len(rows), max(map(len, rows)), *rows[0].shape[1:]), dtype=rows[0].dtype)
    for target, row in zip(made, rows, strict=True):
        target[: len(row)] = row
    return made


def perform_with(
    motion: Motion, config: ModelConfig, passages: Sequence[Passage], seeds: Sequence[int], steps: int | None = None
) -> list[Performed]:
    """Sampled motion of passages: from text and number of frames; the aligned kind from the reference's plan.

    Args:
        motion: trained (`load_motion`).
        config: its configuration; guidance is as it says, in one call where it was distilled.
        passages: the aligned kind reads their plans; the others texts and, of the reference motion, the length.
        seeds: of the noise of each.
        steps: of DDIM; those of the configuration when left out.

    Raises:
        NsaError: as in `sampling.sample`.
    """
    diffusion, guidance = config.diffusion, config.guidance
    ddim = Ddim(diffusion.schedule, diffusion.prediction, steps or diffusion.steps)
    scale = 1.0 if guidance.teacher else guidance.scale
    length_of = [frames(motion, passage) for passage in passages]
    order = sorted(range(len(passages)), key=length_of.__getitem__)
    made: dict[int, Performed] = {}
    for start in range(0, len(order), _TOGETHER):
        chosen = order[start : start + _TOGETHER]
        part = [passages[place] for place in chosen]
        lengths = [length_of[place] for place in chosen]
        draws = [seeds[place] for place in chosen]
        channels = sample(
            motion.model, ddim, contexts(motion, part), lengths, draws, diffusion.noise_window, scale, _CHUNK
        )
        for place, length, row in zip(chosen, lengths, channels, strict=True):
            made[place] = motion.representation.decode(row[:length])
    return [made[place] for place in range(len(passages))]


def perform(
    config: ModelConfig,
    run: Path,
    corpus: Corpus,
    passages: Sequence[Passage],
    seeds: Sequence[int],
    steps: int | None = None,
) -> list[Performed]:
    """`perform_with` the averaged weights of a run."""
    return perform_with(load_motion(config, run, corpus), config, passages, seeds, steps)
