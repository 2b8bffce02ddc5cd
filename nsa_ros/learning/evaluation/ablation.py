"""What each part of the network brings: one table, every row trained on the same corpus for as many updates.

`python -m nsa_ros.learning.evaluation.ablation CORPUS OUT [--updates N] [--texts N] [--only NAME ...] [--page FILE]`

A row is a configuration of `configs/ablation`. All are judged on the same unseen texts, of which they are given the
number of frames (the aligned ones: units and durations too), so that what is compared is the denoiser and what it is
told, not the planner. A row that is finished is skipped, one that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import ModelConfig, config_names, load_config
from nsa_ros.learning.data.corpus import Corpus, Passage
from nsa_ros.learning.data.phonology_source import PhonologySource
from nsa_ros.learning.data.reading import read_data
from nsa_ros.learning.evaluation.distances import mean_position_errors
from nsa_ros.learning.evaluation.distribution import fid
from nsa_ros.learning.evaluation.faithfulness import faithfulness
from nsa_ros.learning.evaluation.naturalness import smoothness
from nsa_ros.learning.evaluation.performances import Performance, reference, second_reference
from nsa_ros.learning.evaluation.recogniser.recogniser import Recogniser
from nsa_ros.learning.evaluation.scores import mean_dtw, unit_names
from nsa_ros.learning.evaluation.tables import Table
from nsa_ros.learning.evaluation.text_scores import error_rate
from nsa_ros.learning.training.performing import perform
from nsa_ros.learning.training.tasks import DenoiserTask
from nsa_ros.learning.training.trainer import averaged_weights, train
from nsa_ros.text.units import Kind

FOLDER = "ablation/"
WINDOW = 48
"""Frames of a piece of motion whose features make the FID."""

_LONGEST = 240
_ENOUGH = 4000
_BOUNDLESS = 10_000
_SCORES = "scores.json"
_COLUMNS = {
    "mpjpe": ("MPJPE", "mm", 1),
    "mpvpe": ("MPVPE", "mm", 1),
    "fid": ("FID", "", 2),
    "dtw": ("DTW", "mm", 1),
    "d_pair_ratio": ("d_pair_gt / d_pair_random", "", 2),
    "d_inter_over_intra": ("d_inter / d_intra", "", 1),
    "unit_error": ("units misread", "%", 0),
    "jerk_ratio": ("jerk", "×", 2),
    "parameters": ("parameters", "M", 2),
}


class Judge:
    """Scores performances of some unseen texts.

    Attributes:
        passages: the texts and their reference.
    """

    def __init__(self, corpus: Corpus, texts: int, recogniser: Recogniser) -> None:
        """
        Args:
            corpus: made by `nsa corpus build`; its part `test` is judged.
            texts: how many; those of more than `_LONGEST` frames are left out.
            recogniser: for units and for the features of FID.

        Raises:
            NsaError: fewer than four such texts.
        """
        distinct = {p.text: p for p in corpus.test if p.aligned and len(p.poses) <= _LONGEST}
        self.passages: list[Passage] = list(distinct.values())[:texts]
        if len(self.passages) < 4:
            raise NsaError(f"{len(self.passages)} test texts of at most {_LONGEST} frames; at least 4 are needed")
        kinds: dict[Kind, list[str]] = corpus.meta["units"]
        self._units = [(kind, name) for kind, names in kinds.items() for name in names]
        self._true = reference(self.passages)
        self._second = second_reference(self.passages, 0, PhonologySource())
        self._recogniser = recogniser

    def ceiling(self) -> dict[str, float]:
        """The reference signer's second rendition."""
        third = second_reference(self.passages, 1, PhonologySource())
        return self((self._second, third))

    def __call__(self, draws: tuple[Sequence[Performance], Sequence[Performance]]) -> dict[str, float]:
        """Scores of two draws of all texts; the names are those of the table."""
        first, again = ([p.poses for p in draw] for draw in draws)
        true = [p.poses for p in self._true]
        errors = mean_position_errors(first, true)
        found = faithfulness((first, again), (true, [p.poses for p in self._second]))["model"]
        seen = [self._recogniser.units(poses) for poses in first]
        return {
            "mpjpe": errors["mpjpe"],
            "mpvpe": errors["mpvpe"],
            "fid": fid(self._features(first), self._features(true)),
            "dtw": mean_dtw(draws[0], self._true),
            "d_pair_ratio": found["d_pair_ratio"],
            "d_inter_over_intra": found["d_inter_over_intra"],
            "unit_error": error_rate(seen, unit_names(self._true, self._units)),
            "jerk_ratio": smoothness(first, true, 24.0)["hands"]["jerk_ratio"],
        }

    def _features(self, motions: Sequence[np.ndarray]) -> np.ndarray:
        pieces = [m[at : at + WINDOW] for m in motions for at in range(0, len(m) - WINDOW // 2, WINDOW)]
        return self._recogniser.fid_features(pieces)


def judged_row(config: ModelConfig, corpus: Corpus, run: Path, judge: Judge) -> dict[str, Any]:
    """Train a configuration in `run` and judge it. NsaError as `trainer.train` and `performing.perform`."""
    task = DenoiserTask(config, corpus)
    train(task, config.train_denoiser, run)
    _, updates, seconds = averaged_weights(run, task.name)
    draws = []
    for draw in (0, 1):
        seeds = [10_000 * draw + place for place in range(len(judge.passages))]
        made = perform(config, run, corpus, judge.passages, seeds)
        draws.append([Performance(p.text, *m, []) for p, m in zip(judge.passages, made, strict=True)])
    return {
        "name": config.name,
        "base": config.base,
        "change": config.change,
        "ddim_steps": config.diffusion.steps,
        "updates": updates,
        "minutes": seconds / 60,
        "texts": len(judge.passages),
        "scores": judge((draws[0], draws[1])) | {"parameters": sum(p.numel() for p in task.model.parameters()) / 1e6},
    }


def ablation_table(rows: Sequence[dict[str, Any]], ceiling: dict[str, float]) -> Table:
    """All rows, the reference's second rendition last."""
    head = ["configuration", "change", "of", *(title for title, _, _ in _COLUMNS.values())]
    cells = [[f"`{r['name']}`", r["change"], f"`{r['base']}`", *_cells(r["scores"])] for r in rows]
    return Table(head, [*cells, ["reference", "a second rendition: the ceiling", "–", *_cells(ceiling)]])


def _cells(scores: dict[str, float]) -> list[str]:
    cells = []
    for key, (_, unit, places) in _COLUMNS.items():
        value = (100 if unit == "%" else 1) * scores.get(key, 0.0)
        shown = f"{value:.{places}f}" if value < _BOUNDLESS else f"over {_BOUNDLESS}"
        cells.append(f"{shown} {unit}".strip() if key in scores else "–")
    return cells


def page(rows: Sequence[dict[str, Any]], ceiling: dict[str, float]) -> str:
    """The table as a Markdown page that says how it came about."""
    updates = sorted({row["updates"] for row in rows})
    minutes = sum(row["minutes"] for row in rows)
    short = (
        f"> **A rehearsal, not a result:** {_ENOUGH} updates are meant, the rows had fewer. A row with a jerk many "
        "times\n> the reference's has hardly begun to learn; do not compare it with others.\n\n"
    )
    return f"""# What each part brings

{short if min(updates) < _ENOUGH else ""}{ablation_table(rows, ceiling).markdown()}

Made by `python -m nsa_ros.learning.evaluation.ablation` (`nsa_ros/learning/configs/ablation`): every row was
trained on the same synthetic corpus for {" or ".join(map(str, updates))} updates of 24 × 48 frames
({minutes:.0f} minutes by the clock in all) and judged on {rows[0]["texts"]} unseen texts of at most
{_LONGEST / 24:.0f} s. Every row is given the number of frames of the reference; the aligned ones are given its
units and durations, which in use the planner predicts. The text towers are trained with the rows, because CLIP's
weights cannot be had without network: `nsa-small` is the paper's network in all but that and its widths.

MPJPE, MPVPE and DTW are distances to one rendition of the reference: what another rendition by the reference signer
itself has stands in the last row. FID is between features of the recogniser over pieces of 2 s, few for so many
dimensions: read it as an order, not as a value. "Units misread" is the recogniser's unit error rate. Jerk is that of
the hands over the reference's. A network that signs the same whatever its noise has no d_intra to divide by. A budget
shows how fast networks learn, not where they would end.
"""


def main(arguments: list[str] | None = None) -> None:
    """Train and judge the rows, print the table."""
    known = [name.removeprefix(FOLDER) for name in config_names() if name.startswith(FOLDER)]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path, help="folder for runs and scores")
    parser.add_argument("--updates", type=int, default=_ENOUGH, help="of each row (default: %(default)s)")
    parser.add_argument("--texts", type=int, default=24, help="to judge (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=known, default=known, metavar="NAME", help=", ".join(known))
    parser.add_argument("--page", type=Path, help="write the table of all finished rows there, as Markdown")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads of torch")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    corpus = read_data(options.corpus)
    judge = Judge(corpus, options.texts, Recogniser.load())
    for name in options.only:
        file = options.out / name / _SCORES
        if not file.is_file():
            config = load_config(FOLDER + name)
            config = replace(config, train_denoiser=replace(config.train_denoiser, steps=options.updates))
            row = judged_row(config, corpus, file.parent, judge)
            file.write_text(json.dumps(row, indent=1), encoding="utf-8")
    rows = [
        json.loads(f.read_text(encoding="utf-8")) for name in known if (f := options.out / name / _SCORES).is_file()
    ]
    text = page(rows, judge.ceiling())
    print(text)
    if options.page:
        options.page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
