"""The report's plots, as PNG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nsa_ros.learning.evaluation.figures import figure, shown
from nsa_ros.learning.plotting import new_page, plain, png

COLOURS = {
    "model": "#c45428", "planned": "#e3a587", "reference": "#2f5d8a", "second": "#7fa3c7", "shuffled": "#b4b8be",
}  # fmt: skip
NAMES = {
    "model": "model", "planned": "model, reference's plan", "reference": "reference", "second": "reference again",
    "shuffled": "shuffled text",
}  # fmt: skip
_REASONS = {"name": "unseen name", "combination": "unseen combination", "sentence": "unseen sentence"}
_PLOTTED = {
    "back_translation": ("unit_error", "name_letters", "bleu_4", "text_to_motion_r_at_1"),
    "faithfulness": ("d_pair_ratio", "d_inter_over_intra", "d_intra"),
    "distance": ("dtw", "mpjpe", "mpvpe", "n_dtw_jpe_hand"),
    "naturalness": ("hands_jerk_ratio", "hands_acceleration_ratio", "penetration_hands_share"),
}
_FACTORS = {"%": 100.0}
_STEP_PANELS = (
    ("dtw", "DTW to the reference [mm]", 1.0),
    ("hands_jerk_ratio", "jerk, over the reference's", 1.0),
    ("unit_error", "unit error rate [%]", 100.0),
    ("variation", "between two seeds, fingertips [mm]", 1.0),
    ("milliseconds", "time per second of motion [ms]", 1.0),
)
"""Key, title and factor of each panel against the number of steps."""


def draw_plots(result: Mapping[str, Any]) -> dict[str, bytes]:
    """PNG of each plot that there are figures for, by name: those of `_PLOTTED`, `plans`, `steps`."""
    plots = {}
    for name, keys in _PLOTTED.items():
        if present := [key for key in keys if key in result["scores"]]:
            plots[name] = _bars(result["scores"], present)
    if rows := [r for r in _REASONS if f"plan_exact_{r}" in result["plans"]]:
        plots["plans"] = _plans(result["plans"], rows)
    if len(result["steps"]) > 1:
        plots["steps"] = _steps(result["steps"])
    return plots


def _bars(scores: Mapping[str, Mapping[str, float]], keys: Sequence[str]) -> bytes:
    """One panel a score, one bar a column."""
    page = new_page(2.6 * len(keys), 2.3)
    columns = [name for name in NAMES if any(name in scores[key] for key in keys)]
    for axes, key in zip(page.subplots(1, len(keys), squeeze=False)[0], keys, strict=True):
        about = figure(key)
        present = [name for name in columns if name in scores[key]]
        values = [scores[key][name] * _FACTORS.get(about.unit, 1.0) for name in present]
        bars = axes.bar(range(len(present)), values, color=[COLOURS[name] for name in present], width=0.75)
        axes.bar_label(bars, [shown(scores[key][name], about.unit) for name in present], fontsize=7, padding=1)
        axes.set_xticks([])
        axes.set_title("\n".join(_wrapped(about.title)), fontsize=8)
        plain(axes)
        axes.margins(y=0.15)
    handles = [_patch(COLOURS[name], NAMES[name]) for name in columns]
    page.legend(handles=handles, loc="outside lower center", ncols=len(handles), fontsize=7, frameon=False)
    return png(page)


def _plans(plans: Mapping[str, float], reasons: Sequence[str]) -> bytes:
    page = new_page(5.2, 1.9)
    panels = (("plan_exact", "sentences planned exactly [%]"), ("plan_unit_error", "units wrong [%]"))
    for axes, (key, title) in zip(page.subplots(1, 2), panels, strict=True):
        values = [100 * plans[f"{key}_{reason}"] for reason in reasons]
        bars = axes.barh(range(len(reasons)), values, color=COLOURS["model"], height=0.65)
        axes.bar_label(bars, [f"{value:.1f}" for value in values], fontsize=7, padding=2)
        axes.set_yticks(range(len(reasons)), [_REASONS[reason] for reason in reasons] if key == "plan_exact" else [])
        axes.tick_params(labelsize=7)
        axes.set_title(title, fontsize=8)
        axes.margins(x=0.15)
        plain(axes)
    return png(page)


def _steps(rows: Sequence[Mapping[str, float]]) -> bytes:
    panels = [panel for panel in _STEP_PANELS if all(panel[0] in row for row in rows)]
    page = new_page(2.4 * len(panels), 2.1)
    counts = [int(row["steps"]) for row in rows]
    for axes, (key, title, factor) in zip(page.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        values = [factor * row[key] for row in rows]
        axes.plot(counts, values, marker="o", markersize=4, color=COLOURS["model"])
        axes.set_xscale("log", base=2)
        axes.set_xticks(counts, [str(count) for count in counts])
        axes.set_ylim(0.0, 1.25 * max(values) or 1.0)
        axes.tick_params(labelsize=7)
        axes.set_title(title, fontsize=8)
        axes.set_xlabel("DDIM steps", fontsize=7)
        plain(axes)
    return png(page)


def _wrapped(title: str, width: int = 30) -> list[str]:
    from textwrap import wrap

    return wrap(title, width)


def _patch(colour: str, label: str) -> Any:
    from matplotlib.patches import Patch

    return Patch(color=colour, label=label)
