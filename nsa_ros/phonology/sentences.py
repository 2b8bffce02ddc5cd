"""Random natural English sentences of the covered domain, and their split into training, validation and test."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml

from nsa_ros.phonology.templates import Line, Templates, draw_name, draw_number, parse_template, pick
from nsa_ros.phonology.vocabulary import default_vocabulary
from nsa_ros.text.normalize import normalize
from nsa_ros.text.tokenizer import Vocabulary

Split = Literal["train", "val", "test"]

_DATA = Path(__file__).parent / "data"
_HELD_OUT = {"val": 4, "test": 4}
"""Percent of names, and of sentences without a held-out name, that are kept from training."""

_CONTRACTED = (
    (r"\bcan not\b", ("can't", "cannot")),
    (r"\b(do|does|did|is|are) not\b", (r"\1n't",)),
    (r"\bwill not\b", ("won't",)),
    (r"\b(what|where|who|how|he|she|it|name|that) is (?!not|n't)", (r"\1's ",)),
    (r"\bI am\b", ("I'm",)),
    (r"\b(you|we|they) are (?!not|n't)", (r"\1're ",)),
    (r"\b(I|you|we|they) would\b", (r"\1'd",)),
    (r"\b(I|you|we|they) will\b", (r"\1'll",)),
    (r"\blet us\b", ("let's",)),
)
_INITIALS = re.compile(r"(?:^|[.?!] )([a-z])")


class Sentences:
    """Draws sentences.

    Attributes:
        words: all English words that the templates and the vocabulary know; any other word in a sentence is a name.
    """

    def __init__(self, vocabulary: Vocabulary, domain: Mapping[str, Any], names: Mapping[str, Sequence[str]]) -> None:
        """Args:
        vocabulary: its words are drawn as bare words too, so that none is unknown to a model.
        domain: slots and kinds, as in data/sentences.yaml.
        names: given names and surnames, as in data/names.yaml.
        """
        given, surnames = tuple(names["given"]), tuple(names["surnames"])
        spelled, words = tuple(domain["spelled"]), vocabulary.words
        self._templates = Templates(
            domain["slots"],
            {
                "name": (lambda rng: draw_name(rng, given), len(given)),
                "surname": (lambda rng: draw_name(rng, surnames), len(surnames)),
                "number": (draw_number, 10_000),
                "spelled": (lambda rng: pick(rng, spelled), len(spelled)),
                "word": (lambda rng: pick(rng, words), len(words)),
            },
        )
        kinds = domain["kinds"].values()
        self._kinds: list[tuple[str, tuple[Line, ...]]] = [
            (kind["mark"], tuple(parse_template(line) for line in kind["lines"])) for kind in kinds
        ]
        weights = np.array([kind["weight"] for kind in kinds], dtype=float)
        self._edges = np.cumsum(weights / weights.sum())
        literals = self._templates.literals([line for _, lines in self._kinds for line in lines])
        written = " ".join([*literals, *spelled, *words]).lower()
        self.words = frozenset(piece.text for piece in normalize(written).pieces if piece.kind == "word")

    def draw(self, rng: np.random.Generator) -> str:
        """A text of one to three sentences, in the ways people type: contracted or not, lower case, without marks."""
        count = 1 + int(rng.random() < 0.18) + int(rng.random() < 0.06)
        shortened = rng.random() < 0.5
        text = " ".join(self._sentence(rng, shortened) for _ in range(count))
        text = _INITIALS.sub(lambda match: match[0].upper(), text)
        style = rng.random()
        if style < 0.16:
            return text.lower() if style < 0.04 or count > 1 else re.sub(r"[.,?!]", "", text.lower())
        if style < 0.21:
            return text.upper().rstrip("." if style < 0.19 else "")
        return text[:-1] if style < 0.33 else text

    def draw_part(self, rng: np.random.Generator, part: Split) -> str:
        """A text of one part of the split, by drawing until one is met."""
        while True:
            text = self.draw(rng)
            if self.split(text) == part:
                return text

    def split(self, text: str) -> Split:
        """Which part a text belongs to, by hash of its content.

        Letter case, marks and contractions make no difference. A name (any word outside `words`) belongs to one part
        too: no training sentence holds a held-out name.

        Raises:
            TextError: nothing in the text can be signed.
        """
        pieces = [piece for piece in normalize(text).pieces if piece.kind != "punctuation"]
        names = {piece.text for piece in pieces if piece.kind == "word" and piece.text not in self.words}
        parts = {_hashed(f"name {name}") for name in names}
        if "test" in parts:
            return "test"
        return "val" if "val" in parts else _hashed(" ".join(piece.text for piece in pieces))

    def count(self) -> int:
        """Number of single sentences that the templates make, with the written names only, before any restyling.

        Counted as ways to fill the templates; how many of them are distinct is measured in docs/text.md.
        """
        return sum(self._templates.count(line) for _, lines in self._kinds for line in lines)

    def _sentence(self, rng: np.random.Generator, shortened: bool) -> str:
        mark, lines = self._kinds[int(np.searchsorted(self._edges, rng.random(), side="right"))]
        text = self._templates.draw(pick(rng, lines), rng)
        if shortened:
            for pattern, forms in _CONTRACTED:
                text = re.sub(pattern, pick(rng, forms), text)
        return text + ("!" if mark == "." and rng.random() < 0.1 else mark)


def _hashed(content: str) -> Split:
    percent = int.from_bytes(hashlib.sha256(content.encode()).digest()[:4], "big") % 100
    if percent < _HELD_OUT["test"]:
        return "test"
    return "val" if percent < _HELD_OUT["test"] + _HELD_OUT["val"] else "train"


def make_sentences(vocabulary: Vocabulary) -> Sentences:
    """The shipped sentences with the words of a vocabulary."""
    domain = yaml.safe_load((_DATA / "sentences.yaml").read_text(encoding="utf-8"))
    names = yaml.safe_load((_DATA / "names.yaml").read_text(encoding="utf-8"))
    return Sentences(vocabulary, domain, names)


@cache
def default_sentences() -> Sentences:
    """The shipped sentences for the shipped lexicon."""
    return make_sentences(default_vocabulary())
