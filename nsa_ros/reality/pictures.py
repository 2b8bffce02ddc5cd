"""Pictures of the check: ours beside the captures, and who was taken for whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from nsa_ros.body.motion import Motion
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.reality.captures import Capture
from nsa_ros.reality.letters import LETTERS
from nsa_ros.reality.performance import Performer, frames_of, spelling
from nsa_ros.reality.recognition import BONES, dtw_to_each, hand_features, hold_of
from nsa_ros.reality.webcam import hand_points, see
from nsa_ros.reality.word_recognition import course
from nsa_ros.reality.words import WORDS, performed_word, strong
from nsa_ros.viewer.caption import font
from nsa_ros.viewer.film import renderer
from nsa_ros.viewer.scene import Camera, camera, default_scene

Array = NDArray[np.float64]

FINGER_COLOURS = ("#c8453b", "#d98a1f", "#5d9c3a", "#3383bd", "#8452ad")
_PAPER, _INK, _FAINT, _GROUND = (255, 255, 255), (28, 34, 44), (110, 118, 130), (243, 243, 243)
_FINE = 3  # times larger that sticks are drawn before they are brought to their size
_WORDS_CREDIT = (
    "Captures: landmarks of MediaPipe from webcams. traduttore/traduttore-model, akashcodes23/Realtime-Sign-Language"
    "Detection, FowlDeadPool/sign-sentence-net (MIT)."
)
_LETTERS_CREDIT = (
    "Captures: landmarks of MediaPipe. borisgraudt/asl-ai (MIT / CC0-1.0), traduttore/traduttore-model (MIT), "
    "sign-language-processing/spoken-to-signed-translation (MIT)."
)


def _bones(draw: ImageDraw.ImageDraw, points: Array, width: int) -> None:
    for k, (a, b) in enumerate(BONES):
        draw.line([tuple(points[a]), tuple(points[b])], fill=FINGER_COLOURS[k // 4], width=width)


def signer_sticks(capture: Capture, frame: int, size: tuple[int, int]) -> Image.Image:
    """One frame of a capture: head, arms and hands as lines, shoulders where those of the mannequin are."""
    width, height = size[0] * _FINE, size[1] * _FINE
    image = Image.new("RGB", (width, height), _GROUND)
    draw = ImageDraw.Draw(image)
    shoulders = capture.body[:, 1:3]
    middle = np.nanmedian(shoulders.mean(axis=1), axis=0)
    scale = 0.36 * width / np.nanmedian(np.linalg.norm(shoulders[:, 0] - shoulders[:, 1], axis=-1))

    def at(points: Array) -> Array:
        return (points - middle) * [scale, -scale] + [width / 2, 0.52 * height]

    nose, left, right, left_elbow, right_elbow, left_wrist, right_wrist = at(capture.body[frame])
    arms = [(left, right), (left, left_elbow), (left_elbow, left_wrist), (right, right_elbow)]
    for a, b in [*arms, (right_elbow, right_wrist)]:
        if np.isfinite([a, b]).all():
            draw.line([tuple(a), tuple(b)], fill="#aaaaaa", width=2 * _FINE)
    if np.isfinite(nose).all():
        r = 0.08 * width
        draw.ellipse([nose[0] - r, nose[1] - 1.3 * r, nose[0] + r, nose[1] + 1.1 * r], outline="#aaaaaa", width=_FINE)
    for hand in capture.hands[frame, :, :, :2]:
        if np.isfinite(hand).all():
            _bones(draw, at(hand), _FINE)
    return image.resize(size, Image.Resampling.LANCZOS)


def hand_sticks(hand: Array, size: int) -> Image.Image:
    """A hand (21, 2 or 3) as lines, filling a square."""
    side = size * _FINE
    image = Image.new("RGB", (side, side), _GROUND)
    low, high = hand[:, :2].min(axis=0), hand[:, :2].max(axis=0)
    points = (hand[:, :2] - (low + high) / 2) * [1, -1] * 0.86 * side / (high - low).max() + side / 2
    _bones(ImageDraw.Draw(image), points, 2 * _FINE)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def rendered(motion: Motion, frames: Sequence[int], size: tuple[int, int], view: Camera) -> list[Image.Image]:
    """Frames of our figure."""
    scene = default_scene()
    drawing = renderer(scene, size)
    try:
        return [
            Image.fromarray(drawing.render(scene.place(motion.poses[i], motion.expression[i]), view)) for i in frames
        ]
    finally:
        drawing.close()


def save(page: Image.Image, path: Path) -> None:
    """As a small PNG."""
    page.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


def word_sheet(
    path: Path,
    ours: Mapping[str, tuple[Motion, Sequence[int]]],
    captured: Mapping[str, Sequence[Capture]],
    frames: int = 5,
    size: tuple[int, int] = (132, 112),
) -> None:
    """Each word: our figure above, a captured sequence below, evenly spread in time, then the next source.

    Args:
        path: of the PNG.
        ours: motion of each word and its frames to choose from.
        captured: sequences of each word to show, one a source.
        frames: of each.
        size: of a picture [pixels].
    """
    columns = 2
    gap, bar = 14, 20
    depth = max(len(rows) for rows in captured.values()) + 1
    wide, tall = frames * size[0] + gap, depth * size[1] + bar + gap
    page = Image.new("RGB", (columns * wide + gap, -(-len(ours) // columns) * tall + 24), _PAPER)
    draw = ImageDraw.Draw(page)
    for n, (word, (motion, chosen)) in enumerate(ours.items()):
        left, top = gap + n % columns * wide, n // columns * tall + 4
        draw.text((left, top), f"{word}: ours, then {', '.join(c.source for c in captured[word])}", _INK, font=font(14))
        picked = [int(chosen[i]) for i in np.linspace(0, len(chosen) - 1, frames).round().astype(int)]
        rows = [rendered(motion, picked, size, camera("front"))]
        for capture in captured[word]:
            at = np.linspace(0, len(capture) - 1, frames).round().astype(int)
            rows.append([signer_sticks(capture, int(i), size) for i in at])
        for r, row in enumerate(rows):
            for c, picture in enumerate(row):
                page.paste(picture, (left + c * size[0], top + bar + r * size[1]))
    draw.text((gap, page.height - 20), _WORDS_CREDIT, _FAINT, font=font(12))
    save(page, path)


def confusion(path: Path, names: Sequence[str], tables: Mapping[str, Array], classes: Sequence[str]) -> None:
    """Confusion matrices side by side: rows what is signed, columns what it is named, shares as grey.

    Args:
        path: of the PNG.
        names: of the rows.
        tables: title and shares, each (rows, columns).
        classes: of the columns.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0 * len(tables), 0.9 + 6.1 * max(0.75, len(names) / len(classes))), dpi=90)
    FigureCanvasAgg(figure)
    for axes, (title, shares) in zip(figure.subplots(1, len(tables), squeeze=False)[0], tables.items(), strict=True):
        axes.imshow(np.nan_to_num(shares), cmap="Greys", vmin=0.0, vmax=1.0)
        axes.set_title(title, fontsize=9)
        axes.set_xticks(range(len(classes)), classes, rotation=90, fontsize=7)
        axes.set_yticks(range(len(names)), names, fontsize=7)
        for i, row in enumerate(shares):
            for j, share in enumerate(row):
                if share >= 0.05:
                    colour = "white" if share > 0.5 else "black"
                    axes.text(j, i, f"{100 * share:.0f}", ha="center", va="center", fontsize=5.5, color=colour)
    figure.tight_layout()
    figure.savefig(path)


