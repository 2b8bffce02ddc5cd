"""What participants saved, checked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nsa_ros.errors import NsaError
from nsa_ros.study.manifest import Manifest

FORMAT = "nsa-study-answers 1"


@dataclass(frozen=True)
class Answer:
    """What one participant said of one film.

    Attributes:
        film: its id.
        understood: what was written before the text was shown.
        naturalness: 0 to 10.
        alignment: with the text, 0 to 10.
    """

    film: str
    understood: str
    naturalness: int
    alignment: int


@dataclass(frozen=True)
class Participant:
    """One person's answers.

    Attributes:
        id: drawn by the page.
        group: which films were shown, from 0.
        background: answers to the questions about the person; empty where none was given.
        practice: what was written for the practice film; None when it was skipped or not reached.
        answers: of the films that were judged.
        skipped: ids of films that did not play.
        complete: whether all films were shown.
        comment: at the end.
    """

    id: str
    group: int
    background: Mapping[str, Any]
    practice: str | None
    answers: tuple[Answer, ...]
    skipped: tuple[str, ...]
    complete: bool
    comment: str


def read_answers(paths: Sequence[Path], study: Manifest) -> tuple[list[Participant], list[str]]:
    """The participants of all files that can be used, and one line for each file that cannot.

    Of several files of one participant the one with most answers counts.
    """
    found: dict[str, tuple[Path, Participant]] = {}
    refused: list[str] = []
    for path in paths:
        try:
            new = read_participant(path, study)
        except NsaError as error:
            refused.append(str(error))
            continue
        if new.id in found:
            older_path, older = found[new.id]
            keep_new = len(new.answers) > len(older.answers)
            other = older_path if keep_new else path
            refused.append(f"{other}: participant {new.id} is also in {path if keep_new else older_path}")
            if not keep_new:
                continue
        found[new.id] = (path, new)
    return [participant for _, participant in found.values()], refused


def read_participant(path: Path, study: Manifest) -> Participant:
    """One file.

    Raises:
        NsaError: it names the file, and what in it is wrong.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NsaError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise NsaError(f"{path}: is not the JSON that the page saves ({error})") from error
    try:
        return _participant(data, study)
    except NsaError as error:
        raise NsaError(f"{path}: {error}") from error


def _participant(data: Any, study: Manifest) -> Participant:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise NsaError(f"is not a file of answers (format {FORMAT!r})")
    if data.get("study") != study.id:
        raise NsaError(f"belongs to study {data.get('study')!r}, not {study.id!r}")
    if data.get("consent") is not True:
        raise NsaError("has no consent")
    group = data.get("group")
    if not _whole(group, len(study.groups) - 1):
        raise NsaError(f"has group {group!r}; groups are 0 to {len(study.groups) - 1}")
    practice, background = data.get("practice"), data.get("background")
    written = _text(practice, "understood") if isinstance(practice, dict) and "understood" in practice else None
    rows = data.get("answers")
    if not isinstance(rows, list):
        raise NsaError("has no list of answers")
    seen: set[str] = set()
    answers, skipped = [], []
    for row in rows:
        film = row.get("film") if isinstance(row, dict) else None
        if film not in study.groups[group]:
            raise NsaError(f"answers film {film!r}, which group {group} was not shown")
        if film in seen:
            raise NsaError(f"answers film {film} twice")
        seen.add(film)
        if row.get("skipped") is True:
            skipped.append(film)
        else:
            answers.append(
                Answer(film, _text(row, "understood"), _rating(row, "naturalness"), _rating(row, "alignment"))
            )
    return Participant(
        _text(data, "participant"),
        group,
        background if isinstance(background, dict) else {},
        written,
        tuple(answers),
        tuple(skipped),
        seen == set(study.groups[group]),
        data["comment"] if isinstance(data.get("comment"), str) else "",
    )


def _whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _rating(row: Mapping[str, Any], key: str) -> int:
    value = row.get(key)
    if not _whole(value, 10):
        raise NsaError(f"film {row['film']}: {key} is {value!r}; it must be a whole number from 0 to 10")
    return int(value)  # type: ignore[arg-type]


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise NsaError(f"{key} is {value!r}; it must be text")
    return value
