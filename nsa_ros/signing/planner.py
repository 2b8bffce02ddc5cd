"""What to sign and for how long, unit by unit, no earlier than it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nsa_ros.signing.alignment import END, NONE, PlannedUnit
from nsa_ros.signing.noise import unit_uniform
from nsa_ros.signing.plan_rules import SentenceRules

if TYPE_CHECKING:
    import onnxruntime

Array = NDArray[np.float32]

_NUCLEUS = 0.9


class Planner:
    """The learned planner's steps from a sentence's text features; iterating costs one step a unit.

    Yields `PlannedUnit`s in signing order, the last with the unit `END`. Unit, source token and face are the most
    likely ones; the duration is drawn from its distribution, because people do not sign like clocks. Five rules hold
    whatever the network would rather say: a spelled word or number that was begun is spelled to its end, a token is
    signed as one of its `choices`, no token is signed twice, no mark is signed, and the plan does not end before every
    token of `required` is signed. So nothing that must be signed is left out, signed again or signed as something else;
    order, timing and face are the network's.
    """

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        values: Array,
        keys: Array,
        mask: Array,
        rules: SentenceRules,
        state: int,
    ) -> None:
        """
        Args:
            session: one step of the planner.
            values, keys: of the sentence's tokens, as the text encoder gives them. Shape (1, T, width).
            mask: 1 for a token, 0 for padding. Shape (1, T).
            rules: for each token.
            state: width of the recurrent state.
        """
        self._session = session
        self._sentence = {"values": values, "keys": keys, "choices": rules.choices, "continues": rules.continues}
        self._free = np.where((rules.continues > 0) | (rules.required < 0), 0, mask)
        self._required = frozenset(np.flatnonzero((rules.required[0] > 0) * mask[0]).tolist())
        self._end = int(mask.sum()) - 1
        self._state = state

    def plan(self, seed: int, first: int = 0) -> Iterator[PlannedUnit]:
        """Units of the sentence; durations are a function of (seed, first + position).

        As no token is signed twice, a plan has at most as many units as the sentence has tokens.
        """
        state = np.zeros((1, 1, self._state), dtype=np.float32)
        last = PlannedUnit(NONE, -1, 1, 0)
        free, waiting = self._free.copy(), set(self._required)
        for position in range(self._end + 1):
            free[0, self._end] = 0 if waiting else 1
            inputs = {
                **self._sentence,
                "mask": free,
                "state": state,
                "unit": np.array([last.unit], dtype=np.int64),
                "token": np.array([last.token], dtype=np.int64),
                "frames": np.array([last.frames], dtype=np.int64),
            }
            unit, token, face, duration, state = self._session.run(
                ["next_unit", "next_token", "next_face", "next_frames", "next_state"], inputs
            )
            frames = 1 + draw(duration[0], unit_uniform(seed, first + position))
            place = int(token[0])
            last = PlannedUnit(max(int(unit[0]), END), place, frames, int(face[0]))
            free[0, place] = 0
            waiting.discard(place)
            if place == self._end or (last.unit == END and not waiting):
                yield last._replace(unit=END)
                return
            if last.unit != END:
                yield last
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
