"""Pictures of a text as two signers sign it: each unit near its end, one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from nsa_ros.body.motion import Motion
from nsa_ros.viewer.caption import font
from nsa_ros.viewer.film import renderer
from nsa_ros.viewer.scene import camera, default_scene

_CELL = (150, 150)
_BAR, _HEAD, _SIDE = 20, 26, 84
_INK, _FAINT, _PAPER = (28, 34, 44), (122, 130, 142), (247, 248, 250)
_WHERE = 0.85
"""Where in a unit it is shown: a letter is reached, a movement nearly done."""


@dataclass(frozen=True)
class Row:
    """A signer's motion of the text.

    Attributes:
        name: of the signer.
        motion: `Motion.unit` indexes `units`.
        units: glosses, letters and numbers in signing order.
    """

    name: str
    motion: Motion
    units: Sequence[str]


def side_by_side(text: str, rows: Sequence[Row], view: str = "front") -> bytes:
    """A PNG: the text, and under it one row of pictures a signer, each unit under its name.

    Raises:
        NsaError: an unknown view.
    """
    width, height = _CELL
    columns = max(len(row.units) for row in rows)
    page = Image.new("RGB", (_SIDE + columns * width, _HEAD + len(rows) * (height + _BAR)), _PAPER)
    draw = ImageDraw.Draw(page)
    draw.text((8, _HEAD / 2), text, _INK, font=font(15, bold=True), anchor="lm")
    scene, looking = default_scene(), camera(view)
    drawing = renderer(scene, _CELL)
    try:
        for r, row in enumerate(rows):
            top = _HEAD + r * (height + _BAR)
            draw.text((8, top + height / 2), row.name, _INK, font=font(13), anchor="lm")
            for c, (frame, unit) in enumerate(zip(shown_frames(row), row.units, strict=True)):
                left = _SIDE + c * width
                placed = scene.place(row.motion.poses[frame], row.motion.expression[frame], row.motion.transl[frame])
                page.paste(Image.fromarray(drawing.render(placed, looking)), (left, top))
                at = (left + width / 2, top + height + _BAR / 2)
                draw.text(at, unit, _FAINT, font=font(11), anchor="mm")
    finally:
        drawing.close()
    buffer = BytesIO()
    page.quantize(96, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def shown_frames(row: Row) -> list[int]:
    """The frame of each unit that shows it."""
    frames = [np.flatnonzero(row.motion.unit == place) for place in range(len(row.units))]
    return [int(own[round(_WHERE * (len(own) - 1))]) for own in frames]
