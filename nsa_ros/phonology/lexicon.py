"""The lexicon: signs written as handshape, orientation, location, movement and non-manuals (`lexicon/*.yaml`).

The notation, explained in docs/notation.md, sets a sign down as the postures it moves through, after the holds and
movements of Liddell and Johnson ("American Sign Language: the phonological base", 1989), with the parameters of Stokoe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nsa_ros.errors import NsaError
from nsa_ros.phonology.handshapes import direction, names, wrist_rotation
from nsa_ros.phonology.locations import Place, hand_parts, parse_place

_FOLDER = Path(__file__).parent / "lexicon"

TYPES = ("one-handed", "symmetric", "alternating", "dominant-on-base")
"""Sign types (Battison, "Lexical borrowing in American Sign Language", 1978): one hand; both the same, mirrored; both
the same, half a cycle apart; a dominant hand that acts on or beside a base hand with a form of its own."""

PATHS = ("straight", "arc", "circle", "trace")
LOCAL = ("nod", "twist", "sway", "wiggle", "rub")
NONMANUALS = ("smile", "frown", "brows-up", "brows-down", "nod", "shake", "puff", "squint", "head-tilt")
CONFIDENCE = ("high", "medium", "low")
STATUS = ("unreviewed", "reviewed")

_HAND_FIELDS = ("handshape", "palm", "fingers", "location", "site", "contact")
_FIELDS = ("english", "type", *_HAND_FIELDS, "movement", "base", "nonmanual", "source", "confidence", "status")
_MOVEMENT_FIELDS = (
    "path", "direction", "size", "turns", "start", "repeat", "local", "degrees", "count", "seconds", "hold",
)  # fmt: skip


class LexiconError(NsaError):
    """A mistake in a lexicon file; the message names file, entry and field."""


@dataclass(frozen=True)
class Posture:
    """What one hand does at one moment of a sign.

    Attributes:
        handshape: a name of `handshapes.names`.
        palm: where the palm faces, direction words.
        fingers: where the extended fingers would point, direction words.
        place: where the site is brought.
        site: the part of the hand that is brought there.
        contact: whether it touches.
    """

    handshape: str
    palm: str
    fingers: str
    place: Place
    site: str
    contact: bool


@dataclass(frozen=True)
class Movement:
    """How the hands go through the postures.

    Attributes:
        path: `straight`, `arc` (bulging towards `direction` by `size`), `circle` (about the posture's place, about the
            axis `direction` with radius `size`, beginning on the side `start`), `trace` (smoothly through all).
        direction: direction words.
        size: [m].
        turns: of a circle.
        start: side of the circle's centre where it begins, direction words.
        repeat: how often the postures are gone through.
        local: `nod` (wrist flexion), `twist` (forearm), `sway` (wrist, sideways), `wiggle` (fingers), `rub` (thumb).
        degrees: amplitude of the local movement.
        count: oscillations of the local movement.
        seconds: of one pass through the postures.
        hold: at the end [s].
    """

    path: str = "straight"
    direction: str = "forward"
    size: float = 0.0
    turns: float = 1.0
    start: str = "up"
    repeat: int = 1
    local: str = ""
    degrees: float = 20.0
    count: float = 2.0
    seconds: float = 0.0
    hold: float = 0.08


@dataclass(frozen=True)
class Sign:
    """An entry of the lexicon.

    Attributes:
        gloss: its name.
        english: words and phrases that mean it.
        type: one of `TYPES`.
        postures: of the dominant (right) hand, in order.
        base: of the weak hand, as many, when the type is `dominant-on-base`; else empty.
        movement: between the postures.
        nonmanual: of `NONMANUALS`.
        source: where the description comes from.
        confidence: one of `CONFIDENCE`.
        status: one of `STATUS`.
        origin: `file: entry`, for messages.
    """

    gloss: str
    english: tuple[str, ...]
    type: str
    postures: tuple[Posture, ...]
    base: tuple[Posture, ...]
    movement: Movement
    nonmanual: tuple[str, ...]
    source: str
    confidence: str
    status: str
    origin: str


def _fail(origin: str, field: str, message: object) -> LexiconError:
    return LexiconError(f"{origin}: {field}: {message}")


def _known(origin: str, field: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise _fail(origin, field, f"unknown {value!r}. Allowed: {', '.join(allowed)}")
    return value


def _keys(origin: str, field: str, value: Any, allowed: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _fail(origin, field, f"expected a mapping with some of {', '.join(allowed)}, found {value!r}")
    for key in value:
        if key not in allowed:
            raise _fail(origin, f"{field} {key}".strip(), f"unknown field. Fields: {', '.join(allowed)}")
    return value


def _postures(origin: str, prefix: str, entry: Mapping[str, Any]) -> tuple[Posture, ...]:
    """Postures from fields that are one value for all or a list with one for each."""
    values: dict[str, list[Any]] = {}
    for field in _HAND_FIELDS:
        value = entry.get(field, {"site": "center", "contact": False}.get(field))
        if value is None:
            raise _fail(origin, prefix + field, "missing")
        values[field] = value if isinstance(value, list) else [value]
    count = max(len(column) for column in values.values())
    for field, column in values.items():
        if len(column) not in (1, count):
            raise _fail(
                origin, prefix + field, f"has {len(column)} values where other fields have {count}; give 1 or {count}"
            )
    postures = []
    for i in range(count):
        row = {field: column[i if len(column) > 1 else 0] for field, column in values.items()}
        field = ""
        try:
            field = "handshape"
            shape = _known(origin, prefix + field, str(row[field]), names())
            field = "palm and fingers"
            wrist_rotation(str(row["palm"]), str(row["fingers"]))
            field = "location"
            place = parse_place(row[field])
        except LexiconError:
            raise
        except NsaError as error:
            raise _fail(origin, prefix + field, error) from error
        site = _known(origin, f"{prefix}site", str(row["site"]), hand_parts())
        if not isinstance(row["contact"], bool):
            raise _fail(origin, f"{prefix}contact", f"expected yes or no, found {row['contact']!r}")
        postures.append(Posture(shape, str(row["palm"]), str(row["fingers"]), place, site, row["contact"]))
    return tuple(postures)


def _number(origin: str, field: str, value: Any, lowest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= lowest:
        raise _fail(origin, field, f"expected a number of at least {lowest}, found {value!r}")
    return float(value)


def _movement(origin: str, entry: Any) -> Movement:
    fields = dict(_keys(origin, "movement", entry, _MOVEMENT_FIELDS))
    for name in ("direction", "start"):
        if name in fields:
            try:
                direction(str(fields[name]))
            except NsaError as error:
                raise _fail(origin, f"movement {name}", error) from error
    if "path" in fields:
        _known(origin, "movement path", fields["path"], PATHS)
    if "local" in fields:
        _known(origin, "movement local", fields["local"], LOCAL)
    for name, lowest in {
        "size": 0,
        "turns": 0.25,
        "repeat": 1,
        "degrees": 0,
        "count": 0.5,
        "seconds": 0.04,
        "hold": 0,
    }.items():
        if name in fields:
            fields[name] = _number(origin, f"movement {name}", fields[name], lowest)
    if "size" in fields:
        fields["size"] /= 100.0
    if "repeat" in fields:
        fields["repeat"] = int(fields["repeat"])
    return Movement(**fields)


def parse_sign(gloss: str, entry: Any, origin: str) -> Sign:
    """A sign from its YAML entry.

    Args:
        gloss: the entry's key.
        entry: the entry's value.
        origin: file it is read from.

    Raises:
        LexiconError: a mistake, named by file, entry and field.
    """
    where = f"{origin}: {gloss}"
    fields = _keys(where, "", entry, _FIELDS)
    kind = _known(where, "type", str(fields.get("type", "one-handed")), TYPES)
    postures = _postures(where, "", fields)
    base: tuple[Posture, ...] = ()
    if kind == "dominant-on-base":
        if "base" not in fields:
            raise _fail(where, "base", f"missing; type {kind} needs the weak hand's {', '.join(_HAND_FIELDS[:4])}")
        base = _postures(where, "base ", _keys(where, "base", fields["base"], _HAND_FIELDS))
        count = max(len(base), len(postures))
        if {len(base), len(postures)} - {1, count}:
            raise _fail(
                where, "base", f"has {len(base)} postures, the dominant hand {len(postures)}; give 1 or as many"
            )
        base, postures = (row * count if len(row) == 1 else row for row in (base, postures))
    elif "base" in fields:
        raise _fail(where, "base", "only for type dominant-on-base")
    if kind != "dominant-on-base" and any(posture.place.on_weak_hand for posture in postures):
        raise _fail(where, "location", f"a place on the weak hand needs type dominant-on-base, this is {kind}")
    english = fields.get("english", [])
    if not isinstance(english, list) or not all(isinstance(word, str) for word in english):
        raise _fail(where, "english", f"expected a list of words (quote yes, no and on), found {english!r}")
    nonmanual = fields.get("nonmanual", [])
    if not isinstance(nonmanual, list):
        raise _fail(where, "nonmanual", f"expected a list, found {nonmanual!r}")
    return Sign(
        gloss=gloss,
        english=tuple(english),
        type=kind,
        postures=postures,
        base=base,
        movement=_movement(where, fields.get("movement", {})),
        nonmanual=tuple(_known(where, "nonmanual", str(name), NONMANUALS) for name in nonmanual),
        source=str(fields.get("source", "general knowledge, unverified")),
        confidence=_known(where, "confidence", str(fields.get("confidence", "medium")), CONFIDENCE),
        status=_known(where, "status", str(fields.get("status", "unreviewed")), STATUS),
        origin=where,
    )


def read_lexicon(path: Path) -> dict[str, Sign]:
    """The signs of one YAML file by gloss.

    Raises:
        LexiconError: not YAML, a gloss twice, or a mistake in an entry.
    """
    try:
        tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        keys = [key.value for key, _ in tree.value] if isinstance(tree, yaml.MappingNode) else []
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise LexiconError(f"{path.name}: not readable as YAML: {error}") from error
    if not isinstance(entries, Mapping):
        raise LexiconError(f"{path.name}: expected glosses with their entries, found {type(entries).__name__}")
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise LexiconError(f"{path.name}: {twice[0]}: given twice")
    return {gloss: parse_sign(gloss, entry, path.name) for gloss, entry in zip(keys, entries.values(), strict=True)}


@cache
def lexicon() -> dict[str, Sign]:
    """All signs that are not letters or digits, by gloss, of every file of `lexicon/` but letters and numbers."""
    signs: dict[str, Sign] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        if path.stem in ("letters", "numbers"):
            continue
        for gloss, sign in read_lexicon(path).items():
            if gloss in signs:
                raise LexiconError(f"{path.name}: {gloss}: already given by {signs[gloss].origin}")
            signs[gloss] = sign
    return signs


@cache
def letters() -> dict[str, Sign]:
    """The manual alphabet, `A` to `Z`."""
    return read_lexicon(_FOLDER / "letters.yaml")


@cache
def numbers() -> dict[str, Sign]:
    """The number signs, `0` to `10`."""
    return read_lexicon(_FOLDER / "numbers.yaml")


def find_sign(kind: str, text: str) -> Sign:
    """The sign of a unit.

    Args:
        kind: `sign`, `letter` or `number`.
        text: gloss, letter or number.

    Raises:
        LexiconError: the lexicon has none.
    """
    table = {"sign": lexicon, "letter": letters, "number": numbers}
    if kind not in table:
        raise LexiconError(f"unknown kind of unit {kind!r}. Kinds: {', '.join(table)}")
    signs = table[kind]()
    if text not in signs:
        raise LexiconError(f"the lexicon has no {kind} {text!r}. It has: {', '.join(signs)}")
    return signs[text]
