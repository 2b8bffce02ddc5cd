"""A fit over what it was fitted to: landmarks and reprojected skeleton in the picture, and the figure that the same
camera would have seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from nsa_ros.body.motion import Motion
from nsa_ros.errors import NsaError
from nsa_ros.viewer.caption import font
from nsa_ros.viewer.encode import encoder
from nsa_ros.viewer.film import renderer
from nsa_ros.viewer.scene import Camera, Scene, default_scene

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

_HAND = tuple((0 if i % 4 == 1 else i - 1, i) for i in range(1, 21))
STICKS: tuple[tuple[int, int], ...] = (
    (0, 1), (0, 2), (1, 3), (2, 4), (5, 6), (7, 8), (7, 9), (9, 11), (8, 10), (10, 12), (7, 13), (8, 14), (13, 14),
    (15, 0),
    *((16 + a, 16 + b) for a, b in _HAND),
    *((37 + a, 37 + b) for a, b in _HAND),
)  # fmt: skip
"""Neighbours among the 58 points: 16 of the body (nose, eyes, ears, mouth, shoulders, elbows, wrists, hips, neck), then
21 of each hand."""

PANEL = (640, 720)
"""Width and height that each of the two pictures is fitted into [pixels]."""

LINE, POINT = (255, 122, 26), (54, 214, 122)
"""Colours of the fit and of the detector's points."""

NOTE = "fitted to one camera's picture, not reviewed by Deaf signers"
"""The honest footer."""

_BAR, _PLAIN, _PAPER, _FAINT = 26, (38, 42, 50), (247, 248, 250), (122, 130, 142)
_FINE = 2  # times larger that lines are drawn before they are brought to their size


class Lens(NamedTuple):
    """A pinhole camera that looks along -z of SMPL-X axes (`nsa_ros.capture.camera.Camera`).

    Attributes:
        focal: focal length [pixels].
        centre: principal point [pixels].
        position: of the camera [m].
        size: width and height of the picture [pixels].
    """

    focal: float
    centre: tuple[float, float]
    position: tuple[float, float, float]
    size: tuple[int, int]

    def scaled(self, factor: float) -> Lens:
        """The same before a picture with more or fewer pixels."""
        x, y = self.centre
        width, height = (max(round(n * factor), 1) for n in self.size)
        return Lens(self.focal * factor, (x * factor, y * factor), self.position, (width, height))


class View:
    """Draws a figure as a `Lens` sees it; the principal point may lie off the middle. A context manager.

    Args:
        scene: the figure.
        lens: whose `size` the pictures have.
    """

    def __init__(self, scene: Scene, lens: Lens) -> None:
        self._scene = scene
        halves = [max(c, n - c) for c, n in zip(lens.centre, lens.size, strict=True)]
        whole = [2 * max(int(np.ceil(half)), 1) for half in halves]
        corner = [round(n / 2 - c) for n, c in zip(whole, lens.centre, strict=True)]
        self._part = np.s_[corner[1] : corner[1] + lens.size[1], corner[0] : corner[0] + lens.size[0]]
        x, y, z = lens.position
        self._camera = Camera((x, y, z), (x, y, z - 1.0), 2 * float(np.arctan(whole[1] / 2 / lens.focal)))
        self._drawing = renderer(scene, (whole[0], whole[1]))

    def picture(self, motion: Motion, frame: int) -> Picture:
        """One frame. Shape (height, width, 3)."""
        placed = self._scene.place(motion.poses[frame], motion.expression[frame], motion.transl[frame])
        return self._drawing.render(placed, self._camera)[self._part]

    def __enter__(self) -> View:
        return self

    def __exit__(self, *_: object) -> None:
        self._drawing.close()


def draw_sticks(image: Image.Image, points: Array, colour: tuple[int, int, int] = LINE, width: int = 2) -> Image.Image:
    """The 58 points (58, 2) [pixels] as lines between neighbours; those with NaN are left out."""
    fine = image.resize((image.width * _FINE, image.height * _FINE))
    draw = ImageDraw.Draw(fine)
    for a, b in STICKS:
        if np.isfinite(points[[a, b]]).all():
            draw.line([tuple(_FINE * points[a]), tuple(_FINE * points[b])], fill=colour, width=width * _FINE)
    return fine.resize(image.size, Image.Resampling.LANCZOS)


def draw_points(image: Image.Image, points: Array, confidence: Array, radius: float = 2.5) -> Image.Image:
    """The 58 points (58, 2) [pixels] as dots, the fainter the less sure (58,)."""
    fine = image.resize((image.width * _FINE, image.height * _FINE))
    draw = ImageDraw.Draw(fine, "RGBA")
    for point, sure in zip(points, confidence, strict=True):
        if sure > 0 and np.isfinite(point).all():
            x, y = _FINE * point
            r = _FINE * radius
            draw.ellipse([x - r, y - r, x + r, y + r], fill=(*POINT, int(60 + 195 * min(sure, 1.0))))
    return fine.resize(image.size, Image.Resampling.LANCZOS)


