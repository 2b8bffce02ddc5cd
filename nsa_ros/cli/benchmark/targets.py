"""What is wanted and what was measured, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Target(NamedTuple):
    """A figure with a wish.

    Attributes:
        title, wanted, measured: for people.
        met: None where it was not measured.
    """

    title: str
    wanted: str
    measured: str
    met: bool | None


def targets(document: Mapping[str, Any]) -> list[Target]:
    """All wishes in the order of the page; 2 cores and no GPU unless a row says so."""
    stages = document["stages"]
    node, generation, streams = (stages.get(name, {}) for name in ("node", "generation", "streams"))
    stream = node.get("stream", {})
    latency = node.get("text to first model sample [ms]", {})
    rest, busy = stream.get("at rest", {}), stream.get("signing, one core busy", {})
    parity = document["signer"].get("parity", {})
    found = [
        _both(
            "text → first model sample in another process, p50 / p99",
            (25.0, 60.0),
            (latency.get("p50"), latency.get("p99")),
        ),
        _least("generation of one stream, against real time", 100.0, generation.get("real-time factor"), "×"),
        _least("streams, generation and timeline, in real time without ROS", 64, streams.get("highest that holds"), ""),
        _most("process start → node active", 2.0, node.get("process start to active [s]"), "s"),
        _most("resident memory of the signer node", 300.0, node.get("resident memory [MB]"), "MB"),
        _most("|interval − 10 ms| at the publisher, at rest, p99", 1.0, _p99(rest, "publisher"), "ms"),
        _most("|interval − 10 ms| at a receiver, at rest, p99", 2.0, _p99(rest, "receiver"), "ms"),
        _none("underruns while signing with one core busy", busy.get("underruns")),
        *_parity(parity),
        *_robots(stages.get("robots", {}).get("robots", ())),
        *_gpu(stages.get("compare", {})),
    ]
    if "ros_streams" in stages:
        found.insert(3, Target("nodes at 100 Hz", "reported", str(stages["ros_streams"]["highest that holds"]), None))
    return found


def _p99(stream: Mapping[str, Any], side: str) -> float | None:
    return stream.get(f"{side} |interval - period| [ms]", {}).get("p99")


def _parity(parity: Mapping[str, Any]) -> list[Target]:
    """Of the bundle against torch, and of its faster precisions against fp32 (`learning.export.parity`)."""
    exact = parity.get("fp32", {}).get("text", {})
    largest = max((exact[name][2] for name in ("joints_mm", "fingertips_mm") if name in exact), default=None)
    rows = [_most("fp32 against torch, largest distance of a joint or fingertip", 0.01, largest, "mm")]
    for precision in ("int8", "fp16"):
        if precision in parity:
            apart = tuple(parity[precision]["text"]["fingertips_mm"][:2])
            rows.append(_both(f"{precision} against fp32, fingertips, mean / p99", (1.0, 3.0), apart, "mm", ".2g"))
    return rows


def _robots(rows: Sequence[Mapping[str, Any]]) -> list[Target]:
    """The slowest of the robots with and without arms."""
    kinds = (("hands alone", 2.0, [row for row in rows if not row["arms"]]),
             ("hands and arms", 5.0, [row for row in rows if row["arms"]]))  # fmt: skip
    return [
        _most(
            f"retargeting a pose, {title}, p99",
            limit,
            max((row["retargeting [ms]"]["p99"] for row in own), default=None),
            "ms",
        )
        for title, limit, own in kinds
    ]


def _gpu(compare: Mapping[str, Any]) -> list[Target]:
    """The best of the samplers on a GPU."""
    calls = [row for row in compare.get("calls", ()) if row["device"] == "cuda"]
    longest = max((row["frames"] for row in calls), default=0)
    four = [row for row in calls if (row["steps"], row["streams"], row["frames"]) == (4, 1, longest)]
    many = [row for row in calls if row["streams"] > 1]
    chunk = min((row["call [ms]"]["p50"] for row in four), default=None)
    streams = max((row["streams in real time"] for row in many), default=None)
    return [
        _most("on a GPU: the longest chunk in 4 steps, p50", 3.0, chunk, "ms"),
        _least("on a GPU: streams generated in real time", 1000, streams, ""),
    ]


def _both(
    title: str, limits: tuple[float, float], values: tuple[float | None, ...], unit: str = "ms", form: str = ".0f"
) -> Target:
    wanted = f"≤ {limits[0]:g} / {limits[1]:g} {unit}"
    known = [value for value in values if value is not None]
    if len(known) < len(limits):
        return Target(title, wanted, "not measured", None)
    met = all(value <= limit for value, limit in zip(known, limits, strict=True))
    return Target(title, wanted, f"{' / '.join(format(value, form) for value in known)} {unit}", met)


def _most(title: str, limit: float, value: float | None, unit: str) -> Target:
    return _one(title, f"≤ {limit:g} {unit}", value, unit, None if value is None else value <= limit)


def _least(title: str, limit: float, value: float | None, unit: str) -> Target:
    return _one(title, f"≥ {limit:g} {unit}", value, unit, None if value is None else value >= limit)


def _none(title: str, value: int | None) -> Target:
    return Target(title, "none", "not measured" if value is None else str(value), None if value is None else not value)


def _one(title: str, wanted: str, value: float | None, unit: str, met: bool | None) -> Target:
    measured = "not measured" if value is None else f"{value:.4g} {unit}"
    return Target(title, *(text.replace(" ×", "×").strip() for text in (wanted, measured)), met)
