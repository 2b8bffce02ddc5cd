"""Make the corpus: `python -m nsa_ros.learning.make_corpus CONFIG CORPUS [--workers N]`.

Texts are drawn from the phonology room's sentences and signed by its synthesis with natural variation. A run that was
stopped goes on where it was.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

import numpy as np
from tqdm import tqdm

from nsa_ros.body.motion import concatenate
from nsa_ros.learning.config import load_config
from nsa_ros.learning.corpus import Passage, Sentence, durations, unit_ids, write_corpus
from nsa_ros.phonology.grammar import default_grammar
from nsa_ros.phonology.lexicon import letters, lexicon, numbers
from nsa_ros.phonology.sentences import default_sentences
from nsa_ros.phonology.synthesis import FPS, Synthesizer
from nsa_ros.phonology.variation import NATURAL
from nsa_ros.phonology.vocabulary import default_vocabulary
from nsa_ros.signing.alignment import PlannedUnit
from nsa_ros.text.tokenizer import sentences, tokenize
from nsa_ros.text.units import FACES, Unit

TOKEN_LIMIT = 63


class PhonologySource:
    """Texts and their signing by the phonology room (`corpus.Source`)."""

    fps = FPS

    def __init__(self) -> None:
        self.vocabulary = default_vocabulary()
        self.units = {"sign": list(lexicon()), "letter": list(letters()), "number": list(numbers())}
        self._ids = unit_ids(self.units)
        self._synthesizer = Synthesizer(variation=NATURAL)

    def solve(self) -> None:
        """Solve every unit once (it takes seconds each), so that processes forked from this one need not."""
        for kind, name in tqdm([(k, n) for k, texts in self.units.items() for n in texts], desc="signs"):
            for _ in self._synthesizer.stream([Unit(name, kind, (0, 0), 0)], 0):
                pass

    def text(self, rng: np.random.Generator, part: Literal["train", "test"]) -> str:
        return default_sentences().draw_part(rng, part)

    def passage(self, text: str, seed: int, motion: bool) -> Passage:
        parts = sentences(tokenize(text, self.vocabulary), TOKEN_LIMIT)
        glosses = [default_grammar().translate(part) for part in parts]
        frames, rest = [0] * sum(map(len, glosses)), 0
        poses, expression = np.zeros((0, 55, 3)), np.zeros((0, 10))
        if motion:
            units = [Unit(g.text, g.kind, g.span, 0, g.face) for part in glosses for g in part]
            made = concatenate([motion for _, motion in self._synthesizer.stream(units, seed)])
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


def main(arguments: list[str] | None = None) -> None:
    """Write or complete a corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", help="YAML file or name of a configuration")
    parser.add_argument("corpus", type=Path, help="folder to write")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    options = parser.parse_args(arguments)
    source = PhonologySource()
    source.solve()
    write_corpus(source, load_config(options.config).corpus, options.corpus, options.workers)


if __name__ == "__main__":
    main()
