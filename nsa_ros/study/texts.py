"""The sentences that are judged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nsa_ros.errors import NsaError
from nsa_ros.phonology.sentences import default_sentences

_WORDS = (3, 9)
"""Fewest and most words of a drawn sentence: long enough to mean something, short enough to be remembered."""

_NAMED = 3
"""One in how many drawn sentences holds a name that no training sentence held."""

_LONGEST_NAME = 8
"""Most letters of a name in a drawn sentence."""

_DRAWS = 20_000
"""Sentences that are drawn before it is given up to find enough."""


@dataclass(frozen=True)
class StudyText:
    """A sentence of a study.

    Attributes:
        text: English.
        unseen: what keeps it out of training: `name`, `combination` of signs, `sentence`, or "" when nothing does.
    """

    text: str
    unseen: str


def draw_texts(count: int, seed: int) -> list[StudyText]:
    """Different single sentences of the corpus's test part, one in three with a held-out name; those first.

    Args:
        count: how many.
        seed: same seed, same sentences.

    Raises:
        NsaError: a count below 1, or more than the test part gives.
    """
    if count < 1:
        raise NsaError(f"--count is {count}; a study needs at least 1 sentence")
    rng, sentences = np.random.default_rng(seed), default_sentences()
    wanted = {True: -(-count // _NAMED), False: count - -(-count // _NAMED)}
    found: dict[bool, dict[str, StudyText]] = {True: {}, False: {}}
    for _ in range(_DRAWS):
        if all(len(found[named]) == wanted[named] for named in found):
            return [text for named in found for text in found[named].values()]
        text = sentences.draw(rng)
        if not _fits(text) or sentences.split(text) != "test":
            continue
        reason = sentences.why(text)
        rows = found[reason == "name"]
        if len(rows) < wanted[reason == "name"]:
            rows.setdefault(text.lower().rstrip(".!?"), StudyText(text, reason))
    raise NsaError(f"the test part gave fewer than {count} different sentences; ask for fewer (--count)")


def _fits(text: str) -> bool:
    """One sentence as people write it: a capital, a mark at its end, of a length to remember, without long names."""
    single = sum(text.count(mark) for mark in ".!?") == 1 and text[-1] in ".!?"
    words = re.findall(r"[A-Za-z']+", text)
    written = text[0].isupper() and not text.isupper() and _WORDS[0] <= len(words) <= _WORDS[1]
    names = [word for word in words if word.lower() not in default_sentences().words]
    return single and written and all(len(name) <= _LONGEST_NAME for name in names)


def read_texts(path: Path) -> list[StudyText]:
    """One sentence a line, empty lines left out, the same one twice counted once.

    Raises:
        NsaError: no such file, not UTF-8, or no sentence in it.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise NsaError(f"cannot read the sentences in {path}: {error}") from error
    texts = list(dict.fromkeys(filter(None, lines)))
    if not texts:
        raise NsaError(f"{path} holds no sentence; write one a line")
    sentences = default_sentences()
    return [StudyText(text, sentences.why(text) if sentences.split(text) == "test" else "") for text in texts]
