"""Is a cheaper arithmetic read as well? The units a recogniser finds in each precision of a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nsa_ros.learning.data.corpus import Passage
from nsa_ros.learning.evaluation.performances import perform_bundle, reference
from nsa_ros.learning.evaluation.scores import UnitName, unit_names
from nsa_ros.learning.evaluation.text_scores import edit_distance
from nsa_ros.signing.bundle import Bundle
from nsa_ros.signing.networks import precisions
from nsa_ros.signing.signer import ModelSigner

if TYPE_CHECKING:
    from nsa_ros.learning.evaluation.recogniser.recogniser import Recogniser

_RESAMPLES = 2000


def errors_by_precision(
    bundle: Bundle, passages: Sequence[Passage], units: Sequence[UnitName], recogniser: Recogniser, seed: int = 0
) -> dict[str, dict[str, float | list[float]]]:
    """Texts signed from text alone in every precision with the same plans and noise, and read by the recogniser.

    Args:
        bundle: with its variants.
        passages: texts with the reference's plan, which says what is to be read.
        units: (kind, name) of each unit id from `END` + 1.
        recogniser: of motion.
        seed: of the noise.

    Returns:
        For each precision `unit_error`, and of all but the first `more` (how much larger it is than the first's), its
        95 % `interval` (paired percentile bootstrap over texts) and `read_alike`, the share of texts read the same.
    """
    wanted = unit_names(reference(passages), units)
    lengths = np.array([len(row) for row in wanted])
    texts = [passage.text for passage in passages]
    again = np.random.default_rng(0).integers(len(texts), size=(_RESAMPLES, len(texts)))
    read: list[list[list[UnitName]]] = []
    edits: list[np.ndarray] = []
    report: dict[str, dict[str, float | list[float]]] = {}
    for precision in precisions(bundle):
        made = perform_bundle(ModelSigner(bundle, "cpu", precision=precision), texts, seed)
        read.append([recogniser.units(p.poses, p.expression) for p in made])
        edits.append(np.array([edit_distance(found, true) for found, true in zip(read[-1], wanted, strict=True)]))
        row: dict[str, float | list[float]] = {"unit_error": _round(edits[-1].sum() / lengths.sum())}
        if len(read) > 1:
            more = edits[-1] - edits[0]
            drawn = more[again].sum(1) / lengths[again].sum(1)
            row["more"] = _round(more.sum() / lengths.sum())
            row["interval"] = [_round(bound) for bound in np.quantile(drawn, (0.025, 0.975))]
            row["read_alike"] = _round(np.mean([a == b for a, b in zip(read[-1], read[0], strict=True)]))
        report[precision] = row
    return report


def _round(value: float) -> float:
    return float(f"{value:.4g}")
