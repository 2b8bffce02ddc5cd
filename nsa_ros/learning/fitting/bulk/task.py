"""What a worker is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from nsa_ros.body.motion import Motion
from nsa_ros.capture.fitted import Fitted
from nsa_ros.capture.landmarks import Landmarks


@dataclass(frozen=True)
class Task:
    """A clip to fit.

    Attributes:
        name: of the clip among all of the run, in folders by `/`; its fit is NAME.npz.
        reference: where it is; it travels to the worker, so it should be small.
        labels: added to those of the landmarks: text, split …
        initial: SMPL-X estimate to start from.
    """

    name: str
    reference: Any
    labels: tuple[tuple[str, str], ...] = ()
    initial: Path | None = None


@dataclass(frozen=True)
class Work:
    """What is done with each clip. It travels to the workers, so both functions must be importable there.

    Attributes:
        read: landmarks of a clip, and what its fit starts from if there is something.
        fit: as many fits from landmarks of several clips and their starts.
        key: names the settings; a fit that was made with others is made again.
        group: clips are fitted together up to so many frames.
        window: a clip of more frames is cut into windows of about so many.
        overlap: frames that two windows share.
    """

    read: Callable[[Task], tuple[Landmarks, Motion | None]]
    fit: Callable[[Sequence[Landmarks], Sequence[Motion | None]], list[Fitted]]
    key: str
    group: int = 600
    window: int = 2400
    overlap: int = 24


@dataclass(frozen=True)
class Outcome:
    """What became of a clip: a fit, or the cause why there is none.

    Attributes:
        name: of the task.
        fitted: the fit.
        cause: what went wrong, naming file and frame where they are known.
    """

    name: str
    fitted: Fitted | None = None
    cause: str = ""


class Workers(Protocol):
    """Where lots of clips are fitted.

    Attributes:
        slots: lots that can be under way at a time.
    """

    slots: int

    def submit(self, lot: Sequence[Task]) -> None:
        """Hand out a lot; fewer than `slots` are under way."""

    def next(self) -> tuple[Sequence[Task], list[Outcome] | str]:
        """Wait for a lot and take it back: what became of its clips, or how its worker died."""

    def close(self) -> None:
        """Stop what is still under way."""
