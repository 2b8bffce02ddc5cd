"""How2Sign with the SMPL-X poses released beside Neural Sign Actors (docs/data.md).

`{split}/poses/{NAME}/{NAME}_{frame}_3D.pkl`, one pickle a frame, and `how2sign_realigned_{split}.csv` with the texts.
Fits of our own in the same layout (`how2sign_writing`) have an `about.json` besides.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from nsa_ros.body.skeleton import BODY, JAW, JOINTS, LEFT_HAND, RIGHT_HAND
from nsa_ros.capture.mean_hand import MeanHand
from nsa_ros.capture.restricted_pickle import load_arrays
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.clips import SMPLX_EXPRESSION, Clip, Gathering, Language, turned_about_x
from nsa_ros.learning.data.corpus import Corpus, Part

SPLITS: tuple[Part, ...] = ("train", "val", "test")

FIELDS: dict[str, slice] = {
    "smplx_root_pose": slice(0, 1),
    "smplx_body_pose": BODY,
    "smplx_jaw_pose": slice(JAW, JAW + 1),
    "smplx_lhand_pose": LEFT_HAND,
    "smplx_rhand_pose": RIGHT_HAND,
}
"""Where each field of a frame goes in `JOINTS`. There is no eye pose: eyes look ahead. `smplx_shape` and `cam_trans`,
the camera's translation and not the root's, are not used."""

LOWER_BODY = slice(0, 12)
"""Root and joints up to the feet: SOKE leaves them out."""


ABOUT = "about.json"
"""Beside the splits of fits of our own."""


@dataclass(frozen=True)
class About:
    """What fits say of themselves, and what is known of the release.

    Attributes:
        hands: relative to the `mean` or the `flat` hand.
        expression_basis: of the coefficients.
        source, license, status: of the motion.
    """

    hands: Literal["mean", "flat"]
    expression_basis: str
    source: str
    license: str
    status: str


RELEASE = About(
    "mean",
    SMPLX_EXPRESSION,
    "How2Sign (Duarte et al., CVPR 2021), SMPL-X fitted by Neural Sign Actors (Baltatzis et al., CVPR 2024)",
    "CC BY-NC 4.0",
    "signed by people, poses fitted to video; no alignment of text and motion",
)


@dataclass(frozen=True)
class How2SignOptions:
    """How to read it.

    Attributes:
        fps: of all clips; 0 for the table's column `fps`, or else frames over the realigned duration, clip by clip.
        longest: clips of this length or longer are dropped [s]; 0 for no limit. SOKE's is 30.
        broken: file of names to drop, one a line.
        gap: frames in a row that may be missing and are filled; a clip with a longer gap is dropped.
        missing_hands: share of frames above which a clip is dropped whose hand was not found (all values 0).
        hands: whether hand poses are relative to the `mean` hand of SMPL-X or to the `flat` one; as `about.json` says,
            or else `mean`, if empty.
        smplx: licensed `SMPLX_*.npz`; with `hands: mean`, its mean hand is added so that poses are flat-hand ones.
        upright: turn the root by pi about x, from the camera's axes (y down) to those of SMPL-X (y up).
        upper_body: set root and legs to 0.
        limit: clips of each split at most; 0 for all.
    """

    fps: float = 0.0
    longest: float = 30.0
    broken: str | Path = ""
    gap: int = 5
    missing_hands: float = 0.5
    hands: Literal["mean", "flat", ""] = ""
    smplx: str | Path = ""
    upright: bool = True
    upper_body: bool = False
    limit: int = 0

    def __post_init__(self) -> None:
        for name, highest in (("fps", 1000), ("longest", math.inf), ("gap", 1000), ("missing_hands", 1)):
            if not 0 <= getattr(self, name) <= highest:
                raise NsaError(f"How2Sign option {name} is {getattr(self, name)}; it must be between 0 and {highest}")
        if self.hands not in ("mean", "flat", ""):
            raise NsaError(f"How2Sign option hands is {self.hands!r}; choose mean or flat")


def is_how2sign(folder: Path) -> bool:
    """Whether a folder is laid out as the release."""
    return any((folder / split / "poses").is_dir() for split in SPLITS)


def read_how2sign(folder: Path, options: How2SignOptions, language: Language | None = None) -> Corpus:
    """Read the splits that are there.

    Raises:
        NsaError: a table is missing, an option's file cannot be read, or no clip is left.
    """
    gathering = Gathering(language)
    about = _about(folder)
    options = replace(options, hands=options.hands or about.hands)
    broken = _names(options.broken)
    mean = MeanHand(Path(options.smplx)) if options.hands == "mean" and options.smplx else None
    for split in SPLITS:
        if not (folder / split / "poses").is_dir():
            continue
        rows = _table(folder, split)
        there = {path.name for path in (folder / split / "poses").iterdir() if path.is_dir()}
        for name in sorted(there - rows.keys()):
            gathering.drop(split, name, "no text in the table")
        chosen = list(rows)[: options.limit or None]
        for name in tqdm(chosen, desc=f"How2Sign {split}", disable=None):
            try:
                clip = _read(folder / split / "poses" / name, rows[name], options, mean, broken)
            except NsaError as error:
                gathering.drop(split, name, str(error))
            else:
                gathering.take(split, name, clip)
    return gathering.corpus(
        folder,
        kind="How2Sign",
        source=about.source,
        license=about.license,
        status=about.status,
        expression_basis=about.expression_basis,
        hands="flat" if options.hands == "flat" or mean else "mean",
        settings={key: str(value) if isinstance(value, Path) else value for key, value in asdict(options).items()},
        notes=_notes(options, mean),
    )


def _about(folder: Path) -> About:
    file = folder / ABOUT
    if not file.is_file():
        return RELEASE
    try:
        return About(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise NsaError(f"{file} does not say what `nsa fit --how2sign` writes there: {error}") from error


def _notes(options: How2SignOptions, mean: MeanHand | None) -> list[str]:
    notes = ["the shape of each signer is not used: poses are shown on the package's own figure"]
    if options.hands == "mean" and mean is None:
        notes.append(
            "hand poses are kept relative to the mean hand of SMPL-X, so fingers look straighter than they were: give "
            "smplx=SMPLX_NEUTRAL.npz to convert them"
        )
    return notes


def _names(file: str | Path) -> frozenset[str]:
    if not file:
        return frozenset()
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NsaError(f"list of broken clips {file} cannot be read: {error}") from error
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _table(folder: Path, split: str) -> dict[str, dict[str, str]]:
    """Rows by SENTENCE_NAME."""
    names = (f"how2sign_realigned_{split}_preprocessed_fps.csv", f"how2sign_realigned_{split}.csv")
    places = (folder, folder / split, folder / split / "re_aligned", folder / "re_aligned")
    file = next((place / name for name in names for place in places if (place / name).is_file()), None)
    if file is None:
        raise NsaError(
            f"no {names[1]} in {folder} or {folder / split}. It is How2Sign's re-aligned English translation: download "
            "it from https://how2sign.github.io and put it there"
        )
    rows = {row["SENTENCE_NAME"]: row for row in table_rows(file) if row.get("SENTENCE_NAME")}
    if not rows or "SENTENCE" not in next(iter(rows.values())):
        raise NsaError(f"{file} has no rows with SENTENCE_NAME and SENTENCE; it must be separated by tabs or commas")
    return rows


def table_rows(file: Path) -> Iterator[dict[str, str]]:
    """Rows of a table of texts: the release is separated by tabs and does not quote, SOKE's is an ordinary CSV."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        tabs = "\t" in opened.readline()
        opened.seek(0)
        reader = (
            csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE) if tabs else csv.DictReader(opened)
        )  # fmt: skip
        for row in reader:
            yield {key: _unquoted(value) for key, value in row.items() if key and isinstance(value, str)}


