"""What stands in each section of the page (`page.md`): its tables and figures, from the document of all figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nsa_ros.cli.benchmark.published import PUBLISHED
from nsa_ros.cli.benchmark.targets import targets

Figures = Mapping[str, Any]
Filled = dict[str, Any]

COMMAND = "nsa bench --all --write docs"

_NO_VERSION = {"processor", "cores", "memory [GB]", "gpu"}
_NO_PART = {"taken", "load before", "signer", "provider"}
_PRIORITY = {
    True: " The play-out thread had real-time priority (SCHED_FIFO: root, or a user with an `rtprio` limit; the node's "
    "diagnostics say whether it has).",
    False: " The play-out thread had no real-time priority, which an `rtprio` limit would give it.",
}


def head(found: Figures) -> Filled:
    """What was measured, on what, when, and the table of wishes."""
    machine, signer, stages = found["machine"], found["signer"], found["stages"]
    taken = sorted(stage["taken"] for stage in stages.values()) or ["never"]
    gpu = machine["gpu"] if isinstance(machine["gpu"], str) else ", ".join(machine["gpu"])
    memory = f", {machine['memory [GB]']} GB" if "memory [GB]" in machine else ""
    rows = []
    for target in targets(found):
        mark = " — **missed**" if target.met is False else ""
        measured = f"**{target.measured}**" if target.met else target.measured
        rows.append([target.title, target.wanted, measured + mark])
    return {
        "command": COMMAND,
        "when": f"on {taken[0]}" if taken[0] == taken[-1] else f"from {taken[0]} to {taken[-1]}",
        "hardware": f"{machine['cores']} cores of {machine['processor']}{memory}, GPU: {gpu}",
        "load": f"{max((stage['load before'] for stage in stages.values()), default=0.0):g}",
        "bundle": signer["name"],
        "about_bundle": f"{signer['steps']} DDIM steps, chunks of {', '.join(map(str, signer['chunks']))} frames at "
        f"{signer['fps']:g} frames a second, {signer['precision']}, {signer['provider']}"
        if "steps" in signer
        else "no model",
        "versions": ", ".join(f"{name} {machine[name]}" for name in machine if name not in _NO_VERSION),
        "priority": _PRIORITY.get(stages.get("node", {}).get("real-time priority"), ""),
        "targets": table(["figure", "wanted", "measured"], rows),
    }


def node(figures: Figures, found: Figures) -> Filled:
    """The stream in each situation."""
    rows = []
    for name, stream in figures["stream"].items():
        sides = [spread(stream[f"{side} |interval - period| [ms]"]) for side in ("publisher", "receiver")]
        rate = f"{stream['rate [Hz]']:.2f} Hz"
        rows.append([name, rate, *sides, stream["underruns"], stream["skipped ticks"]])
    columns = ["the node is", "rate", "publisher [ms]", "receiver [ms]", "underruns", "skipped ticks"]
    return {
        "table": table(columns, rows),
        "active": f"{figures['process start to active [s]']:g}",
        "memory": f"{figures['resident memory [MB]']:.0f}",
        "texts": figures["texts"],
        "latency": spread(figures["text to first model sample [ms]"]),
        "again": spread(figures["text signed before to first model sample [ms]"]),
    }


def streams(figures: Figures, found: Figures) -> Filled:
    """A row a number of streams."""
    rows = [
        [
            row["streams"],
            f"{100 * row['on time']:.2f} %",
            row["underruns"],
            spread(row["text to first frame [ms]"]),
            row["texts"],
            f"{100 * row['share of all cores']:.0f} %",
            f"{row['streams sustained']:.0f}",
        ]
        for row in figures["rows"]
    ]
    columns = ["streams", "ticks on time", "underruns", "text → first frame [ms], p50 / p99 / max", "texts"]
    return {"table": table([*columns, "of all cores", "as fast as possible"], rows), **_highest(figures)}


def ros_streams(figures: Figures, found: Figures) -> Filled:
    """A row a number of nodes."""
    rows = [
        [
            row["streams"],
            f"{100 * row['on time']:.2f} %",
            row["underruns"],
            spread(row["receiver |interval - period| [ms]"]),
            f"{100 * row['share of all cores']:.0f} %",
            f"{row['resident memory [MB]']:.0f} MB",
        ]
        for row in figures["rows"]
    ]
    columns = ["nodes", "ticks not skipped", "underruns", "receiver |interval − 10 ms| [ms], p50 / p99 / max"]
    return {"table": table([*columns, "of all cores", "memory"], rows), **_highest(figures)}


def _highest(figures: Figures) -> Filled:
    failed = figures["fewest that did not"]
    return {"highest": figures["highest that holds"], "beyond": f"; {failed} did not" if failed else ""}


def robots(figures: Figures, found: Figures) -> Filled:
    """A row a robot."""
    parts = ("retargeting [ms]", "within limits [ms]", "both [ms]")
    rows = [
        [f"`{row['robot']}`", row["hands"], row["arms"], row["joints"], *(spread(row[part]) for part in parts)]
        for row in figures["robots"]
    ]
    return {"table": table(["robot", "hands", "arms", "joints", *parts], rows), "frames": figures["frames"]}


def settings(figures: Figures, found: Figures) -> Filled:
    """A row a combination, all cores free and one busy side by side; what other settings change against the node's."""
    by_key = {(r["threads"], r["spinning"], r["batch"], r["one core busy"]): r for r in figures["rows"]}
    rows, ratios = [], dict[tuple[int, bool], list[str]]()
    for threads, spinning, batch in dict.fromkeys(key[:3] for key in by_key):
        free, busy = (by_key[threads, spinning, batch, b] for b in (False, True))
        speeds = [f"{row['real-time factor']:.0f}×" for row in (free, busy)]
        rows.append([threads, "yes" if spinning else "no", batch, *speeds, *map(_late, (free, busy))])
    for threads, spinning in dict.fromkeys(key[:2] for key in by_key):
        if (threads, spinning) != (1, False):
            ratios[threads, spinning] = [_against(by_key, threads, spinning, busy) for busy in (False, True)]
    others = [
        f"- {threads} thread{'s' * (threads > 1)}, {'spinning' if spinning else 'not spinning'}: with all cores free "
        f"{free}; with one busy {busy}."
        for (threads, spinning), (free, busy) in ratios.items()
    ]
    columns = ["threads", "spinning", "batch", "generation", "one core busy", "late [ms]", "one core busy"]
    return {
        "table": table(columns, rows),
        "others": "\n".join(others),
        "frames": figures["frames of a chunk"],
        "seconds": f"{figures['seconds each']:g}",
    }


