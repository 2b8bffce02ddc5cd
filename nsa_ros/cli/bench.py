"""`nsa bench`: what this machine does with a bundle. docs/benchmarks.md is made by `nsa bench --all --write docs`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from nsa_ros.cli import options
from nsa_ros.errors import NsaError


def configure(parser: argparse.ArgumentParser) -> None:
    options.signer(parser)
    parser.add_argument("--texts", type=int, default=200, help="how many different texts (default 200)")
    parser.add_argument("--ros", action="store_true", help="the node, from another process: latency, jitter, memory")
    parser.add_argument(
        "--streams",
        nargs="?",
        const="",
        metavar="LIST",
        help="many streams in one process, e.g. 1,4,16,64,256; with --ros, that many nodes",
    )
    parser.add_argument("--settings", action="store_true", help="threads, spinning and batches of ONNX Runtime")
    parser.add_argument("--compare", action="store_true", help="beside torch, whole-sentence sampling and a lexicon")
    parser.add_argument("--robots", action="store_true", help="what following costs each robot whose URDF is here")
    parser.add_argument("--urdf", type=Path, metavar="DIR", help="folder of robots' URDF files, for --robots")
    parser.add_argument("--run", type=Path, metavar="RUN", help="training of the bundle, for torch in --compare")
    parser.add_argument("--all", action="store_true", help="everything that can be measured here, in 8 minutes or so")
    parser.add_argument("--seconds", type=float, default=4.0, help="to listen to each number of streams (default 4)")
    parser.add_argument(
        "--write", type=Path, metavar="DIR", help="write benchmarks.json, benchmarks.md and its plots into a folder"
    )
    parser.add_argument("--json", action="store_true", help="machine-readable")


def run(arguments: argparse.Namespace) -> int:
    from nsa_ros.cli.benchmark import document, machine, page, stages
    from nsa_ros.cli.benchmark.figures import rows

    plan = stages.planned(arguments, say)
    made = document.Document.of(document.about(plan.signer))
    failed = []
    for name in stages.chosen(arguments):
        if why_not := stages.missing(name):
            if not arguments.all:
                raise NsaError(f"{name}: {why_not}. `nsa doctor` says what to install")
            say(f"{name} is left out: {why_not}")
            continue
        say(f"== {name}")
        before, begun = machine.load(), time.perf_counter()
        try:
            made.add(name, stages.STAGES[name](plan), before)
        except Exception as error:
            if not arguments.all:
                raise
            say(f"{name} failed, the others go on: {type(error).__name__}: {error}")
            failed.append(name)
            continue
        say(f"{name} took {time.perf_counter() - begun:.0f} s")
        if arguments.write:
            document.write(made.merged(document.read(arguments.write)), arguments.write)
    if arguments.write:
        for file in page.write(arguments.write):
            say(f"wrote {file}")
    if arguments.json:
        print(document.dumped(made))
    else:
        for path, value in rows({"machine": made["machine"], **made["stages"]}):
            print(f"{path:<76} {value}")
    if failed:
        raise NsaError(f"not measured: {', '.join(failed)}; why stands above. Each can be measured alone")
    return 0


def say(what: str) -> None:
    """Progress, out of the way of `--json`."""
    print(what, file=sys.stderr, flush=True)
