"""The plot of the paper's user study: bars with confidence intervals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nsa_ros.errors import NsaError
from nsa_ros.study.analysis import RATINGS, Analysis

_COLOURS = ("#3d5a80", "#c45428", "#8d99ae", "#6a994e")
_LABELS = {"naturalness": "naturalness", "alignment": "alignment\nwith the text", "signs": "signs understood\n(F1)"}


def plot(path: Path, analysis: Analysis, conditions: Sequence[str]) -> None:
    """Mean ratings (0-10) and understood signs (0-1) of each condition, with each participant's own mean as a dot.

    Raises:
        NsaError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise NsaError("the plot needs matplotlib: pip install 'nsa_ros[film]'") from error
    figure = Figure(figsize=(8.0, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[2, 1.2])
    for axes, measures, top in ((left, RATINGS, 10.0), (right, ("signs",), 1.0)):
        width = 0.8 / len(conditions)
        for c, condition in enumerate(conditions):
            for m, measure in enumerate(measures):
                x = m + (c - (len(conditions) - 1) / 2) * width
                value = analysis.estimates[measure][condition]
                if value.mean is None:
                    continue
                label = condition if m == 0 else None
                axes.bar(x, value.mean, 0.9 * width, color=_COLOURS[c % len(_COLOURS)], label=label, zorder=2)
                own = participant_means(analysis, measure, condition)
                spread = np.linspace(-0.25, 0.25, len(own)) * width if len(own) > 1 else np.zeros(1)
                axes.scatter(x + spread, own, s=9, color="black", alpha=0.35, linewidths=0, zorder=3)
                if value.low is not None and value.high is not None:
                    bounds = [[value.mean - value.low], [value.high - value.mean]]
                    axes.errorbar(x, value.mean, bounds, color="black", capsize=4, zorder=4)
        axes.set_xticks(range(len(measures)), [_LABELS[measure] for measure in measures])
        axes.set_ylim(0, top)
        axes.grid(axis="y", alpha=0.3, zorder=0)
        axes.spines[["top", "right"]].set_visible(False)
    left.set_ylabel("rating, 0 to 10")
    right.set_ylabel("share, 0 to 1")
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=len(conditions), frameon=False)
    figure.supxlabel(
        f"{len(analysis.participants)} participants (dots: their own means); lines: 95 % confidence intervals, "
        "where there are enough answers",
        fontsize="small",
    )
    figure.savefig(path, dpi=150)


def participant_means(analysis: Analysis, measure: str, condition: str) -> list[float]:
    """Mean of a measure in a condition for each participant who judged films of it."""
    own: dict[str, list[float]] = {}
    for row in analysis.rows:
        if row["condition"] == condition:
            own.setdefault(row["participant"], []).append(float(row[measure]))
    return [float(np.mean(values)) for values in own.values()]
