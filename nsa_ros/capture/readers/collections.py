"""Recordings whose files do not say how they were made (`capture/data/collections.yaml`)."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nsa_ros.errors import NsaError

_FILE = Path(__file__).parents[1] / "data" / "collections.yaml"


@dataclass(frozen=True)
class Collection:
    """What is known of a collection.

    Attributes:
        folder: where it lies; the name of that folder is what it is known by.
        files: patterns below the folder.
        source: short name.
        license: of the recordings.
        size: width and height of the picture [pixels]; `None` if the files say it.
        fps: frames per second; `None` if the files say it.
        fps_known: whether that rate was recorded and not assumed.
        mirrored: whether signers are seen as in a mirror.
        stale: frames at the beginning that belong to the recording before.
        text_from: whether the `file` or the `array` in it is named after what is signed.
        gloss: by file, where its name is not the gloss.
        table: file that lists recordings (`path`) and what is signed (`words`); empty if names say it.
    """

    folder: Path
    files: tuple[str, ...]
    source: str
    license: str
    size: tuple[int, int] | None = None
    fps: float | None = None
    fps_known: bool = True
    mirrored: bool = False
    stale: int = 0
    text_from: str = "file"
    gloss: dict[str, str] = field(default_factory=dict)
    table: str = ""

    def text(self, path: Path, key: str) -> str:
        """Gloss of a word or letter that is signed in a clip."""
        relative = path.absolute().relative_to(self.folder)
        if self.table:
            return words_of(self.folder / self.table).get(relative.as_posix(), "")
        name = key if self.text_from == "array" else path.stem
        return self.gloss.get(relative.with_suffix("").as_posix(), name.upper())


@cache
def _table() -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return table


def names() -> list[str]:
    """Folders of the known collections."""
    return list(_table())


def collection_of(path: Path) -> Collection | None:
    """The collection that a file or folder lies in."""
    place = path.absolute()
    for folder in (place, *place.parents):
        if row := _table().get(folder.name):
            values = dict(row)
            values["files"] = tuple(values["files"])
            if "size" in values:
                values["size"] = tuple(values["size"])
            return Collection(folder=folder, **values)
    return None


@cache
def words_of(table: Path) -> dict[str, str]:
    """What is signed in each recording of a table of American Sign Language (`ase`).

    Raises:
        NsaError: the table cannot be read.
    """
    try:
        with table.open(encoding="utf-8") as file:
            return {row["path"]: row["words"] for row in csv.DictReader(file) if row["signed_language"] == "ase"}
    except (OSError, KeyError, ValueError) as error:
        raise NsaError(f"{table} is not a list of recordings: {error}") from error
