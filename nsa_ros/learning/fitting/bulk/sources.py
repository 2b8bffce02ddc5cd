"""The work of a run as `nsa fit` means it: clips of a folder, read and fitted with the same settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsa_ros.body.motion import Motion
from nsa_ros.capture.fitted import Fitted
from nsa_ros.capture.landmarks import Landmarks
from nsa_ros.capture.readers import ClipReference, ReadOptions, read_clip
from nsa_ros.capture.regressor import read_regressor
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.bulk.task import Task, Work
from nsa_ros.learning.fitting.bulk.texts import Texts
from nsa_ros.learning.fitting.settings import Settings

if TYPE_CHECKING:
    from nsa_ros.learning.fitting.prior import Prior


@dataclass(frozen=True)
class Reader:
    """Reads clips with the same options."""

    options: ReadOptions
    mean_hand: Path | None = None

    def __call__(self, task: Task) -> tuple[Landmarks, Motion | None]:
        landmarks = read_clip(task.reference, self.options)
        if task.initial is None:
            return landmarks, None
        return landmarks, read_regressor(task.initial, len(landmarks), landmarks.fps, self.mean_hand)


@dataclass(frozen=True)
class Fitter:
    """Fits clips with the same settings."""

    settings: Settings
    prior: Prior | None = None

    def __call__(self, clips: Sequence[Landmarks], starts: Sequence[Motion | None]) -> list[Fitted]:
        import torch

        from nsa_ros.learning.fitting.clip import fit_landmarks

        if self.settings.device.startswith("cuda") and not torch.cuda.is_available():
            raise NsaError(f"--device {self.settings.device}: torch finds no GPU here; leave it out to fit on the CPU")
        return fit_landmarks(clips, self.settings, self.prior, starts)


def work(options: ReadOptions, settings: Settings, prior: Path | None = None, mean_hand: Path | None = None) -> Work:
    """What is done with each clip.

    Args:
        options: how it is read.
        settings: how it is fitted.
        prior: file of the pose prior; the shipped one when left out.
        mean_hand: licensed model, if estimates to start from are relative to its mean hand.

    Raises:
        NsaError: prior or licensed model cannot be read, or torch knows no such device.
    """
    import torch

    from nsa_ros.learning.fitting.fit import figure_of
    from nsa_ros.learning.fitting.prior import load_prior

    try:
        torch.device("cpu" if settings.device == "auto" else settings.device)
    except RuntimeError as error:
        raise NsaError(f"--device {settings.device!r} is no device of torch; give auto, cpu or cuda") from error
    if settings.smplx:
        figure_of(settings)
    said = {
        "read": {key: value for key, value in asdict(options).items() if key not in ("detector", "keep")},
        "fit": {key: _said(value) for key, value in asdict(settings).items() if key != "device"},
        "prior": hashlib.sha256(prior.read_bytes()).hexdigest() if prior and prior.is_file() else "",
    }
    key = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
    return Work(Reader(options, mean_hand), Fitter(settings, load_prior(prior) if prior else None), key)


def _said(value: Any) -> str:
    return value.name if isinstance(value, Path) else str(value)


def tasks(
    references: Sequence[ClipReference], texts: Texts, labels: Mapping[str, str], initial: Path | None = None
) -> list[Task]:
    """A task for each clip.

    Args:
        references: of the clips.
        texts: what is said in them.
        labels: of all of them: source, license …
        initial: SMPL-X estimate to start from; of several clips a folder with one for each that has one, NAME.npz,
            NAME.pkl or a folder NAME.

    Raises:
        NsaError: `initial` has an estimate for none of them.
    """
    if initial and len(references) == 1:
        starts = {references[0].name: initial}
    elif initial:
        places = {one.name: [initial / f"{one.name}{end}" for end in (".npz", ".pkl", "")] for one in references}
        starts = {name: found for name, paths in places.items() if (found := next(filter(Path.exists, paths), None))}
    else:
        starts = {}
    if initial and not starts:
        raise NsaError(
            f"{initial} has no estimate for any of {len(references)} clips, such as {references[0].name}.npz"
        )
    return [
        Task(one.name, one, tuple({**labels, **texts.of(one.name)}.items()), starts.get(one.name)) for one in references
    ]
