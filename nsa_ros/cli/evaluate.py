"""`nsa evaluate`: a bundle judged on unseen texts, and the report page of it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsa_ros import resources
from nsa_ros.errors import NsaError

if TYPE_CHECKING:
    from nsa_ros.signing.signer import ModelSigner

STEPS = "1,2,4,8,16,50"
_SENTENCES, _NAMES = 3, 2
_WIDEST = 8
"""Units of a text that is shown."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", help="model bundle: a name under models/ or a folder")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="CORPUS",
        help="corpus whose test part is judged by; unseen texts are drawn and signed for the purpose when left out",
    )
    parser.add_argument("--texts", type=int, default=100, help="how many unseen texts (default 100)")
    parser.add_argument("--steps", default=STEPS, help=f"numbers of DDIM steps to compare (default {STEPS})")
    parser.add_argument(
        "--captures", type=Path, metavar="DIR", help="captures of people signing (docs/reality.md), to judge letters by"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the report (default out/evaluation/NAME)")
    parser.add_argument("--json", action="store_true", help="print all scores as JSON")
    parser.add_argument("--write", action="store_true", help="put the headline into the bundle's model.yaml")


def run(arguments: argparse.Namespace) -> int:
    steps = numbers(arguments.steps)
    folder = resources.bundle(arguments.bundle)
    from nsa_ros.learning.data.phonology_source import PhonologySource
    from nsa_ros.learning.evaluation.evaluate import check_same_language, evaluate, quality
    from nsa_ros.learning.evaluation.report import PAGE, write_report
    from nsa_ros.learning.evaluation.unseen import draw_unseen, unseen_of_data
    from nsa_ros.learning.export.description import add_to_description
    from nsa_ros.phonology.sentences import default_sentences
    from nsa_ros.signing.signer import ModelSigner

    signer = ModelSigner(folder, "cpu")
    why = default_sentences().why
    out = arguments.out or Path("out") / "evaluation" / signer.name
    if arguments.data:
        source, unseen = unseen_of_data(arguments.data, arguments.texts)
    else:
        source = PhonologySource()
        check_same_language(signer.bundle, source)
        say("drawing unseen texts and having the reference sign them")
        unseen = draw_unseen(source, why, arguments.texts, Path("out") / "evaluation")
    captured = letters_named(arguments.captures, signer) if arguments.captures else None
    say(f"{len(unseen.passages)} unseen texts, {len(unseen.named)} with an unseen name")
    result = evaluate(signer, unseen, source, why, recogniser(), steps, captured)
    say("drawing the report")
    write_report(result, out, pictures(signer, unseen))
    if arguments.write:
        add_to_description(folder, quality=quality(result))
    if arguments.json:
        print(json.dumps(result, indent=1, ensure_ascii=False))
    else:
        for row in result["targets"]:
            met = {True: "met", False: "MISSED", None: "not measured"}[row["met"]]
            print(
                f"{row['title']:<58}{row['measured']:>9}  reference {row['beside']:>7}  wanted {row['wanted']}: {met}"
            )
        for note in result["notes"]:
            print(note)
        print(f"wrote {out / PAGE}")
    return 0


def numbers(text: str) -> list[int]:
    """The numbers of steps that were given.

    Raises:
        NsaError: one that is no number from 1 to 1000.
    """
    try:
        found = [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        found = []
    if not found or not all(1 <= number <= 1000 for number in found):
        raise NsaError(f"--steps {text!r}: give whole numbers from 1 to 1000 with commas between, such as {STEPS}")
    return found


def say(what: str) -> None:
    """Progress, out of the way of `--json`."""
    print(what, file=sys.stderr, flush=True)


def recogniser() -> Any:
    """The shipped recogniser (`learning.evaluation.recogniser`), None if there is none."""
    if not (resources.root() / "models" / "recogniser").is_dir():
        return None
    from nsa_ros.learning.evaluation.recogniser.recogniser import Recogniser

    return Recogniser.load()


def letters_named(captures: Path, signer: ModelSigner) -> dict[str, int]:
    """Of 26 letters how many a recogniser built on real captures names right: of the model, and of the reference.

    The captures that handshapes were calibrated on are left out of the recogniser (docs/reality.md).
    """
    from nsa_ros.reality.captures import MOVING_LETTERS, read_letters
    from nsa_ros.reality.letters import check_letters, spelled_letters
    from nsa_ros.reality.performance import LexiconPerformer, SignerPerformer

    real = read_letters(captures)
    found = {}
    for name, performer in (("model", SignerPerformer(signer)), ("reference", LexiconPerformer())):
        say(f"letters of the {name} before the recogniser of captures")
        judged = check_letters(real, [spelled_letters(performer, seed) for seed in range(2)])
        still = next(row["plain"]["first"] for row in judged["static"].values() if not row["used_for_calibration"])
        moving = judged["moving"]["plain"]
        found[name] = still + sum(moving[letter].get(letter, 0) for letter in MOVING_LETTERS)
    return found


def pictures(signer: ModelSigner, unseen: Any) -> dict[str, bytes]:
    """A few texts of an `Unseen` as the reference and the model sign them, by caption."""
    from nsa_ros.body.motion import concatenate
    from nsa_ros.cli.side_by_side import Row, side_by_side

    texts = {p.text: p for p in unseen.named}
    plain = [p for p in unseen.passages if p.text not in texts and short(p)][:_SENTENCES]
    chosen = [*plain, *[p for p in unseen.named if short(p)][:_NAMES]]
    names = [unit.text for unit in signer.bundle.units]
    made: dict[str, bytes] = {}
    for passage in chosen:
        utterance = signer.sign(passage.text)
        motion = concatenate(list(utterance))
        rows = [of_reference(passage, names, signer.fps), Row("model", motion, [unit.text for unit in utterance.units])]
        kind = "an unseen name" if passage.text in texts else "an unseen text"
        made[f"“{passage.text}” ({kind}), from text alone: the reference above, the model below"] = side_by_side(
            passage.text, rows, "hands" if passage.text in texts else "front"
        )
    return made


def short(passage: Any) -> bool:
    """Whether all units of a `Passage` fit into a picture."""
    return 2 <= len(passage.plan) - 1 <= _WIDEST


def of_reference(passage: Any, names: list[str], fps: float) -> Any:
    """The reference's rendition of a `Passage` as a row of pictures."""
    import numpy as np

    from nsa_ros.body.motion import NO_UNIT, Motion
    from nsa_ros.cli.side_by_side import Row
    from nsa_ros.signing.alignment import END

    *units, _ = passage.plan
    labels = np.repeat([*range(len(units)), NO_UNIT], [p.frames for p in passage.plan])
    poses = passage.poses.astype(np.float64)
    motion = Motion(poses, passage.expression.astype(np.float64), np.zeros((len(poses), 3)), fps, labels)
    return Row("reference", motion, [names[planned.unit - END - 1] for planned in units])
