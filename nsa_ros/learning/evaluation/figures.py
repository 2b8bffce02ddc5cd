"""What each score means, as `figures.yaml` says it, and how its values are written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Figure:
    """A score for the reader.

    Attributes:
        key: as in `scores`.
        title: what is measured.
        unit: `%` (of a share), `mm`, `m`, `deg`, `100` (a score up to 100), or none.
        better: `lower`, `higher`, `one` (near 1), or none: to be compared with the reference.
        says, says_not: what follows from it and what does not.
    """

    key: str
    title: str
    unit: str
    better: str
    says: str
    says_not: str


@dataclass(frozen=True)
class Group:
    """Scores that answer one question.

    Attributes:
        title: the question.
        about: how to read them.
        figures: in the order of the report.
    """

    title: str
    about: str
    figures: tuple[Figure, ...]


@cache
def groups() -> tuple[Group, ...]:
    """All scores that are reported."""
    rows = yaml.safe_load((Path(__file__).parent / "figures.yaml").read_text(encoding="utf-8"))
    return tuple(
        Group(
            row["group"],
            " ".join(row["about"].split()),
            tuple(
                Figure(key, about["title"], about["unit"], about["better"], about["says"], about["not"])
                for key, about in row["scores"].items()
            ),
        )
        for row in rows
    )


@cache
def figure(key: str) -> Figure:
    """A score by its key; KeyError for one that is not reported."""
    return {figure.key: figure for group in groups() for figure in group.figures}[key]


def shown(value: float | None, unit: str) -> str:
    """A value as it stands in tables: three digits, shares in percent, a dash for none."""
    if value is None:
        return "–"
    if unit == "%":
        return f"{100 * value:.1f} %"
    number = f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"
    return {"mm": f"{number} mm", "m": f"{number} m", "deg": f"{number}°"}.get(unit, number)
