"""The whole evaluation of fits of captures, as lines, JSON, contact sheets and page. What `nsa reality --fits` runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nsa_ros.errors import NsaError
from nsa_ros.reality.captures import MOVING_LETTERS
from nsa_ros.reality.fits.agreement import agreement
from nsa_ros.reality.fits.distance import distances
from nsa_ros.reality.fits.naming import naming
from nsa_ros.reality.fits.page import markdown
from nsa_ros.reality.fits.reading import Fits, read_fits


def evaluate(fits: Fits) -> dict[str, Any]:
    """All figures, fit for JSON."""
    return {
        "clips": len(fits.clips),
        "missing": len(fits.missing),
        "refused": fits.refused,
        "agreement": agreement(fits.clips),
        "naming": naming(fits.clips),
        "naming_still": naming([clip for clip in fits.clips if clip.text not in MOVING_LETTERS]),
        "distance": distances(fits.clips),
    }


def lines(figures: dict[str, Any]) -> Iterator[str]:
    """The figures, for people."""
    yield f"{figures['clips']} captures with a fit, {figures['missing']} without, {len(figures['refused'])} refused"
    for name, row in figures["agreement"].items():
        hands, jitter = row["hands"], row["jitter"]
        calm = f"; acceleration {jitter['fit']} against {jitter['raw']} m/s²" if jitter else ""
        off = f"{hands['median_palm']:.1%} of a palm ({hands['median_px']} px)" if hands else "no hand seen"
        yield f"{name}: {row['clips']} clips, {row['good']} good, {row['usable']} usable, {row['reject']} to reject"
        yield f"  hands off the landmarks by {off}{calm}"
    for name, row in figures["naming"].items():
        share = ", ".join(f"{feature} {value:.1%}" for feature, value in row["share"].items())
        yield f"letters, {name}, {row['frames']} frames: {share}"
    if far := figures["distance"]:
        worst = far["medoids"][far["worst"]]
        yield f"medoids of borisgraudt: {far['mean']} mm from the landmarks, {far['worst']} {worst} mm"


def check_fits(data: Path, fits: Path, file: Path | None, pictures: Path | None, page: Path | None) -> Iterator[str]:
    """Evaluate the fits of a data folder, and say line by line what is found.

    Args:
        data: folder of captures.
        fits: what `nsa fit DATA --out` wrote.
        file: JSON of all figures to write.
        pictures: folder for the contact sheets.
        page: Markdown to write; it shows the sheets, so it needs `pictures`.

    Raises:
        NsaError: no captures, no fits, a file that is no fit, a folder that is not there.
    """
    if pictures and not pictures.is_dir():
        raise NsaError(f"--pictures {pictures}: no such folder; make it first")
    for name, path in (("--json", file), ("--page", page)):
        if path and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise NsaError(f"{name} {path}: give a file in a folder that is there")
    if page and not pictures:
        raise NsaError(f"--page {page} shows the contact sheets; say where they go with --pictures")
    found = read_fits(data, fits)
    figures = evaluate(found)
    yield from lines(figures)
    if file:
        file.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        yield f"wrote {file}"
    sheets = []
    if pictures:
        from nsa_ros.reality.fits.sheets import draw_sheets

        for path in draw_sheets(pictures, found.clips):
            sheets.append(path)
            yield f"wrote {path}"
    if page:
        page.write_text(markdown(figures, sheets, page), encoding="utf-8")
        yield f"wrote {page}"
