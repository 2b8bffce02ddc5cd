"""The strip under a film: the sentence, the units with the current one highlighted, and what this is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from nsa_ros.viewer.scene import Label

NOTE = "synthetic, not reviewed by Deaf signers"
"""The honest footer of every picture."""

_INK, _FAINT, _ACCENT, _PAPER = (28, 34, 44), (122, 130, 142), (196, 84, 40), (247, 248, 250)


@cache
def font(size: float, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which knows most scripts, from matplotlib's data; Pillow's own (ASCII) where that is missing."""
    found = find_spec("matplotlib")
    if found is not None and found.origin is not None:
        file = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / f"DejaVuSans{'-Bold' if bold else ''}.ttf"
        if file.is_file():
            return ImageFont.truetype(str(file), size)
    return ImageFont.load_default(size)


def words(labels: Sequence[Label]) -> list[list[int]]:
    """Indices of the labels, word by word: a sign alone, neighbouring letters of one word together."""
    groups: list[list[int]] = []
    for i, label in enumerate(labels):
        before = labels[i - 1] if i else None
        joined = before is not None and label.kind == before.kind == "letter" and label.span[0] <= before.span[1]
        if joined:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


@dataclass
class Caption:
    """Draws strips of one utterance; each distinct strip is drawn once.

    Attributes:
        sentence: the text that is signed; nothing is written when it is empty.
        labels: its units in signing order; `Motion.unit` indexes them.
        size: width and height of a strip [pixels].
        note: the small line at the bottom.
    """

    sentence: str
    labels: Sequence[Label]
    size: tuple[int, int]
    note: str = NOTE
    _drawn: dict[int, NDArray[np.uint8]] = field(default_factory=dict, repr=False)

    def strip(self, unit: int) -> NDArray[np.uint8]:
        """The strip while `unit` is signed (below 0: none). Shape (height, width, 3)."""
        if unit not in self._drawn:
            self._drawn[unit] = np.asarray(self._draw(unit if 0 <= unit < len(self.labels) else -1))
        return self._drawn[unit]

    def _draw(self, unit: int) -> Image.Image:
        width, height = self.size
        picture = Image.new("RGB", self.size, _PAPER)
        draw = ImageDraw.Draw(picture)
        large, middle, small = font(height * 0.26, bold=True), font(height * 0.155), font(height * 0.10)
        margin = height * 0.16
        draw.line([(0, 0), (width, 0)], fill=(214, 218, 224), width=2)
        self._write_units(draw, large, (margin, height * 0.36), width - 2 * margin, unit)
        span = self.labels[unit].span if unit >= 0 else (0, 0)
        self._write_sentence(draw, middle, (margin, height * 0.68), width - 2 * margin, span)
        draw.text((width - margin, height * 0.90), self.note, font=small, fill=_FAINT, anchor="rm")
        return picture

    def _write_units(
        self, draw: ImageDraw.ImageDraw, face: ImageFont.FreeTypeFont, at: tuple[float, float], room: float, unit: int
    ) -> None:
        pieces: list[tuple[str, int, float]] = []  # text, unit, space after
        em = float(face.size)
        for group in words(self.labels):
            letters = self.labels[group[0]].kind == "letter"
            if letters:
                pieces.append(("fs-", -2, 0.30 * em))
            for i in group:
                last = i == group[-1]
                pieces.append((self.labels[i].text, i, (0.85 if last else 0.36 if letters else 0.3) * em))
        widths = [draw.textlength(text, font=face) for text, _, _ in pieces]
        starts = np.cumsum([0.0, *(w + p[2] for w, p in zip(widths, pieces, strict=True))])
        shift = 0.0
        if starts[-1] > room and unit >= 0:
            own = next(i for i, piece in enumerate(pieces) if piece[1] == unit)
            shift = float(np.clip(starts[own] - room * 0.4, 0, starts[-1] - room))
        for (text, i, _), left, size in zip(pieces, starts, widths, strict=False):
            x, y = at[0] + float(left) - shift, at[1]
            if x + size < 0 or x > at[0] + room:
                continue
            if i == unit and unit >= 0:
                pad = 0.20 * em
                box = (x - pad, y - 0.66 * em, x + size + pad, y + 0.66 * em)
                draw.rounded_rectangle(box, radius=0.3 * em, fill=_ACCENT)
            current = i == unit and unit >= 0
            draw.text(
                (x, y), text, font=face, fill=(255, 255, 255) if current else _FAINT if i == -2 else _INK, anchor="lm"
            )

    def _write_sentence(
        self,
        draw: ImageDraw.ImageDraw,
        face: ImageFont.FreeTypeFont,
        at: tuple[float, float],
        room: float,
        span: tuple[int, int],
    ) -> None:
        first, last = span
        runs = ((self.sentence[:first], _FAINT), (self.sentence[first:last], _ACCENT), (self.sentence[last:], _FAINT))
        done, whole = (draw.textlength(text, font=face) for text in (self.sentence[:first], self.sentence))
        x = at[0] - float(np.clip(done - room * 0.4, 0, max(whole - room, 0)))
        for text, colour in runs:
            draw.text((x, at[1]), text, font=face, fill=colour, anchor="lm")
            x += draw.textlength(text, font=face)
