"""Contact sheets: what was seen, the fit over it, and the figure, for every captured letter and word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from nsa_ros.body.proportions import resized
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.capture.landmarks import BODY
from nsa_ros.reality.captures import STILLS
from nsa_ros.reality.fits.agreement import hand_offsets
from nsa_ros.reality.fits.distance import medoid
from nsa_ros.reality.fits.reading import LETTERS, RIGHT, FittedClip
from nsa_ros.reality.pictures import FINGER_COLOURS, save
from nsa_ros.viewer.caption import font
from nsa_ros.viewer.film import renderer
from nsa_ros.viewer.overlay import STICKS, Lens, View
from nsa_ros.viewer.scene import Scene, camera

Array = NDArray[np.float64]

LETTER_CELL, WORD_CELL = (104, 104), (120, 104)
"""Width and height of a picture [pixels]."""

LETTERS_A_SHEET, WORDS_A_SHEET, MOMENTS = 9, 8, 5

_PAPER, _INK, _FAINT, _GROUND, _FIT = (255, 255, 255), (28, 34, 44), (110, 118, 130), (243, 243, 243), (20, 24, 32)
_FINE = 3
_GAP, _BETWEEN, _BAR, _FOOT = 12, 2, 18, 20
_CREDIT = (
    "Captures: landmarks of MediaPipe. borisgraudt/asl-ai (MIT / CC0-1.0), traduttore/traduttore-model (MIT), "
    "akashcodes23/Realtime-Sign-LanguageDetection (MIT),",
    "FowlDeadPool/sign-sentence-net (MIT), sign-language-processing/spoken-to-signed-translation (MIT).",
)


class Crop(NamedTuple):
    """A part of a picture, enlarged or reduced to a cell.

    Attributes:
        corner: upper left [pixels of the picture]. Shape (2,).
        scale: pixels of the cell over pixels of the picture.
        cell: width and height [pixels].
    """

    corner: Array
    scale: float
    cell: tuple[int, int]

    def at(self, points: Array) -> Array:
        """Where points of the picture are in the cell."""
        return (points - self.corner) * self.scale

    def lens(self, clip: FittedClip) -> Lens:
        """The fitted camera before the cell."""
        seen = clip.fitted.camera
        x, y = self.at(np.array(seen.centre))
        return Lens(seen.focal * self.scale, (float(x), float(y)), seen.position, self.cell)


def crop_around(points: Array, cell: tuple[int, int], room: float = 0.12) -> Crop:
    """The part of a picture that holds points (n, 2), NaN left out, and a margin of their extent."""
    there = points[np.isfinite(points).all(axis=-1)]
    low, high = there.min(axis=0), there.max(axis=0)
    scale = float(np.min(np.array(cell) / np.maximum((1 + 2 * room) * (high - low), 1.0)))
    return Crop((low + high) / 2 - np.array(cell) / 2 / scale, scale, cell)


def sticks(clip: FittedClip, frame: int, crop: Crop, fit: bool) -> Image.Image:
    """The landmarks of a frame as coloured lines; with the fit's over them, in black, or alone."""
    image = Image.new("RGB", (crop.cell[0] * _FINE, crop.cell[1] * _FINE), _GROUND)
    draw = ImageDraw.Draw(image)
    seen = np.where(clip.confidence[frame, :, None] > 0, crop.at(clip.points[frame]), np.nan)
    for a, b in STICKS:
        finger = a >= len(BODY)
        colour = FINGER_COLOURS[((b - len(BODY)) % 21 - 1) // 4] if finger else "#aaaaaa"
        _line(draw, seen[[a, b]], colour, 5 if fit else 2)
    if fit:
        placed = crop.at(clip.placed[frame])
        for a, b in STICKS:
            hand = (max(a, b) - len(BODY)) // 21
            if a < len(BODY) or clip.landmarks.seen[frame, hand]:
                _line(draw, placed[[a, b]], _FIT, 1)
    return image.resize(crop.cell, Image.Resampling.LANCZOS)


def _line(draw: ImageDraw.ImageDraw, ends: Array, colour: str | tuple[int, int, int], width: int) -> None:
    if np.isfinite(ends).all():
        draw.line([tuple(_FINE * ends[0]), tuple(_FINE * ends[1])], fill=colour, width=_FINE * width)


def letter_row(clip: FittedClip) -> list[Image.Image]:
    """One frame of a letter: landmarks of the hand, the fit over them, the hand as the same camera sees it, the figure
    from the front."""
    frame = _held(clip)
    crop = crop_around(clip.points[frame, RIGHT], LETTER_CELL)
    motion, scene = clip.fitted.motion, _scene(tuple(clip.fitted.proportions.items()))
    row = [sticks(clip, frame, crop, fit=False), sticks(clip, frame, crop, fit=True)]
    with View(scene, crop.lens(clip)) as view:
        row.append(Image.fromarray(view.picture(motion, frame)))
    drawing = renderer(scene, LETTER_CELL)
    row.append(Image.fromarray(drawing.render(scene.place(motion.poses[frame], motion.expression[frame]), _FRONT)))
    drawing.close()
    return row


_FRONT = camera("front")


@lru_cache(maxsize=4)
def _scene(proportions: tuple[tuple[str, float], ...]) -> Scene:
    return Scene(resized(default_skeleton(), dict(proportions), "fitted"))


def word_rows(clip: FittedClip) -> list[list[Image.Image]]:
    """Moments of a word, evenly spread over the time in which a hand is seen: landmarks; the fit over them; the figure
    as the same camera sees it."""
    seen = np.flatnonzero(clip.landmarks.seen.any(axis=1))
    frames = [int(seen[i]) for i in np.linspace(0, len(seen) - 1, MOMENTS).round().astype(int)]
    upper = [i for i, name in enumerate(BODY) if "hip" not in name and "elbow" not in name and "wrist" not in name]
    every = np.where(clip.confidence[..., None] > 0, clip.points, np.nan)
    held = np.concatenate([every[:, upper], every[:, len(BODY) :]], axis=1).reshape(-1, 2)
    crop = crop_around(held, WORD_CELL, 0.12)
    rows = [[sticks(clip, frame, crop, fit) for frame in frames] for fit in (False, True)]
    with View(_scene(tuple(clip.fitted.proportions.items())), crop.lens(clip)) as view:
        rows.append([Image.fromarray(view.picture(clip.fitted.motion, frame)) for frame in frames])
    return rows


def _held(clip: FittedClip) -> int:
    """The frame of a letter to show: the middle of those with a hand; of pictures the most typical one."""
    seen = np.flatnonzero(clip.right)
    return int(seen[medoid(clip.landmarks.hands[seen, 1])] if clip.source in STILLS else seen[len(seen) // 2])


def typical(clips: Sequence[FittedClip]) -> FittedClip:
    """The clip whose distance between fit and hands is the median: neither the best nor the worst; of those that are
    not to be rejected, if there are any."""
    clips = [clip for clip in clips if clip.report["verdict"] != "reject"] or clips
    away = [float(np.mean([np.median(row[0]) / row[1] for row in hand_offsets(clip)])) for clip in clips]
    return clips[int(np.argsort(away)[len(away) // 2])]


def _choices(clips: Sequence[FittedClip], kind: str) -> dict[str, list[FittedClip]]:
    """The typical clip of each source, by letter or word."""
    found: dict[str, dict[str, list[FittedClip]]] = {}
    for clip in clips:
        if clip.kind == kind and (clip.right.any() if kind == "letters" else clip.landmarks.seen.any()):
            found.setdefault(clip.text, {}).setdefault(clip.source, []).append(clip)
    return {text: [typical(group) for group in found[text].values()] for text in sorted(found)}


def draw_sheets(folder: Path, clips: Sequence[FittedClip]) -> Iterator[Path]:
    """Write `fits_letters_*.png` and `fits_words_*.png`; yields what is written."""
    letters = _choices(clips, "letters")
    blocks = [
        (text, [(clip.source, [letter_row(clip)]) for clip in letters[text]]) for text in LETTERS if text in letters
    ]
    legend = (
        "Columns: landmarks; fit (black) over them; the fitted hand before the same camera; the figure from the front"
    )
    yield from _sheets(folder, "letters", blocks, 3, LETTERS_A_SHEET, legend)
    words = _choices(clips, "words")
    pairs = [(f"{text}, {clip.source}", clip) for text, chosen in words.items() for clip in chosen]
    blocks = [(title, [("", word_rows(clip))]) for title, clip in pairs]
    legend = "Rows: landmarks; fit (black) over them; the figure before the same camera"
    yield from _sheets(folder, "words", blocks, 2, WORDS_A_SHEET, legend)


Block = tuple[str, list[tuple[str, list[list[Image.Image]]]]]


def _sheets(folder: Path, name: str, blocks: Sequence[Block], columns: int, count: int, legend: str) -> Iterator[Path]:
    for number, start in enumerate(range(0, len(blocks), count), start=1):
        path = folder / f"fits_{name}_{number}.png"
        save(_sheet(blocks[start : start + count], columns, legend), path)
        yield path


def _sheet(blocks: Sequence[Block], columns: int, legend: str) -> Image.Image:
    pictures = [_block(title, groups) for title, groups in blocks]
    wide = max(picture.width for picture in pictures) + _GAP
    rows = [pictures[i : i + columns] for i in range(0, len(pictures), columns)]
    heights = [max(picture.height for picture in row) + _GAP for row in rows]
    page = Image.new("RGB", (columns * wide + _GAP, sum(heights) + 3 * _FOOT), _PAPER)
    draw = ImageDraw.Draw(page)
    draw.text((_GAP, 4), legend, _INK, font=font(13))
    top = _FOOT + _GAP // 2
    for row, height in zip(rows, heights, strict=True):
        for column, picture in enumerate(row):
            page.paste(picture, (_GAP + column * wide, top))
        top += height
    for i, line in enumerate(_CREDIT):
        draw.text((_GAP, page.height - (1.9 - 0.8 * i) * _FOOT), line, _FAINT, font=font(11))
    return page


def _block(title: str, groups: Sequence[tuple[str, list[list[Image.Image]]]]) -> Image.Image:
    rows = [(source, row) for source, several in groups for row in several]
    wide, tall = (n + _BETWEEN for n in rows[0][1][0].size)
    picture = Image.new("RGB", (len(rows[0][1]) * wide, _BAR + len(rows) * tall), _PAPER)
    draw = ImageDraw.Draw(picture)
    draw.text((0, 0), title, _INK, font=font(14, bold=True))
    for r, (source, row) in enumerate(rows):
        for c, image in enumerate(row):
            picture.paste(image, (c * wide, _BAR + r * tall))
        if source:
            draw.text((3, _BAR + r * tall + 1), source, _FAINT, font=font(10))
    return picture
