"""Films, stills and contact sheets of a motion, made without display or GPU.

Pictures come from OpenGL over EGL (`viewer.gl`, which says why) and, where that is missing, from matplotlib
(`viewer.paint`); `viewer.encode` says why PyAV and Pillow write the files.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from nsa_ros.body.motion import Motion
from nsa_ros.body.part import Colour
from nsa_ros.errors import NsaError
from nsa_ros.viewer.caption import NOTE, Caption, font
from nsa_ros.viewer.encode import encoder
from nsa_ros.viewer.gl import PACKAGES, GlRenderer
from nsa_ros.viewer.paint import Painter
from nsa_ros.viewer.scene import Label, Scene, Stage, camera, default_scene

Picture = NDArray[np.uint8]

_log = logging.getLogger(__name__)
_told: set[str] = set()

_STRIP = 0.15
"""Share of the height that the caption takes."""


def renderer(scene: Stage, size: tuple[int, int], backdrop: Colour | None = None) -> GlRenderer | Painter:
    """The best renderer that works here; says once what would make it better."""
    try:
        return GlRenderer(scene, size, backdrop)
    except NsaError as error:
        if PACKAGES not in _told:
            _told.add(PACKAGES)
            _log.warning("%s Painting with matplotlib instead: slower, and without shadows.", error)
        return Painter(scene, size, backdrop)


def pictures(
    motion: Motion,
    *,
    sentence: str = "",
    labels: Sequence[Label] = (),
    fps: float | None = None,
    size: tuple[int, int] = (960, 720),
    view: str = "front",
    note: str = NOTE,
    scene: Scene | None = None,
) -> Iterator[Picture]:
    """The pictures of a film, one by one. Shape (height, width, 3).

    Args:
        motion: what is signed.
        sentence: the text, written under the figure.
        labels: the units that `motion.unit` indexes; the current one is highlighted.
        fps: pictures per second; the motion's own when left out.
        size: width and height [pixels], caption included.
        view: camera preset, one of `scene.CAMERAS`.
        note: the small line at the bottom.
        scene: the mannequin; that of the shipped skeleton when left out.

    Raises:
        NsaError: an empty motion, an unknown view, a rate that is not above 0.
    """
    if len(motion) == 0:
        raise NsaError("the motion has no frames to film")
    if fps is not None and not fps > 0:
        raise NsaError(f"a film needs a rate above 0 frames/s, not {fps}")
    looking, scene = camera(view), scene or default_scene()
    width, height = size
    strip = round(height * _STRIP)
    caption = Caption(sentence, labels, (width, strip), note)
    rate = fps or motion.fps
    times = np.arange(_count(motion, rate)) / rate
    chosen = np.minimum(np.round(times * motion.fps).astype(int), len(motion) - 1)
    placed = scene.place(motion.poses[chosen], motion.expression[chosen], motion.transl[chosen])
    drawing = renderer(scene, (width, height - strip))
    try:
        for positions, rotations, unit in zip(placed.positions, placed.rotations, motion.unit[chosen], strict=True):
            figure = drawing.render(type(placed)(positions, rotations), looking)
            yield np.concatenate([figure, caption.strip(int(unit))])
    finally:
        drawing.close()


def _count(motion: Motion, rate: float) -> int:
    return max(round(motion.duration * rate), 1)


def render(
    motion: Motion,
    *paths: str | Path,
    sentence: str = "",
    labels: Sequence[Label] = (),
    fps: float | None = None,
    size: tuple[int, int] = (960, 720),
    view: str = "front",
    note: str = NOTE,
    scene: Scene | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write a film to each path (`.mp4`, `.gif`), all from one drawing.

    The arguments are those of `pictures`; `progress` is called with pictures done and pictures in all.

    Raises:
        NsaError: as `pictures` and `encode.encoder`.
    """
    rate = motion.fps if fps is None else fps
    total = _count(motion, rate)
    made = pictures(motion, sentence=sentence, labels=labels, fps=fps, size=size, view=view, note=note, scene=scene)
    with ExitStack() as stack:
        files = [stack.enter_context(encoder(path, rate)) for path in paths]
        for count, picture in enumerate(made, start=1):
            for file in files:
                file.add(picture)
            if progress is not None:
                progress(count, total)


def still(
    motion: Motion,
    frame: int,
    path: str | Path | None = None,
    *,
    sentence: str = "",
    labels: Sequence[Label] = (),
    size: tuple[int, int] = (960, 720),
    view: str = "front",
    scene: Scene | None = None,
) -> Picture:
    """One frame as a picture, written to `path` (`.png`) when one is given. Shape (height, width, 3)."""
    picture = next(
        pictures(motion[slice(frame, frame + 1)], sentence=sentence, labels=labels, size=size, view=view, scene=scene)
    )
    if path is not None:
        Image.fromarray(picture).save(path)
    return picture


def sheet(
    motion: Motion,
    path: str | Path,
    *,
    frames: Sequence[int] | None = None,
    names: Sequence[str] | None = None,
    count: int = 8,
    columns: int = 4,
    cell: tuple[int, int] = (320, 300),
    view: str = "front",
    scene: Scene | None = None,
) -> None:
    """A contact sheet: frames of a motion side by side, each with its name under it, as a `.png`.

    Args:
        motion: what is signed.
        path: file to write.
        frames: which frames; `count` of them, evenly spread, when left out.
        names: what is written under each; its time in seconds when left out.
        count: how many frames when they are not given.
        columns: cells in a row.
        cell: width and height of one picture [pixels].
        view: camera preset.
        scene: the mannequin; that of the shipped skeleton when left out.

    Raises:
        NsaError: an empty motion, an unknown view, or as many names as there are not frames.
    """
    if len(motion) == 0:
        raise NsaError("the motion has no frames for a sheet")
    chosen = list(frames) if frames is not None else np.linspace(0, len(motion) - 1, count).round().astype(int).tolist()
    titles = list(names) if names is not None else [f"{i / motion.fps:.2f} s" for i in chosen]
    if len(titles) != len(chosen):
        raise NsaError(f"a sheet of {len(chosen)} frames needs as many names, not {len(titles)}")
    scene, looking = scene or default_scene(), camera(view)
    width, height = cell
    bar = max(height // 10, 18)
    rows = -(-len(chosen) // columns)
    page = Image.new("RGB", (columns * width, rows * (height + bar)), (247, 248, 250))
    draw = ImageDraw.Draw(page)
    drawing = renderer(scene, cell)
    try:
        for n, (i, title) in enumerate(zip(chosen, titles, strict=True)):
            left, top = n % columns * width, n // columns * (height + bar)
            placed = scene.place(motion.poses[i], motion.expression[i], motion.transl[i])
            page.paste(Image.fromarray(drawing.render(placed, looking)), (left, top))
            draw.text(
                (left + width / 2, top + height + bar / 2), title, font=font(bar * 0.6), fill=(28, 34, 44), anchor="mm"
            )
    finally:
        drawing.close()
    page.save(path)
