"""`nsa corpus`: what models learn from: our corpus, signed by the reference signer, and data sets of others."""

from __future__ import annotations

import argparse
import json
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsa_ros.errors import NsaError

if TYPE_CHECKING:
    from nsa_ros.phonology.variation import Variation


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="action", required=True)
    build = actions.add_parser("build", help="write a corpus, or go on with one that was stopped")
    build.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    build.add_argument("--hours", type=float, required=True, help="of motion for training")
    build.add_argument("--seed", type=int, default=0, help="same seed, same bytes (default 0)")
    build.add_argument("--plans", type=int, default=0, help="further texts in signing order only, without motion")
    build.add_argument(
        "--drills", type=int, default=0, help="rounds of every unit signed once without a text, where many are rare"
    )
    build.add_argument(
        "--held-out", type=float, default=0.02, help="share of the hours for tuning, and as much for judging (0.02)"
    )
    build.add_argument("--figures", type=int, default=0, help="figures of other proportions besides the shipped one")
    build.add_argument(
        "--vary",
        default="",
        metavar="KIND=SIZE,...",
        help="sizes of natural variation that differ from the usual: tempo, amplitude, position, fingers, sway, rest, "
        "left_handed; `none` for no variation",
    )
    build.add_argument("--workers", type=int, default=2, help="processes (default 2)")
    build.add_argument("--json", action="store_true", help="print what was made as JSON")
    texts = actions.add_parser("texts", help="print sentences as they are drawn, and how they are signed")
    texts.add_argument("--count", type=int, default=20, help="how many (default 20)")
    texts.add_argument("--seed", type=int, default=0, help="same seed, same sentences (default 0)")
    show = actions.add_parser(
        "show", help="say what is in a corpus, a How2Sign release, AMASS-style files or a mixture"
    )
    keep = actions.add_parser("keep", help="convert such a data set to a corpus, which is read in seconds")
    keep.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    for action in (show, keep):
        action.add_argument("path", type=Path, help="folder, or the .yaml file of a mixture (docs/data.md)")
        action.add_argument(
            "--option", action="append", default=[], metavar="NAME=VALUE", help="of the data set, may be repeated"
        )
    show.add_argument("--dropped", action="store_true", help="name every clip that was left out")


def run(arguments: argparse.Namespace) -> int:
    return {"build": build, "texts": texts, "show": show, "keep": keep}[arguments.action](arguments)


def build(arguments: argparse.Namespace) -> int:
    from nsa_ros.learning.data.corpus_building import CorpusSettings, build_corpus
    from nsa_ros.learning.data.phonology_source import PhonologySource

    settings = CorpusSettings(
        hours=arguments.hours,
        seed=arguments.seed,
        plans=arguments.plans,
        drills=arguments.drills,
        held_out=arguments.held_out,
        figures=arguments.figures,
        variation=variation(arguments.vary),
    )
    source = PhonologySource(settings.variation, settings.figures)
    made = build_corpus(source, settings, arguments.out, arguments.workers)
    factor = made["real_time_factor"]
    speed = f"made {factor:g} times faster than real time" if factor else "no new motion"
    if arguments.json:
        print(json.dumps(made, indent=1))
    else:
        print(
            f"{arguments.out}: {made['hours']:g} h of motion and {sum(made['texts'].values())} texts in "
            f"{made['shards']} shards, {speed}.\n"
            "Synthetic, from signs authored in phonology, not reviewed by Deaf signers."
        )
    return 0


def variation(text: str) -> Variation:
    """The usual variation with some sizes changed, or none.

    Raises:
        NsaError: an unknown kind, or a size out of range.
    """
    from nsa_ros.phonology.variation import NATURAL, Variation

    if text == "none":
        return Variation()
    known = [field.name for field in fields(Variation)]
    sizes = {}
    for part in filter(None, text.split(",")):
        name, _, size = part.partition("=")
        try:
            sizes[name] = float(size)
        except ValueError:
            name = ""
        if name not in known:
            raise NsaError(f"--vary: {part!r} is not KIND=SIZE with one of {', '.join(known)}")
    return replace(NATURAL, **sizes)


def texts(arguments: argparse.Namespace) -> int:
    import numpy as np

    from nsa_ros.cli.sign import spelled
    from nsa_ros.phonology.grammar import translate
    from nsa_ros.phonology.sentences import default_sentences
    from nsa_ros.phonology.vocabulary import default_vocabulary
    from nsa_ros.text.tokenizer import tokenize

    if arguments.seed < 0 or arguments.count < 0:
        raise NsaError(f"--seed {arguments.seed} --count {arguments.count}: neither can be below 0")
    rng = np.random.default_rng(arguments.seed)
    for _ in range(arguments.count):
        text = default_sentences().draw(rng)
        units = [gloss.unit() for gloss in translate(tokenize(text, default_vocabulary()))]
        print(f"{text}\n    {spelled(units)}")
    return 0


def show(arguments: argparse.Namespace) -> int:
    from nsa_ros.learning.data.description import describe
    from nsa_ros.learning.data.reading import read_data

    corpus = read_data(arguments.path, **data_options(arguments.option))
    print("\n".join(describe(corpus, arguments.dropped)))
    return 0


def keep(arguments: argparse.Namespace) -> int:
    from nsa_ros.learning.data.description import describe
    from nsa_ros.learning.data.reading import read_data
    from nsa_ros.learning.data.shards import write_corpus

    corpus = read_data(arguments.path, **data_options(arguments.option))
    write_corpus(arguments.out, corpus)
    print("\n".join([*describe(corpus), f"wrote {arguments.out}"]))
    return 0


def data_options(given: list[str]) -> dict[str, Any]:
    """`NAME=VALUE` with YAML values.

    Raises:
        NsaError: no `=`.
    """
    import yaml

    wrong = [option for option in given if "=" not in option]
    if wrong:
        raise NsaError(f"--option {wrong[0]!r} is not NAME=VALUE, such as fps=30")
    return {name: yaml.safe_load(value) for name, _, value in (option.partition("=") for option in given)}
