#!/usr/bin/env python3
"""Is every precision of a bundle read as well as single precision? Unit errors, also into the bundle's model.yaml."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import _clone  # noqa: F401

from nsa_ros import resources
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.phonology_source import PhonologySource
from nsa_ros.learning.evaluation.evaluate import about_recogniser, check_same_language
from nsa_ros.learning.evaluation.precisions import errors_by_precision
from nsa_ros.learning.evaluation.recogniser.recogniser import Recogniser
from nsa_ros.learning.evaluation.unseen import draw_unseen
from nsa_ros.learning.export.description import add_to_description
from nsa_ros.phonology.sentences import default_sentences
from nsa_ros.signing.bundle import load_bundle


def work(name: str, texts: int) -> None:
    bundle, source, recogniser = load_bundle(resources.bundle(name)), PhonologySource(), Recogniser.load()
    units = check_same_language(bundle, source)
    unseen = draw_unseen(source, default_sentences().why, texts, Path("out") / "evaluation")
    report = errors_by_precision(bundle, unseen.passages, units, recogniser)
    for precision, row in report.items():
        beside = (
            f", {row['more']:+.2%} {row['interval']}, {row['read_alike']:.0%} of texts alike" if len(row) > 1 else ""
        )
        print(f"{precision}: unit error {row['unit_error']:.2%}{beside}")
    about = {"texts": len(unseen.passages), "recogniser": about_recogniser(recogniser)["sha256"]}
    add_to_description(bundle.path, back_translation={**about, **report})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", help="a name under models/ or a folder")
    parser.add_argument("--texts", type=int, default=100, help="how many unseen texts (default 100)")
    given = parser.parse_args()
    try:
        work(given.bundle, given.texts)
    except NsaError as error:
        sys.exit(f"{parser.prog}: {error}")
