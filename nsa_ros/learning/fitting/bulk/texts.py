"""What is said in clips, from tables beside them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.how2sign import table_rows

NAMES = ("texts.csv", "texts.tsv")

_HOW2SIGN = re.compile(r"how2sign_(?:realigned_)?(train|val|test)\b.*\.csv")


class Texts:
    """Labels of clips: `text`, of How2Sign also `split` and `sentence_name`."""

    def __init__(self, path: Path | None) -> None:
        """Args:
            path: a table, or a folder with `texts.csv` (columns `file` and `text`) or How2Sign's tables; without any
                there are no labels.

        Raises:
            NsaError: a table that cannot be read.
        """
        self._labels: dict[str, dict[str, str]] = {}
        for file in _tables(path) if path and path.is_dir() else [path] if path else []:
            try:
                self._add(file)
            except (OSError, UnicodeDecodeError, csv.Error) as error:
                raise NsaError(f"{file} cannot be read as a table of texts: {error}") from error

    def of(self, name: str) -> dict[str, str]:
        """Labels of a clip, by its name, with or without a suffix, or by the last part of its name."""
        last = name.rpartition("/")[2]
        return self._labels.get(name) or self._labels.get(last) or {}

    def _add(self, file: Path) -> None:
        rows = list(table_rows(file))
        columns = rows[0].keys() if rows else set()
        split = _HOW2SIGN.fullmatch(file.name)
        if {"SENTENCE_NAME", "SENTENCE"} <= columns:
            for row in rows:
                name = row.get("SENTENCE_NAME", "")
                said = {"text": row.get("SENTENCE", ""), "sentence_name": name}
                self._labels[name] = {**said, "split": split[1]} if split else said
        elif {"file", "text"} <= columns:
            for row in rows:
                name = row.get("file", "")
                self._labels[name] = {"text": row.get("text", "")}
                self._labels[_stem(name)] = self._labels[name]
        else:
            raise NsaError(f"{file} needs a first line with the columns file and text, or How2Sign's")


def _stem(name: str) -> str:
    folder, slash, file = name.rpartition("/")
    return folder + slash + (file.rpartition(".")[0] or file)


def _tables(folder: Path) -> list[Path]:
    """In the folder, or where How2Sign puts them below it."""
    named = [folder / name for name in NAMES if (folder / name).is_file()]
    below = [file for pattern in ("*.csv", "*/*.csv", "*/re_aligned/*.csv") for file in folder.glob(pattern)]
    return named[:1] + sorted(file for file in below if _HOW2SIGN.fullmatch(file.name))
