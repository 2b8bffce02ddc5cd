"""Random natural English sentences of the covered domain, and their split into training, validation and test."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml

from nsa_ros.phonology.forms import finish
from nsa_ros.phonology.grammar import Grammar, default_grammar
from nsa_ros.phonology.inflection import default_inflection
from nsa_ros.phonology.templates import Line, Templates, draw_name, draw_number, parse_template, pick
from nsa_ros.phonology.vocabulary import build_vocabulary
from nsa_ros.text.normalize import normalize
from nsa_ros.text.tokenizer import Token, tokenize

Split = Literal["train", "val", "test"]
Reason = Literal["", "name", "combination", "sentence"]

_DATA = Path(__file__).parent / "data"
_HELD_OUT = {"test": 4, "val": 4}
"""Percent of names, and of sentences without a held-out name or pair, that are kept from training."""
_PAIRS_HELD_OUT = {"test": 0.5, "val": 0.5}
"""Percent of pairs of signs."""
_CONTENT = ("noun", "verb", "adjective")

_CONTRACTED = (
    (r"\bcan not\b", ("can't", "cannot")),
    (r"\b(do|does|did|is|are|was|were|has|have|should|could) not\b", (r"\1n't",)),
    (r"\bwill not\b", ("won't",)),
    (r"\b(what|where|who|how|he|she|it|name|that|there) is (?!not|n't)", (r"\1's ",)),
    (r"\bI am\b", ("I'm",)),
    (r"\b(you|we|they) are (?!not|n't)", (r"\1're ",)),
    (r"\b(I|you|we|they) would\b", (r"\1'd",)),
    (r"\b(I|you|we|they|he|she) will\b", (r"\1'll",)),
    (r"\blet us\b", ("let's",)),
)
_INITIALS = re.compile(r"(?:^|[.?!] )([a-z])")
_WORDS = re.compile(r"[a-z']+")
_CANDIDATES, _MEASURED, _COMMON, _SHARPNESS, _RAREST = 36, 14000, 0.004, 2.0, 400.0
_SMALL = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "11", "12", "15", "20", "30")


@dataclass(frozen=True)
class _Kind:
    """Sentences that end in the same mark: their templates, and among how many one is chosen by its rarity."""

    mark: str
    lines: tuple[Line, ...]
    candidates: int


class Sentences:
    """Draws sentences.

    Attributes:
        words: all English words that the templates and the vocabulary know; any other word in a sentence is a name.
        unwritten: glosses that no template names: they are drawn as bare words only, through the slot `new`.
    """

    def __init__(self, grammar: Grammar, domain: Mapping[str, Any], names: Mapping[str, Sequence[str]]) -> None:
        """Args:
        grammar: its words are drawn as bare words too, so that none is unknown to a model.
        domain: nouns, slots and kinds, as in data/sentences.yaml.
        names: given names and surnames, as in data/names.yaml.
        """
        given, surnames = tuple(names["given"]), tuple(names["surnames"])
        self._grammar, self._vocabulary = grammar, build_vocabulary(grammar)
        words = self._vocabulary.words
        spelled = tuple(dict.fromkeys(word for word in domain["spelled"] if word not in self._vocabulary))
        new: list[str] = list(words)
        self._templates = Templates(
            {**domain["nouns"], **domain["slots"]},
            {
                "name": (lambda rng: draw_name(rng, given), len(given)),
                "surname": (lambda rng: draw_name(rng, surnames), len(surnames)),
                "number": (draw_number, 10_000),
                "several": (_draw_several, 10_000),
                "hundred": (lambda rng: str(rng.integers(0, 101)), 101),
                "small": (lambda rng: pick(rng, _SMALL), len(_SMALL)),
                "spelled": (lambda rng: pick(rng, spelled), len(spelled)),
                "word": (lambda rng: pick(rng, words), len(words)),
                "new": (lambda rng: pick(rng, new), len(new)),
            },
        )
        kinds = domain["kinds"].values()
        self._kinds = [
            _Kind(kind["mark"], tuple(map(parse_template, kind["lines"])), 1 if kind.get("plain") else _CANDIDATES)
            for kind in kinds
        ]
        weights = np.array([kind["weight"] for kind in kinds], dtype=float)
        self._edges = np.cumsum(weights / weights.sum())
        literals = self._templates.literals([line for kind in self._kinds for line in kind.lines])
        written = [form for literal in [*literals, *spelled] for form in _forms(literal)]
        told = {expression for form in written for expression in _expressions(form)}
        signed = {grammar.signs[word] for word in told if word in grammar.signs}
        new[:] = [word for word in words if grammar.signs.get(word, "") not in {"", *signed}] or new
        self.words = frozenset({word for word in told if " " not in word} | set(" ".join(words).split()))
        self.unwritten = frozenset(grammar.signs.values()) - signed
        self._pairs: dict[tuple[str, str], Split] = {}
        self._rarity = self._measured_rarity()

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
        too, and so does a pair of signs for neighbouring words of content (noun, verb, adjective): no training sentence
        holds a held-out name or a held-out pair.

        Raises:
            TextError: nothing in the text can be signed.
        """
        return self._judge(text)[0]

    def why(self, text: str) -> Reason:
        """What holds a text out of training: a `name`, a `combination` of signs or the `sentence`; "" if nothing."""
        return self._judge(text)[1]

    def _judge(self, text: str) -> tuple[Split, Reason]:
        tokens = tokenize(text, self._vocabulary).tokens
        pieces = [piece.text for piece in normalize(text).pieces if piece.kind != "punctuation"]
        names = [self.name(name) for name in {*pieces} - self.words if name.isalpha()]
        pairs = [self.pair(first, second) for first, second in self._neighbours(tokens)]
        whole = _hashed(" ".join(pieces), _HELD_OUT)
        for part in ("test", "val"):
            if part in names:
                return part, "name"
            if part in pairs:
                return part, "combination"
        return whole, "" if whole == "train" else "sentence"

    def _neighbours(self, tokens: Sequence[Token]) -> Iterable[tuple[str, str]]:
        """Signs of words of content with nothing but silent words between them."""
        before = ""
        for token in tokens:
            if token.kind == "word" and token.silent:
                continue
            content = token.kind == "word" and self._grammar.roles.get(token.text) in _CONTENT
            sign = self._grammar.signs.get(token.text, "") if content else ""
            if before and sign and before != sign:
                yield before, sign
            before = sign

    def name(self, name: str) -> Split:
        """Which part a name belongs to, any word outside `words` in lower case."""
        return _hashed(f"name {name}", _HELD_OUT)

    def pair(self, first: str, second: str) -> Split:
        """Which part a pair of neighbouring signs belongs to."""
        if (first, second) not in self._pairs:
            self._pairs[first, second] = _hashed(f"pair {first} {second}", _PAIRS_HELD_OUT)
        return self._pairs[first, second]

    def count(self) -> int:
        """Number of single sentences that the templates make, with the written names only, before any restyling.

        Counted as ways to fill the templates; how many of them are distinct is measured in docs/text.md.
        """
        return sum(self._templates.count(line) for kind in self._kinds for line in kind.lines)

    def _sentence(self, rng: np.random.Generator, shortened: bool) -> str:
        kind = self._kind(rng)
        text = finish(self._rare(kind, rng), pick(rng, ("his", "her")))
        if shortened:
            for pattern, forms in _CONTRACTED:
                text = re.sub(pattern, pick(rng, forms), text)
        return text + ("!" if kind.mark == "." and rng.random() < 0.1 else kind.mark)

    def _kind(self, rng: np.random.Generator) -> _Kind:
        return self._kinds[int(np.searchsorted(self._edges, rng.random(), side="right"))]

    def _rare(self, kind: _Kind, rng: np.random.Generator) -> str:
        """One of several ways to fill a kind's templates, sooner one with a rare sign, so that all signs are met."""
        texts = [self._templates.draw(pick(rng, kind.lines), rng) for _ in range(kind.candidates)]
        weights = np.cumsum([max((self._rarity[word] for word in self._signed(text)), default=1.0) for text in texts])
        return texts[min(int(np.searchsorted(weights, rng.random() * weights[-1], side="right")), len(texts) - 1)]

    def _signed(self, text: str) -> list[str]:
        """The words and expressions of a text that have a sign, the longest first."""
        words, signs = _WORDS.findall(text.lower()), self._grammar.signs
        found: list[str] = []
        place = 0
        while place < len(words):
            sizes = (size for size in (3, 2, 1) if " ".join(words[place : place + size]) in signs)
            size = next(sizes, 0)
            if size:
                found.append(" ".join(words[place : place + size]))
            place += max(size, 1)
        return found

    def _measured_rarity(self) -> dict[str, float]:
        """For each word of a sign how much rarer it is than most in sentences drawn evenly, at most `_RAREST`."""
        rng = np.random.default_rng(0)
        counts: Counter[str] = Counter()
        for _ in range(_MEASURED):
            text = self._templates.draw(pick(rng, self._kind(rng).lines), rng)
            counts.update({self._grammar.signs[word] for word in self._signed(text)})
        signs = self._grammar.signs
        common = _COMMON * _MEASURED
        return {word: min(max(common / (counts[signs[word]] + 1), 1.0) ** _SHARPNESS, _RAREST) for word in signs}


