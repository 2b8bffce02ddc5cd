"""The entries that a command is about: all of the lexicon, the named ones, or those of a file of the user's own."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from nsa_ros.errors import NsaError
from nsa_ros.phonology.entry import LexiconError, parse_sign
from nsa_ros.phonology.lexicon import SPELLED, letters, lexicon, numbers, part_mistakes
from nsa_ros.phonology.sign import Sign
from nsa_ros.text.units import Kind, Unit

_BENIGN = {"handshape": "flat", "palm": "left", "fingers": "up", "location": "neutral"}
"""What takes the place of a mistake while the next one is looked for."""

_MANY = 20
"""Choices that are too many to print."""


class Entry(NamedTuple):
    """A sign, letter or number with its file.

    Attributes:
        kind: of the unit that it is the form of.
        sign: its form.
        theme: name of its file, without ending.
    """

    kind: Kind
    sign: Sign
    theme: str

    @property
    def name(self) -> str:
        """As it is written among glosses: letters as `fs-A`."""
        return SPELLED + self.sign.gloss if self.kind == "letter" else self.sign.gloss

    @property
    def unit(self) -> Unit:
        """The unit that is signed in this way."""
        return Unit(self.sign.gloss, self.kind, (0, 0), 0)


def everything() -> list[Entry]:
    """All signs by theme and in the order of their files, then letters and numbers."""
    tables: tuple[tuple[Kind, Mapping[str, Sign]], ...] = (
        ("sign", lexicon()), ("letter", letters()), ("number", numbers()),
    )  # fmt: skip
    return [Entry(kind, sign, sign.origin.partition(".yaml")[0]) for kind, table in tables for sign in table.values()]


def choose(glosses: Sequence[str]) -> list[Entry]:
    """The entries of glosses, numbers, and letters written `fs-A`, in any case; all of them if none is given.

    Raises:
        NsaError: there is no such sign; the message names near ones, and the signs that the word means.
    """
    entries = everything()
    if not glosses:
        return entries
    known = {entry.name.upper(): entry for entry in reversed(entries)}
    return [known.get(gloss.upper()) or _missing(gloss, entries) for gloss in glosses]


def _missing(gloss: str, entries: Iterable[Entry]) -> Entry:
    names = [entry.name for entry in entries]
    meant = [entry.name for entry in entries if gloss.lower() in entry.sign.english]
    near = difflib.get_close_matches(gloss.upper(), names, n=5, cutoff=0.5)
    near += [name for name in names if gloss.upper() in name.split("-") and name not in near][:5]
    hints = [f"{', '.join(meant)} means {gloss.lower()!r}."] if meant else []
    hints += [f"Near: {', '.join(near)}."] if near else []
    raise NsaError(" ".join([f"no sign {gloss!r}.", *hints, "`nsa vocabulary` lists all; letters are fs-A to fs-Z"]))


def read_own(path: Path) -> tuple[list[Entry], list[str]]:
    """The entries of a file, and every mistake in it, each with file, entry and field.

    Entries without a mistake join the lexicon of this process, so that they can be signed, before those of the same
    gloss.

    Raises:
        NsaError: the file cannot be read, or is no mapping of glosses.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tree, content = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise NsaError(f"--file {path}: {getattr(error, 'strerror', None) or error}") from error
    except yaml.YAMLError as error:
        raise LexiconError(f"{path.name}: not readable as YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, Mapping) or not isinstance(tree, yaml.MappingNode):
        raise LexiconError(f"{path.name}: expected glosses with their entries, found {type(content).__name__}")
    glosses = [key.value for key, _ in tree.value]
    wrong = [f"{path.name}: {gloss}: given twice" for gloss in dict.fromkeys(glosses) if glosses.count(gloss) > 1]
    unquoted = [key.value for key, _ in tree.value if key.tag != "tag:yaml.org,2002:str"]
    own: dict[str, Sign] = {}
    found: dict[str, list[str]] = {}
    for key, value in content.items():
        gloss = key if isinstance(key, str) else next((g for g in unquoted if yaml.safe_load(g) == key), str(key))
        own[gloss], found[gloss] = _parsed(gloss, value, path.name)
    every = {**lexicon(), **own}
    for gloss, sign in own.items():
        found[gloss] += part_mistakes(sign, every)
    whole = {gloss: sign for gloss, sign in own.items() if not found[gloss]}
    lexicon().update(whole)
    return [Entry("sign", sign, path.stem) for sign in whole.values()], wrong + [
        m for rows in found.values() for m in rows
    ]


def _parsed(gloss: str, value: Any, origin: str) -> tuple[Sign, list[str]]:
    """An entry with each mistake replaced by something harmless, so that the next one shows; and all the mistakes."""
    if not isinstance(value, Mapping):
        return parse_sign(gloss, _BENIGN, origin), [_first(gloss, value, origin)]
    fields = {key: dict(v) if isinstance(v, Mapping) else v for key, v in value.items()}
    found: list[str] = []
    while (now := _first(gloss, fields, origin)) and now not in found:
        found.append(now)
        _mend(fields, now.removeprefix(f"{origin}: {gloss}: ").partition(":")[0])
    return parse_sign(gloss, _BENIGN if now else fields, origin), [_brief(message) for message in found]


def _first(gloss: str, value: Any, origin: str) -> str:
    try:
        parse_sign(gloss, value, origin)
    except NsaError as error:
        return str(error)
    return ""


def _brief(message: str) -> str:
    """A message that lists very many choices with the nearest of them only."""
    said, _, choices = message.rpartition(": ")
    names = choices.split(", ")
    quoted = re.search("'(.*?)'", said)
    if len(names) < _MANY or not quoted:
        return message
    near = difflib.get_close_matches(quoted[1].split(" ")[0], names, n=5, cutoff=0.5)
    title = said.rpartition(". ")[0]
    return " ".join(
        [f"{title}.", *([f"Near: {', '.join(near)}."] if near else []), f"docs/notation.md has all {len(names)}"]
    )


def _mend(fields: dict[Any, Any], where: str) -> None:
    """Put something harmless where a message points: at `location`, `base location`, `palm and fingers`, …"""
    inside, _, rest = where.partition(" ")
    holder = fields
    if inside in ("base", "movement") and rest and isinstance(fields.get(inside), dict):
        holder, where = fields[inside], rest
    for field in where.split(" and "):
        if field == "base" and "base" not in holder:
            holder["base"] = dict(_BENIGN)
        elif field in _BENIGN and "compound" not in fields:
            holder[field] = _BENIGN[field]
        else:
            holder.pop(next((key for key in holder if str(key) == field), field), None)
