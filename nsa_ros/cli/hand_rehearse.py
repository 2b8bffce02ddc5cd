"""`nsa hand rehearse`: letters, digits, names and sentences on a robot in physics; figures, pictures and a film."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nsa_ros.errors import NsaError

if TYPE_CHECKING:
    from nsa_ros.robots.description.robot import Robot
    from nsa_ros.signing.player import Signer

SENTENCE = "My name is Ada. Please help my mother."
"""Of the film of a robot with arms."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("robots", nargs="*", metavar="robot", help="names or YAML files; --pages alone needs none")
    parser.add_argument("--urdf", type=Path, help="the URDF file, or a folder that holds it")
    parser.add_argument("--sentences", type=int, default=50, metavar="N", help="how many sentences (default 50)")
    parser.add_argument("--tempo", type=float, help="of signing, instead of the robot's own")
    parser.add_argument(
        "--find-tempo", action="store_true", help="find the fastest tempo at which every letter is reached, and use it"
    )
    parser.add_argument("--bundle", help="a model bundle that signs the sentences, instead of the reference signer")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="write figures (.json), page (.md), contact sheet and films there"
    )
    parser.add_argument(
        "--pages", action="store_true", help="write the pages of --out anew from the figures that are there"
    )
    parser.add_argument("--spell", metavar="NAME", help="spell this, film it (--film), and do nothing else")
    parser.add_argument("--film", type=Path, metavar="FILE", help="where to (.mp4 or .gif)")
    parser.add_argument(
        "--beside", action="store_true", help="print what dex-retargeting makes of A–Z beside ours, and do nothing else"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def run(arguments: argparse.Namespace) -> int:
    check(arguments)
    for name in arguments.robots:
        if arguments.spell is not None:
            spell(name, arguments)
            return 0
        if arguments.beside:
            print_beside(name, arguments)
            continue
        rehearse_one(name, arguments)
    if arguments.out is not None:
        from nsa_ros.rehearsal.page import write_pages

        for path in write_pages(arguments.out):
            print(f"wrote {path}", file=sys.stderr)
    return 0


def check(arguments: argparse.Namespace) -> None:
    """Raise NsaError for arguments that cannot work, before anything is loaded."""
    if not arguments.robots and not (arguments.pages and arguments.out):
        raise NsaError("name a robot (`nsa hand list` shows them), or give --pages with --out FOLDER")
    if arguments.out is not None and not arguments.out.is_dir():
        raise NsaError(f"--out {arguments.out}: no such folder; make it first")
    if arguments.sentences < 0:
        raise NsaError(f"--sentences is {arguments.sentences}; it must be 0 or more")
    if arguments.tempo is not None and not 0.02 <= arguments.tempo <= 4.0:
        raise NsaError(f"--tempo is {arguments.tempo}; it must be between 0.02 and 4")
    wrong = [sign for sign in (arguments.spell or "").upper() if not (sign.isascii() and sign.isalnum())]
    if wrong:
        raise NsaError(f"--spell: {wrong[0]!r} is no letter or digit of the manual alphabet")
    if (arguments.spell is None) != (arguments.film is None) or (arguments.film and len(arguments.robots) != 1):
        raise NsaError("--spell NAME and --film FILE go together, for one robot")


def spell(name: str, arguments: argparse.Namespace) -> None:
    """Film a robot in physics that spells a name."""
    from nsa_ros.rehearsal.film import alphabet_film
    from nsa_ros.rehearsal.physics import Simulation
    from nsa_ros.rehearsal.pictures import main_side
    from nsa_ros.rehearsal.play import play
    from nsa_ros.rehearsal.texts import spelled
    from nsa_ros.robots.description.robot import load_robot

    robot = load_robot(name, arguments.urdf)
    robot = robot if arguments.tempo is None else replace(robot, tempo=arguments.tempo)
    played = spelled(arguments.spell.upper(), robot.tempo, main_side(robot))
    factor = alphabet_film(arguments.film, robot, play(Simulation(robot), played), played)
    print(f"wrote {arguments.film}, {factor:g} times faster than signed")


def print_beside(name: str, arguments: argparse.Namespace) -> None:
    """Our retargeting beside dex-retargeting on the right hand, which spells."""
    from nsa_ros.rehearsal.beside import beside
    from nsa_ros.rehearsal.texts import LETTERS, spelled
    from nsa_ros.robots.description.robot import load_robot

    print(beside(load_robot(name, arguments.urdf), "right", spelled(LETTERS)))


def rehearse_one(name: str, arguments: argparse.Namespace) -> None:
    """Rehearse one robot, print what came of it, and write what was asked for."""
    from nsa_ros.rehearsal.rehearse import document, rehearse, save, summary
    from nsa_ros.robots.description.robot import load_robot

    robot = load_robot(name, arguments.urdf)
    if arguments.tempo is not None:
        robot = replace(robot, tempo=arguments.tempo)
    if arguments.find_tempo:
        from nsa_ros.rehearsal.tempo import find_tempo

        found = find_tempo(robot)
        why = f", limited by {found.slowest}" if found.slowest else ""
        missed = f"; not reached at any: {', '.join(found.missed)}" if found.missed else ""
        print(f"{robot.name}: tempo {found.tempo:g}{why}{missed}")
        robot = replace(robot, tempo=found.tempo)
    rehearsal, alphabet = rehearse(robot, arguments.sentences, _signer(arguments), _told)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(json.dumps(document(rehearsal), indent=1, ensure_ascii=False) if arguments.json else summary(rehearsal))
    if arguments.out is not None:
        from nsa_ros.rehearsal.film import alphabet_film, alphabet_sheet

        save(rehearsal, arguments.out / f"{robot.name}.json")
        picture, lag = arguments.out / f"{robot.name}.png", rehearsal.spelling.lag
        alphabet_sheet(picture, robot, alphabet.run, rehearsal.letters, lag)
        alphabet_film(arguments.out / f"{robot.name}.mp4", robot, alphabet.run, alphabet.played)
        if robot.arms:
            _film_sentence(robot, arguments.out / f"{robot.name}_sentence.mp4")


def _film_sentence(robot: Robot, path: Path) -> None:
    from nsa_ros.rehearsal.film import sentence_film
    from nsa_ros.rehearsal.physics import Simulation
    from nsa_ros.rehearsal.pictures import main_side
    from nsa_ros.rehearsal.play import play
    from nsa_ros.rehearsal.texts import signed

    played = signed(SENTENCE, robot.tempo, side=main_side(robot))
    sentence_film(path, robot, play(Simulation(robot), played), played, SENTENCE)


def _signer(arguments: argparse.Namespace) -> Signer | None:
    if arguments.bundle is None:
        return None
    from nsa_ros import resources
    from nsa_ros.signing.signer import ModelSigner

    return ModelSigner(resources.bundle(arguments.bundle), "auto")


def _told(what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{what[:70]:<72}", end="", file=sys.stderr, flush=True)
