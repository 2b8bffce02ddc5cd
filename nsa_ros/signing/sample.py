"""What the timeline gives: a sample a tick, and how utterances end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Phase = Literal["rest", "approaching", "signing", "holding", "returning"]
Outcome = Literal["finished", "cancelled", "failed"]


@dataclass(frozen=True)
class Ending:
    """How an utterance ended; `reason` says why it failed."""

    utterance: int
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True)
class Sample:
    """What is published at a tick.

    Attributes:
        q: the playback coordinate (`RevoluteModel.names`), within limits [rad], [m]. Shape (168,).
        velocity: change of q since the last sample over the time between [rad/s], [m/s]. Shape (168,).
        expression: coefficients of the open basis. Shape (10,).
        utterance: the one being signed, None outside of one.
        unit: index of its unit, `NO_UNIT` for none.
        frame: index of the nearest frame of the utterance, -1 outside of one.
        phase: what the figure is doing; `approaching` belongs to the utterance already.
        ended: utterances that ended since the last sample.
    """

    q: Array
    velocity: Array
    expression: Array
    utterance: int | None
    unit: int
    frame: int
    phase: Phase
    ended: tuple[Ending, ...]
