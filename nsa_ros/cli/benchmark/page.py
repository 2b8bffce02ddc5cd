"""docs/benchmarks.md, from the document of all figures and the text of `page.md`."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from nsa_ros.cli.benchmark import document, sections
from nsa_ros.cli.benchmark.plots import draw_plots
from nsa_ros.cli.benchmark.stages import STAGES
from nsa_ros.errors import NsaError

PAGE = "benchmarks.md"
IMAGES = "images"

Figures = Mapping[str, Any]

_TEMPLATE = Path(__file__).with_name("page.md")
_PLOTS = {"node": "jitter", "streams": "streams", "compare": "comparison", "steps": "steps"}
"""Stage to the plot in its section."""


def write(folder: Path) -> list[Path]:
    """Draw the plots and write the page of the document in a folder; its evaluation is read where it lies beside.

    Returns:
        The files.

    Raises:
        NsaError: no document there, or the folder cannot be written.
    """
    found = document.read(folder)
    if found is None:
        raise NsaError(f"no readable {document.FILE} in {folder}. Make it: {sections.COMMAND}")
    quality = read_quality(folder, found)
    plots = draw_plots(found, quality)
    files = {folder / IMAGES / f"benchmark_{name}.png": data for name, data in plots.items()}
    files[folder / PAGE] = markdown(found, quality, plots).encode()
    try:
        (folder / IMAGES).mkdir(exist_ok=True)
        for file, data in files.items():
            file.write_bytes(data)
    except OSError as error:
        raise NsaError(f"--write {folder}: {error.strerror or error}. Give another folder") from error
    return list(files)


def read_quality(folder: Path, found: Figures) -> list[dict[str, float]]:
    """Rows by number of steps of the evaluation in `folder`/evaluation, if it is of the model that was measured."""
    try:
        scores = json.loads((folder / "evaluation" / "scores.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return list(scores["steps"]) if scores["bundle"]["name"] == found["signer"]["name"] else []


def markdown(found: Figures, quality: Sequence[Figures], plots: Collection[str]) -> str:
    """The page; `plots` are the names of those that there are."""
    first, *others = re.split(r"^<!-- (\w+) -->\n", _TEMPLATE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    parts = [Template(first).substitute(sections.head(found))]
    for name, text in zip(others[::2], others[1::2], strict=True):
        if (filled := _fill(name, found, quality)) is not None:
            plot = _PLOTS.get(name, "")
            image = f"![{plot.capitalize()}]({IMAGES}/benchmark_{plot}.png)\n\n" if plot in plots else ""
            parts.append(Template(text.replace("$plot\n\n", image)).substitute(filled))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _fill(section: str, found: Figures, quality: Sequence[Figures]) -> Figures | None:
    """What stands in a section; None where its stage was not measured."""
    if section == "published":
        return sections.published(found)
    if section == "unmeasured":
        return sections.unmeasured(found, STAGES)
    figures = found["stages"].get(section)
    if figures is None:
        return None
    if section == "steps":
        return sections.steps(figures, quality)
    filled: Figures = getattr(sections, section)(figures, found)
    return filled
