"""What is asked of a player, and what it tells about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nsa_ros.errors import NsaError
from nsa_ros.signing.sample import Ending, Phase
from nsa_ros.text.units import Unit


class Refusal(NsaError):
    """A text that is not taken, with the reason."""


@dataclass
class Request:
    """A text that is to be signed.

    Attributes:
        utterance: its number.
        text: as it came.
        seed: of the signer.
        speed: factor of its tempo.
        submitted: when it came [s].
        units: signed so far; grows while it is generated.
        started: its first sample has been given.
        stopped: it has been cancelled.
    """

    utterance: int
    text: str
    seed: int
    speed: float
    submitted: float
    units: Sequence[Unit] = ()
    started: bool = False
    stopped: bool = False


@dataclass(frozen=True)
class Started:
    """The first sample of an utterance has been given, `latency` seconds after it was submitted."""

    utterance: int
    text: str
    latency: float


@dataclass(frozen=True)
class Ended:
    """An utterance is over; `ending` says how."""

    text: str
    ending: Ending


@dataclass(frozen=True)
class Status:
    """A snapshot of a player.

    Attributes:
        phase: what the figure is doing.
        utterance: number of the one being signed, None outside of one.
        text: its text.
        units: those of its units that are known so far.
        unit: index of the one being signed, None for none.
        waiting: utterances that are still to be signed and whose first sample has not been given.
        refused: texts not taken since the start.
        failed: utterances that ended with an error since the start.
        underruns: how often frames ran out in mid-utterance.
        starving: whether they have now, so that the figure holds.
        clamped: times a coordinate was held back by a limit (coordinates × ticks).
        invalid: times a coordinate of the target was not finite.
        real_time_factor: seconds of motion per second of generating.
    """

    phase: Phase
    utterance: int | None
    text: str
    units: tuple[Unit, ...]
    unit: int | None
    waiting: int
    refused: int
    failed: int
    underruns: int
    starving: bool
    clamped: int
    invalid: int
    real_time_factor: float