def _late(row: Figures) -> str:
    late = row["tick late by [ms]"]
    return f"{late['p50']:.2f} / {late['p99']:.2f}"


def _against(rows: Mapping[tuple[Any, ...], Figures], threads: int, spinning: bool, busy: bool) -> str:
    """Speed and lateness of a combination beside one thread that does not spin."""
    batches = [key[2] for key in rows if key[:2] == (threads, spinning) and key[3] is busy]
    pairs = [(rows[threads, spinning, batch, busy], rows[1, False, batch, busy]) for batch in batches]
    speeds = [other["real-time factor"] / own["real-time factor"] for other, own in pairs]
    late, own_late = (max(pair[i]["tick late by [ms]"]["p99"] for pair in pairs) for i in (0, 1))
    return f"{min(speeds):.2f} to {max(speeds):.2f} of its speed, p99 late by {late:.1f} ms (its own {own_late:.1f})"


def compare(figures: Figures, found: Figures) -> Filled:
    """Ways from text to motion, and single calls of their samplers."""
    rows = [
        [
            row["way"],
            row["on"],
            spread(row["text to first frame [ms]"]),
            f"{row['time per second of motion [ms]']:.2f}",
            f"{row['real-time factor']:.0f}×",
            f"{row['first use [s]']:.1f} s",
        ]
        for row in figures["rows"]
    ]
    calls = [
        [
            row["way"],
            row["on"],
            row["steps"],
            row["frames"],
            row["streams"],
            f"{row['call [ms]']['p50']:.2f} / {row['call [ms]']['p99']:.2f}",
            f"{row['streams in real time']:.0f}",
        ]
        for row in figures["calls"]
    ]
    first = "text → first frame [ms], p50 / p99 / max"
    return {
        "table": table(["way", "on", first, "per second of motion [ms]", "against real time", "first use"], rows),
        "calls": table(["sampler", "on", "steps", "frames", "streams", "call [ms], p50 / p99", "in real time"], calls),
        "texts": figures["texts"],
        "motion": f"{figures['motion [s]']:.0f}",
        "weights": {"trained": "its trained weights"}.get(
            figures["torch weights"], "random weights, which cost as much as trained ones"
        ),
    }


