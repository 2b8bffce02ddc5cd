"""Motions of any folder to learn a prior from: files of AMASS's kind, fits, How2Sign's poses, corpora."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.motion import Motion
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.amass import AmassOptions, read_motion
from nsa_ros.learning.data.clips import listed
from nsa_ros.learning.data.how2sign import is_how2sign
from nsa_ros.learning.data.reading import read_data
from nsa_ros.learning.data.shards import MANIFEST

Array = NDArray[np.float64]

_MOST = 200_000
"""Frames that a prior is learned from; of more, every second one is taken until they are few enough."""

_RATE = 30.0
"""Of files that say none; a prior sees no time."""

_SAID = ("source", "license", "status")


class Motions:
    """What was read.

    Attributes:
        motions: thinned evenly if there are too many frames.
        labels: source, license, status of all of them.
        left_out: cause and number of files that could not be used.
    """

    def __init__(self, path: Path) -> None:
        """Args:
            path: a file or folder.

        Raises:
            NsaError: nothing is there, or nothing of it can be used.
        """
        self.motions: list[Motion] = []
        self.left_out: Counter[str] = Counter()
        self._said: dict[str, set[str]] = {key: set() for key in _SAID}
        step = 1
        for motion in self._read(path):
            self.motions.append(motion[::step])
            while sum(map(len, self.motions)) > _MOST:
                step *= 2
                self.motions = [one[::2] for one in self.motions]
        if not self.motions:
            causes = "; ".join(f"{cause} ({count})" for cause, count in self.left_out.most_common(3))
            raise NsaError(f"{path} has no motion to learn from: {causes or 'no .npz file'} (docs/data.md)")

    @property
    def labels(self) -> dict[str, str]:
        """Provenance."""
        return {key: listed(said) or "not stated" for key, said in self._said.items()}

    def _read(self, path: Path) -> Iterator[Motion]:
        if not path.exists():
            raise NsaError(f"{path} is not there; a folder of motions is needed (docs/data.md)")
        if path.is_dir() and ((path / MANIFEST).is_file() or is_how2sign(path)):
            yield from self._of_data(path)
        else:
            yield from self._of_files(sorted(path.rglob("*.npz")) if path.is_dir() else [path])

    def _of_data(self, path: Path) -> Iterator[Motion]:
        """Its training part."""
        corpus = read_data(path)
        for key in _SAID:
            self._said[key].add(str(corpus.meta.get(key, "not stated")))
        for passage in corpus.train:
            if len(passage.poses):
                yield _motion(np.asarray(passage.poses, dtype=np.float64))

    def _of_files(self, files: list[Path]) -> Iterator[Motion]:
        for file in files:
            try:
                clip, words = read_motion(file, AmassOptions(fps=_RATE))
                if not np.isfinite(clip.poses).all():
                    raise NsaError("values that are not finite")
            except NsaError as error:
                self.left_out[str(error)] += 1
                continue
            for key in _SAID:
                self._said[key].add(words.get(key, "not stated"))
            yield _motion(clip.poses)


def _motion(poses: Array) -> Motion:
    return Motion(poses, np.zeros((len(poses), 10)), np.zeros((len(poses), 3)), _RATE)
