"""Clips of data sets of others: text and motion without alignment, brought into the form of the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.rotations import matrix_to_rotvec, rotvec_to_matrix
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus import Corpus, Part, Passage, Sentence
from nsa_ros.learning.data.phonology_source import TOKEN_LIMIT, unit_names
from nsa_ros.learning.data.resampling import resample
from nsa_ros.phonology.synthesis import FPS
from nsa_ros.phonology.vocabulary import default_vocabulary
from nsa_ros.text.tokenizer import Vocabulary, sentences, tokenize
from nsa_ros.text.units import Kind

Array = NDArray[np.float64]

OPEN_EXPRESSION = "nsa-open-1"
"""The expression basis of `body.face`: ten named movements."""

SMPLX_EXPRESSION = "SMPL-X"
"""The first ten principal components of the licensed SMPL-X model's expression space."""

NO_EXPRESSION = "none"
"""Every coefficient is 0."""

SHORTEST = 4
"""Frames that a clip must have; the loader of SOKE (Zuo et al., ICCV 2025) asks for as many."""


@dataclass(frozen=True)
class Language:
    """What texts are cut into, and what a planner may name; all sets of a mixture share one.

    Attributes:
        vocabulary: of the texts; words outside become letter tokens.
        units: unit names by kind.
    """

    vocabulary: Vocabulary
    units: Mapping[Kind, Sequence[str]]


def default_language() -> Language:
    """That of the shipped lexicon."""
    return Language(default_vocabulary(), unit_names())


def unaligned(text: str, vocabulary: Vocabulary) -> list[Sentence]:
    """The sentences of a text with empty plans.

    Raises:
        TextError: nothing in it can be signed.
    """
    return [Sentence(part.ids, []) for part in sentences(tokenize(text, vocabulary), TOKEN_LIMIT)]


def in_language(corpus: Corpus, language: Language) -> Corpus:
    """A data set without alignment whose texts are cut anew, for a mixture."""

    def cut(passages: list[Passage]) -> list[Passage]:
        return [replace(passage, sentences=unaligned(passage.text, language.vocabulary)) for passage in passages]

    units = {kind: list(names) for kind, names in language.units.items()}
    meta = {**corpus.meta, "vocabulary": language.vocabulary.as_dict(), "units": units}
    return replace(corpus, meta=meta, train=cut(corpus.train), val=cut(corpus.val), test=cut(corpus.test))


@dataclass(frozen=True)
class Clip:
    """A clip as its data set has it.

    Attributes:
        text: English.
        poses: axis-angle in SMPL-X order, y up [rad]. Shape (F, 55, 3).
        expression: (F, 10).
        times: of the frames, rising, gaps allowed [s]. Shape (F,).
    """

    text: str
    poses: Array
    expression: Array
    times: Array


def listed(values: Iterable[str], most: int = 5) -> str:
    """Different values in a row, or some of them and how many there are."""
    every = sorted(set(values))
    return "; ".join(every) if len(every) <= most else f"{len(every)} in all: {'; '.join(every[:most])}; …"


class Gathering:
    """Clips on their way to a corpus; a faulty one is left out with its cause, and the rest goes on.

    Attributes:
        dropped: part, name and cause of each clip left out.
    """

    def __init__(self, language: Language | None = None) -> None:
        self._language = language or default_language()
        self._parts: dict[Part, list[Passage]] = {"train": [], "val": [], "test": []}
        self.dropped: list[tuple[Part, str, str]] = []

    def take(self, part: Part, name: str, clip: Clip) -> None:
        """Take a clip if it is sound."""
        try:
            self._parts[part].append(self._passage(clip))
        except NsaError as error:
            self.drop(part, name, str(error))

    def drop(self, part: Part, name: str, cause: str) -> None:
        """Leave a clip out."""
        self.dropped.append((part, name, cause))

    def _passage(self, clip: Clip) -> Passage:
        if len(clip.times) < SHORTEST:
            raise NsaError(f"{len(clip.times)} frames; at least {SHORTEST} are needed")
        if not (np.isfinite(clip.poses).all() and np.isfinite(clip.expression).all()):
            raise NsaError("values that are not finite")
        cut = unaligned(clip.text, self._language.vocabulary)
        poses, expression = resample(clip.poses, clip.expression, clip.times, FPS)
        return Passage(clip.text, 0, cut, 0, poses.astype(np.float32), expression.astype(np.float32))

    def corpus(self, where: Path, **said: Any) -> Corpus:
        """What was gathered.

        Args:
            where: the data set lies, for the message.
            said: of the set: `kind`, `source`, `license`, `status`, `expression_basis`, `hands`, `settings`, `notes`.

        Raises:
            NsaError: nothing is left.
        """
        if not any(self._parts.values()):
            causes = Counter(cause for _, _, cause in self.dropped).most_common(3)
            why = "; ".join(f"{cause} ({count})" for cause, count in causes) or "no clip was found"
            raise NsaError(f"{where} gives no clip at all: {why}. See docs/data.md for layouts and filters")
        meta = {
            "fps": FPS,
            "seed": None,
            "skeleton": default_skeleton().name,
            "vocabulary": self._language.vocabulary.as_dict(),
            "units": {kind: list(names) for kind, names in self._language.units.items()},
            "dropped": [list(row) for row in self.dropped],
            **said,
        }
        return Corpus(meta, self._parts["train"], [], self._parts["val"], self._parts["test"])


def turned_about_x(rotvec: Array, angle: float) -> Array:
    """Root orientations after turning the world's axes about x [rad]. (F, 3) -> (F, 3)."""
    return matrix_to_rotvec(rotvec_to_matrix([angle, 0.0, 0.0]) @ rotvec_to_matrix(rotvec))
