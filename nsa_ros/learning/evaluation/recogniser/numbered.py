"""Batches that are functions of a seed and of how many came before (`training.ahead.Stream`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


class Numbered:
    """A stream whose only state is the number of its next batch."""

    def __init__(self, make: Callable[[np.random.Generator], Any], seed: Sequence[int]) -> None:
        """`make` draws a batch; its generator is a function of `seed` and of the batch's number."""
        self._make, self._seed, self._number = make, tuple(seed), 0

    def next(self) -> Any:
        """The next batch."""
        rng = np.random.default_rng([*self._seed, self._number])
        self._number += 1
        return self._make(rng)

    def state(self) -> dict[str, Any]:
        """As `Stream`."""
        return {"number": self._number}

    def restore(self, state: dict[str, Any]) -> None:
        """As `Stream`."""
        self._number = int(state["number"])
