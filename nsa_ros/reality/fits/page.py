"""docs/fitting/captures.md, from the figures and the text of `page.md`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import yaml

from nsa_ros.body.skeleton import JOINTS, TIPS, default_skeleton
from nsa_ros.capture.anchors import ANCHORS_FILE, anchors
from nsa_ros.capture.landmarks import BODY, HAND
from nsa_ros.reality.fits.naming import FEATURES, chosen

_TEMPLATE = Path(__file__).with_name("page.md")

Figures = Mapping[str, Any]


def markdown(figures: Figures, sheets: Sequence[Path], page: Path) -> str:
    """The page.

    Args:
        figures: of `check.evaluate`.
        sheets: contact sheets.
        page: where it will lie, so that it finds the sheets.
    """
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        clips=figures["clips"],
        missing=figures["missing"],
        refused=len(figures["refused"]),
        agreement=_agreement(figures["agreement"]),
        jitter=_jitter(figures["agreement"]),
        naming=_naming(figures["naming"]),
        naming_still=_naming(figures["naming_still"]),
        chosen=chosen(figures["naming"]),
        outcome=_outcome(figures["naming"]),
        changed=_changed(figures["naming"]),
        letters=_letters(figures["naming"]),
        distance=_distance(figures["distance"]),
        offsets=_offsets(),
        offsets_source=yaml.safe_load(ANCHORS_FILE.read_text(encoding="utf-8"))["source"].strip(),
        letter_sheets=_images(sheets, "letters", page),
        word_sheets=_images(sheets, "words", page),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join("–" if cell is None else str(cell) for cell in row) + " |" for row in lines)


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{100 * value:.1f} %"


def _agreement(groups: Figures) -> str:
    head = (
        "source", "clips", "frames", "good / usable / reject", "hands: px", "of a palm", "90th percentile",
        "of a palm that faces the camera", "body: of a palm",
    )  # fmt: skip
    rows = []
    for name, row in groups.items():
        hands, body = row["hands"] or {}, row["body"] or {}
        verdicts = f"{row['good']} / {row['usable']} / {row['reject']}"
        shares = [hands.get("median_palm"), hands.get("p90_palm"), hands.get("median_facing"), body.get("median_palm")]
        rows.append([name, row["clips"], row["frames"], verdicts, hands.get("median_px"), *map(_percent, shares)])
    return _table(head, rows)


def _jitter(groups: Figures) -> str:
    head = (
        "source", "landmarks", "fit", "ratio", "depth: landmarks", "fit", "ratio",
        "spread of raw bone lengths", "joints beyond limits",
    )  # fmt: skip
    rows = []
    for name, row in groups.items():
        flat, deep = row["jitter"] or {}, row["depth_jitter"] or {}
        cells = [part.get(key) for part in (flat, deep) for key in ("raw", "fit", "ratio")]
        rows.append([name, *cells, _percent(row["bones"]), _percent(row["limits"])])
    return _table(head, rows)


def _naming(table: Figures) -> str:
    rows = [
        [name, row["frames"], *(_percent(row["share"][feature]) for feature in FEATURES)] for name, row in table.items()
    ]
    return _table(("learnt from → named", "frames", *FEATURES), rows)


def _letters(table: Figures) -> str:
    """Letter by letter: landmarks in space, and the fit."""
    shown = ("raw 3D", chosen(table))
    letters = sorted({letter for row in table.values() for letter in row["letters"]})
    head = ("letter", *(f"{name}: {feature}" for name in table for feature in shown))
    rows = []
    for letter in letters:
        cells: list[str | None] = []
        for row in table.values():
            own = row["letters"].get(letter, {})
            cells += [None if feature not in own else f"{100 * own[feature]:.0f}" for feature in shown]
        rows.append([letter, *cells])
    return _table(head, rows)


def _outcome(table: Figures) -> str:
    """In which directions the fit names more than landmarks in space."""
    better = {name: row["share"][chosen(table)] - row["share"]["raw 3D"] for name, row in table.items()}
    more = ", ".join(f"{name} (+{100 * gain:.1f})" for name, gain in better.items() if gain > 0)
    less = ", ".join(f"{name} ({100 * gain:.1f})" for name, gain in better.items() if gain <= 0)
    return f"The fit names more frames than *raw 3D* in: {more or 'none'}; fewer in: {less or 'none'} (percent points)."


def _changed(table: Figures) -> str:
    """Which letters the fit gains and loses, direction by direction."""
    features, lines = ("raw 3D", chosen(table)), []
    for name, row in table.items():
        steps = {letter: [100 * own[feature] for feature in features] for letter, own in row["letters"].items()}
        moved = sorted(steps.items(), key=lambda item: item[1][0] - item[1][1])
        gained = ", ".join(f"{letter} {a:.0f} → {b:.0f}" for letter, (a, b) in moved if b - a > _MUCH)
        lost = ", ".join(f"{letter} {a:.0f} → {b:.0f}" for letter, (a, b) in reversed(moved) if a - b > _MUCH)
        lines.append(f"- {name}: gained {gained or 'none'}; lost {lost or 'none'}")
    return "\n".join(lines)


_MUCH = 15  # percent of the frames


def _distance(figures: Figures | None) -> str:
    if figures is None:
        return "No fits of borisgraudt."
    half = -(-len(figures["medoids"]) // 2)
    pairs = list(figures["medoids"].items())
    tables = (
        _table([letter for letter, _ in part], [[value for _, value in part]]) for part in (pairs[:half], pairs[half:])
    )
    worst = figures["worst"]
    return "\n\n".join(
        (
            f"Mean of the medoids **{figures['mean']} mm**, worst {worst} {figures['medoids'][worst]} mm; all frames "
            f"{figures['all_frames']} mm.",
            *tables,
        )
    )


def _offsets() -> str:
    """Points of the body and of the left hand that do not lie on their joint."""
    skeleton = default_skeleton()
    table, names = anchors(skeleton), (*BODY, *(f"left_{name}" for name in HAND))
    rows = []
    for i, name in enumerate(names):
        if name.startswith("right_"):
            continue
        joint, offset = JOINTS[table.carriers[i]], table.offsets[i]
        if name.endswith("_tip"):
            joint, offset = f"{joint}, its tip", offset - skeleton.tips[TIPS.index(name.removesuffix("_tip"))]
        if np.abs(offset).max() > 5e-5:
            rows.append(
                [name, joint, *(f"{1000 * value:+.1f}" for value in offset), f"{1000 * np.linalg.norm(offset):.1f}"]
            )
    return _table(("point", "joint", "left", "up", "forward", "distance"), rows)


def _images(sheets: Sequence[Path], kind: str, page: Path) -> str:
    own = [path for path in sheets if f"_{kind}_" in path.name]
    lines = (f"![Fitted {kind}]({Path(os.path.relpath(path, page.parent)).as_posix()})" for path in own)
    return "\n\n".join(lines)
