"""`nsa hand`: robots that can follow the signer: which there are, their URDF, whether one is described right."""

from __future__ import annotations

import argparse
import contextlib
import json
from pathlib import Path

from nsa_ros.cli import hand_check, hand_rehearse
from nsa_ros.cli.hand_table import limits_text, print_table
from nsa_ros.errors import NsaError


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="action", required=True)
    listing = _action(actions, "list", "robots that come with the package, and whether their URDF is here")
    listing.add_argument("--json", action="store_true", help="machine-readable")
    getting = _action(actions, "get", "download the URDF of robots and check it by its hash")
    getting.add_argument("robot", nargs="+", help="names, as `nsa hand list` shows them, or YAML files with a url")
    showing = _action(actions, "show", "print the links and joints of a URDF, from which a robot's YAML is written")
    showing.add_argument("urdf", metavar="FILE.urdf")
    hand_check.configure(
        _action(actions, "check", "print the mapping of a robot, find what is wrong, try A–Z and draw them")
    )
    hand_rehearse.configure(_action(actions, "rehearse", "play letters and sentences on a robot in physics"))


def run(arguments: argparse.Namespace) -> int:
    actions = {"list": _list, "get": _get, "show": _show, "check": hand_check.run, "rehearse": hand_rehearse.run}
    return actions[arguments.action](arguments)


def _action(actions: argparse._SubParsersAction, name: str, summary: str) -> argparse.ArgumentParser:
    return actions.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")


def _list(arguments: argparse.Namespace) -> int:
    from nsa_ros.robots.description.places import shipped

    rows = [_told(name) for name in shipped()]
    if arguments.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return 0
    cells = [("name", "what", "hands", "arms", "joints", "URDF")]
    for row in rows:
        hands = ", ".join(f"{side} ({fingers} fingers)" for side, fingers in row["hands"].items())
        where = "here" if row["urdf"] else f"nsa hand get {row['name']}"
        cells.append(
            (row["name"], row["title"], hands, ", ".join(row["arms"]) or "–", str(row["joints"] or "–"), where)
        )
    print_table(cells)
    return 0


def _told(name: str) -> dict[str, object]:
    """A row of the list; `urdf` is null while the URDF is not here, `joints` also where robot and URDF do not fit."""
    from nsa_ros.robots.description.places import urdf_file
    from nsa_ros.robots.description.robot import load_robot, read_source, robot_section

    section = robot_section(name)
    source = read_source(section)
    hands, arms = section.sections("hands"), section.sections("arms")
    urdf, joints = None, None
    with contextlib.suppress(NsaError):
        urdf = str(urdf_file(source.file, Path(section.where)))
        joints = len(load_robot(name).joints)
    return {
        "name": name,
        "title": section.text("title", name),
        "hands": {side: len(hand.sections("fingers")) for side, hand in hands.items()},
        "arms": list(arms),
        "joints": joints,
        "urdf": urdf,
        "file": source.file,
        "url": source.url,
        "license": source.license,
    }


def _get(arguments: argparse.Namespace) -> int:
    from nsa_ros.robots.description.download import download
    from nsa_ros.robots.description.places import downloads, urdf_file
    from nsa_ros.robots.description.robot import read_source, robot_section

    for name in arguments.robot:
        section = robot_section(name)
        source = read_source(section)
        if not source.url:
            here = urdf_file(source.file, Path(section.where))
            print(f"{name}: comes with its URDF, {here} ({source.license}); nothing to download")
            continue
        got = download(source, downloads())
        print(f"{name}: {'got' if got.fresh else 'already here:'} {got.file}")
        print(f"  from     {source.url}\n  licence  {source.license}")
        if source.sha256:
            print("  sha256   as pinned")
        else:
            print(f"  sha256   {got.sha256} (not pinned: add `sha256:` with it under `urdf` of the YAML)")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    import numpy as np
    from numpy.typing import NDArray

    from nsa_ros.robots.checking.turning import turns_towards
    from nsa_ros.robots.description.urdf import read_urdf
    from nsa_ros.robots.kinematics import Kinematics

    urdf = read_urdf(arguments.urdf)
    places, axes = Kinematics(urdf, [], fixed={joint.name: 0.0 for joint in urdf.joints if joint.moves}).frames([])
    towards = turns_towards(urdf)
    depth = {urdf.links[0]: 0}
    cells = [("link", "x, y, z [mm]", "bone to it", "joint", "range", "speed", "goes to", "")]

    def millimetres(vector: NDArray[np.float64]) -> str:
        return ", ".join(f"{value:.0f}" for value in np.round(1000 * vector) + 0.0)

    for index, link in enumerate(urdf.links):
        if link not in urdf.carrier:
            cells.append((link, millimetres(places[index]), *[""] * 6))
            continue
        joint = urdf.carrier[link]
        depth[link] = depth[joint.parent] + 1
        slides = joint.kind == "prismatic"
        limits = limits_text(joint.lower, joint.upper, joint.velocity, slides) if joint.moves else (joint.kind, "")
        follows = f"follows {joint.mimic.joint} ×{joint.mimic.multiplier:g}" if joint.mimic else ""
        bone = axes[index].T @ (places[index] - places[urdf.links.index(joint.parent)])
        name, end = "  " * depth[link] + link, towards.get(joint.name, "")
        cells.append((name, millimetres(places[index]), millimetres(bone), joint.name, *limits, end, follows))
    print_table(cells)
    print(
        f"x, y, z: where it is with every joint at zero, in the frame of {urdf.links[0]!r}; bone to it: from the link "
        "that carries it, in its own frame [mm]; goes to: where the joint takes the end of what it carries on the way "
        f"from zero to the farther end of its range, in the frame of {urdf.links[0]!r}."
    )
    return 0