def _unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1].replace('""', '"') if len(value) > 1 and value[0] == value[-1] == '"' else value


def _read(
    place: Path, row: dict[str, str], options: How2SignOptions, mean: MeanHand | None, broken: frozenset[str]
) -> Clip:
    """One clip; NsaError says why it is left out."""
    if place.name in broken:
        raise NsaError(f"named in {options.broken}")
    if not place.is_dir():
        raise NsaError("no folder of poses")
    files = frame_files(place)
    frames = {number: frame for number, file in files.items() if (frame := _frame(file)) is not None}
    if not frames:
        raise NsaError(f"none of its {len(files)} frames is finite")
    numbers = np.array(list(frames))
    if (hole := int(np.diff(numbers).max(initial=1)) - 1) > options.gap:
        raise NsaError(f"{hole} frames in a row are missing; at most {options.gap} are filled (option gap)")
    poses, expression = (np.stack(values) for values in zip(*frames.values(), strict=True))
    for side, joints in (("left", LEFT_HAND), ("right", RIGHT_HAND)):
        share = float((poses[:, joints] == 0).all(axis=(1, 2)).mean())
        if share > options.missing_hands:
            raise NsaError(f"the {side} hand is missing in {share:.0%} of the frames (option missing_hands)")
    span = int(numbers[-1] - numbers[0]) + 1
    seconds = _number(row, "END_REALIGNED") - _number(row, "START_REALIGNED")
    fps = _rate(span, seconds, options.fps or _number(row, "fps"))
    if options.longest and max(span / fps, seconds) >= options.longest:
        raise NsaError(f"longer than {options.longest:g} s (option longest)")
    if mean:
        mean.add_to(poses)
    if options.upright:
        poses[:, 0] = turned_about_x(poses[:, 0], math.pi)
    if options.upper_body:
        poses[:, LOWER_BODY] = 0.0
    return Clip(row["SENTENCE"], poses, expression, (numbers - numbers[0]) / fps)


