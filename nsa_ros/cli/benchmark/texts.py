"""What is signed while it is measured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np


@cache
def draw_texts(count: int) -> tuple[str, ...]:
    """Different texts of the corpus's test split, which no bundle has seen."""
    from nsa_ros.phonology.sentences import default_sentences

    rng = np.random.default_rng(2024)
    texts: dict[str, None] = {}
    while len(texts) < count:
        texts[default_sentences().draw_part(rng, "test")] = None
    return tuple(texts)


def short_texts(texts: Sequence[str], words: int = 8) -> list[str]:
    """The sentences in texts that have at most so many words, the shortest first; the texts where there are none."""
    sentences = [part for text in texts for part in re.split(r"(?<=[.?!])\s+", text)]
    short = dict.fromkeys(part for part in sentences if len(part.split()) <= words)
    return sorted(short, key=len) or list(texts)
