"""`nsa reality`: the lexicon, a bundle or fits against captures of people signing."""

from __future__ import annotations

import argparse
from pathlib import Path

from nsa_ros.errors import NsaError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help="folder of captures (docs/reality.md)")
    parser.add_argument("--bundle", default="reference", help="a bundle, or `reference` (default) for the lexicon")
    parser.add_argument("--only", choices=("letters", "words"), help="leave the other out")
    parser.add_argument("--seeds", type=int, default=10, help="renditions with natural variation (default 10)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="write sheets and confusion matrices")
    parser.add_argument(
        "--fits",
        type=Path,
        metavar="FOLDER",
        help="judge what `nsa fit DATA --out FOLDER` made of the captures instead",
    )
    parser.add_argument("--page", type=Path, metavar="FILE", help="with --fits and --pictures: write their page")


def run(arguments: argparse.Namespace) -> int:
    if arguments.page and not arguments.fits:
        raise NsaError("--page is the page of fits; say where they are with --fits FOLDER")
    if arguments.fits:
        from nsa_ros.reality.fits.check import check_fits

        for line in check_fits(arguments.data, arguments.fits, arguments.json, arguments.pictures, arguments.page):
            print(line, flush=True)
        return 0
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
