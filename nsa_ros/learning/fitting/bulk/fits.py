"""The folder of fits that a run writes, NAME.npz each, and what is there already."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np

from nsa_ros.capture.fitted import Fitted
from nsa_ros.learning.fitting.bulk.lot import SETTINGS_LABEL
from nsa_ros.learning.fitting.bulk.summary import Summary

_LABELS = ("text", "source", "license", "status", "expression_basis")


class Fit(NamedTuple):
    """What is to be known of a fit without its motion.

    Attributes:
        frames, fps: of the motion.
        quality: the report.
        labels: text and provenance.
    """

    frames: int
    fps: float
    quality: dict[str, Any]
    labels: dict[str, str]


class Fits:
    """A folder of fits made with the same settings.

    Attributes:
        root: of all that is written.
        folder: of the fits.
        key: names the settings.
    """

    def __init__(self, folder: Path, key: str) -> None:
        """Args:
        folder: to write.
        key: names the settings.
        """
        self.root = self.folder = folder
        self.key = key
        for partial in folder.rglob(".*.npz.*"):  # of a run that was killed
            with contextlib.suppress(OSError):
                partial.unlink()

    def path(self, name: str) -> Path:
        """Where the fit of a clip is."""
        return self.folder / f"{name}.npz"

    def there(self, name: str) -> Fit | None:
        """What there is of a clip, if it is whole and made with the same settings."""
        try:
            with np.load(self.path(name), allow_pickle=False) as data:
                if str(data[SETTINGS_LABEL]) != self.key:
                    return None
                labels = {key: str(data[key]) for key in _LABELS if key in data.files}
                frames, fps = len(data["unit"]), float(data["mocap_frame_rate"])
                return Fit(frames, fps, json.loads(str(data["quality"])), labels)
        except (OSError, KeyError, ValueError, EOFError, BadZipFile):
            return None

    def keep(self, name: str, fitted: Fitted) -> Fit:
        """Write a fit.

        Raises:
            NsaError: it cannot be written.
        """
        fitted.save(self.path(name))
        return Fit(len(fitted.motion), fitted.motion.fps, fitted.quality, fitted.labels)

    def notes(self) -> list[str]:
        """What a user should know of what was written."""
        return []

    def finish(self, summary: Summary) -> None:
        """The run has ended, or was stopped.

        Raises:
            NsaError: the summary cannot be written.
        """
        summary.write(self.root, self.key)
