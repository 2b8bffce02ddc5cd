"""`nsa study`: films that fluent signers judge, and what their answers say."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nsa_ros.errors import NsaError


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="action", required=True)
    make = actions.add_parser("make", help="film sentences in three conditions and write the page that shows them")
    make.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    make.add_argument("--bundle", default="default", help="model bundle: a name under models/ or a folder")
    make.add_argument(
        "--baseline",
        default="lookup",
        choices=("lookup", "spelling"),
        help="what one would use otherwise: dictionary entries one after the other (default), or the whole sentence "
        "spelled",
    )
    make.add_argument("--texts", type=Path, metavar="FILE", help="one sentence a line, instead of drawn ones")
    make.add_argument("--count", type=int, default=24, help="how many sentences to draw (default 24)")
    make.add_argument("--seed", type=int, default=0, help="of sentences, signers and design (default 0)")
    make.add_argument("--size", default="640x480", metavar="WxH", help="of the films in pixels (default 640x480)")
    make.add_argument("--contact", default="", metavar="TEXT", help="who runs the study; stands on the first page")
    analyse = actions.add_parser("analyse", help="means, confidence intervals and plot from the participants' files")
    analyse.add_argument("answers", type=Path, nargs="+", metavar="ANSWERS", help="files that participants saved")
    analyse.add_argument("--study", type=Path, required=True, metavar="DIR", help="what `nsa study make` wrote")
    analyse.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")


def run(arguments: argparse.Namespace) -> int:
    return make(arguments) if arguments.action == "make" else analyse(arguments)


def make(arguments: argparse.Namespace) -> int:
    from nsa_ros.study.conditions import conditions
    from nsa_ros.study.making import StudySettings, make_study
    from nsa_ros.study.page import PAGE
    from nsa_ros.study.texts import draw_texts, read_texts

    if not 0 <= arguments.seed < 2**30:
        raise NsaError(f"--seed is {arguments.seed}; it must be between 0 and {2**30 - 1}")
    size = pixels(arguments.size)
    texts = read_texts(arguments.texts) if arguments.texts else draw_texts(arguments.count, arguments.seed)
    signers = conditions(arguments.bundle, arguments.baseline)
    made = {"bundle": arguments.bundle, "baseline": arguments.baseline}

    def progress(done: int, total: int) -> None:
        print(f"\r{done} of {total} films", end="\n" if done == total else "", file=sys.stderr, flush=True)

    settings = StudySettings(arguments.seed, size, arguments.contact, made)
    study = make_study(arguments.out, texts, signers, settings, progress if sys.stderr.isatty() else None)
    page = arguments.out / PAGE
    print(
        f"study {study.id}: {len(study.texts)} sentences, {len(study.films)} films, {len(study.groups)} groups.\n"
        f"{page}: for the participants; index.html?group=1 to {len(study.groups)} in turn, so that groups are even.\n"
        f"{arguments.out / 'manifest.json'}: the key to the films; keep it to yourself until the answers are in."
    )
    return 0


def pixels(text: str) -> tuple[int, int]:
    """Width and height from `640x480`.

    Raises:
        NsaError: something else, or a size that no film has.
    """
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and 64 <= int(width) <= 3840 and 64 <= int(height) <= 2160):
        raise NsaError(f"--size is {text!r}; give width x height in pixels, e.g. 640x480, from 64x64 to 3840x2160")
    return int(width), int(height)


def analyse(arguments: argparse.Namespace) -> int:
    from nsa_ros.study.analysis import analyse as analysed
    from nsa_ros.study.answers import read_answers
    from nsa_ros.study.manifest import read_manifest
    from nsa_ros.study.report import write_report

    study = read_manifest(arguments.study)
    answers, refused = read_answers(arguments.answers, study)
    for line in refused:
        print(f"left out: {line}", file=sys.stderr)
    if not answers:
        raise NsaError(f"none of {len(arguments.answers)} files can be used; nothing was written")
    result = analysed(answers, study)
    print(write_report(arguments.out, result, study, refused))
    return 0
