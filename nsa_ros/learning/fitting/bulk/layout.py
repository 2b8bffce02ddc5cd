"""Fits of a run in the layout of How2Sign's poses besides, to train on."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from nsa_ros.capture.fitted import Fitted, load_fitted
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus import Part
from nsa_ros.learning.data.how2sign import SPLITS
from nsa_ros.learning.data.how2sign_writing import Sentence, clip_folder, write_about, write_clip, write_table
from nsa_ros.learning.fitting.bulk.fits import Fit, Fits
from nsa_ros.learning.fitting.bulk.summary import Summary
from nsa_ros.learning.fitting.bulk.task import Task

REJECTED = "reject"
"""Verdict of fits that are left out."""


class How2SignFits(Fits):
    """NAME.npz in `fits/`, and what was not rejected in `{split}/poses/`."""

    def __init__(self, folder: Path, key: str, tasks: Iterable[Task]) -> None:
        """Args:
            folder: to write.
            key: names the settings.
            tasks: of the run.

        Raises:
            NsaError: two clips would have the same name.
        """
        super().__init__(folder / "fits", key)
        self.root = folder
        self._place = places(tasks)
        self._there: dict[str, Fit] = {}
        for partial in folder.glob("*/poses/.*"):  # of a run that was killed
            shutil.rmtree(partial, ignore_errors=True)

    def there(self, name: str) -> Fit | None:
        fit = super().there(name)
        if fit:
            place = clip_folder(self.root, *self._place[name])
            if fit.quality.get("verdict") != REJECTED and not place.is_dir():
                write_clip(self.root, *self._place[name], load_fitted(self.path(name)))
            self._there[name] = fit
        return fit

    def keep(self, name: str, fitted: Fitted) -> Fit:
        split, clip = self._place[name]
        shutil.rmtree(clip_folder(self.root, split, clip), ignore_errors=True)
        fit = super().keep(name, fitted)
        if fit.quality.get("verdict") != REJECTED:
            write_clip(self.root, split, clip, fitted)
        self._there[name] = fit
        return fit

    def finish(self, summary: Summary) -> None:
        """Write tables of the clips that are there, whose they are, and the summary."""
        taken = self._taken()
        for split in SPLITS:
            rows = [
                Sentence(self._place[name][1], fit.labels.get("text", ""), fit.frames, fit.fps)
                for name, fit in taken.items()
                if self._place[name][0] == split
            ]
            if rows:
                write_table(self.root, split, sorted(rows, key=lambda row: row.name))
        if taken:
            write_about(self.root, [fit.labels for fit in taken.values()])
        summary.write(self.root, self.key)

    def notes(self) -> list[str]:
        taken = self._taken()
        lines, textless = [], sum(not fit.labels.get("text") for fit in taken.values())
        if rejected := len(self._there) - len(taken):
            lines.append(f"{rejected:,} rejected fits are only in {self.folder}")
        if textless:
            lines.append(f"{textless:,} clips have no text, without which they are not trained on: give --texts")
        return lines

    def _taken(self) -> dict[str, Fit]:
        return {name: fit for name, fit in self._there.items() if fit.quality.get("verdict") != REJECTED}


def places(tasks: Iterable[Task]) -> dict[str, tuple[Part, str]]:
    """Split and name of each clip in the layout, which has no folders below a split.

    The split is the clip's label `split`, or a folder whose name begins with it (`train_2D_keypoints`), or `train`.

    Raises:
        NsaError: two clips would have the same name.
    """
    found: dict[str, tuple[Part, str]] = {}
    of: dict[tuple[Part, str], str] = {}
    for task in tasks:
        labels = dict(task.labels)
        split = cast(Part, labels.get("split") or _split(task.name))
        place = split, labels.get("sentence_name") or task.name.replace("/", "__")
        if place in of:
            raise NsaError(f"{of[place]} and {task.name} would both be {place[1]} of {split}; rename one")
        found[task.name], of[place] = place, task.name
    return found


def _split(name: str) -> str:
    for part in name.split("/")[:-1]:
        if found := re.match(r"(train|val|test)(?![a-z])", part):
            return found[1]
    return "train"
