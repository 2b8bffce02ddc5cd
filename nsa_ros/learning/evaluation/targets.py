"""What the default bundle must reach on unseen sentences, and whether it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nsa_ros.learning.evaluation.figures import shown

Row = dict[str, Any]


def targets(
    scores: Mapping[str, Mapping[str, float]],
    steps: Sequence[Mapping[str, float]],
    shipped: int,
    bundle_bytes: int,
    captured: Mapping[str, int] | None,
) -> list[Row]:
    """Each target with `title`, `wanted`, `measured`, `beside` (the reference's own) and `met`: None if not measured.

    Args:
        scores: of all columns.
        steps: of `steps.quality_by_steps`.
        shipped: DDIM steps of the bundle.
        bundle_bytes: size of the bundle.
        captured: of 26 letters how many the recogniser built on captures names right: `model`, `reference`.
    """

    def of(key: str, column: str = "model") -> float | None:
        return scores.get(key, {}).get(column)

    dtw = {int(row["steps"]): row["dtw"] for row in steps}
    few = dtw[shipped] / dtw[50] if shipped in dtw and 50 in dtw else None
    ratio, again = of("d_pair_ratio"), of("d_pair_ratio", "second")
    relative = ratio / again if ratio is not None and again else None
    intra, intra_again = of("d_intra"), of("d_intra", "second")
    spread = intra / intra_again if intra is not None and intra_again else None
    letters, letters_reference = (captured or {}).get("model"), (captured or {}).get("reference")
    named = None if letters is None or letters_reference is None else letters >= max(20, letters_reference - 2)
    truth = of("unit_error", "reference"), of("name_letters", "reference")
    return [
        _row("unit error rate by back-translation", "≤ 5 %", of("unit_error"), "%", 0.0, 0.05, truth[0]),
        _row("letters of unseen names", "≥ 98 %", of("name_letters"), "%", 0.98, None, truth[1]),
        _row("d_pair_gt / d_pair_random", "≤ 0.30", ratio, "", 0.0, 0.30, again),
        _row("the same, over that of a second rendition", "≤ 1.2", relative, "", 0.0, 1.2, 1.0),
        _row("d_inter / d_intra", "≥ 3", of("d_inter_over_intra"), "", 3.0, None, of("d_inter_over_intra", "second")),
        _row("d_intra, over that of reference draws", "0.5 to 1.5", spread, "", 0.5, 1.5, 1.0),
        {
            "title": "letters named by the recogniser of real captures, of 26",
            "wanted": "≥ 20, and at most 2 fewer than the reference",
            "measured": "–" if letters is None else str(letters),
            "beside": "–" if letters_reference is None else str(letters_reference),
            "met": named,
        },
        _row("jerk of the hands, over the reference's", "0.75 to 1.25", of("hands_jerk_ratio"), "", 0.75, 1.25, 1.0),
        _row(f"DTW with {shipped} steps, over that with 50", "≤ 1.05", few, "", 0.0, 1.05, None),
        _row("size of the bundle, MB", "≤ 30", bundle_bytes / 1e6, "", 0.0, 30.0, None),
    ]


def _row(
    title: str, wanted: str, value: float | None, unit: str, low: float, high: float | None, beside: float | None
) -> Row:
    met = None if value is None else bool(low <= value and (high is None or value <= high))
    return {
        "title": title,
        "wanted": wanted,
        "measured": shown(value, unit),
        "beside": shown(beside, unit),
        "met": met,
    }
