"""What a robot rehearses: the alphabet, the digits, spelled names and sentences, as motion at its tempo."""

from __future__ import annotations

import string
from collections.abc import Iterator
from functools import cache
from itertools import islice

import numpy as np

from nsa_ros.body.motion import Motion, mirror_motion
from nsa_ros.phonology.reference import ReferenceSigner
from nsa_ros.phonology.sentences import default_sentences
from nsa_ros.phonology.synthesis import Synthesizer
from nsa_ros.signing.playback import Played, play
from nsa_ros.signing.player import Signer
from nsa_ros.text.units import Unit

LETTERS, DIGITS = string.ascii_uppercase, string.digits
NAMES = ("ADA", "GRACE", "KLEIN", "MOZART", "QUINN", "STUBBS", "HARVEY", "WOLFF", "XENIA", "JASPER")
"""Names that hold every letter between them; doubles, too."""

WORDS = 5
"""Of a sentence at most: a robot at a tenth of the tempo takes half a minute for it."""

RATE = 100.0
"""Commands per second."""


class _Spelling:
    """A signer that spells its text: each character a letter or a digit, one after the other, held as in a word."""

    name = "spelling"

    def __init__(self) -> None:
        self._synthesizer = _synthesizer()
        self.fps = self._synthesizer.fps

    def sign(self, text: str, seed: int = 0) -> _Spelled:
        """The characters of `text` as units."""
        kinds = {True: "number", False: "letter"}
        units = [Unit(sign, kinds[sign.isdigit()], (i, i + 1), 0) for i, sign in enumerate(text)]  # type: ignore[arg-type]
        return _Spelled(self._synthesizer, units, seed)


@cache
def _synthesizer() -> Synthesizer:
    return Synthesizer()


class _Spelled:
    def __init__(self, synthesizer: Synthesizer, planned: list[Unit], seed: int) -> None:
        self._synthesizer, self._planned, self._seed = synthesizer, planned, seed
        self.units: list[Unit] = []

    def __iter__(self) -> Iterator[Motion]:
        for unit, motion in self._synthesizer.stream(self._planned, self._seed):
            if unit is not None:
                self.units.append(unit)
            yield motion


def spelled(characters: str, tempo: float = 1.0, side: str = "right") -> Played:
    """Letters and digits signed one after the other, from rest to rest, at `RATE`.

    Args:
        characters: each of `LETTERS` or `DIGITS`.
        tempo: 1 is 2.7 letters a second within a word.
        side: the signer's dominant hand.

    Raises:
        NsaError: another character, a tempo out of range.
    """
    return _handed(play(_Spelling(), characters, speed=tempo, fps=RATE), side)


def signed(text: str, tempo: float = 1.0, signer: Signer | None = None, side: str = "right") -> Played:
    """A text signed from rest to rest, at `RATE`; by the reference signer where none is given."""
    return _handed(play(signer or ReferenceSigner(), text, speed=tempo, fps=RATE), side)


def _handed(played: Played, side: str) -> Played:
    """As a signer does whose dominant hand is that one: in the mirror for the left."""
    return played if side == "right" else played._replace(motion=mirror_motion(played.motion))


def sentences(count: int, seed: int = 0) -> list[str]:
    """Sentences of at most `WORDS` words, no model trained on them (the corpus' part `test`); one seed, one list."""
    random = np.random.default_rng(seed)
    source = default_sentences()
    drawn = (source.draw_part(random, "test") for _ in iter(int, 1))
    return list(islice((text for text in drawn if len(text.split()) <= WORDS), count))
