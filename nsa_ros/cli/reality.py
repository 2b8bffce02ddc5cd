"""`nsa reality`: the lexicon or a bundle against captures of people signing."""

from __future__ import annotations

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help="folder of captures (docs/reality.md)")
    parser.add_argument("--bundle", default="reference", help="a bundle, or `reference` (default) for the lexicon")
    parser.add_argument("--only", choices=("letters", "words"), help="leave the other out")
    parser.add_argument("--seeds", type=int, default=10, help="renditions with natural variation (default 10)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="write sheets and confusion matrices")


def run(arguments: argparse.Namespace) -> int:
    from nsa_ros.reality.check import check

    for line in check(
        arguments.data,
        arguments.bundle,
        arguments.only,
        arguments.seeds,
        arguments.json,
        arguments.pictures,
    ):
        print(line, flush=True)
    return 0
