"""Many measured values as a few figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

Figures = dict[str, Any]
"""Nested figures by their names, units in brackets; a distribution has `p50`, `p99` and `max`."""


def percentiles(values: ArrayLike, scale: float = 1.0) -> dict[str, float | None]:
    """p50, p99 and the largest of values × `scale`; None where there are no values."""
    scaled = np.asarray(values, dtype=np.float64) * scale
    if not scaled.size:
        return dict.fromkeys(("p50", "p99", "max"), None)
    p50, p99 = np.percentile(scaled, [50, 99])
    return {name: round(float(value), 3) for name, value in (("p50", p50), ("p99", p99), ("max", scaled.max()))}


def histogram(values: ArrayLike, width: float, limit: float) -> dict[str, Any]:
    """How many values lie in each bin of `width` between -`limit` and `limit`; what is beyond counts in the last."""
    edges = np.arange(-round(limit / width), round(limit / width) + 1) * width
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return {"width": width, "limit": limit, "counts": counts.tolist()}


def rows(figures: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested figures as lines for people: path and value. Histograms are left to the plots."""
    for name, value in figures.items():
        if isinstance(value, Mapping) and "counts" in value:
            continue
        if isinstance(value, Mapping) and "p50" not in value:
            yield from rows(value, f"{prefix}{name}: ")
        elif isinstance(value, Mapping):
            yield prefix + name, ", ".join(f"{key} {number}" for key, number in value.items())
        elif isinstance(value, Sequence) and not isinstance(value, str) and value and isinstance(value[0], Mapping):
            for row in value:
                yield prefix + name, ", ".join(f"{key} {_short(cell)}" for key, cell in row.items())
        else:
            yield prefix + name, _short(value)


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return "/".join(str(number) for number in value.values())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
