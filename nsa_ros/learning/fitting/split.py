"""Which signs the pose prior is learned from and which the fit is measured on: two halves that share no sign."""

from __future__ import annotations

import hashlib
from functools import cache

from nsa_ros.phonology.lexicon import SPELLED, letters, lexicon, numbers
from nsa_ros.text.units import Kind, Unit


def is_measured(gloss: str) -> bool:
    """Whether a simple sign, letter or number is measured on; if not, a prior may be learned from it. About half are.

    Args:
        gloss: `HOUSE`, `A`, `7`: its name in the lexicon.
    """
    return hashlib.sha256(gloss.encode()).digest()[0] % 2 == 0


@cache
def half(measured: bool) -> tuple[Unit, ...]:
    """The signs, letters and numbers of one half; a compound is in it if all of its parts are, else in neither.

    Handshapes and places are shared by signs, so the halves are disjoint in signs, not in handshapes.
    """
    tables = {"sign": lexicon(), "letter": letters(), "number": numbers()}
    return tuple(
        _unit(gloss, kind) for kind, table in tables.items() for gloss in table if within(measured, gloss, kind)
    )


def within(measured: bool, gloss: str, kind: Kind) -> bool:
    """Whether a unit is in that half, compounds as in `half`.

    Raises:
        KeyError: the lexicon has no such unit.
    """
    sign = {"sign": lexicon, "letter": letters, "number": numbers}[kind]()[gloss]
    parts = sign.parts or (gloss,)
    return all(is_measured(part.removeprefix(SPELLED)) == measured for part in parts)


def _unit(gloss: str, kind: Kind) -> Unit:
    return Unit(gloss, kind, (0, 0), 0)
