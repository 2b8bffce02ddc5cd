"""Writing fits as the SMPL-X poses of How2Sign are released: the other way round from `how2sign`."""

from __future__ import annotations

import csv
import io
import json
import math
import pickle
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nsa_ros.capture.files import whole
from nsa_ros.capture.fitted import Fitted
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.clips import NO_EXPRESSION, listed, turned_about_x
from nsa_ros.learning.data.corpus import Part
from nsa_ros.learning.data.how2sign import ABOUT, FIELDS, About

_COLUMNS = (
    "VIDEO_ID", "VIDEO_NAME", "SENTENCE_ID", "SENTENCE_NAME", "START_REALIGNED", "END_REALIGNED", "SENTENCE", "fps",
)  # fmt: skip


@dataclass(frozen=True)
class Sentence:
    """A row of the table.

    Attributes:
        name: of the clip, which is also that of its folder.
        text: English.
        frames: of the clip.
        fps: of the clip.
    """

    name: str
    text: str
    frames: int
    fps: float


def clip_folder(folder: Path, split: Part, name: str) -> Path:
    """Where the frames of a clip are."""
    return folder / split / "poses" / name


def write_clip(folder: Path, split: Part, name: str, fitted: Fitted) -> None:
    """Write the frames of a clip; its folder appears when all of them are there, and replaces one that was there.

    Poses are relative to the flat hand. Root and translation are in the camera's axes (x right, y down, z away), and
    `cam_trans` is where the pelvis is in them [m].

    Raises:
        NsaError: they cannot be written.
    """
    place = clip_folder(folder, split, name)
    motion = fitted.motion
    fields: dict[str, NDArray[np.float64]] = {key: motion.poses[:, joints] for key, joints in FIELDS.items()}
    fields["smplx_root_pose"] = turned_about_x(motion.poses[:, 0], -math.pi)
    fields["smplx_shape"] = np.broadcast_to(fitted.betas, (len(motion), 10))
    fields["smplx_expr"] = motion.expression
    fields["cam_trans"] = (motion.transl - np.array(fitted.camera.position)) * [1.0, -1.0, -1.0]
    arrays = {key: values.reshape(len(motion), -1).astype(np.float32) for key, values in fields.items()}
    partial = ""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = tempfile.mkdtemp(prefix=f".{name}.", dir=place.parent)
        for frame in range(len(motion)):
            content = pickle.dumps({key: values[frame] for key, values in arrays.items()}, protocol=4)
            (Path(partial) / f"{name}_{frame}_3D.pkl").write_bytes(content)
        Path(partial).chmod(0o755)
        if place.exists():
            shutil.rmtree(place)
        Path(partial).rename(place)
    except OSError as error:
        raise NsaError(
            f"{place} cannot be written: {error.strerror or error}. Free space or give another --out"
        ) from error
    finally:
        if partial:
            shutil.rmtree(partial, ignore_errors=True)


def write_table(folder: Path, split: Part, sentences: Iterable[Sentence]) -> None:
    """Write `{split}/how2sign_realigned_{split}.csv` with one column more than the release has: `fps`.

    Raises:
        NsaError: it cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in sentences:
        said = " ".join(row.text.split())
        writer.writerow([row.name, row.name, 0, row.name, 0.0, f"{row.frames / row.fps:.4f}", said, f"{row.fps:.6g}"])
    with whole(folder / split / f"how2sign_realigned_{split}.csv") as file:
        file.write(text.getvalue().encode())


def write_about(folder: Path, labels: Iterable[Mapping[str, str]]) -> None:
    """Say whose motion it is and how it is written, so that `read_how2sign` does not take it for the release.

    Args:
        folder: of the layout.
        labels: of all fits in it.

    Raises:
        NsaError: it cannot be written, or fits are in different expression bases.
    """
    there = list(labels)

    def said(key: str) -> str:
        return listed(row.get(key) or "not stated" for row in there)

    bases = {row.get("expression_basis", NO_EXPRESSION) for row in there} - {NO_EXPRESSION}
    if len(bases) > 1:
        raise NsaError(
            f"{folder}: fits in the expression bases {', '.join(sorted(bases))}; write each to its own folder"
        )
    about = About("flat", next(iter(bases), NO_EXPRESSION), said("source"), said("license"), said("status"))
    with whole(folder / ABOUT) as file:
        file.write((json.dumps(asdict(about), indent=1, ensure_ascii=False) + "\n").encode())
