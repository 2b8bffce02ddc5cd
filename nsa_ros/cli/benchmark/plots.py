"""The page's plots, as PNG."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np

from nsa_ros.cli.benchmark.sections import number

Figures = Mapping[str, Any]

ORANGE, BLUE, PALE, GREY = "#c45428", "#2f5d8a", "#7fa3c7", "#b4b8be"
"""The report's colours (`learning.evaluation.plots`)."""


def draw_plots(found: Figures, quality: Sequence[Figures]) -> dict[str, bytes]:
    """PNG of each plot that there are figures for: `jitter`, `streams`, `comparison`, `steps`.

    Args:
        found: the document of all figures.
        quality: rows by number of steps of an evaluation of the bundle; may be empty.
    """
    stages = found["stages"]
    drawn: dict[str, Callable[[], bytes]] = {}
    if "node" in stages:
        drawn["jitter"] = lambda: _jitter(stages["node"]["stream"])
    if "streams" in stages:
        drawn["streams"] = lambda: _streams(stages["streams"])
    if "compare" in stages:
        drawn["comparison"] = lambda: _comparison(stages["compare"]["rows"])
    if "steps" in stages:
        drawn["steps"] = lambda: _steps(stages["steps"]["rows"], quality)
    return {name: draw() for name, draw in drawn.items()}


def _jitter(streams: Figures) -> bytes:
    """A panel a situation: how often the time between two messages was how far from the period."""
    page = _page(2.9 * len(streams), 2.6)
    axes = None
    for place, (name, stream) in enumerate(streams.items()):
        axes = page.add_subplot(1, len(streams), place + 1, sharex=axes, sharey=axes)
        for side, colour in (("receiver", PALE), ("publisher", ORANGE)):
            bins = stream[f"{side} interval - period [ms]"]
            counts = np.array(bins["counts"], dtype=float)
            edges = np.arange(len(counts) + 1) * bins["width"] - bins["limit"]
            p99 = stream[f"{side} |interval - period| [ms]"]["p99"]
            label = f"{side}, p99 {p99:.2f} ms"
            axes.stairs(
                100 * counts / max(1.0, counts.sum()), edges, fill=side == "receiver", color=colour, label=label
            )
        axes.set_yscale("log")
        axes.set_xlabel("interval − 10 ms [ms]", fontsize=7)
        axes.set_title(f"{name}: {stream['underruns']} underruns", fontsize=8)
        axes.legend(fontsize=6, frameon=False, loc="upper right")
        _plain(axes)
    page.axes[0].set_ylabel("messages [%]", fontsize=7)
    return _png(page)


def _streams(streams: Figures) -> bytes:
    """Latency, ticks on time and throughput against the number of streams."""
    rows = streams["rows"]
    counts = [row["streams"] for row in rows]
    page = _page(8.6, 2.6)
    latency, on_time, most = page.subplots(1, 3)
    for name, colour in (("p99", PALE), ("p50", ORANGE)):
        values = [row["text to first frame [ms]"][name] for row in rows]
        points = [(count, value) for count, value in zip(counts, values, strict=True) if value is not None]
        latency.plot(*zip(*points, strict=True), marker="o", markersize=4, color=colour, label=name)
    latency.set_yscale("log")
    latency.set_title("text → first frame [ms]", fontsize=8)
    latency.legend(fontsize=7, frameon=False)
    on_time.plot(
        counts, [100 * row["on time"] for row in rows], marker="o", markersize=4, color=ORANGE, label="on time"
    )
    on_time.plot(
        counts,
        [100 * row["share of all cores"] for row in rows],
        marker="s",
        markersize=3,
        color=GREY,
        label="of all cores",
    )
    on_time.set_ylim(0, 105)
    on_time.set_title("ticks on time, CPU used [%]", fontsize=8)
    on_time.legend(fontsize=7, frameon=False, loc="center left")
    most.plot(
        counts,
        [row["streams sustained"] for row in rows],
        marker="o",
        markersize=4,
        color=ORANGE,
        label="as fast as possible",
    )
    most.plot(counts, counts, color=GREY, linestyle=":", label="needed for real time")
    most.axvline(streams["highest that holds"], color=BLUE, linewidth=1, label=f"{streams['highest that holds']} hold")
    most.set_yscale("log")
    most.set_title("streams sustained", fontsize=8)
    most.legend(fontsize=7, frameon=False)
    for axes in (latency, on_time, most):
        axes.set_xscale("log", base=2)
        axes.set_xticks(counts, [str(count) for count in counts])
        axes.minorticks_off()
        axes.set_xlabel("streams in one process", fontsize=7)
        _plain(axes)
    return _png(page)


