"""Moving pictures of signs, stills of handshapes, and contact sheets.

A moving picture is H.264 in an mp4, looping from neutral to neutral, with a still of its clearest moment as poster. Its
name carries a hash of all that decides how it looks, so a picture whose entry did not change is kept, and a file of
that name is whole: it is written under another one and then renamed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from nsa_ros import __version__
from nsa_ros.body.motion import Motion
from nsa_ros.body.skeleton import INDEX, RIGHT_HAND
from nsa_ros.cli.catalogue.entries import Entry
from nsa_ros.cli.catalogue.workshop import motion
from nsa_ros.phonology.handshapes import handshape
from nsa_ros.phonology.lexicon import letters, simple_signs
from nsa_ros.phonology.sign import Sign
from nsa_ros.viewer.caption import font
from nsa_ros.viewer.encode import Mp4
from nsa_ros.viewer.film import renderer
from nsa_ros.viewer.gl import GlRenderer
from nsa_ros.viewer.paint import Painter
from nsa_ros.viewer.scene import CAMERAS, Camera, Placed, Scene, default_scene

Picture = NDArray[np.uint8]

SIZE, FPS = (240, 240), 20.0
"""Of moving pictures: width and height [pixels], frames per second."""

_SIGN_CAMERA = Camera((-0.12, 0.44, 2.60), (-0.01, 0.405, 0.0), 0.335)
_CLEAREST = 0.8
"""Where in a sign its still is taken."""

_HAND, _AROUND = (172, 172), np.radians(50.0)
"""Size of a still of a hand [pixels], and how far the second one is turned [rad]."""

_CRF = "27"


def film_name(entry: Entry) -> str:
    """File name of an entry's moving picture, without ending."""
    forms = [_form(sign) for sign in simple_signs(entry.sign)]
    shapes = sorted({p.handshape for sign in simple_signs(entry.sign) for p in (*sign.postures, *sign.base)})
    angles = [np.round(handshape(shape), 4).tolist() for shape in shapes]
    settings = [__version__, SIZE, FPS, _CRF, _SIGN_CAMERA]
    return f"{entry.kind}-{_named(entry.name, [forms, entry.sign.nonmanual, angles, settings])}"


def _named(name: str, looks: object) -> str:
    """A name for a file, with a hash of what it shows."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
    return f"{readable}-{hashlib.sha256(json.dumps(looks, default=str).encode()).hexdigest()[:10]}"


def _form(sign: Sign) -> list[object]:
    return [sign.type, sign.postures, sign.base, sign.movement, sign.nonmanual]


def film(entry: Entry, folder: Path) -> None:
    """Write an entry's moving picture (.mp4) and its poster (.webp).

    Raises:
        LexiconError: a posture that the arm cannot take.
    """
    made, name = motion(entry, FPS), film_name(entry)
    drawing, scene = _drawing(SIZE), _scene()
    placed = scene.place(made.poses, made.expression, made.transl)
    still = clearest(made, 1)[0]
    partial = folder / f"{name}.partial.mp4"
    before: Picture | None = None
    with Mp4(partial, FPS, crf=_CRF) as file:
        for i in range(len(made)):
            if before is None or i == still or not _alike(placed, i - 1, i):
                before = drawing.render(Placed(placed.positions[i], placed.rotations[i]), _SIGN_CAMERA)
            if i == still:
                Image.fromarray(before).save(folder / f"{name}.webp", quality=72, method=4)
            file.add(before)
    partial.replace(folder / f"{name}.mp4")


def _alike(placed: Placed, a: int, b: int) -> bool:
    """Whether two frames cannot be told apart at this size."""
    moved = np.abs(placed.positions[a] - placed.positions[b]).max()
    return bool(moved < 4e-4 and np.abs(placed.rotations[a] - placed.rotations[b]).max() < 8e-3)


def clearest(made: Motion, count: int) -> list[int]:
    """Frames of a sign alone that show it best: one near its end, or `count` of them spread over it."""
    own = np.flatnonzero(made.unit >= 0)
    shares = np.linspace(0.3, 1.0, count) if count > 1 else np.array([_CLEAREST])
    return [int(own[round(share * (len(own) - 1))]) for share in shares]


def hand_still(name: str, folder: Path) -> str:
    """Write a picture of a handshape, from the front and turned, if it is not there; gives its file name."""
    angles = np.round(handshape(name), 4).tolist()
    file = folder / f"hand-{_named(name, [angles, __version__, _HAND])}.webp"
    if file.is_file():
        return file.name
    pose = _raised().copy()
    pose[RIGHT_HAND] = handshape(name)
    placed = _scene().place(pose, np.zeros(10))
    middle = placed.positions[INDEX["right_middle1"]] + np.array([0.016, 0.010, 0.0])
    views = []
    for turn in (0.0, _AROUND):
        eye = middle + 1.2 * np.array([np.sin(turn), 0.12, np.cos(turn)])
        views.append(_drawing(_HAND).render(placed, Camera(tuple(eye), tuple(middle), 0.185)))
    partial = file.with_suffix(".partial.webp")
    Image.fromarray(np.hstack(views)).save(partial, quality=78, method=4)
    partial.replace(file)
    return file.name


@cache
def _raised() -> NDArray[np.float64]:
    """A pose with the right hand raised, its palm to the front."""
    made = motion(Entry("letter", letters()["B"], "letters"), FPS)
    return np.asarray(made.poses[clearest(made, 1)[0]])


def contact_sheet(entries: Sequence[Entry], path: Path, count: int = 5, cell: tuple[int, int] = (280, 260)) -> None:
    """Write a picture with two rows for each entry, its moments from the front and from the side.

    Raises:
        LexiconError: a posture that an arm cannot take.
    """
    width, height = cell
    bar = 24
    page = Image.new("RGB", (count * width, len(entries) * 2 * (height + bar)), (247, 248, 250))
    draw, scene, drawing, top = ImageDraw.Draw(page), _scene(), _drawing(cell), 0
    for entry in entries:
        made = motion(entry)
        frames = clearest(made, count)
        for view, looking in (("front", _SIGN_CAMERA), ("side", CAMERAS["side"])):
            for column, i in enumerate(frames):
                placed = scene.place(made.poses[i], made.expression[i], made.transl[i])
                page.paste(Image.fromarray(drawing.render(placed, looking)), (column * width, top))
                title = f"{entry.name}   {i / made.fps:.2f} s" + ("   side" if view == "side" else "")
                middle = ((column + 0.5) * width, top + height + bar / 2)
                draw.text(middle, title, font=font(15), fill=(28, 34, 44), anchor="mm")
            top += height + bar
    page.save(path)


@cache
def _scene() -> Scene:
    return default_scene()


@cache
def _drawing(size: tuple[int, int]) -> GlRenderer | Painter:
    return renderer(_scene(), size)