def frame_files(place: Path) -> dict[int, Path]:
    """Frames of a clip by number, in the order of their numbers: `_2_` before `_10_`."""
    pattern = re.compile(re.escape(place.name) + r"_(\d+)_3D\.pkl")
    found = [(int(match[1]), path) for path in place.iterdir() if (match := pattern.fullmatch(path.name))]
    if not found:
        raise NsaError(f"no {place.name}_<frame>_3D.pkl in {place}")
    return dict(sorted(found))


def _frame(file: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Pose (55, 3) and expression (10,) of a frame; None if a value is not finite."""
    arrays = load_arrays(file)
    pose = np.zeros((len(JOINTS), 3))
    for key, joints in FIELDS.items():
        pose[joints] = _field(file, arrays, key, 3 * (joints.stop - joints.start)).reshape(-1, 3)
    expression = _field(file, arrays, "smplx_expr", 10)
    return (pose, expression) if np.isfinite(pose).all() and np.isfinite(expression).all() else None


def _field(file: Path, arrays: dict[str, NDArray[Any]], key: str, size: int) -> NDArray[np.float64]:
    values = arrays.get(key)
    if values is None or values.size != size:
        found = "is missing" if values is None else f"has shape {values.shape}"
        raise NsaError(f"{file}: {key} {found}; {size} values are needed")
    return values.astype(np.float64).ravel()


def _rate(span: int, seconds: float, told: float) -> float:
    """Frames per second of a clip: as told, or else as many as its duration holds."""
    fps = told if not math.isnan(told) else span / seconds if seconds > 0 else math.nan
    if not 5 <= fps <= 240:
        raise NsaError(f"its frame rate of {fps:.3g} cannot be: the column fps is needed, or option fps for all clips")
    return fps


def _number(row: dict[str, str], key: str) -> float:
    try:
        return float(row[key])
    except (KeyError, ValueError):
        return math.nan