def _comparison(rows: Sequence[Figures]) -> bytes:
    """Two bars a way, on logarithmic axes."""
    page = _page(8.6, 0.7 + 0.27 * len(rows))
    hardware = {row["on"] for row in rows}
    names = [row["way"] if len(hardware) == 1 else f"{row['way']}\n{row['on']}" for row in rows]
    panels = (
        ("text → first frame, p50 [ms]", [row["text to first frame [ms]"]["p50"] for row in rows]),
        ("time per second of motion [ms]", [row["time per second of motion [ms]"] for row in rows]),
    )
    for place, (axes, (title, values)) in enumerate(zip(page.subplots(1, 2), panels, strict=True)):
        colours = [ORANGE if i == 0 else (GREY if name.startswith("lexicon") else PALE) for i, name in enumerate(names)]
        bars = axes.barh(range(len(rows)), values, color=colours, height=0.65)
        axes.bar_label(bars, [number(value) for value in values], fontsize=7, padding=2)
        axes.set_xscale("log")
        axes.set_yticks(range(len(rows)), names if place == 0 else [])
        axes.invert_yaxis()
        axes.set_title(title, fontsize=8)
        axes.margins(x=0.2)
        _plain(axes)
    return _png(page)


_QUALITY = (
    ("dtw", "DTW to the reference [mm]", 1.0),
    ("unit_error", "units misread [%]", 100.0),
    ("variation", "between two seeds, fingertips [mm]", 1.0),
)


def _steps(rows: Sequence[Figures], quality: Sequence[Figures]) -> bytes:
    """Quality against milliseconds, a point a number of steps; time alone where there is no quality."""
    spent = {row["steps"]: row["time per second of motion [ms]"] for row in rows}
    known = [row for row in quality if int(row["steps"]) in spent]
    panels = [panel for panel in _QUALITY if known and all(panel[0] in row for row in known)]
    page = _page(2.9 * max(1, len(panels)), 2.6)
    if not panels:
        axes = page.subplots()
        axes.plot(list(spent), list(spent.values()), marker="o", markersize=4, color=ORANGE)
        axes.set_xscale("log", base=2)
        axes.set_xticks(list(spent), [str(count) for count in spent])
        axes.set_xlabel("DDIM steps", fontsize=7)
        axes.set_title("time per second of motion [ms]", fontsize=8)
        _plain(axes)
        return _png(page)
    for axes, (key, title, factor) in zip(page.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        points = sorted((spent[int(row["steps"])], factor * row[key], int(row["steps"])) for row in known)
        axes.plot([x for x, _, _ in points], [y for _, y, _ in points], marker="o", markersize=4, color=ORANGE)
        for x, y, count in points:
            axes.annotate(f"{count}", (x, y), (0, 5), textcoords="offset points", fontsize=7, ha="center")
        axes.set_xscale("log")
        ticks = [x for x, _, count in points if count in (1, 4, 16, 50)]
        axes.set_xticks(ticks, [f"{x:.0f}" for x in ticks])
        axes.minorticks_off()
        axes.set_ylim(0.0, 1.25 * max(y for _, y, _ in points) or 1.0)
        axes.set_xlabel("time per second of motion [ms]; points: DDIM steps", fontsize=7)
        axes.set_title(title, fontsize=8)
        _plain(axes)
    return _png(page)


def _page(width: float, height: float) -> Any:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=110, layout="constrained")


def _plain(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=7)


def _png(page: Any) -> bytes:
    buffer = BytesIO()
    page.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