def letter_sheet(path: Path, motion: Motion, captured: Mapping[str, Mapping[str, Array]], size: int = 84) -> None:
    """Each letter at the end of its hold: our hand, the same as landmarks in the webcam, and the captured ones.

    Args:
        path: of the PNG.
        motion: the alphabet, spelled; `motion.unit` counts its letters.
        captured: source and hand (21, 3) of each letter.
        size: of a picture [pixels].
    """
    columns, gap, bar = 3, 14, 18
    sources = list(next(iter(captured.values())))
    wide, tall = (2 + len(sources)) * size + gap, size + bar + 4
    page = Image.new("RGB", (columns * wide + gap, -(-len(captured) // columns) * tall + 46), _PAPER)
    draw = ImageDraw.Draw(page)
    draw.text((gap, 4), f"Each row: ours, ours as landmarks, {', '.join(sources)}", _INK, font=font(14))
    for n, (letter, hands) in enumerate(captured.items()):
        left, top = gap + n % columns * wide, 24 + n // columns * tall
        last = frames_of(motion, LETTERS.index(letter))[-1:]
        x, y, z = hand_points(last, "right", default_skeleton())[0].mean(axis=0)
        close = Camera((x, y, z + 1.2), (x, y, z), 0.19)
        row = rendered(last, [0], (size, size), close)
        row += [hand_sticks(hand, size) for hand in (see(last, letter).hands[0, 1], *hands.values())]
        draw.text((left, top), letter, _INK, font=font(14))
        for c, picture in enumerate(row):
            page.paste(picture, (left + c * size, top + bar))
    draw.text((gap, page.height - 20), _LETTERS_CREDIT, _FAINT, font=font(12))
    save(page, path)


def draw_letters(
    folder: Path, figures: dict[str, Any], captures: Sequence[Capture], judged: Performer
) -> Iterator[str]:
    """The pictures of the letters; yields what is written."""
    judge, row = next(iter(figures["static"].items()))
    letters = list(row["varied"]["named"])
    tables = {f"{source}, real; judge: {judge}": real["named"] for source, real in row["real_left_out"].items()}
    tables |= {f"{judged.name}, {row['varied']['alphabets']} varied alphabets; judge: {judge}": row["varied"]["named"]}
    path = folder / "reality_letters_confusion.png"
    confusion(path, letters, {t: _shares(named, letters, letters) for t, named in tables.items()}, letters)
    yield f"wrote {path}"
    shown: dict[str, dict[str, Array]] = {letter: {} for letter in LETTERS}
    for source in dict.fromkeys(c.source for c in captures):
        for letter in LETTERS:
            hands = np.concatenate([hold_of(c) for c in captures if c.source == source and c.name == letter])
            hands = hands[np.linspace(0, len(hands) - 1, min(len(hands), 100)).astype(int)]
            shape = hand_features(hands)
            apart = np.linalg.norm(shape[:, None] - shape[None], axis=-1)
            shown[letter][source] = hands[apart.sum(axis=0).argmin()]
    path = folder / "reality_letters.png"
    letter_sheet(path, judged(spelling(LETTERS), 0), shown)
    yield f"wrote {path}"


def draw_words(folder: Path, figures: dict[str, Any], captures: Sequence[Capture], judged: Performer) -> Iterator[str]:
    """The pictures of the words; yields what is written."""
    real: dict[str, dict[str, int]] = {}
    for half in figures["real_other_half"]:
        for name, named in half["named"].items():
            for other, count in named.items():
                real.setdefault(name, {})[other] = real.get(name, {}).get(other, 0) + count
    path, classes = folder / "reality_words_confusion.png", list(real)
    varied = figures["varied"]
    tables = {
        "captures, recogniser trained on the other half": _shares(real, classes, classes),
        f"{judged.name}, {varied['renditions']} varied renditions": _shares(varied["named"], classes, classes),
    }
    confusion(path, classes, tables, classes)
    yield f"wrote {path}"
    learnt = strong(captures)
    for part, words in enumerate((WORDS[:8], WORDS[8:]), start=1):
        ours, shown = {}, {}
        for word in words:
            motion = performed_word(judged, word)
            seen = np.flatnonzero(np.isfinite(see(motion, word).hands).all(axis=(2, 3)).any(axis=1))
            ours[word] = (motion, [int(frame) for frame in seen])
            own = [c for c in learnt if c.name == word]
            courses = np.stack([course(c) for c in own])
            apart = [np.median(dtw_to_each(one, courses)) for one in courses]
            shown[word] = [own[int(np.argmin(apart))]]
        path = folder / f"reality_words_{part}.png"
        word_sheet(path, ours, shown)
        yield f"wrote {path}"


def _shares(named: Mapping[str, Mapping[str, int]], rows: Sequence[str], columns: Sequence[str]) -> Array:
    """Who is named what, each row as shares; NaN for one that does not occur."""
    counts = np.array([[named.get(row, {}).get(column, 0) for column in columns] for row in rows], dtype=np.float64)
    total = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0)
