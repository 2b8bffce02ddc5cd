"""Folders of AMASS-style `.npz` motion files with text (docs/data.md), such as those that `nsa sign --out` writes."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from nsa_ros.body.skeleton import BODY, EYES, JAW, JOINTS, LEFT_HAND, RIGHT_HAND
from nsa_ros.capture.mean_hand import MeanHand
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.clips import (
    NO_EXPRESSION,
    SMPLX_EXPRESSION,
    Clip,
    Gathering,
    Language,
    listed,
    turned_about_x,
)
from nsa_ros.learning.data.corpus import Corpus, Part

PARTS: tuple[Part, ...] = ("train", "val", "test")

_KEYS: dict[str, slice] = {
    "global_orient": slice(0, 1),
    "root_orient": slice(0, 1),
    "body_pose": BODY,
    "pose_body": BODY,
    "jaw_pose": slice(JAW, JAW + 1),
    "pose_jaw": slice(JAW, JAW + 1),
    "leye_pose": slice(EYES.start, EYES.start + 1),
    "reye_pose": slice(EYES.start + 1, EYES.stop),
    "pose_eye": EYES,
    "left_hand_pose": LEFT_HAND,
    "right_hand_pose": RIGHT_HAND,
    "pose_hand": slice(LEFT_HAND.start, RIGHT_HAND.stop),
}
"""Arrays of SMPL-X (`smplx`) and of newer AMASS files, and where they go in `JOINTS`."""

_BODY, _HANDS = list(range(22)), list(range(LEFT_HAND.start, RIGHT_HAND.stop))
_WIDTHS: dict[int, list[int]] = {
    165: list(range(55)),
    159: [*_BODY, JAW, *_HANDS],
    156: [*_BODY, *_HANDS],
    66: _BODY,
    63: _BODY[1:],
}
"""Values a frame of the array `poses`: SMPL-X, the same without eyes, SMPL+H, root and body, body."""


@dataclass(frozen=True)
class AmassOptions:
    """How to read a folder.

    Attributes:
        fps: of files that do not say; 0 to leave them out.
        longest: clips of this length or longer are dropped [s]; 0 for no limit.
        up: axis that points up. AMASS is z up, SMPL-X y up; `auto` takes files with `global_orient` as y up, others
            as z up.
        hands: whether hand poses are relative to the `flat` hand (AMASS) or to the `mean` hand of SMPL-X.
        smplx: licensed `SMPLX_*.npz`; with `hands: mean`, its mean hand is added.
        held_out: share of the texts for `val`, and as much for `test`, unless there are folders of these names.
        license: of the data, in your words.
        source: where it comes from.
        limit: files at most; 0 for all.
    """

    fps: float = 0.0
    longest: float = 0.0
    up: Literal["auto", "y", "z"] = "auto"
    hands: Literal["flat", "mean"] = "flat"
    smplx: str | Path = ""
    held_out: float = 0.05
    license: str = ""
    source: str = ""
    limit: int = 0

    def __post_init__(self) -> None:
        for name, highest in (("fps", 1000), ("longest", math.inf), ("held_out", 0.4)):
            if not 0 <= getattr(self, name) <= highest:
                raise NsaError(f"option {name} is {getattr(self, name)}; it must be between 0 and {highest}")
        for name, allowed in (("up", ("auto", "y", "z")), ("hands", ("flat", "mean"))):
            if getattr(self, name) not in allowed:
                raise NsaError(f"option {name} is {getattr(self, name)!r}; choose one of {', '.join(allowed)}")


def read_amass(folder: Path, options: AmassOptions, language: Language | None = None) -> Corpus:
    """Read every `.npz` file below a folder.

    Raises:
        NsaError: a table that cannot be read, files of different expression bases, or no clip is left.
    """
    gathering, texts = Gathering(language), _texts(folder)
    mean = MeanHand(Path(options.smplx)) if options.hands == "mean" and options.smplx else None
    said: dict[str, set[str]] = {key: set() for key in ("license", "source", "status", "expression_basis")}
    parted = any((folder / part).is_dir() for part in PARTS)
    for file in tqdm(sorted(folder.rglob("*.npz"))[: options.limit or None], desc=folder.name, disable=None):
        name = file.relative_to(folder).as_posix()
        part: Part = "train"
        try:
            clip, words = _read(file, texts.get(name) or texts.get(name[: -len(".npz")]), options, mean)
            part = _folder_part(name) if parted else _part(clip.text, options.held_out)
        except NsaError as error:
            gathering.drop(part, name, str(error))
            continue
        gathering.take(part, name, clip)
        for key, word in words.items():
            said[key].add(word)
    bases = said.pop("expression_basis") - {NO_EXPRESSION}
    if len(bases) > 1:
        raise NsaError(
            f"{folder} mixes the expression bases {', '.join(sorted(bases))}; put each into a folder of its own"
        )
    return gathering.corpus(
        folder,
        kind="AMASS-style",
        source=options.source or listed(said["source"]) or "not stated",
        license=options.license or listed(said["license"]) or "not stated",
        status=listed(said["status"]) or "not stated",
        expression_basis=next(iter(bases), NO_EXPRESSION),
        hands="flat" if options.hands == "flat" or mean else "mean",
        settings={key: str(value) if isinstance(value, Path) else value for key, value in asdict(options).items()},
        notes=["shape and heading of each figure are not used"],
    )


def _texts(folder: Path) -> dict[str, str]:
    """Text of each file from `texts.csv` or `texts.tsv` with the columns `file` and `text`."""
    file = next((folder / name for name in ("texts.csv", "texts.tsv") if (folder / name).is_file()), None)
    if file is None:
        return {}
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened, delimiter="\t" if file.suffix == ".tsv" else ","))
    if not rows or not {"file", "text"} <= rows[0].keys():
        raise NsaError(f"{file} needs a first line with the columns file and text")
    return {row["file"]: row["text"] for row in rows if row["file"] and row["text"]}


def _folder_part(name: str) -> Part:
    first = name.split("/")[0]
    return next((part for part in PARTS if part == first), "train")


def _part(text: str, held_out: float) -> Part:
    """By a hash of the text, so that no text is in two parts."""
    number = int.from_bytes(hashlib.sha256(text.lower().encode()).digest()[:4], "big") / 2**32
    return "test" if number < held_out else "val" if number < 2 * held_out else "train"


def _read(file: Path, text: str | None, options: AmassOptions, mean: MeanHand | None) -> tuple[Clip, dict[str, str]]:
    """A clip, and what its file says of itself."""
    clip, words = read_motion(file, options, mean)
    text = text or _sidecar(file) or clip.text
    if not text:
        raise NsaError("no text: texts.csv, a .txt file of the same name, or an array `text` is needed")
    return replace(clip, text=text), words


def read_motion(file: Path, options: AmassOptions, mean: MeanHand | None = None) -> tuple[Clip, dict[str, str]]:
    """A motion, with the text that is in the file itself, and what the file says of itself.

    Raises:
        NsaError: it cannot be read, is not of a kind that `options` allow, or is a fit that was rejected.
    """
    try:
        with np.load(file, allow_pickle=False) as data:
            poses, turned = _poses(data), "z" if "global_orient" not in data else "y"
            expression = _expression(data, len(poses))
            fps = next((float(data[k]) for k in ("mocap_frame_rate", "mocap_framerate") if k in data), options.fps)
            words = {key: word for key in ("license", "source", "status") if (word := _word(data, key))}
            if signer := _word(data, "signer"):
                words.setdefault("source", f"nsa sign, {signer}")
            basis, text = _word(data, "expression_basis") or SMPLX_EXPRESSION, _word(data, "text")
            _not_rejected(_word(data, "quality"))
    except NsaError:
        raise
    except Exception as error:  # np.load can fail in any way on a damaged file
        raise NsaError(f"not a readable .npz of plain arrays ({error})") from error
    if not 1 <= fps <= 1000:
        raise NsaError(
            f"frame rate {fps:g}: mocap_frame_rate must be between 1 and 1000 (option fps for files without)"
        )
    if options.longest and len(poses) / fps >= options.longest:
        raise NsaError(f"longer than {options.longest:g} s (option longest)")
    if mean:
        mean.add_to(poses)
    if (turned if options.up == "auto" else options.up) == "z":
        poses[:, 0] = turned_about_x(poses[:, 0], -math.pi / 2)
    words["expression_basis"] = basis if expression.any() else NO_EXPRESSION
    return Clip(text, poses, expression, np.arange(len(poses)) / fps), words


def _not_rejected(quality: str) -> None:
    """Fits of `nsa fit` carry a report."""
    report = json.loads(quality) if quality else {}
    if report.get("verdict") == "reject":
        raise NsaError(f"a fit with the verdict reject: {'; '.join(report.get('reasons', []))}")


def _sidecar(file: Path) -> str:
    beside = file.with_suffix(".txt")
    return " ".join(beside.read_text(encoding="utf-8").split()) if beside.is_file() else ""


def _word(data: Mapping[str, Any], key: str) -> str:
    return str(data[key]).strip() if key in data else ""


def _poses(data: Mapping[str, Any]) -> NDArray[np.float64]:
    """Shape (F, 55, 3); joints that the file lacks are 0."""
    if "poses" in data:
        values = np.asarray(data["poses"], dtype=np.float64)
        values = values.reshape(len(values), -1)
        if values.shape[1] not in _WIDTHS:
            raise NsaError(
                f"poses has {values.shape[1]} values a frame; known are {', '.join(map(str, _WIDTHS))} "
                "(hands as axis-angle, not as PCA components)"
            )
        poses = np.zeros((len(values), len(JOINTS), 3))
        poses[:, _WIDTHS[values.shape[1]]] = values.reshape(len(values), -1, 3)
        return poses
    body = next((data[key] for key in ("body_pose", "pose_body") if key in data), None)
    if body is None:
        raise NsaError("no motion: an array poses, body_pose or pose_body is needed")
    poses = np.zeros((len(body), len(JOINTS), 3))
    for key, joints in _KEYS.items():
        if key in data:
            values, size = np.asarray(data[key], dtype=np.float64), 3 * (joints.stop - joints.start)
            if values.size != len(poses) * size:
                raise NsaError(
                    f"{key} has shape {values.shape}; ({len(poses)}, {size}) is needed (axis-angle, not PCA)"
                )
            poses[:, joints] = values.reshape(len(poses), -1, 3)
    return poses


def _expression(data: Mapping[str, Any], frames: int) -> NDArray[np.float64]:
    """The first ten coefficients. Shape (F, 10)."""
    if "expression" not in data:
        return np.zeros((frames, 10))
    values = np.asarray(data["expression"], dtype=np.float64)
    if values.ndim != 2 or values.shape[0] != frames or values.shape[1] < 10:
        raise NsaError(f"expression has shape {values.shape}; ({frames}, 10 or more) is needed")
    return values[:, :10]
