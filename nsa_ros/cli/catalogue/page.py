"""The vocabulary as a page to browse: one HTML file and a folder of pictures beside it; needs no network, no server."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from nsa_ros import __version__
from nsa_ros.cli.catalogue.entries import Entry
from nsa_ros.cli.catalogue.pictures import film, film_name, hand_still
from nsa_ros.cli.catalogue.workshop import in_parallel
from nsa_ros.errors import NsaError
from nsa_ros.phonology.description import describe
from nsa_ros.phonology.features import sign_features
from nsa_ros.phonology.handshapes import canonical_name, features, names
from nsa_ros.phonology.lexicon import simple_signs

UNVERIFIED = "general knowledge, unverified"
"""The `source` of an entry that was written from memory."""

PICTURES = "pictures"

_OURS = re.compile(r"(sign|letter|number|hand)-.+-[0-9a-f]{10}(\.partial)?\.(mp4|webp)")
"""Names of pictures; nothing else in their folder is ever removed."""

_TEMPLATE = Path(__file__).parent / "page.html"


def write_page(entries: Sequence[Entry], folder: Path, workers: int | None = None) -> list[str]:
    """Write `index.html` and what pictures are missing; older ones of the same signs are removed.

    Args:
        entries: to show.
        folder: to write; made if it is not there.
        workers: processes that make pictures; one for each core when left out.

    Returns:
        What went wrong, a line for each sign that has no picture.

    Raises:
        NsaError: the folder cannot be written.
    """
    pictures = folder / PICTURES
    try:
        pictures.mkdir(parents=True, exist_ok=True)
        wrong = _make_pictures(entries, pictures, workers)
        hands = [_hand(name, pictures) for name in names() if canonical_name(name) == name]
        _tidy(pictures, {film_name(entry) for entry in entries} | {Path(hand["picture"]).stem for hand in hands})
        (folder / "index.html").write_text(_html(entries, hands, pictures), encoding="utf-8")
    except OSError as error:
        raise NsaError(f"--html {folder}: {error.strerror or error}") from error
    return wrong


def _tidy(pictures: Path, needed: set[str]) -> None:
    """Remove pictures of what is shown that are out of date; those of other signs stay."""
    shown = {name.rpartition("-")[0] for name in needed}
    for file in pictures.iterdir():
        stale = _OURS.fullmatch(file.name) and file.stem not in needed
        if stale and file.stem.removesuffix(".partial").rpartition("-")[0] in shown:
            file.unlink()


def _make_pictures(entries: Sequence[Entry], pictures: Path, workers: int | None) -> list[str]:
    missing = [entry for entry in entries if not (pictures / f"{film_name(entry)}.mp4").is_file()]
    results = in_parallel(partial(_film, folder=pictures), missing, "pictures", workers)
    return [f"{entry.name}: {message}" for entry, message in results if message]


def _film(entry: Entry, folder: Path) -> str:
    try:
        film(entry, folder)
    except OSError as error:  # FFmpeg's own cannot travel between processes
        raise NsaError(f"{folder}: {error.strerror or error}; what is whole is kept") from None
    except NsaError as error:
        return str(error)
    return ""


def _hand(name: str, pictures: Path) -> dict[str, Any]:
    shape = features(name)
    others = [other for other in names() if other != name and canonical_name(other) == name]
    return {
        "name": name,
        "others": others,
        "picture": hand_still(name, pictures),
        "selected": shape.selected + ("t" if shape.thumb else ""),
        "flexion": shape.flexion,
    }


def _html(entries: Sequence[Entry], hands: Sequence[dict[str, Any]], pictures: Path) -> str:
    entries = [entry for entry in entries if (pictures / f"{film_name(entry)}.mp4").is_file()]
    data = {
        "signs": [_card(entry) for entry in entries],
        "hands": hands,
        "folder": PICTURES,
        "confidence": Counter(entry.sign.confidence for entry in entries),
        "opened": sum(entry.sign.source != UNVERIFIED for entry in entries),
        "reviewed": sum(entry.sign.status == "reviewed" for entry in entries),
        "version": __version__,
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return _TEMPLATE.read_text(encoding="utf-8").replace("__DATA__", text)


def _card(entry: Entry) -> dict[str, Any]:
    """What the page knows of an entry."""
    sign = entry.sign
    parts = simple_signs(sign)
    shapes = dict.fromkeys(canonical_name(p.handshape) for part in parts for p in (*part.postures, *part.base))
    return {
        "name": entry.name,
        "kind": entry.kind,
        "theme": entry.theme,
        "english": sign.english,
        "class": sign.word_class,
        "hands": "two" if any(part.type != "one-handed" for part in parts) else "one",
        "shapes": list(shapes),
        "description": describe(sign),
        "features": asdict(sign_features(sign)),
        "confidence": sign.confidence,
        "source": sign.source,
        "status": sign.status,
        "film": film_name(entry),
    }
