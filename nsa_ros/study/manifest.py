"""What a study consists of: the key to its films, which the participants do not get."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nsa_ros.errors import NsaError
from nsa_ros.study.texts import StudyText

FORMAT = "nsa-study 1"
NAME = "manifest.json"


@dataclass(frozen=True)
class Film:
    """One film.

    Attributes:
        id: its name in page and answers; says nothing about the condition.
        text: index into the manifest's texts.
        condition: who signs.
        seed: of the signer.
        seconds: its length [s].
        units: what is signed in it, in order.
    """

    id: str
    text: int
    condition: str
    seed: int
    seconds: float
    units: tuple[str, ...]


@dataclass(frozen=True)
class Practice:
    """The film that everybody sees first; it counts in nothing.

    Attributes:
        id: as `Film.id`.
        text: shown when it is revealed.
        answer: what somebody who looked at it writes.
    """

    id: str
    text: str
    answer: str


@dataclass(frozen=True)
class Manifest:
    """A study.

    Attributes:
        made: how: seed, bundle, baseline, size of the films [pixels], version of nsa_ros.
        texts: the sentences.
        conditions: who signs, in the order of tables and plots.
        films: one for each text and condition.
        groups: for each group of participants the ids of its films, sorted.
        practice: the first film.
    """

    made: Mapping[str, Any]
    texts: Sequence[StudyText]
    conditions: Sequence[str]
    films: Sequence[Film]
    groups: Sequence[Sequence[str]]
    practice: Practice

    @property
    def id(self) -> str:
        """Twelve digits that tell this study from others."""
        return hashlib.sha256(json.dumps(self._content(), sort_keys=True).encode()).hexdigest()[:12]

    def _content(self) -> dict[str, Any]:
        return {"format": FORMAT, **json.loads(json.dumps(asdict(self)))}


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `manifest.json` into a folder."""
    content = {"study": manifest.id, **manifest._content()}
    (folder / NAME).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read what `write_manifest` wrote.

    Raises:
        NsaError: there is none, it is of another format, or it was changed.
    """
    path = folder / NAME
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise NsaError(f"{path} has the format {data['format']!r}; this version reads {FORMAT!r}")
        manifest = Manifest(
            data["made"],
            [StudyText(**text) for text in data["texts"]],
            data["conditions"],
            [Film(**{**film, "units": tuple(film["units"])}) for film in data["films"]],
            data["groups"],
            Practice(**data["practice"]),
        )
    except OSError as error:
        raise NsaError(f"no study in {folder}: {error}. `nsa study make --out {folder}` makes one") from error
    except (ValueError, KeyError, TypeError) as error:
        raise NsaError(f"{path} is no manifest of a study ({error!r}); make the study again") from error
    if data["study"] != manifest.id:
        raise NsaError(f"{path} was changed after it was made; take the original, the answers refer to it")
    return manifest
