"""Quality against the number of DDIM steps, the plans being the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nsa_ros.learning.data.corpus import Passage
from nsa_ros.learning.evaluation.naturalness import smoothness
from nsa_ros.learning.evaluation.performances import perform_bundle, reference
from nsa_ros.learning.evaluation.scores import UnitName, mean_dtw, unit_names
from nsa_ros.learning.evaluation.text_scores import error_rate
from nsa_ros.signing.signer import ModelSigner

if TYPE_CHECKING:
    from nsa_ros.learning.evaluation.recogniser.recogniser import Recogniser

STEPS = (1, 2, 4, 8, 16, 50)


def quality_by_steps(
    signer: ModelSigner,
    passages: Sequence[Passage],
    steps: Sequence[int],
    units: Sequence[UnitName],
    recogniser: Recogniser | None = None,
    seed: int = 0,
) -> list[dict[str, float]]:
    """`steps`, `dtw` [mm], `hands_jerk_ratio` and, with a recogniser, `unit_error` for each number of steps.

    From text alone, every number of steps with the same noise and so with the same plans.

    Raises:
        NsaError: a number of steps that is not possible.
    """
    true = reference(passages)
    wanted = unit_names(true, units)
    rows = []
    for count in sorted(set(steps)):
        made = perform_bundle(signer, [p.text for p in passages], seed, count)
        moved = smoothness([p.poses for p in made], [p.poses for p in true], signer.fps)
        row = {
            "steps": float(count),
            "dtw": mean_dtw(made, true),
            "hands_jerk_ratio": moved["hands"]["jerk_ratio"],
        }
        if recogniser is not None:
            row["unit_error"] = error_rate([recogniser.units(p.poses, p.expression) for p in made], wanted)
        rows.append(row)
    return rows
