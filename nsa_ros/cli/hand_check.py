"""`nsa hand check`: the mapping of a robot, what is wrong with it, which letters it shows, and how they look."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.cli.hand_table import limits_text, print_table
from nsa_ros.errors import NsaError

if TYPE_CHECKING:
    from nsa_ros.robots.checking.check import Drive
    from nsa_ros.robots.checking.finding import Finding
    from nsa_ros.robots.description.robot import Robot

Array = NDArray[np.float64]

_WAY, _HOLD = 12, 20
"""Frames from the flat hand to a handshape, as signers take, and those for which it is held."""


@dataclass(frozen=True)
class Letters:
    """How one hand shows the letters.

    Attributes:
        side: of the hand.
        named: what each letter is taken for; groups that no hand tells apart without an arm as `G or Q`.
        margins: by how much, logarithm; negative where another is likelier.
        best: letters that the hand can show in some pose: its ceiling.
        same: pairs of letters whose most legible poses are the same.
        poses: human poses, by letter [rad]. Shapes (55, 3).
        q: the robot's [rad]. Shape (26, n).
    """

    side: str
    named: dict[str, str]
    margins: dict[str, float]
    best: tuple[str, ...]
    same: tuple[tuple[str, str], ...]
    poses: dict[str, Array]
    q: Array

    @property
    def right(self) -> tuple[str, ...]:
        """Letters that are named right."""
        return tuple(letter for letter, margin in self.margins.items() if margin > 0)

    @property
    def share(self) -> float:
        """Letters named right, of those that the hand can show [-]."""
        return len(set(self.right) & set(self.best)) / max(len(self.best), 1)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("robot", help="name of a robot, or a YAML file")
    parser.add_argument("--urdf", metavar="FILE|DIR", help="its URDF, or a folder that holds it")
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="for the picture; here when left out")
    parser.add_argument("--json", action="store_true", help="machine-readable")


def run(arguments: argparse.Namespace) -> int:
    from nsa_ros.robots.checking.check import check, drives
    from nsa_ros.robots.description.robot import load_robot

    robot = load_robot(arguments.robot, arguments.urdf)
    rows, found = drives(robot), check(robot, human_letters())
    if not arguments.json:
        _describe(robot, rows, found)
        print("\nnow A–Z, which takes some seconds …", flush=True)
    letters, files = [], []
    for side in robot.hands:
        letters.append(try_letters(robot, side))
        if file := _picture(robot, letters[-1], arguments.out):
            files.append(str(file))
        if not arguments.json:
            _tell(letters[-1])
    if arguments.json:
        print(json.dumps(_told(robot, rows, found, letters, files), indent=1, ensure_ascii=False))
    for file in () if arguments.json else files:
        print(f"wrote {file}")
    return 1 if any(finding.level == "error" for finding in found) else 0


def human_letters() -> dict[str, Array]:
    """Both hands in the handshape of each letter. Shapes (55, 3) [rad]."""
    from nsa_ros.body.skeleton import JOINTS, LEFT_HAND, RIGHT_HAND
    from nsa_ros.phonology.handshapes import handshape
    from nsa_ros.rehearsal.legibility import letters

    poses = {}
    for letter, shape in letters().shapes.items():
        pose = np.zeros((len(JOINTS), 3))
        pose[RIGHT_HAND] = handshape(shape)
        pose[LEFT_HAND] = pose[RIGHT_HAND] * (1.0, -1.0, -1.0)
        poses[letter] = pose
    return poses


def try_letters(robot: Robot, side: str) -> Letters:
    """Each letter formed out of the flat hand and held, read by the classifier of handshapes; the ceiling of the hand.

    Raises:
        NsaError: no hand on that side.
    """
    from nsa_ros.rehearsal.ceiling import ceiling
    from nsa_ros.rehearsal.hand_geometry import OneHand
    from nsa_ros.rehearsal.legibility import Legibility
    from nsa_ros.robots.retarget import Retargeter

    hand, poses = OneHand(robot, side), human_letters()
    legibility = Legibility(hand.form)
    follow = Retargeter(replace(robot, arms={}))
    q = []
    for pose in poses.values():
        follow.reset(robot.rest)
        for share in np.minimum(np.arange(1, _WAY + _HOLD) / _WAY, 1.0):
            reached = follow(share * pose)
        q.append(reached)
    points = hand.of_robot(np.stack(q))
    named = [legibility.label(int(group)) for group in legibility.read(points).groups]
    margins = {letter: float(legibility.margins(at, letter)) for letter, at in zip(poses, points, strict=True)}
    most = ceiling(robot, side)
    return Letters(side, dict(zip(poses, named, strict=True)), margins, most.shown, most.same, poses, np.stack(q))


def _picture(robot: Robot, letters: Letters, folder: Path) -> Path | None:
    """The contact sheet; None, and why on stderr, where what draws is not installed."""
    import sys

    side = f"_{letters.side}" if len(robot.hands) > 1 else ""
    file = folder.expanduser() / f"{robot.name}{side}_letters.png"
    try:
        from nsa_ros.rehearsal.pictures import sheet

        file.parent.mkdir(parents=True, exist_ok=True)
        notes = [letters.named[letter] if letters.margins[letter] <= 0 else "" for letter in letters.poses]
        poses = np.stack(list(letters.poses.values()))
        sheet(file, robot, list(letters.poses), poses, letters.q, side=letters.side, notes=notes)
    except ImportError as error:
        print(f"no picture: {error}. Install it: pip install '.[film]' in the source folder", file=sys.stderr)
        return None
    except OSError as error:
        raise NsaError(f"--out {file}: {error.strerror or error}") from error
    return file


def _describe(robot: Robot, rows: tuple[Drive, ...], found: tuple[Finding, ...]) -> None:
    print(f"{robot.title}\n  {robot.file}\n  {robot.urdf.file} ({robot.source.license})\n")
    cells = [("joint", "of", "driven by", "range", "speed", "takes along")]
    for row in rows:
        span, speed = limits_text(row.lower, row.upper, row.velocity, row.slides)
        cells.append((row.joint, row.part, row.source, span, speed, ", ".join(row.followers)))
    print_table(cells)
    for controller in robot.controllers:
        print(f"\ncontroller {controller.name} ({controller.kind}): {len(controller.joints)} joints, in this order:")
        print("  " + ", ".join(controller.joints))
    print()
    for finding in found:
        print(finding)
    count = {level: sum(finding.level == level for finding in found) for level in ("error", "warning")}
    print(f"{count['error']} errors, {count['warning']} warnings")


def _tell(letters: Letters) -> None:
    lost = [letter for letter in letters.named if letter not in letters.best]
    print(f"\n{letters.side} hand: {len(letters.right)} of {len(letters.named)} letters are named right;", end=" ")
    print(f"its joints can show {len(letters.best)}" + (f" (not {' '.join(lost)})" if lost else ""))
    print(f"  of those that it can show, {100 * letters.share:.0f} % are named right")
    if letters.same:
        print("  the same on this hand: " + ", ".join(f"{a} and {b}" for a, b in letters.same))
    wrong = {letter: name for letter, name in letters.named.items() if letter not in letters.right}
    for letter, name in wrong.items():
        print(f"  {letter} looks like {name}" + ("" if letter in letters.best else ", as it must"))


def _told(
    robot: Robot, rows: tuple[Drive, ...], found: tuple[Finding, ...], letters: list[Letters], files: list[str]
) -> Mapping[str, Any]:
    return {
        "robot": robot.name,
        "title": robot.title,
        "yaml": str(robot.file),
        "urdf": str(robot.urdf.file),
        "joints": [row._asdict() for row in rows],
        "controllers": [asdict(controller) for controller in robot.controllers],
        "findings": [{**asdict(finding), "file": str(finding.file)} for finding in found],
        "letters": [
            {
                "side": tried.side,
                "named": tried.named,
                "right": tried.right,
                "can_show": tried.best,
                "same": tried.same,
                "share_of_ceiling": round(tried.share, 3),
            }
            for tried in letters
        ],
        "pictures": files,
    }
