"""Reading motion: units and letters, English, and vectors for retrieval and FID."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nsa_ros import resources
from nsa_ros.learning.evaluation.recogniser.decoding import beam, isolated
from nsa_ros.learning.evaluation.recogniser.features import features
from nsa_ros.learning.evaluation.recogniser.files import Networks, read_recogniser
from nsa_ros.learning.evaluation.recogniser.landmarks import Landmarks, landmarks_of_motion
from nsa_ros.learning.evaluation.recogniser.spelling import Named, runs_of_units
from nsa_ros.learning.evaluation.recogniser.translator_task import padded
from nsa_ros.learning.evaluation.recogniser.vocabularies import Vocabularies
from nsa_ros.text.tokenizer import tokenize

Array = NDArray[np.float64]


class Recogniser:
    """Reads motion at 24 frames per second. Units are named by kind (`sign`, `letter`, `number`) and name, without ids,
    so that any bundle or corpus that shares the names can be read.

    Attributes:
        vocabularies: of units and text.
        description: all of `model.yaml`: provenance, licence, measured quality.
    """

    def __init__(self, networks: Networks, vocabularies: Vocabularies, description: Mapping[str, Any]) -> None:
        """`load` makes one from files."""
        self._networks = networks
        self.vocabularies = vocabularies
        self.description = description

    @classmethod
    def load(cls, path: str | Path | None = None) -> Recogniser:
        """The recogniser of a folder; the shipped one, `models/recogniser`, when left out.

        Raises:
            NsaError: there is none, or it is damaged.
        """
        return cls(*read_recogniser(Path(path) if path else resources.root() / "models" / "recogniser"))

    @property
    def dimensions(self) -> int:
        """Of the space of `motion_features` and `text_features`."""
        return int(self._networks.embedding.motion_out.out_features)

    def units(self, poses: Array, expression: Array | None = None) -> list[Named]:
        """The units of a motion in signing order, as (kind, name).

        Args:
            poses: axis-angle [rad]. Shape (F, 55, 3).
            expression: is not looked at: units differ by hands, arms and head. Shape (F, 10).
        """
        return self.units_of_landmarks(landmarks_of_motion(poses))

    def units_of_landmarks(self, landmarks: Landmarks, depth: bool = True) -> list[Named]:
        """The units that landmarks show at 24 frames per second; `depth` as in `features`."""
        found = beam(self._log_probabilities(landmarks, depth))
        return [self.vocabularies.units[unit - 1] for unit in found]

    def rank(self, landmarks: Landmarks, candidates: Sequence[Named], depth: bool = True) -> list[Named]:
        """Candidates for a clip of one unit, from the likeliest to the least.

        Args:
            landmarks: of the clip, at 24 frames per second.
            candidates: units; all known ones when empty.
            depth: as in `features`.
        """
        ids = [self.vocabularies.unit_ids[unit] for unit in candidates or self.vocabularies.units]
        return [self.vocabularies.units[i - 1] for i in isolated(self._log_probabilities(landmarks, depth), ids)]

    def translate(self, units: Sequence[Named]) -> str:
        """English for recognised units; empty for none. Units without a name here are left out."""
        known = [unit for unit in units if unit in self.vocabularies.unit_ids]
        translator = self._networks.translator
        row = self.vocabularies.source(known)[: translator.places.shape[1]]
        if not row:
            return ""
        made = translator.greedy(torch.tensor([row]), self.vocabularies.begin, self.vocabularies.end)
        runs = ["".join(name for _, name in known[first:end]).lower() for first, end in runs_of_units(known)]
        return self.vocabularies.english(made, runs)

    def motion_features(self, motions: Sequence[Array]) -> Array:
        """A vector of length 1 for each motion (F, 55, 3), near to that of its text. Shape (N, dimensions)."""
        rows = []
        for poses in motions:
            hidden, steps = self._hidden(landmarks_of_motion(poses), True)
            with torch.no_grad():
                rows.append(self._networks.embedding.of_motion(hidden, steps)[0].double().numpy())
        return np.stack(rows)

    def fid_features(self, motions: Sequence[Array]) -> Array:
        """Mean hidden state of the recogniser for each motion (F, 55, 3), for FID. Shape (N, width)."""
        return np.stack([self._hidden(landmarks_of_motion(poses), True)[0][0].mean(0).double() for poses in motions])

    def text_features(self, texts: Sequence[str]) -> Array:
        """A vector of length 1 for each text, near to those of its motions. Shape (N, dimensions).

        Raises:
            TextError: a text in which nothing can be signed.
        """
        ids = [[token.id for token in tokenize(text, self.vocabularies.text).tokens] for text in texts]
        rows = padded(ids)
        with torch.no_grad():
            vectors = self._networks.translator.tokens(rows)
            return np.asarray(self._networks.embedding.of_text(vectors, rows).double())

    def _hidden(self, landmarks: Landmarks, depth: bool) -> tuple[torch.Tensor, torch.Tensor]:
        rows = torch.from_numpy(features(landmarks, depth))[None]
        with torch.no_grad():
            return self._networks.recogniser.hidden(rows, torch.tensor([rows.shape[1]]))

    def _log_probabilities(self, landmarks: Landmarks, depth: bool) -> Array:
        hidden, _ = self._hidden(landmarks, depth)
        with torch.no_grad():
            order, _ = self._networks.recogniser.read(hidden)
        return np.asarray(order[0].log_softmax(-1).double())
