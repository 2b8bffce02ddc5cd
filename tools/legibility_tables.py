#!/usr/bin/env python3
"""Measure how legible letters are on robot hands, and write the tables of docs/robots-legibility.md anew.

    python tools/legibility_tables.py ceilings --urdf FOLDER     # some minutes
    python tools/legibility_tables.py captures --data FOLDER     # of captured letters, docs/reality.md
    python tools/legibility_tables.py beside --urdf FOLDER       # without dex-retargeting, our rows alone

Each part is kept in docs/robots/legibility.json; `--robot NAME` measures one robot anew and leaves the others. Run with
OMP_NUM_THREADS=1: the times are those of one core.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from nsa_ros.body.proportions import random_figure
from nsa_ros.body.skeleton import JOINTS, LEFT_HAND, RIGHT_HAND, default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.phonology.handshapes import handshape
from nsa_ros.rehearsal.beside import OURS, beside
from nsa_ros.rehearsal.ceiling import Ceiling, ceiling
from nsa_ros.rehearsal.hand_geometry import OneHand
from nsa_ros.rehearsal.legibility import Alphabet, Legibility, digits, human_renditions, inventory, letters
from nsa_ros.rehearsal.peer import KINDS
from nsa_ros.rehearsal.seen import palm_points
from nsa_ros.rehearsal.texts import DIGITS, LETTERS, spelled
from nsa_ros.robots.description.robot import Robot, load_robot
from nsa_ros.robots.retarget import Retargeter

ROOT = Path(__file__).resolve().parents[1]
DATA, PAGE = ROOT / "docs" / "robots" / "legibility.json", ROOT / "docs" / "robots-legibility.md"

ROBOTS = ("nsa_hand", "allegro_right", "leap_right", "g1_dex3", "g1_inspire")
SIDE = "right"
MANY = 13  # letters, from which on they are counted, not listed
ORDERS = 4  # of the letters, in which they are signed besides
HELD = 60  # frames that a handshape is held before it is read


def robots(names: Sequence[str], urdf: Path) -> list[Robot]:
    """Those of the tables."""
    return [load_robot(name, None if name.startswith("nsa_") else urdf) for name in names]


def ceilings(names: Sequence[str], urdf: Path) -> dict[str, Any]:
    """What each hand can show, and what it does show."""
    rows: dict[str, Any] = {}
    for robot in robots(names, urdf):
        alone = replace(robot, arms={}, hands={SIDE: robot.hands[SIDE]})
        row = {alphabet.name: _told(ceiling(alone, SIDE, alphabet)) for alphabet in (letters(), digits(), inventory())}
        row["free"] = _told(ceiling(alone, SIDE, collisions=True))
        for name, signs, alphabet in (("letters", LETTERS, letters()), ("digits", DIGITS, digits())):
            ours = beside(alone, SIDE, spelled(signs), (), alphabet).rows[0]
            row[name] |= {"named": list(ours.named), "taken": ours.taken}
        row["letters"]["orders"] = _orders(alone)
        row["handshapes"] |= {"named": _held(alone, inventory())}
        rows[robot.name] = row
        print(robot.name, {name: (len(part["shown"]), len(part.get("named", ()))) for name, part in row.items()})
    return rows


def captures(data: Path) -> dict[str, Any]:
    """How well human hands are named."""
    from nsa_ros.reality.captures import STATIC_LETTERS, read_letters
    from nsa_ros.reality.recognition import hold_of

    legibility = Legibility()
    shares: dict[str, dict[str, list[float]]] = {}
    for capture in read_letters(data):
        held = hold_of(capture)
        if capture.name in STATIC_LETTERS and len(held):
            right = legibility.read(palm_points(held)).groups == legibility.group(capture.name)
            shares.setdefault(capture.source, {}).setdefault(capture.name, []).append(float(right.mean()))
    each = {source: {name: float(np.mean(own)) for name, own in named.items()} for source, named in shares.items()}
    return {
        "renditions": {alphabet.name: _renditions(alphabet) for alphabet in (letters(), digits(), inventory())},
        "captured": {source: round(float(np.mean(list(own.values()))), 3) for source, own in each.items()},
        "below_half": {source: sorted(name for name in own if own[name] < 0.5) for source, own in each.items()},
    }


def compared(names: Sequence[str], urdf: Path, before: dict[str, Any]) -> dict[str, Any]:
    """dex-retargeting on the same poses; where it is not installed, its rows are those of before."""
    played, rows = spelled(LETTERS), {}
    kinds = KINDS if find_spec("dex_retargeting") else ()
    for robot in robots(names, urdf):
        table = beside(robot, SIDE, played, kinds)
        print(table)
        old = [] if kinds else [row for row in before.get(robot.name, []) if row["name"] != OURS]
        rows[robot.name] = [*(row._asdict() for row in table.rows), *old]
    return rows


def _told(found: Ceiling) -> dict[str, Any]:
    taken = {best.name: best.read for best in found.best if not best.named}
    return {"shown": list(found.shown), "lost": taken, "weak": list(found.weak), "same": list(found.same)}


def _orders(robot: Robot) -> list[int]:
    """How many letters are named right in each of some random orders."""
    counts = []
    for seed in range(1, ORDERS + 1):
        order = "".join(np.random.default_rng(seed).permutation(list(LETTERS)))
        counts.append(len(beside(robot, SIDE, spelled(order), ()).rows[0].named))
    return counts


def _held(robot: Robot, alphabet: Alphabet) -> list[str]:
    hand, follow = OneHand(robot, SIDE), Retargeter(robot)
    legibility, named = Legibility(hand.form, alphabet), []
    for name, shape in alphabet.shapes.items():
        pose = np.zeros((len(JOINTS), 3))
        pose[RIGHT_HAND] = handshape(shape)
        pose[LEFT_HAND] = pose[RIGHT_HAND] * (1.0, -1.0, -1.0)
        follow.reset(robot.rest)
        for frame in range(1, HELD + 1):
            q = follow(min(2 * frame / HELD, 1.0) * pose)
        if float(legibility.margins(hand.of_robot(q), name)) > 0.0:
            named.append(name)
    return named


def _renditions(alphabet: Alphabet) -> float:
    figures = [random_figure(default_skeleton(), seed) for seed in range(4)]
    legibility, right = Legibility(alphabet=alphabet), []
    groups = np.array([legibility.group(name) for name in alphabet.shapes])[:, None]
    for seed, figure in enumerate(figures):
        renditions = human_renditions(tuple(alphabet.shapes.values()), figure, seed + 1)
        right.append(float((legibility.read(renditions).groups == groups).mean()))
    return round(float(np.mean(right)), 3)


def tables(said: dict[str, Any]) -> dict[str, str]:
    """Mark of the page and what stands there."""
    made = {}
    if "ceilings" in said:
        made["ceilings"] = _ceilings(said["ceilings"])
        made["lost"] = _lost(said["ceilings"])
    if "captures" in said:
        made["captures"] = _captures(said["captures"])
    if "beside" in said:
        made["beside"] = _beside(said["beside"])
    return made


def _ceilings(rows: dict[str, Any]) -> str:
    count = {"letters": 26, "digits": 10, "handshapes": len(inventory().shapes)}
    head = "| hand | " + " | ".join(f"{n} {name}: ceiling / ours" for name, n in count.items())
    lines = [head + " | sure | without collisions | ours in other orders |", "|---" * 7 + "|"]
    for robot, row in ((name, rows[name]) for name in ROBOTS):
        cells = [f"{len(row[name]['shown'])} / {len(row[name]['named'])}" for name in count]
        sure = len(row["letters"]["shown"]) - len(row["letters"]["weak"])
        lines.append(f"| `{robot}` | " + " | ".join(cells) + f" | {sure} | {len(row['free']['shown'])} | "
                     f"{', '.join(map(str, row['letters']['orders']))} |")  # fmt: skip
    return "\n".join(lines)


def _lost(rows: dict[str, Any]) -> str:
    lines = ["| hand | no pose shows | barely | the same | ours misses |", "|---|---|---|---|---|"]
    for robot, row in ((name, rows[name]) for name in ROBOTS):
        own = row["letters"]
        cells = [
            ", ".join(f"{name} ({other})" for name, other in own["lost"].items()),
            ", ".join(own["weak"]),
            ", ".join(f"{a} and {b}" for a, b in own["same"]),
            ", ".join(f"{name} ({other})" for name, other in own["taken"].items()),
        ]
        lines.append(f"| `{robot}` | " + " | ".join(cell or "–" for cell in cells) + " |")
    return "\n".join(lines)


def _captures(said: dict[str, Any]) -> str:
    lines = ["| hands | named right | below a half |", "|---|---|---|"]
    for name, share in sorted(said["renditions"].items(), key=lambda row: -row[1]):
        lines.append(f"| our {name}, other figures, varied | {share:.1%} | – |")
    for source, share in said["captured"].items():
        lines.append(f"| captured letters, {source} | {share:.1%} | {', '.join(said['below_half'][source]) or '–'} |")
    return "\n".join(lines)


def _beside(rows: dict[str, Any]) -> str:
    head = (
        "hand",
        "method",
        "letters",
        "by another judge",
        "CPU ms: median, p99",
        "rms rad/s²",
        "largest step, rad",
        "taken",
    )
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for robot, table in ((name, rows[name]) for name in ROBOTS):
        for row in table:
            name = "ours" if row["name"] == OURS else f"dex-retargeting, {row['name']}"
            taken = ", ".join(f"{letter} ({other})" for letter, other in row["taken"].items())
            if len(row["taken"]) > MANY:
                taken = f"{len(row['taken'])} letters"
            times = f"{row['median']:.2f}, {row['p99']:.2f}"
            smooth = f"{row['acceleration']:.0f} | {row['step']:.2f}"
            counts = f"{len(row['named'])} | {len(row['second'])}"
            lines.append(f"| `{robot}` | {name} | {counts} | {times} | {smooth} | {taken or '–'} |")
    return "\n".join(lines)


def _marked(page: str, name: str, table: str) -> str:
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    if start not in page or end not in page:
        raise NsaError(f"{PAGE} has no marks {start.strip()} and {end}")
    return page[: page.index(start) + len(start)] + table + "\n" + page[page.index(end) :]


def main() -> None:
    """Measure one part and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["ceilings", "captures", "beside", "page"])
    parser.add_argument("--urdf", type=Path, help="folder of URDF files")
    parser.add_argument("--data", type=Path, help="folder of captured letters")
    parser.add_argument("--robot", action="append", choices=ROBOTS, help="only this one (may be given again)")
    arguments = parser.parse_args()
    names = arguments.robot or ROBOTS
    said = json.loads(DATA.read_text("utf-8")) if DATA.is_file() else {}
    before = said.get(arguments.part, {})
    measure: dict[str, Callable[[], dict[str, Any]]] = {
        "ceilings": lambda: before | ceilings(names, arguments.urdf),
        "captures": lambda: captures(arguments.data),
        "beside": lambda: before | compared(names, arguments.urdf, before),
    }
    if arguments.part in measure:
        said[arguments.part] = measure[arguments.part]()
        DATA.write_text(json.dumps(said, indent=1, sort_keys=True) + "\n", "utf-8")
    page = PAGE.read_text("utf-8")
    for name, table in tables(said).items():
        page = _marked(page, name, table)
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
