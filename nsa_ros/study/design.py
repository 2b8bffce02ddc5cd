"""Who sees which film: each sentence once, in a condition that turns from group to group (Latin square)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def latin_square(strata: Sequence[str], conditions: Sequence[str], seed: int) -> list[list[str]]:
    """The condition of each sentence in each group of participants.

    Sentences are shuffled within their stratum and stand in a row, stratum by stratum; the group g sees the r-th of the
    row in condition (r + g) mod C. So each group sees each sentence once, each condition equally often (to one), in
    each stratum too (to one), and over the C groups each sentence is seen in each condition.

    Args:
        strata: what kind each sentence is of.
        conditions: C names.
        seed: of the shuffle.

    Returns:
        For each of C groups the conditions in the order of the sentences. Shape (C, len(strata)).
    """
    rng = np.random.default_rng(seed)
    row: list[int] = []
    for stratum in sorted(set(strata)):
        row += rng.permutation([i for i, own in enumerate(strata) if own == stratum]).tolist()
    place = {sentence: r for r, sentence in enumerate(row)}
    count = len(conditions)
    return [[conditions[(place[i] + g) % count] for i in range(len(strata))] for g in range(count)]
