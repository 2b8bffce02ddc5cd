"""The page in which films are judged: one file that needs no network."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from nsa_ros.study.manifest import Manifest

PAGE = "page"
"""Folder for the participants."""

EMBEDDED = 40_000_000
"""Bytes of film that are put into the page itself; more lie beside it, in page/films."""


def write_page(out: Path, manifest: Manifest, clips: Mapping[str, bytes], contact: str = "") -> Path:
    """Write `page/index.html`, and the films into it or beside it. Returns the page.

    Args:
        out: folder of the study.
        manifest: the study; of it only ids, sentences and groups go into the page.
        clips: each film's mp4, by id.
        contact: who runs the study.
    """
    folder = out / PAGE
    folder.mkdir(parents=True, exist_ok=True)
    inside = sum(map(len, clips.values())) <= EMBEDDED
    films: dict[str, str] = {}
    if inside:
        films = {name: base64.b64encode(clips[name]).decode() for name in sorted(clips)}
    else:
        (folder / "films").mkdir(exist_ok=True)
        for name, data in clips.items():
            (folder / "films" / f"{name}.mp4").write_bytes(data)
    page = html(shown(manifest, contact), films)
    (folder / "index.html").write_text(page, encoding="utf-8")
    return folder / "index.html"


def shown(manifest: Manifest, contact: str) -> dict[str, Any]:
    """What the page knows of the study: nothing of conditions; films stand in the order of their ids."""
    texts = {film.id: manifest.texts[film.text].text for film in manifest.films}
    texts[manifest.practice.id] = manifest.practice.text
    longest = max(sum(film.seconds for film in manifest.films if film.id in set(group)) for group in manifest.groups)
    return {
        "study": manifest.id,
        "contact": contact,
        "minutes": max(5, 5 * round((2 * longest + 40 * len(manifest.groups[0])) / 300)),
        "practice": manifest.practice.id,
        "groups": manifest.groups,
        "texts": dict(sorted(texts.items())),
    }


def html(study: Mapping[str, Any], films: Mapping[str, str]) -> str:
    """The page for a study and its films (base64 mp4 by id; empty when they lie beside the page)."""
    data = files("nsa_ros.study") / "data"
    page = (data / "page.html").read_text(encoding="utf-8")
    for mark, content in (
        ("/*STYLE*/", (data / "page.css").read_text(encoding="utf-8")),
        ("/*SCRIPT*/", (data / "page.js").read_text(encoding="utf-8")),
        ('"STUDY"', _embedded(study)),
        ('"FILMS"', _embedded(films)),
    ):
        page = page.replace(mark, content, 1)
    return page


def _embedded(value: Any) -> str:
    """JSON that may stand in a script element."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
