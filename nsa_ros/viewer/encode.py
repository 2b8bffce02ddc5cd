"""Films into files: `.mp4` and `.gif`.

mp4 is H.264 in yuv420p, what every browser plays, written by PyAV: 36 MB to download against 68 MB for imageio-ffmpeg,
no process beside ours, BSD-3-Clause. The FFmpeg inside either wheel is built with x264 and therefore GPL; it is
imported here alone, and only when an mp4 is asked for, so nothing else depends on it. gif needs nothing but Pillow.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nsa_ros.errors import NsaError

Picture = NDArray[np.uint8]

SUFFIXES = (".mp4", ".gif")
"""Films that can be written."""


class Encoder(Protocol):
    """Takes pictures (height, width, 3) one by one; a context manager that finishes the file."""

    def add(self, picture: Picture) -> None:
        """The next picture."""

    def __enter__(self) -> Encoder: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def encoder(path: str | Path, fps: float) -> Encoder:
    """The encoder for a path's suffix.

    Raises:
        NsaError: another suffix, or the folder does not exist.
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise NsaError(f"cannot write a film as {path.name!r}. Suffixes: {', '.join(SUFFIXES)}")
    if not path.parent.is_dir():
        raise NsaError(f"no folder {path.parent} to write {path.name} into; make it first")
    return Mp4(path, fps) if path.suffix == ".mp4" else Gif(path, fps)


class Mp4:
    """H.264 in an mp4 with its index first, so that it starts playing while it loads.

    Args:
        path: file to write.
        fps: pictures per second.
        crf: x264's constant rate factor; higher is smaller and coarser.
    """

    def __init__(self, path: Path, fps: float, crf: str = "20") -> None:
        try:
            import av
        except ImportError as error:
            raise NsaError(f"writing {path.name} needs PyAV: pip install av (or write a .gif)") from error
        self._frame = av.VideoFrame.from_ndarray
        self._file = av.open(str(path), "w", options={"movflags": "+faststart"})
        self._stream = self._file.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = {"crf": crf, "preset": "veryfast"}
        self._started = False

    def add(self, picture: Picture) -> None:
        """The next picture; odd sizes lose their last row or column, as yuv420p wants even ones."""
        height, width = (n // 2 * 2 for n in picture.shape[:2])
        if not self._started:
            self._stream.width, self._stream.height = width, height
            self._started = True
        frame = self._frame(np.ascontiguousarray(picture[:height, :width]), format="rgb24")
        self._file.mux(self._stream.encode(frame))

    def __enter__(self) -> Mp4:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._started and kind is None:
            self._file.mux(self._stream.encode(None))
        self._file.close()


class Gif:
    """A small gif: at most 480 pixels wide and 12.5 frames/s, one palette of 160 colours."""

    WIDTH = 480
    STEP = 0.08
    """Seconds a picture stays; gif counts in hundredths."""
    SAMPLE = 32
    """How many pictures the palette is chosen from."""

    def __init__(self, path: Path, fps: float) -> None:
        self._path, self._fps = path, fps
        self._waiting: list[Image.Image] = []
        self._pictures: list[Image.Image] = []
        self._palette: Image.Image | None = None
        self._seen = self._taken = 0

    def add(self, picture: Picture) -> None:
        """The next picture; those between the gif's own steps are left out."""
        due = self._seen / self._fps >= self._taken * self.STEP - 1e-9
        self._seen += 1
        if not due:
            return
        self._taken += 1
        image = Image.fromarray(picture)
        width = min(self.WIDTH, image.width)
        size = (width, round(image.height * width / image.width))
        self._waiting.append(image.resize(size, Image.Resampling.LANCZOS))
        if len(self._waiting) >= self.SAMPLE:
            self._quantise()

    def _quantise(self) -> None:
        if self._palette is None and self._waiting:
            montage = np.concatenate([np.asarray(image)[::2, ::2] for image in self._waiting])
            self._palette = Image.fromarray(montage).quantize(160, method=Image.Quantize.MEDIANCUT)
        for image in self._waiting:
            self._pictures.append(image.quantize(palette=self._palette, dither=Image.Dither.NONE))
        self._waiting.clear()

    def __enter__(self) -> Gif:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._quantise()
        if kind is None and self._pictures:
            first, *rest = self._pictures
            duration = round(self.STEP * 1000)
            first.save(self._path, save_all=True, append_images=rest, duration=duration, loop=0, optimize=True)
