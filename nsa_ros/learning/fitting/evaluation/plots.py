"""The plots of docs/fitting/known_truth.md, as PNG."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nsa_ros.learning.fitting.evaluation.errors import PARTS
from nsa_ros.learning.fitting.evaluation.methods import DROPOUTS, INITIAL, METHODS, NOISES, OURS
from nsa_ros.learning.fitting.evaluation.summary import TARGETS, figure
from nsa_ros.learning.plotting import new_page, plain, png

ORANGE, BLUE, PALE, GREY = "#c45428", "#2f5d8a", "#7fa3c7", "#b4b8be"
TITLES = {"body": "body", "left_hand": "left hand", "right_hand": "right hand"}
_COLOURS = {INITIAL: GREY, OURS: ORANGE}

Document = Mapping[str, Any]


def draw_plots(document: Document) -> dict[str, bytes]:
    """`methods`, `noise`, `dropouts`, `camera`: PNG by name."""
    measured = document["measured"]
    return {
        "methods": _methods(measured["headline"]),
        "noise": _curves(measured, NOISES, "2D noise [pixels at 720 lines]"),
        "dropouts": _curves(measured, DROPOUTS, "share not seen"),
        "camera": _camera(document),
    }


def _methods(headline: Mapping[str, Any]) -> bytes:
    """A panel a part, a bar a method."""
    page = new_page(9.0, 2.7)
    names = [name for name in METHODS if name in headline]
    for place, (part, axes) in enumerate(zip(PARTS, page.subplots(1, len(PARTS)), strict=True)):
        rows = [figure(headline[name], part) for name in names]
        reach = [[row.mean - row.low for row in rows], [row.high - row.mean for row in rows]]
        at = np.arange(len(rows))
        bars = axes.barh(
            at, [row.mean for row in rows], xerr=reach, color=[_COLOURS.get(name, PALE) for name in names],
            height=0.7, error_kw={"elinewidth": 0.8},
        )  # fmt: skip
        axes.bar_label(bars, [f"{row.mean:.1f}" for row in rows], fontsize=7, padding=8)
        axes.axvline(TARGETS[part], color=BLUE, linestyle="--", linewidth=1.0)
        axes.set_yticks(at, [METHODS[name] for name in names] if place == 0 else [])
        axes.invert_yaxis()
        axes.margins(x=0.15)
        axes.set_title(f"{TITLES[part]} [mm], target {TARGETS[part]:g}", fontsize=8)
        plain(axes)
    return png(page)


def _curves(measured: Mapping[str, Any], conditions: Mapping[float, str], label: str) -> bytes:
    """A panel a part, the error against one size of the detector; all on the clips that every condition has."""
    page = new_page(8.0, 2.5)
    few = min(len(measured[name][OURS]) for name in conditions.values())
    for part, axes in zip(PARTS, page.subplots(1, len(PARTS)), strict=True):
        for method in (INITIAL, OURS):
            rows = [figure(measured[name][method][:few], part) for name in conditions.values()]
            sizes = list(conditions)
            colour = _COLOURS[method]
            axes.fill_between(sizes, [r.low for r in rows], [r.high for r in rows], color=colour, alpha=0.2, lw=0)
            axes.plot(sizes, [r.mean for r in rows], marker="o", markersize=4, color=colour, label=METHODS[method])
        axes.axhline(TARGETS[part], color=BLUE, linestyle="--", linewidth=1.0)
        axes.set_ylim(bottom=0.0)
        axes.set_xlabel(label, fontsize=7)
        axes.set_title(f"{TITLES[part]} [mm]", fontsize=8)
        plain(axes)
    page.axes[0].legend(fontsize=6, frameon=False)
    return png(page)


def _camera(document: Document) -> bytes:
    """Each clip's error against distance, pitch and yaw of its camera."""
    page = new_page(8.0, 4.2)
    scenes, headline = document["scenes"], document["measured"]["headline"]
    panels = (("distance", "distance [m]", float), ("pitch", "pitch [degrees]", abs), ("yaw", "yaw [degrees]", abs))
    for row, keys in zip(page.subplots(2, len(panels)), (("body",), ("left_hand", "right_hand")), strict=True):
        for axes, (about, label, shown) in zip(row, panels, strict=True):
            for method in (INITIAL, OURS):
                where, error = np.array(
                    [
                        (shown(scene[about]), np.mean([record[key] for key in keys if key in record]))
                        for scene, record in zip(scenes, headline[method], strict=True)
                        if any(key in record for key in keys)
                    ]
                ).T
                axes.scatter(where, error, s=6, color=_COLOURS[method], alpha=0.6, lw=0, label=METHODS[method])
                slope, level = np.polyfit(where, error, 1)
                ends = np.array([where.min(), where.max()])
                axes.plot(ends, slope * ends + level, color=_COLOURS[method], linewidth=1.0)
            axes.axhline(TARGETS[keys[0]], color=BLUE, linestyle="--", linewidth=1.0)
            axes.set_ylim(bottom=0.0)
            axes.set_xlabel(label, fontsize=7)
            axes.set_title("body [mm]" if keys == ("body",) else "hands [mm]", fontsize=8)
            plain(axes)
    page.axes[0].legend(fontsize=6, frameon=False)
    return png(page)
