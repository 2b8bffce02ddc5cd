"""What an animation file holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from nsa_ros.capture.animation.rig import Placed, Rig
from nsa_ros.capture.animation.take import Take
from nsa_ros.errors import NsaError


@dataclass(frozen=True)
class Animation:
    """A rig and its takes.

    Attributes:
        path: of the file.
        format: `BVH`, `glTF 2.0`, `VRM 0.x`, `VRM 1.0` or `VRM animation`.
        rig: the bones.
        takes: in the order of the file.
        rests: poses in which the figure may stand at rest, by name, the likeliest first.
        humanoid: bone of each VRM humanoid bone name, where the file says it.
        labels: what the file says of itself: `title`, `author`, `license`, `copyright`, `generator`.
        notes: what is in the file and is not read, for the user.
    """

    path: Path
    format: str
    rig: Rig
    takes: tuple[Take, ...]
    rests: dict[str, Placed]
    humanoid: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def take(self, wanted: str = "") -> Take:
        """A take by its name or its number from 1; the only one when nothing is wanted.

        Raises:
            NsaError: no such take, no take at all, or several and none is chosen.
        """
        listed = ", ".join(f"{i} {take.name!r}" for i, take in enumerate(self.takes, start=1))
        if not self.takes:
            raise NsaError(f"{self.path} has bones but no animation. Export the animation with the skeleton")
        if not wanted:
            if len(self.takes) > 1:
                raise NsaError(f"{self.path} has {len(self.takes)} takes; choose one with --take: {listed}")
            return self.takes[0]
        named = [take for take in self.takes if take.name == wanted]
        if named:
            return named[0]
        if wanted.isdigit() and 1 <= int(wanted) <= len(self.takes):
            return self.takes[int(wanted) - 1]
        raise NsaError(f"{self.path} has no take {wanted!r}; it has {listed}")