def _draw_several(rng: np.random.Generator) -> str:
    """A number that a plural follows."""
    while (number := draw_number(rng)) in ("0", "1", "zero", "one"):
        pass
    return number


def _expressions(text: str) -> list[str]:
    """The words of a text, its pairs and triples of words: what may be a word of the vocabulary."""
    words = _WORDS.findall(text.lower())
    return [" ".join(words[at : at + size]) for size in (1, 2, 3) for at in range(len(words) - size + 1)]


def _forms(literal: str) -> list[str]:
    """A piece of a template as it may be inflected: as a verb phrase, and as a noun."""
    text = literal.strip(" ,.@`^~+")
    if not text or not text[0].isalpha():
        return [text] if text else []
    inflection = default_inflection()
    short = text.count(" ") < 2
    return [text, *inflection.verb_forms(text), *((inflection.plural(text),) if short else ())]


def _hashed(content: str, held_out: Mapping[str, float]) -> Split:
    number = int.from_bytes(hashlib.sha256(content.encode()).digest()[:4], "big")
    percent = number % 100 + number // 100 % 100 / 100
    if percent < held_out["test"]:
        return "test"
    return "val" if percent < held_out["test"] + held_out["val"] else "train"


def make_sentences(grammar: Grammar) -> Sentences:
    """The shipped sentences with the words of a grammar."""
    domain = yaml.safe_load((_DATA / "sentences.yaml").read_text(encoding="utf-8"))
    names = yaml.safe_load((_DATA / "names.yaml").read_text(encoding="utf-8"))
    return Sentences(grammar, domain, names)


@cache
def default_sentences() -> Sentences:
    """The shipped sentences for the shipped lexicon."""
    return make_sentences(default_grammar())
