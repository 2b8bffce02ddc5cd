"""A model is a folder: `model.yaml` and the ONNX files it names with their hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast, get_args

import numpy as np
import yaml

from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import Skeleton, default_skeleton, joint_index
from nsa_ros.errors import NsaError
from nsa_ros.signing.alignment import END
from nsa_ros.signing.ddim import Ddim
from nsa_ros.signing.representation import Representation
from nsa_ros.text.tokenizer import Vocabulary
from nsa_ros.text.units import Kind

FORMAT = 3
"""Version of the bundle format that this release reads and writes."""

DESCRIPTION = "model.yaml"

REMEDY = "Restore the folder from the release it came from, or export the model again."


class UnitName(NamedTuple):
    """An entry of the unit vocabulary."""

    text: str
    kind: Kind


@dataclass(frozen=True)
class Bundle:
    """A verified model on disk.

    Attributes:
        path: the folder.
        name: of the model.
        status: what it was made from and who has judged it; shown wherever its motion is.
        license: of the weights.
        skeleton: name of the skeleton whose proportions it was made for.
        fps: frames per second of its motion.
        chunks: frame counts of its denoiser graphs, ascending.
        ddim: sampler settings it was trained for.
        noise_window: frames over which its noise is smoothed (`noise.smoothing`).
        representation: of a frame.
        vocabulary: of the text, in the order of the text encoder's embeddings.
        optional: its words that a plan may leave unsigned although they have a sign; all others must be signed.
        choices: for each of its words the ids of the units that it may be signed as; a word that is not there may be
            signed as any.
        token_limit: tokens of one sentence, the end token included.
        units: the unit vocabulary; its first entry has the id `alignment.END` + 1.
        planner_state: width of the planner's recurrent state.
        denoiser_state: shape of the denoiser's recurrent state of one step.
        description: all of `model.yaml`, for people: provenance, parity, measured quality.
    """

    path: Path
    name: str
    status: str
    license: str
    skeleton: str
    fps: float
    chunks: tuple[int, ...]
    ddim: Ddim
    noise_window: int
    representation: Representation
    vocabulary: Vocabulary
    optional: frozenset[str]
    choices: Mapping[str, tuple[int, ...]]
    token_limit: int
    units: tuple[UnitName, ...]
    planner_state: int
    denoiser_state: tuple[int, int]
    description: Mapping[str, Any]

    def file(self, name: str) -> Path:
        """Path of one of the bundle's files."""
        return self.path / name

    def unit(self, unit_id: int) -> UnitName:
        """The unit of an id of the planner."""
        return self.units[unit_id - END - 1]


def load_bundle(path: str | Path, skeleton: Skeleton | None = None) -> Bundle:
    """Read and verify a bundle.

    Args:
        path: its folder.
        skeleton: the figure that will sign; the shipped one when left out.

    Raises:
        NsaError: no bundle there, an unreadable or incomplete description, an unknown format version, another skeleton,
            or a file that is missing, truncated or altered.
    """
    path = Path(path)
    description = _read(path / DESCRIPTION)
    version = description.get("format")
    if version != FORMAT:
        raise NsaError(
            f"{path / DESCRIPTION} has format {version!r}, this release reads {FORMAT}. "
            "Use the nsa_ros release it was exported with, or export it again."
        )
    try:
        bundle = _parse(path, description)
        if len(bundle.vocabulary) != int(description["vocabulary"]["size"]):
            raise ValueError(
                f"vocabulary of {len(bundle.vocabulary)} tokens, {description['vocabulary']['size']} expected"
            )
        files = {str(name): (int(entry["bytes"]), str(entry["sha256"])) for name, entry in description["files"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NsaError(f"{path / DESCRIPTION} is incomplete ({type(error).__name__}: {error}). {REMEDY}") from error
    for name, (size, digest) in files.items():
        _verify(path / name, size, digest)
    wanted = (skeleton or default_skeleton()).name
    if bundle.skeleton != wanted:
        raise NsaError(
            f"bundle {bundle.name!r} was made for the skeleton {bundle.skeleton!r}, the figure is {wanted!r}: hands "
            "would miss each other and the face. Use that skeleton, or train a bundle for this one (docs/model.md)."
        )
    return bundle


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise NsaError(f"no model bundle: {file} does not exist. Give the folder that holds {DESCRIPTION}.")
    try:
        description = yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise NsaError(f"{file} is not readable YAML ({error}). {REMEDY}") from error
    if not isinstance(description, dict):
        raise NsaError(f"{file} is not a mapping. {REMEDY}")
    return description


def _parse(path: Path, description: Mapping[str, Any]) -> Bundle:
    frame, diffusion, vocabulary = (description[key] for key in ("representation", "diffusion", "vocabulary"))
    rows, width = (int(n) for n in description["denoiser"]["state"])
    kinds = get_args(Kind)
    return Bundle(
        path=path,
        name=str(description["name"]),
        status=str(description["status"]),
        license=str(description["license"]),
        skeleton=str(description["skeleton"]),
        fps=float(description["fps"]),
        chunks=tuple(sorted(int(n) for n in description["chunks"])),
        ddim=Ddim(diffusion["schedule"], diffusion["prediction"], int(diffusion["steps"])),
        noise_window=int(diffusion["noise_window"]),
        representation=Representation(
            frame["rotation"],
            tuple(joint_index(name) for name in frame["joints"]),
            tuple(int(i) for i in frame["coefficients"]),
            np.array(frame["mean"], dtype=np.float64),
            np.array(frame["scale"], dtype=np.float64),
            named_pose("neutral"),
        ),
        vocabulary=Vocabulary.from_dict(vocabulary),
        choices={
            str(word): tuple(int(unit) for unit in units)
            for word, units in zip(vocabulary["words"], vocabulary["choices"], strict=True)
            if units
        },
        optional=frozenset(str(word) for word in vocabulary["optional"]),
        token_limit=int(description["text"]["tokens"]),
        units=tuple(UnitName(str(text), cast(Kind, kind)) for kind in kinds for text in vocabulary["units"][kind]),
        planner_state=int(description["planner"]["state"]),
        denoiser_state=(rows, width),
        description=description,
    )


def sha256(file: Path) -> str:
    """Hex digest of a file."""
    with file.open("rb") as stream:
        digest = hashlib.sha256()
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _verify(file: Path, size: int, digest: str) -> None:
    if not file.is_file():
        raise NsaError(f"model file {file} is missing. {REMEDY}")
    actual_size = file.stat().st_size
    if actual_size != size:
        raise NsaError(f"model file {file} has {actual_size} bytes, expected {size}: truncated or altered. {REMEDY}")
    actual = sha256(file)
    if actual != digest:
        raise NsaError(f"model file {file} is altered: its sha256 is {actual}, expected {digest}. {REMEDY}")
