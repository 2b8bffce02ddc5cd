"""`nsa train`: from a configuration to a trained, exported and evaluated bundle."""

from __future__ import annotations

import argparse

from nsa_ros.errors import NsaError

EVALUATE = "evaluate"


def configure(parser: argparse.ArgumentParser) -> None:
    from nsa_ros.learning.training import options

    options.configure(parser, (EVALUATE,))


def run(arguments: argparse.Namespace) -> int:
    if arguments.only != EVALUATE:
        from nsa_ros.learning.retraining import retrain

        retrain(arguments)
    elif arguments.bundle is None:
        raise NsaError("--only evaluate needs the folder of the bundle: --bundle OUT")
    if arguments.bundle is not None and arguments.only in (None, EVALUATE):
        evaluate(arguments)
    return 0


def evaluate(arguments: argparse.Namespace) -> None:
    """Judge the bundle as `nsa evaluate` does, with the report in RUN/evaluation, unless it has its figures."""
    from nsa_ros.cli import evaluate as verb
    from nsa_ros.signing.bundle import load_bundle

    if "quality" in load_bundle(arguments.bundle).description:
        print(f"evaluate: {arguments.bundle} has its figures")
        return
    data = ["--data", arguments.data[0]] if len(arguments.data) == 1 else []
    parser = argparse.ArgumentParser()
    verb.configure(parser)
    out = str(arguments.run / "evaluation")
    verb.run(parser.parse_args([str(arguments.bundle), *data, "--write", "--out", out]))
