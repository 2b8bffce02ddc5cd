"""How to read, and what to read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nsa_ros.errors import NsaError

Kind = Literal["array", "pose", "openpose", "video"]


@dataclass(frozen=True)
class ReadOptions:
    """What a user knows of the footage; `None` leaves it to the file, to what is known of the collection, or to an
    assumption that the landmarks' notes name.

    Attributes:
        fps: frames per second.
        size: width and height of the picture [pixels].
        mirrored: whether it shows the signer as in a mirror.
        person: which one, counting from 0, where several are in view; `None` for the most prominent.
        depth: whether z is to be used.
        unswap: whether exchanged hands are put right and a hand that was found twice is dropped.
        detector: Python with MediaPipe, for videos; `None` for the environment variable NSA_DETECTOR_PYTHON.
        keep: whether what is detected in a video is kept beside it, and used the next time.
    """

    fps: float | None = None
    size: tuple[int, int] | None = None
    mirrored: bool | None = None
    person: int | None = None
    depth: bool | None = None
    unswap: bool = True
    detector: str | None = None
    keep: bool = False

    def __post_init__(self) -> None:
        if self.fps is not None and not 1 <= self.fps <= 1000:
            raise NsaError(f"a rate of {self.fps:g} frames/s; it must be between 1 and 1000 (--fps)")
        if self.size is not None and min(self.size) < 1:
            raise NsaError(f"a picture of {self.size[0]} x {self.size[1]} pixels; both must be above 0 (--size)")
        if self.person is not None and self.person < 0:
            raise NsaError(f"person {self.person}; they are counted from 0 (--person)")


@dataclass(frozen=True)
class ClipReference:
    """A clip that is there and not yet read.

    Attributes:
        path: file, or folder of an OpenPose clip.
        name: unique among the clips found with it; a relative path in POSIX form, without a suffix.
        kind: of the format.
        key: which clip of the file: name of an array, or how the files of an OpenPose clip begin.
    """

    path: Path
    name: str
    kind: Kind
    key: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.key}" if self.key else str(self.path)
