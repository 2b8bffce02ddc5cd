"""Signs and letters performed by whoever is judged: the lexicon, unit by unit, or a bundle, from English."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Protocol

import numpy as np

from nsa_ros.body.motion import Motion, concatenate
from nsa_ros.errors import NsaError
from nsa_ros.phonology.synthesis import Synthesizer
from nsa_ros.phonology.variation import NATURAL, Variation
from nsa_ros.signing.player import Signer
from nsa_ros.text.units import Unit

ENGLISH = {
    "HELLO": "hello", "THANK-YOU": "thank you", "PLEASE": "please", "NO": "no", "CAN": "can", "GET": "get",
    "COFFEE": "coffee", "TEA": "tea", "WATER": "water", "MUFFIN": "muffin", "SMALL": "small", "MEDIUM": "medium",
    "LARGE": "large", "YES": "yes", "I-LOVE-YOU": "i love you", "HELP": "help",
}  # fmt: skip
"""The captured words, as a bundle is asked for them."""


class Performer(Protocol):
    """Who is judged; `name` says who."""

    name: str

    def __call__(self, units: Sequence[Unit], seed: int) -> Motion:
        """The motion of units; `motion.unit` counts them. Seed 0 is without variation where there is a choice.

        Raises:
            NsaError: it signs something else.
        """


def spelling(letters: str) -> list[Unit]:
    """Units of letters, one word."""
    return [Unit(letter, "letter", (0, 0), 0) for letter in letters]


class LexiconPerformer:
    """The entries of the lexicon, without grammar."""

    name = "reference"

    def __init__(self) -> None:
        self._synthesizers = {v: Synthesizer(variation=v) for v in (Variation(), NATURAL)}

    def __call__(self, units: Sequence[Unit], seed: int) -> Motion:
        """As `Performer` says; other seeds vary by `variation.NATURAL`."""
        synthesizer = self._synthesizers[NATURAL if seed else Variation()]
        return concatenate([motion for _, motion in synthesizer.stream(units, seed)])


class SignerPerformer:
    """A signer of English, such as a bundle."""

    def __init__(self, signer: Signer) -> None:
        self.name = signer.name
        self._signer = signer

    def __call__(self, units: Sequence[Unit], seed: int) -> Motion:
        """As `Performer` says."""
        words = []
        for kind, row in groupby(units, key=lambda unit: unit.kind):
            texts = [unit.text for unit in row]
            words += ["".join(texts).capitalize()] if kind == "letter" else [ENGLISH[text] for text in texts]
        utterance = self._signer.sign(" ".join(words), seed)
        motion = concatenate(list(utterance))
        made, wanted = [unit.text for unit in utterance.units], [unit.text for unit in units]
        if made != wanted:
            raise NsaError(f"{self.name} signs {' '.join(made)} for {' '.join(words)!r}, expected {' '.join(wanted)}")
        return motion


def frames_of(motion: Motion, index: int) -> Motion:
    """The part of a motion that signs one unit."""
    frames = np.flatnonzero(motion.unit == index)
    if not len(frames):
        raise NsaError(f"the motion has no frame of unit {index}")
    return motion[slice(int(frames[0]), int(frames[-1]) + 1)]
