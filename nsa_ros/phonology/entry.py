"""Entries of the lexicon from YAML, with every mistake named by file, entry and field."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from nsa_ros.errors import NsaError
from nsa_ros.phonology.handshapes import direction, names, wrist_rotation
from nsa_ros.phonology.locations import hand_parts, parse_place
from nsa_ros.phonology.sign import (
    CONFIDENCE,
    LOCAL,
    NONMANUALS,
    PATHS,
    STATUS,
    TYPES,
    WORD_CLASSES,
    Movement,
    Posture,
    Sign,
)

_HAND_FIELDS = ("handshape", "palm", "fingers", "location", "site", "contact")
_ABOUT_FIELDS = ("english", "class", "nonmanual", "source", "confidence", "status")
_FIELDS = (*_ABOUT_FIELDS, "compound", "type", *_HAND_FIELDS, "movement", "base")
_MOVEMENT_FIELDS = (
    "path", "direction", "size", "turns", "start", "repeat", "local", "degrees", "count", "seconds", "hold",
)  # fmt: skip


_ALONG = 0.99
"""Cosine above which a circle's axis and the side where it begins are one line."""


class LexiconError(NsaError):
    """A mistake in a lexicon file; the message names file, entry and field."""


def _fail(origin: str, field: str, message: object) -> LexiconError:
    return LexiconError(": ".join(filter(None, (origin, field, str(message)))))


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
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value < math.inf:
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
        if fields["repeat"] != int(fields["repeat"]):
            raise _fail(origin, "movement repeat", f"expected a whole number, found {fields['repeat']}")
        fields["repeat"] = int(fields["repeat"])
    movement = Movement(**fields)
    if movement.path == "circle" and abs(direction(movement.direction) @ direction(movement.start)) > _ALONG:
        raise _fail(
            origin,
            "movement start",
            f"{movement.start!r} lies along the axis {movement.direction!r}; give the side where the circle begins",
        )
    return movement


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
    english = fields.get("english", [])
    if not isinstance(english, list) or not all(isinstance(word, str) for word in english):
        raise _fail(where, "english", f"expected a list of words (quote yes, no and on), found {english!r}")
    nonmanual = fields.get("nonmanual", [])
    if not isinstance(nonmanual, list):
        raise _fail(where, "nonmanual", f"expected a list, found {nonmanual!r}")
    parts = _compound(where, fields)
    kind, postures, base = ("", (), ()) if parts else _hands(where, fields)
    return Sign(
        gloss=gloss,
        english=tuple(english),
        word_class=_known(where, "class", str(fields.get("class", "noun")), WORD_CLASSES),
        parts=parts,
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


def _compound(origin: str, fields: Mapping[str, Any]) -> tuple[str, ...]:
    parts = fields.get("compound", [])
    if not parts and "compound" not in fields:
        return ()
    if not isinstance(parts, list) or len(parts) < 2 or not all(isinstance(part, str) for part in parts):
        raise _fail(origin, "compound", f"expected at least two glosses (quoted if they are numbers), found {parts!r}")
    if own := [field for field in fields if field not in (*_ABOUT_FIELDS, "compound")]:
        raise _fail(origin, own[0], "a compound takes its form from its parts; leave this out")
    return tuple(parts)


def _hands(where: str, fields: Mapping[str, Any]) -> tuple[str, tuple[Posture, ...], tuple[Posture, ...]]:
    """Type, postures of the dominant hand and of the base."""
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
    return kind, postures, base
