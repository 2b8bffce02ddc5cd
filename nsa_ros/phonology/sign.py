"""What an entry of the lexicon says: postures, the movement between them, non-manuals, and what is known about it.

The notation, explained in docs/notation.md, sets a sign down as the postures it moves through, after the holds and
movements of Liddell and Johnson ("American Sign Language: the phonological base", 1989), with the parameters of Stokoe.
"""

from __future__ import annotations

from dataclasses import dataclass

from nsa_ros.phonology.locations import Place

TYPES = ("one-handed", "symmetric", "alternating", "dominant-on-base")
"""Sign types (Battison, "Lexical borrowing in American Sign Language", 1978): one hand; both the same, mirrored; both
the same, half a cycle apart; a dominant hand that acts on or beside a base hand with a form of its own."""

PATHS = ("straight", "arc", "circle", "trace")
LOCAL = ("nod", "twist", "sway", "wiggle", "rub")
NONMANUALS = (
    "smile", "frown", "brows-up", "brows-down", "eyes-wide", "squint", "gaze-up", "gaze-down", "gaze-left",
    "gaze-right", "nose-wrinkle", "puff", "lips-round", "lips-pressed", "jaw-open", "nod", "shake", "head-tilt",
)  # fmt: skip
CONFIDENCE = ("high", "medium", "low")
STATUS = ("unreviewed", "reviewed")

WORD_CLASSES = (
    "noun", "verb", "adjective", "adverb", "time", "wh", "pronoun", "possessive", "modal", "negation", "conjunction",
    "preposition", "determiner", "number", "greeting", "interjection",
)  # fmt: skip
"""What a sign's English words are in a sentence; the grammar orders by it (docs/text.md)."""


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
        word_class: of those words, one of `WORD_CLASSES`.
        parts: of a compound: the signs it is made of, in order; else empty.
        type: one of `TYPES`.
        postures: of the dominant (right) hand, in order; none of a compound.
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
    word_class: str
    parts: tuple[str, ...]
    type: str
    postures: tuple[Posture, ...]
    base: tuple[Posture, ...]
    movement: Movement
    nonmanual: tuple[str, ...]
    source: str
    confidence: str
    status: str
    origin: str