def steps(figures: Figures, quality: Sequence[Figures]) -> Filled:
    """A row a number of steps, with what an evaluation says of it."""
    known = {int(row["steps"]): row for row in quality}
    columns = {"dtw": ("DTW [mm]", 1.0), "unit_error": ("units misread [%]", 100.0)}
    columns |= {"hands_jerk_ratio": ("jerk over the reference's", 1.0), "variation": ("two seeds apart [mm]", 1.0)}
    shown = {key: about for key, about in columns.items() if any(key in row for row in quality)}
    rows = []
    for row in figures["rows"]:
        judged = known.get(row["steps"], {})
        cells = [number(factor * judged[key]) if key in judged else "–" for key, (_, factor) in shown.items()]
        cost = [f"{row['time per second of motion [ms]']:.2f}", f"{row['real-time factor']:.0f}×"]
        rows.append([row["steps"], *cost, f"{row['first chunk, mean [ms]']:.1f}", *cells])
    head = ["DDIM steps", "per second of motion [ms]", "against real time", "first chunk [ms]"]
    varied = " *Two seeds apart*: mean distance of the fingertips between two renditions of one plan."
    return {
        "table": table([*head, *(title for title, _ in shown.values())], rows),
        "texts": figures["texts"],
        "variation": varied if "variation" in shown else "",
    }


def generation(figures: Figures, found: Figures) -> Filled:
    """All parts that were measured one by one."""
    parts = {**found["stages"].get("start", {}), **figures}
    rows = [
        [name, spread(value) if isinstance(value, Mapping) else value]
        for name, value in parts.items()
        if name not in _NO_PART
    ]
    return {"table": table(["part", "measured"], rows)}


def published(found: Figures) -> Filled:
    """Figures of others, each beside the nearest of ours."""
    stages, ours = found["stages"], dict.fromkeys(("chunk", "whole", "rate", "latency"), "not measured")
    for row in stages.get("compare", {}).get("calls", ()):
        if (row["way"], row["device"], row["streams"]) == ("ONNX Runtime fp32", "cpu", 1):
            ours["chunk"] = f"{row['call [ms]']['p50']:.1f} ms per {row['frames']} frames, {row['steps']} steps"
    for row in stages.get("compare", {}).get("rows", ()):
        if row["way"].startswith("ONNX Runtime fp32, whole"):
            ours["whole"] = f"{row['time per second of motion [ms]']:.0f} ms per second of motion, 50 steps"
    if "generation" in stages:
        rate = found["signer"].get("fps", 24.0) * stages["generation"]["real-time factor"]
        ours["rate"] = f"{rate:.0f} frames/s, planning included"
    if "node" in stages:
        latency = stages["node"]["text to first model sample [ms]"]["p50"]
        ours["latency"] = f"{latency:.0f} ms from publishing a text to another process"
    rows = [[p.system, p.task, p.figure, p.hardware, ours[p.ours]] for p in PUBLISHED]
    return {"table": table(["system", "task", "published", "hardware", "nearest of ours"], rows)}


def unmeasured(found: Figures, stages: Iterable[str]) -> Filled:
    """Stages that are missing, and what the comparison had to leave out."""
    lines = [f"the stage `{name}`" for name in stages if name not in found["stages"]]
    if found["machine"]["gpu"] == "none":
        lines.append(
            "A GPU (CUDA, CUDA graphs, TensorRT): there is none in this machine. On one that has it the same command "
            "adds rows with its name."
        )
    lines += found["stages"].get("compare", {}).get("notes", ())
    return {"list": "\n".join(f"- {line}" for line in lines) or "Nothing that the command can measure."}


def spread(values: Figures) -> str:
    """p50 / p99 / max."""
    return " / ".join(map(number, values.values()))


def number(value: float | None) -> str:
    """Three figures, or all before the point."""
    return "–" if value is None else f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table; a bar inside of a cell is escaped."""
    lines = [[str(cell).replace("|", "\\|") for cell in row] for row in (head, *rows)]
    written = [f"| {' | '.join(cells)} |" for cells in lines]
    return "\n".join([written[0], "|" + " --- |" * len(head), *written[1:]])
