"""Quality and time against the number of DDIM steps, the plans being the same."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nsa_ros.body.skeleton import TIPS
from nsa_ros.learning.data.corpus import Passage
from nsa_ros.learning.evaluation.naturalness import smoothness
from nsa_ros.learning.evaluation.performances import perform_bundle, perform_bundle_with_plan, reference
from nsa_ros.learning.evaluation.points import points
from nsa_ros.learning.evaluation.scores import UnitName, mean_dtw, unit_names
from nsa_ros.learning.evaluation.text_scores import error_rate
from nsa_ros.signing.signer import ModelSigner

if TYPE_CHECKING:
    from nsa_ros.learning.evaluation.recogniser.recogniser import Recogniser

STEPS = (1, 2, 4, 8, 16, 50)

_VARIED = 12
"""Passages that are signed twice, for the variation."""


def quality_by_steps(
    signer: ModelSigner,
    passages: Sequence[Passage],
    steps: Sequence[int],
    units: Sequence[UnitName],
    recogniser: Recogniser | None = None,
    seed: int = 0,
) -> list[dict[str, float]]:
    """A row for each number of steps, the texts signed from text alone with the same noise and so with the same plans.

    Returns:
        `steps`, `dtw` [mm], `hands_jerk_ratio`, `variation` [mm], with a recogniser `unit_error`, and `milliseconds` of
        generation for a second of motion, planning included, on the machine at hand with whatever else it does.

    Raises:
        NsaError: a number of steps that is not possible.
    """
    true = reference(passages)
    wanted = unit_names(true, units)
    rows = []
    for count in sorted(set(steps)):
        signing = signer if count == signer.steps else ModelSigner(signer.bundle, "cpu", count)
        begun = time.perf_counter()
        made = perform_bundle(signing, [p.text for p in passages], seed)
        spent = time.perf_counter() - begun
        moved = smoothness([p.poses for p in made], [p.poses for p in true], signer.fps)
        row = {
            "steps": float(count),
            "dtw": mean_dtw(made, true),
            "hands_jerk_ratio": moved["hands"]["jerk_ratio"],
            "variation": variation(signing, passages[:_VARIED], seed),
            "milliseconds": 1e3 * spent * signer.fps / sum(len(p.poses) for p in made),
        }
        if recogniser is not None:
            row["unit_error"] = error_rate([recogniser.units(p.poses, p.expression) for p in made], wanted)
        rows.append(row)
    return rows


def variation(signer: ModelSigner, passages: Sequence[Passage], seed: int = 0) -> float:
    """How far two renditions of one plan, with other noise, are apart at the fingertips in the mean [mm].

    People never sign the same twice; a sampler of one step nearly does.

    Raises:
        NsaError: a passage without a plan.
    """
    draws = [perform_bundle_with_plan(signer, passages, seed + again) for again in (0, 1)]
    apart = [
        np.linalg.norm((points(a.poses) - points(b.poses))[:, -len(TIPS) :], axis=-1).ravel()
        for a, b in zip(*draws, strict=True)
    ]
    return 1e3 * float(np.concatenate(apart).mean())
