"""One thing that `nsa hand check` has to say about a robot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """Something found.

    Attributes:
        level: error: the robot would move wrongly; warning: look at it; note: good to know.
        what: joint, finger or key that it is about.
        text: what is the matter and what to do.
        file: where to do it.
    """

    level: Level
    what: str
    text: str
    file: Path

    def __str__(self) -> str:
        return f"{self.level}: {self.what}: {self.text} [{self.file.name}]"
