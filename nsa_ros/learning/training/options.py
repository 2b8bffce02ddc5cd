"""Options of `nsa train` and of `torchrun -m nsa_ros.learning.training.train`; imports no torch."""

from __future__ import annotations

import argparse
from pathlib import Path

STEPS = ("planner", "denoiser", "export")


def configure(parser: argparse.ArgumentParser, further: tuple[str, ...] = ()) -> None:
    """Add the options; `further` are steps that `--only` can name beside `STEPS`."""
    parser.add_argument("config", metavar="CONFIG", help="YAML file or name of a configuration (docs/model.md)")
    parser.add_argument(
        "--run", type=Path, required=True, metavar="DIR", help="folder of the run; it goes on from there"
    )
    parser.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="DIR[=WEIGHT]",
        help="data set to learn from, several to mix them by weight; without it the corpus that the configuration "
        "names is made in RUN/corpus",
    )
    parser.add_argument("--bundle", type=Path, metavar="OUT", help="export to this folder")
    parser.add_argument("--only", choices=(*STEPS, *further), help="one step instead of all that are not finished")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="CPU threads (default 2)")
    parser.add_argument("--device", default="auto", help="cpu, cuda, or auto for a GPU where there is one (default)")
    parser.add_argument(
        "--hours", type=float, help="of motion in the corpus that is made (default: the configuration's)"
    )
    parser.add_argument("--seed", type=int, help="of the corpus that is made")
    parser.add_argument("--plans", type=int, help="texts without motion in the corpus that is made")
    parser.add_argument("--drills", type=int, help="rounds of every unit signed once in the corpus that is made")
