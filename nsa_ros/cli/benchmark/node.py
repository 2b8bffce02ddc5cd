"""What was measured of the signer node, as figures."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nsa_ros.cli.benchmark.figures import Figures, histogram, percentiles
from nsa_ros.cli.benchmark.start import CHOICE
from nsa_ros.cli.benchmark.streams import highest, holds

MOST_NODES = 64

_WIDTH, _LIMIT = 0.1, 10.0
"""Bins and range of the histograms [ms]."""


def measure(texts: Sequence[str], choice: Any, listen: float, say: Callable[[str], None]) -> Figures:
    """A signer node in a process of its own (`ros.measure`).

    Args:
        texts: different ones.
        choice: has the attributes `start.CHOICE`.
        listen: how long the stream is listened to in each situation [s].
        say: told what is done.

    Raises:
        NsaError: the node does not start or does not sign.
    """
    from nsa_ros.ros import measure as ros

    return summary(ros.measure(texts, {name: getattr(choice, name) for name in CHOICE}, listen, say), ros.RATE)


def measure_many(
    counts: Sequence[int], texts: Sequence[str], choice: Any, seconds: float, say: Callable[[str], None]
) -> Figures:
    """Numbers of nodes in one process until one does not hold, and the highest that does (`ros.measure_many`).

    Args:
        counts: numbers of nodes.
        texts: to sign.
        choice: has the attributes `start.CHOICE`.
        seconds: that each number is listened to.
        say: told what is done.

    Raises:
        NsaError: the nodes do not start.
    """
    from nsa_ros.ros.measure_many import measure_nodes

    parameters = {name: getattr(choice, name) for name in CHOICE}

    def row(count: int) -> Figures:
        found = many(count, measure_nodes(count, texts, parameters, seconds))
        say(f"{count} nodes: {100 * found['on time']:.1f} % of ticks, {found['underruns']} underruns")
        return found

    rows: list[Figures] = []
    for count in sorted(set(counts)):
        rows.append(row(count))
        if not holds(rows[-1]):
            break
    return {"rate [Hz]": 100.0, "rows": rows, **highest(rows, row, MOST_NODES)}


def many(count: int, nodes: Any) -> Figures:
    """Figures of `count` nodes (`ros.measure_many.Nodes`)."""
    return {
        "streams": count,
        "on time": round(1.0 - nodes.skipped / nodes.ticks, 5),
        "underruns": nodes.underruns,
        "receiver |interval - period| [ms]": percentiles(np.abs(np.diff(nodes.arrivals) - 0.01), 1e3),
        "share of all cores": round(nodes.processor_time / nodes.seconds / (os.cpu_count() or 1), 3),
        "resident memory [MB]": round(nodes.memory, 1),
    }


def summary(measured: Any, rate: float) -> Figures:
    """Figures of a node (`ros.measure.Measured`) that publishes at `rate` [Hz]."""
    return {
        "process start to active [s]": round(measured.active, 2),
        "texts": len(measured.latencies),
        "text to first model sample [ms]": percentiles(measured.latencies, 1e3),
        "text signed before to first model sample [ms]": percentiles(measured.repeated, 1e3),
        "resident memory [MB]": round(measured.memory, 1),
        "real-time priority": measured.priority,
        "stream": {name: _stream(heard, rate) for name, heard in measured.heard.items()},
    }


def _stream(heard: Any, rate: float) -> Figures:
    off = {
        "publisher": 1e3 * (np.diff(heard.stamps) - 1.0 / rate),
        "receiver": 1e3 * (np.diff(heard.arrivals) - 1.0 / rate),
    }
    return {
        "frames": len(heard.stamps),
        "of them signed": heard.signed,
        "rate [Hz]": round((len(heard.stamps) - 1) / (heard.stamps[-1] - heard.stamps[0]), 2),
        **{f"{side} |interval - period| [ms]": percentiles(np.abs(values)) for side, values in off.items()},
        "underruns": heard.underruns,
        "skipped ticks": heard.skipped,
        **{f"{side} interval - period [ms]": histogram(values, _WIDTH, _LIMIT) for side, values in off.items()},
    }
