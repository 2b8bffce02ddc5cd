"""What is signed: units, and the stream that yields them with their motion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["sign", "letter", "number"]


@dataclass(frozen=True)
class Unit:
    """One sign, letter or number, in signing order.

    Attributes:
        text: gloss (`THANK-YOU`), letter (`A`) or number (`7`).
        kind: which of the three.
        span: characters [first, last) of the utterance's text that it comes from; (0, 0) when there are none.
        frames: how many frames it takes, the transition towards it included.
        face: grammatical face it is signed with, one of `FACES`.
        closes: whether it is the last of a sentence that another one follows: a pause comes after it.
    """

    text: str
    kind: Kind
    span: tuple[int, int]
    frames: int
    face: str = "neutral"
    closes: bool = False


FACES = ("neutral", "yes_no", "wh", "negation", "affirmation")
"""Non-manual markers: brows up, brows down, head shake, nod (Valli & Lucas, Linguistics of ASL)."""