def overlay_pictures(
    motion: Motion,
    lens: Lens,
    seen: Array,
    confidence: Array,
    reprojected: Array,
    *,
    background: Iterable[Picture] | None = None,
    title: str = "",
    scene: Scene | None = None,
) -> Iterator[Picture]:
    """The film's pictures, one a frame: on the left what was seen with the detector's points and the fit's skeleton,
    on the right the figure before the same camera with the same points. Shape (height, width, 3).

    Args:
        motion: the fit.
        lens: its camera.
        seen: the detector's points [pixels of `lens.size`]. Shape (F, 58, 2).
        confidence: of each, 0 where nothing was seen. Shape (F, 58).
        reprojected: the fit's points. Shape (F, 58, 2).
        background: the video's pictures, one a frame; where they end the ground is plain.
        title: written under the pictures.
        scene: the figure with the signer's proportions; the shipped one when left out.

    Raises:
        NsaError: an empty motion, or arrays of another length.
    """
    if len(motion) == 0:
        raise NsaError("the motion has no frames to film")
    for name, values in (("seen", seen), ("confidence", confidence), ("reprojected", reprojected)):
        if len(values) != len(motion):
            raise NsaError(f"an overlay of {len(motion)} frames needs as many frames of {name}, not {len(values)}")
    factor = min(room / n for room, n in zip(PANEL, lens.size, strict=True))
    own = lens.scaled(factor)
    bar = np.asarray(_bar(2 * own.size[0], title))
    ground = chain(background or (), repeat(None))
    with View(scene or default_scene(), own) as view:
        for frame, picture in zip(range(len(motion)), ground, strict=False):
            left = _ground(picture, own.size)
            left = draw_sticks(left, factor * reprojected[frame])
            left = draw_points(left, factor * seen[frame], confidence[frame])
            right = Image.fromarray(view.picture(motion, frame))
            right = draw_points(right, factor * seen[frame], confidence[frame], 1.5)
            yield np.concatenate([np.concatenate([np.asarray(left), np.asarray(right)], axis=1), bar])


def overlay_film(
    path: str | Path,
    motion: Motion,
    lens: Lens,
    seen: Array,
    confidence: Array,
    reprojected: Array,
    *,
    background: Iterable[Picture] | None = None,
    title: str = "",
    scene: Scene | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write the film (`.mp4`, `.gif`).

    The arguments are those of `overlay_pictures`; `progress` is called with pictures done and pictures in all.

    Raises:
        NsaError: as `overlay_pictures` and `encode.encoder`.
    """
    made = overlay_pictures(
        motion, lens, seen, confidence, reprojected, background=background, title=title, scene=scene
    )
    with encoder(path, motion.fps) as file:
        for count, picture in enumerate(made, start=1):
            file.add(picture)
            if progress is not None:
                progress(count, len(motion))


def video_pictures(path: str | Path, fps: float | None = None) -> Iterator[Picture]:
    """The pictures of a video, upright, one by one. Shape (height, width, 3).

    Args:
        path: of the video.
        fps: pictures per second, each the one nearest in time, as phones film at uneven times; when left out each
            picture comes once.

    Raises:
        NsaError: PyAV is missing, or the file is no video.
    """
    try:
        import av
    except ImportError as error:
        raise NsaError(f"reading {Path(path).name} needs PyAV: pip install av") from error
    begin, before, due = None, 0.0, 0
    last: Picture | None = None
    try:
        with av.open(str(path)) as file:
            for frame in file.decode(video=0):
                upright = np.rot90(frame.to_ndarray(format="rgb24"), frame.rotation // 90)
                picture = np.asarray(upright, dtype=np.uint8)
                if fps is None or frame.time is None:
                    yield picture
                    continue
                begin = frame.time if begin is None else begin
                moment = (frame.time - begin) * fps
                while last is not None and due < moment:
                    yield last if due < (before + moment) / 2 else picture
                    due += 1
                last, before = picture, moment
    except (av.FFmpegError, IndexError) as error:
        raise NsaError(f"{path} cannot be read as a video: {error}") from error
    if last is not None:
        yield last


def _ground(picture: Picture | None, size: tuple[int, int]) -> Image.Image:
    if picture is None:
        return Image.new("RGB", size, _PLAIN)
    return Image.fromarray(np.ascontiguousarray(picture)).resize(size, Image.Resampling.BILINEAR)


def _bar(width: int, title: str) -> Image.Image:
    bar = Image.new("RGB", (width, _BAR), _PAPER)
    draw, face = ImageDraw.Draw(bar), font(12)
    x = 8.0
    for text, colour in (("● detector  ", POINT), ("━ fit  ", LINE), (title, _FAINT)):
        draw.text((x, _BAR / 2), text, font=face, fill=tuple(int(0.8 * c) for c in colour), anchor="lm")
        x += draw.textlength(text, font=face)
    if x + draw.textlength(NOTE, font=face) + 24 < width:
        draw.text((width - 8, _BAR / 2), NOTE, font=face, fill=_FAINT, anchor="rm")
    return bar
