"""Scores of sequences of units and of sentences."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics import BLEU

from nsa_ros.errors import NsaError

Units = Sequence[Hashable]


class LetterAccuracy(NamedTuple):
    """How many letters were right.

    Attributes:
        accuracy: 1 less the errors per letter, at least 0.
        letters: how many there were to get right.
    """

    accuracy: float
    letters: int


def edit_distance(made: Units, true: Units) -> int:
    """Fewest insertions, deletions and substitutions from one sequence to another (Levenshtein, 1966)."""
    return int(_edits(made, true)[-1, -1])


def error_rate(made: Sequence[Units], true: Sequence[Units]) -> float:
    """Edits of all sequences per unit of the reference: word error rate, with signs and letters for words.

    Args:
        made, true: sequences of the same texts in the same order.

    Raises:
        NsaError: no unit in the reference.
    """
    total = sum(map(len, true))
    if total == 0:
        raise NsaError(f"an error rate needs reference units; there are none in {len(true)} sequences.")
    return sum(edit_distance(a, b) for a, b in zip(made, true, strict=True)) / total


def letter_accuracy(
    made: Sequence[Units],
    true: Sequence[Units],
    letters: Collection[Hashable],
    counted: Sequence[Collection[int]] | None = None,
) -> LetterAccuracy:
    """How many letters of fingerspelled words are right, among all units of a text.

    Made and true units of a text are aligned by fewest edits. A letter of the reference that is another unit or missing
    is an error, and so is each letter added after it (before the first one: after the beginning).

    Args:
        made, true: sequences of the same texts in the same order.
        letters: the units that are letters.
        counted: for each text the places in `true` that count, those of unseen names say (`places`); all when left out.

    Raises:
        NsaError: no letter counts.
    """
    errors = total = 0
    for text, (a, b) in enumerate(zip(made, true, strict=True)):
        chosen = set(range(len(b)) if counted is None else counted[text])
        right = {place for place in chosen if b[place] in letters}
        total += len(right)
        for place, added in _mistakes(a, b):
            owner = max(place, 0)
            errors += owner in right and (added is None or added in letters)
    if total == 0:
        raise NsaError("a letter accuracy needs reference letters; none of those that count is a letter.")
    return LetterAccuracy(max(0.0, 1.0 - errors / total), total)


def places(units: Units, words: Collection[Units]) -> set[int]:
    """Places in a sequence where one of the words is spelled, unit by unit and without a gap."""
    found: set[int] = set()
    for word in words:
        for start in range(len(units) - len(word) + 1):
            if list(units[start : start + len(word)]) == list(word):
                found.update(range(start, start + len(word)))
    return found


def bleu(made: Sequence[str], true: Sequence[str]) -> dict[str, float]:
    """BLEU-1 to BLEU-4, `bleu_1` … `bleu_4`, 0 to 100 (Papineni et al., ACL 2002; Post, WMT 2018).

    sacrebleu's corpus score of n-grams up to n, each order weighing the same, lower case, its tokenizer `13a` and its
    exponential smoothing, one reference a sentence.
    """
    return {
        f"bleu_{n}": float(BLEU(max_ngram_order=n, lowercase=True).corpus_score(list(made), [list(true)]).score)
        for n in (1, 2, 3, 4)
    }


def rouge_l(made: Sequence[str], true: Sequence[str]) -> float:
    """Mean F-measure of the longest common subsequence of words, 0 to 100 (ROUGE-L with β = 1, Lin, 2004).

    Words are runs of letters and digits in lower case, as in the `rouge-score` package. Two empty sentences score 100.
    """
    words = [[re.findall("[a-z0-9]+", sentence.lower()) for sentence in sentences] for sentences in (made, true)]
    return 100.0 * float(np.mean([_common(a, b) for a, b in zip(*words, strict=True)]))


def _common(made: list[str], true: list[str]) -> float:
    longest = [0] * (len(true) + 1)
    for word in made:
        before = 0
        for place, other in enumerate(true, start=1):
            above = longest[place]
            longest[place] = before + 1 if word == other else max(longest[place], longest[place - 1])
            before = above
    words = len(made) + len(true)
    return 2.0 * longest[-1] / words if words else 1.0


def _edits(made: Units, true: Units) -> NDArray[np.int64]:
    """Edit distance of each beginning of one to each of the other. Shape (len(made) + 1, len(true) + 1)."""
    table = np.zeros((len(made) + 1, len(true) + 1), dtype=np.int64)
    table[:, 0], table[0] = np.arange(len(made) + 1), np.arange(len(true) + 1)
    for i, a in enumerate(made, start=1):
        for j, b in enumerate(true, start=1):
            table[i, j] = min(table[i - 1, j - 1] + (a != b), table[i - 1, j] + 1, table[i, j - 1] + 1)
    return table


def _mistakes(made: Units, true: Units) -> list[tuple[int, Hashable | None]]:
    """The place in `true` of each edit, and the unit that was added after it; None where that place itself is wrong."""
    table = _edits(made, true)
    i, j = len(made), len(true)
    found: list[tuple[int, Hashable | None]] = []
    while i or j:
        if i and j and table[i, j] == table[i - 1, j - 1] + (made[i - 1] != true[j - 1]):
            i, j = i - 1, j - 1
            if made[i] != true[j]:
                found.append((j, None))
        elif j and table[i, j] == table[i, j - 1] + 1:
            j -= 1
            found.append((j, None))
        else:
            i -= 1
            found.append((j - 1, made[i]))
    return found
