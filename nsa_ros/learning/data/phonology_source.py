"""Texts and their signing by the phonology room, for a corpus."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import cast

import numpy as np

from nsa_ros import __version__, body, phonology, text
from nsa_ros.body.motion import concatenate
from nsa_ros.body.proportions import random_figure
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.learning.data.corpus import Passage, Sentence, durations, unit_ids
from nsa_ros.learning.data.drills import drill_rows, sign_drills, without_held_out
from nsa_ros.phonology.grammar import default_grammar
from nsa_ros.phonology.lexicon import letters, lexicon, numbers
from nsa_ros.phonology.sentences import Split, default_sentences
from nsa_ros.phonology.synthesis import FPS, Synthesizer
from nsa_ros.phonology.variation import NATURAL, Variation
from nsa_ros.phonology.vocabulary import default_vocabulary
from nsa_ros.signing.alignment import PlannedUnit
from nsa_ros.text.tokenizer import sentences, tokenize
from nsa_ros.text.units import FACES, Kind, Unit

TOKEN_LIMIT = 63
"""Tokens of a sentence, at most."""


def unit_names() -> dict[Kind, list[str]]:
    """The unit vocabulary of the lexicon."""
    return {"sign": list(lexicon()), "letter": list(letters()), "number": list(numbers())}


def fingerprint() -> str:
    """Hash of the package's version and of all of the rooms that make texts and motion, lexicon and figure included."""
    digest = hashlib.sha256(__version__.encode())
    for room in (body, text, phonology):
        folder = Path(room.__file__ or "").parent
        for file in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".yaml")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


class PhonologySource:
    """Texts and their signing by the phonology room (`corpus_building.Source`)."""

    fps = FPS

    def __init__(self, variation: Variation = NATURAL, figures: int = 0) -> None:
        """Args:
        variation: how renditions differ.
        figures: how many figures of other proportions there are besides the shipped one.
        """
        skeletons = [default_skeleton(), *(random_figure(default_skeleton(), seed) for seed in range(1, figures + 1))]
        self.figures = tuple(skeleton.name for skeleton in skeletons)
        self.fingerprint = fingerprint()
        self.vocabulary = default_vocabulary()
        self.units = unit_names()
        self._ids = unit_ids(self.units)
        self._synthesizers = [Synthesizer(skeleton, variation=variation) for skeleton in skeletons]

    def solve(self) -> None:
        """Solve every sign of every figure once, so that processes forked from this one need not.

        Raises:
            LexiconError: an entry that an arm cannot take.
        """
        units = [Unit(name, kind, (0, 0), 0) for kind, texts in self.units.items() for name in texts]
        for synthesizer in self._synthesizers:
            for _ in synthesizer.stream(units):
                pass

    def text(self, rng: np.random.Generator, part: str) -> str:
        """As `corpus_building.Source.text`."""
        return default_sentences().draw_part(rng, cast(Split, part))

    def drills(self, rng: np.random.Generator, figure: int = 0) -> list[Passage]:
        """As `corpus_building.Source.drills`."""
        rows = without_held_out(drill_rows(self.units, rng), default_sentences())
        return sign_drills(self.units, rows, self._synthesizers[figure], rng)

    def passage(self, text: str, seed: int, motion: bool, figure: int = 0) -> Passage:
        """As `corpus_building.Source.passage`."""
        parts = sentences(tokenize(text, self.vocabulary), TOKEN_LIMIT)
        glosses = [default_grammar().translate(part) for part in parts]
        frames, rest = [0] * sum(map(len, glosses)), 0
        poses, expression = np.zeros((0, 55, 3)), np.zeros((0, 10))
        if motion:
            units = [gloss.unit() for part in glosses for gloss in part]
            made = concatenate([motion for _, motion in self._synthesizers[figure].stream(units, seed)])
            frames, rest = durations(made.unit, len(units))
            poses, expression = made.poses, made.expression
        timed = iter(frames)
        planned = [
            Sentence(
                part.ids,
                [PlannedUnit(self._ids[g.kind, g.text], g.token, next(timed), FACES.index(g.face)) for g in signed],
            )
            for part, signed in zip(parts, glosses, strict=True)
        ]
        return Passage(text, seed, planned, rest, poses.astype(np.float32), expression.astype(np.float32))
