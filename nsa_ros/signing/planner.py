"""What to sign and for how long, unit by unit, no earlier than it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nsa_ros.signing.alignment import END, NONE, PlannedUnit
from nsa_ros.signing.noise import unit_uniform

if TYPE_CHECKING:
    import onnxruntime

Array = NDArray[np.float32]
Integers = NDArray[np.int64]

_NUCLEUS = 0.9


class Planner:
    """The learned planner's steps from a sentence's text features; iterating costs one step a unit.

    Yields `PlannedUnit`s in signing order, the last with the unit `END`. Unit, source token and face are the most
    likely ones; the duration is drawn from its distribution, because people do not sign like clocks. A spelled word
    that was begun is spelled to its end (`spelling`, `continues`), so that no letter of a name is left out or added.
    """

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        features: Array,
        mask: Array,
        spelling: Integers,
        continues: Integers,
        state: int,
    ) -> None:
        """
        Args:
            session: one step of the planner.
            features: of the sentence's tokens. Shape (1, T, width).
            mask: 1 for a token, 0 for padding. Shape (1, T).
            spelling: unit of each letter token, 0 for other tokens. Shape (1, T).
            continues: 1 for a letter token that goes on with a spelled word, else 0. Shape (1, T).
            state: width of the recurrent state.
        """
        self._session = session
        self._sentence = {"features": features, "mask": mask, "spelling": spelling, "continues": continues}
        self._longest = 2 * int(mask.sum())
        self._state = state

    def plan(self, seed: int, first: int = 0) -> Iterator[PlannedUnit]:
        """Units of the sentence; durations are a function of (seed, first + position).

        A plan longer than twice the tokens is cut with `END`: the model has lost its place.
        """
        state = np.zeros((1, 1, self._state), dtype=np.float32)
        last = PlannedUnit(NONE, -1, 1, 0)
        for position in range(self._longest):
            inputs = {
                **self._sentence,
                "state": state,
                "unit": np.array([last.unit], dtype=np.int64),
                "token": np.array([last.token], dtype=np.int64),
                "frames": np.array([last.frames], dtype=np.int64),
            }
            unit, token, face, duration, state = self._session.run(
                ["next_unit", "next_token", "next_face", "next_frames", "next_state"], inputs
            )
            frames = 1 + draw(duration[0], unit_uniform(seed, first + position))
            last = PlannedUnit(max(int(unit[0]), END), int(token[0]), frames, int(face[0]))
            yield last
            if last.unit == END:
                return
        yield PlannedUnit(END, last.token, last.frames, 0)


def draw(logits: Array, uniform: float) -> int:
    """A class from the nucleus of its distribution, the likeliest classes that hold 90 % (Holtzman et al., ICLR 2020).

    Args:
        logits: shape (classes,).
        uniform: draw in [0, 1); classes are laid along it in their own order, so that it is monotonic.
    """
    weights = np.exp(logits.astype(np.float64) - logits.max())
    weights /= weights.sum()
    order = np.argsort(-weights, kind="stable")
    kept = order[: 1 + int(np.searchsorted(np.cumsum(weights[order]), _NUCLEUS))]
    nucleus = np.zeros_like(weights)
    nucleus[kept] = weights[kept]
    cumulative = np.cumsum(nucleus)
    return int(np.searchsorted(cumulative, uniform * cumulative[-1], side="right"))
