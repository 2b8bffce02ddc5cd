"""Texts that a model is judged by: unseen ones, with what makes each unseen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus import Corpus, Passage
from nsa_ros.learning.data.corpus_building import Source
from nsa_ros.learning.data.phonology_source import PhonologySource
from nsa_ros.learning.data.reading import read_data
from nsa_ros.learning.data.shards import read_shard, write_shard
from nsa_ros.phonology.sentences import default_sentences
from nsa_ros.phonology.variation import Variation
from nsa_ros.text.tokenizer import Token

SEED = 7
"""Of the texts when no corpus is given."""

_FEWEST, _FURTHER = 4, 2

Why = Callable[[str], str]
"""What holds a text out of training: `name`, `combination`, `sentence`, or "" (`phonology.sentences.Sentences.why`)."""


@dataclass(frozen=True)
class Unseen:
    """Texts of the test part.

    Attributes:
        passages: all differing, as they come in the corpus.
        named: texts that hold an unseen name, those among `passages` and further ones.
        further: other texts, for the planner alone; they need no motion.
        corpus: which texts these are, for the report.
        trained: token ids of the sentences of the training part, if it is at hand: two texts can share a sentence.
    """

    passages: list[Passage]
    named: list[Passage]
    further: list[Passage]
    corpus: dict[str, object]
    trained: frozenset[tuple[int, ...]] = frozenset()


def draw_unseen(source: Source, why: Why, texts: int, folder: Path, seed: int = SEED) -> Unseen:
    """Draw texts of the test part and have the reference sign them; what was drawn before is read.

    Args:
        source: of texts and motion.
        why: a text is unseen.
        texts: how many, and how many with an unseen name.
        folder: where they are kept.
        seed: of texts and renditions.

    Raises:
        NsaError: fewer than 4 texts, or the folder cannot be written.
    """
    _enough(texts)
    file = folder / f"unseen-{source.fingerprint}-{seed}-{texts}.npz"
    if file.is_file():
        drawn = list(read_shard(file))
    else:
        drawn = _signed(source, why, texts, seed)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NsaError(f"{folder} cannot be written: {error.strerror}. Give another folder") from error
        write_shard(file, drawn)
    named = [p for p in drawn if len(p.poses) and why(p.text) == "name"]
    further = [p for p in drawn if not len(p.poses)]
    corpus = {"drawn": "for this evaluation", "seed": seed, "fingerprint": source.fingerprint}
    return Unseen(drawn[:texts], named[:texts], further, corpus)


def _signed(source: Source, why: Why, texts: int, seed: int) -> list[Passage]:
    """`texts` texts as they come, then more until as many hold an unseen name, then further ones without motion."""
    rng = np.random.default_rng([seed, texts])
    found: dict[str, bool] = {}
    while len(found) < texts or sum(found.values()) < texts:
        text = source.text(rng, "test")
        named = why(text) == "name"
        if named or len(found) < texts:
            found[text] = named
    moving = len(found)
    while len(found) < moving + _FURTHER * texts:
        found.setdefault(source.text(rng, "test"), False)
    seeds = rng.integers(2**31, size=len(found)).tolist()
    return [
        source.passage(text, seed, place < moving, 0)
        for place, (text, seed) in enumerate(zip(found, seeds, strict=True))
    ]


def unseen_of_corpus(corpus: Corpus, why: Why, texts: int) -> Unseen:
    """The test part of a corpus.

    Raises:
        NsaError: fewer than 4 texts, or fewer the test part have an alignment.
    """
    _enough(texts)
    once = list({p.text: p for p in corpus.test}.values())
    aligned = [p for p in once if p.aligned]
    if len(aligned) < _FEWEST:
        raise NsaError(
            f"the data holds {len(aligned)} test texts with an alignment of units to frames, which this evaluation "
            "needs; give a corpus of `nsa corpus build`"
        )
    about = {key: corpus.meta.get(key) for key in ("seed", "fingerprint")}
    trained = frozenset(tuple(s.tokens) for p in (*corpus.train, *corpus.plans) for s in p.sentences)
    named = [p for p in aligned if why(p.text) == "name"]
    drawn = {"drawn": "test part of the corpus given", **about}
    return Unseen(aligned[:texts], named[:texts], aligned[texts:], drawn, trained)


def unseen_of_data(data: Path, texts: int) -> tuple[PhonologySource, Unseen]:
    """The test part of a corpus on disk, and a source of renditions with the corpus's own variation.

    Raises:
        NsaError: no data there, none with alignment, or a corpus of another lexicon.
    """
    corpus = read_data(data)
    unseen = unseen_of_corpus(corpus, default_sentences().why, texts)
    if "settings" not in corpus.meta:
        raise NsaError(f"{data} is no corpus of `nsa corpus build`: how its renditions vary is not known")
    source = PhonologySource(Variation(**corpus.meta["settings"]["variation"]))
    if corpus.vocabulary.tokens != source.vocabulary.tokens or dict(corpus.meta["units"]) != dict(source.units):
        raise NsaError(
            f"the corpus in {data} was made with another lexicon or vocabulary than this version's. Make it anew, or "
            "leave --data out"
        )
    return source, unseen


def _enough(texts: int) -> None:
    if texts < _FEWEST:
        raise NsaError(f"{texts} texts; give at least {_FEWEST}, since texts are compared with each other")


def spelled_words(tokens: Sequence[Token]) -> list[str]:
    """Words that are spelled letter by letter, in lower case."""
    words: list[str] = []
    before = False
    for token in tokens:
        if token.kind == "letter" and before and not token.opens:
            words[-1] += token.text[-1]
        elif token.kind == "letter":
            words.append(token.text[-1])
        before = token.kind == "letter"
    return words
