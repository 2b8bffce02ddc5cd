"""Samples while a denoiser trains: contact sheets of what the averaged weights make beside the reference."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from nsa_ros.body.kinematics import forward
from nsa_ros.body.skeleton import INDEX, PARENTS, TIP_PARENTS, default_skeleton
from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.data.corpus import Corpus, Passage
from nsa_ros.learning.training.building import Motion
from nsa_ros.learning.training.performing import perform_with
from nsa_ros.learning.training.progress import Progress
from nsa_ros.learning.training.trainer import Weights

TEXTS, COLUMNS = 2, 8

_LEGS = {INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("hip", "knee", "ankle", "foot")}
_BONES = [(joint, PARENTS[joint]) for joint in range(1, len(PARENTS)) if joint not in _LEGS]
_BONES += [(len(PARENTS) + tip, joint) for tip, joint in enumerate(TIP_PARENTS)]


class Samples:
    """Draws `RUN/samples/UPDATE.png`: for some texts held out, made and reference frames side by side.

    Frames are made as `performing.perform_with` makes them, so that both show the same moments of the same text.
    """

    def __init__(self, config: ModelConfig, corpus: Corpus, motion: Motion, run: Path, device: torch.device) -> None:
        """
        Args:
            config: of the network.
            corpus: `TEXTS` of its part `val`, or of `train` where that is empty, are sampled.
            motion: the network in training and what belongs to it.
            run: folder.
            device: to sample on.
        """
        self._passages = (corpus.val or corpus.train)[:TEXTS]
        self._motion = motion._replace(model=copy.deepcopy(motion.model).to(device).eval())
        self._config, self._folder = config, run / "samples"

    def __call__(self, update: int, weights: Weights, progress: Progress) -> None:
        """Sample, draw, and say where the picture is; without matplotlib only say so."""
        try:
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from matplotlib.figure import Figure
        except ImportError:
            progress.line("no pictures of samples: `pip install matplotlib` brings them; training goes on")
            return
        self._motion.model.load_state_dict(weights)
        made = perform_with(self._motion, self._config, self._passages, range(len(self._passages)))
        figure = Figure(figsize=(1.6 * COLUMNS, 3.7 * len(self._passages)), dpi=80)
        canvas = FigureCanvasAgg(figure)
        sheets = np.atleast_1d(figure.subfigures(len(self._passages)))
        for sheet, passage, (poses, _) in zip(sheets, self._passages, made, strict=True):
            _draw(sheet, passage, poses)
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"{update:07d}.png"
        figure.savefig(file)
        progress.line(f"sample {file}")
        progress.picture(update, "samples", np.asarray(canvas.buffer_rgba())[..., :3])


def _draw(sheet: object, passage: Passage, made: NDArray[np.float64]) -> None:
    """Two rows of skeletons from the front, made above reference, at evenly spaced moments."""
    shown = np.linspace(0, len(made) - 1, COLUMNS + 2).round().astype(int)[1:-1]
    rows: Sequence[tuple[str, NDArray[np.float64], str]] = (
        ("made", made[shown], "#b3421b"),
        ("reference", passage.poses[shown].astype(np.float64), "#1f4e79"),
    )
    sheet.suptitle(passage.text if len(passage.text) < 100 else passage.text[:99] + "…", fontsize=10)  # type: ignore[attr-defined]
    axes = sheet.subplots(2, COLUMNS, gridspec_kw={"wspace": 0, "hspace": 0})  # type: ignore[attr-defined]
    sheet.subplots_adjust(left=0.03, right=0.995, top=0.88, bottom=0.01)  # type: ignore[attr-defined]
    for row, (name, poses, colour) in zip(axes, rows, strict=True):
        posed = forward(default_skeleton(), poses)
        points = np.concatenate([posed.positions, posed.tips], axis=1)[..., :2]
        row[0].set_ylabel(name, fontsize=9)
        for axis, frame, number in zip(row, points, shown, strict=True):
            for joint, parent in _BONES:
                thin = joint >= 25
                axis.plot(*frame[[joint, parent]].T, color=colour, linewidth=0.8 if thin else 1.6)
            axis.set(xlim=(-0.45, 0.45), ylim=(-0.15, 0.75), xticks=[], yticks=[], aspect="equal")
            axis.text(-0.43, -0.13, f"{number}", fontsize=7, color="0.5")
