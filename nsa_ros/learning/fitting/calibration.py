"""Where a detector's points lie on the figure: `python -m nsa_ros.learning.fitting.calibration DATA > anchors.yaml`.

The offsets of `capture/data/anchors.yaml` become unknowns of one fit of many captures, the same for all of them and the
mirror image of each other left and right. Each is held near where anatomy says it is; what a handful of people
cannot tell (a fingertip's offset along a finger that always lies in the picture's plane, say) stays there.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from torch import Tensor

from nsa_ros.capture.anchors import ANCHORS_FILE
from nsa_ros.capture.landmarks import BODY, HAND, Landmarks
from nsa_ros.capture.readers import ReadOptions, clips_in, read_clip
from nsa_ros.learning.fitting.evidence import gather
from nsa_ros.learning.fitting.figure import OpenFigure
from nsa_ros.learning.fitting.fit import lifted_start, minimise
from nsa_ros.learning.fitting.objective import Objective
from nsa_ros.learning.fitting.prior import shipped_prior
from nsa_ros.learning.fitting.settings import Settings
from nsa_ros.learning.fitting.unknowns import Unknowns

Array = NDArray[np.float64]

SOURCES = ("letters_borisgraudt", "captures_traduttore", "captures_akashcodes23", "captures_fowldeadpool")
"""Captures that offsets are learned from; letters_spoken_to_signed judges only."""

_BODY_SPREAD, _HAND_SPREAD = 0.015, 0.004
"""How far an offset may be from the first guess, as a standard deviation [m]."""

_PEOPLE = 4
"""Signers that the captures count for; there are about six, and frames of the same one are no new evidence."""

_ROWS = [name for name in BODY if not name.startswith("right_")]
_MIRROR = torch.tensor([-1.0, 1.0, 1.0])


def chosen(folder: Path, count: int, seed: int = 0) -> list[Landmarks]:
    """About as many clips of each source, at random; of sets of pictures 20 frames."""
    rng, clips = np.random.default_rng(seed), []
    for source in SOURCES:
        there = [one for one in clips_in(folder) if one.name.startswith(source)]
        for index in rng.permutation(len(there))[:count]:
            clip = read_clip(there[index], ReadOptions())
            clips.append(clip if clip.ordered else clip[slice(None, None, max(len(clip) // 20, 1))])
    return clips


def calibrate(clips: Sequence[Landmarks], settings: Settings) -> dict[str, Array]:
    """Offsets from the joint of each left or midline point of body and hand, besides those in the file [m]."""
    evidence, starts = gather(clips), [lifted_start(clip) for clip in clips]
    figure = OpenFigure()
    unknowns = Unknowns(starts, figure.shape_size, evidence.clip, torch.device("cpu"))
    objective = Objective(figure, evidence, shipped_prior(), settings, unknowns, starts)
    body = torch.zeros(len(_ROWS), 3, requires_grad=True)
    hand = torch.zeros(len(HAND), 3, requires_grad=True)
    first = figure.anchor_offsets.clone()

    def total() -> Tensor:
        figure.anchor_offsets = first + _everywhere(body, hand)
        kept = 0.5 * ((body / _BODY_SPREAD) ** 2).sum() + 0.5 * ((hand / _HAND_SPREAD) ** 2).sum()
        return objective() + kept / _PEOPLE

    minimise(total, [*unknowns.groups(), {"params": [body, hand], "lr": 1e-3}], settings.iterations)
    rows = dict(zip(_ROWS, body.detach().numpy(), strict=True))
    return rows | {f"hand {name}": row for name, row in zip(HAND, hand.detach().numpy(), strict=True)}


def _everywhere(body: Tensor, hand: Tensor) -> Tensor:
    """Left and midline offsets to all 58 points."""
    rows = [
        body[_ROWS.index(name.replace("right_", "left_"))] * (_MIRROR if name.startswith("right_") else 1.0)
        for name in BODY
    ]
    midline = torch.tensor([[float(name in _ROWS and not name.startswith("left_"))] for name in BODY])
    whole = torch.stack(rows) * torch.where(midline > 0, torch.tensor([0.0, 1.0, 1.0]), torch.ones(3))
    return torch.cat([whole, hand, hand * _MIRROR])


def main() -> None:
    """Print the table with the offsets found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of captures")
    parser.add_argument("--clips", type=int, default=30, help="of each source")
    arguments = parser.parse_args()
    found = calibrate(chosen(arguments.data, arguments.clips), Settings(iterations=300))
    table = yaml.safe_load(ANCHORS_FILE.read_text(encoding="utf-8"))
    for name, row in found.items():
        kind, _, point = name.rpartition(" ")
        before = table["hand"].get(point, [0, 0, 0]) if kind else table["body"][name]["offset"]
        moved = [round(float(a + b), 4) for a, b in zip(before, row, strict=True)]
        if kind:
            table["hand"][point] = moved
        else:
            table["body"][name]["offset"] = moved
    print(yaml.safe_dump(table, sort_keys=False, default_flow_style=None, width=120))


if __name__ == "__main__":
    main()
