"""`nsa import`: skeletal animation (BVH, glTF, VRM) as SMPL-X motion."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsa_ros.errors import NsaError

if TYPE_CHECKING:
    from nsa_ros.body.motion import Motion
    from nsa_ros.capture.animation.animation import Animation

FILMS = (".mp4", ".gif")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help=".bvh, .glb, .gltf, .vrm or .vrma")
    parser.add_argument("--out", type=Path, metavar="FILE.npz", help="motion with AMASS / SMPL-X names")
    parser.add_argument("--map", default="", help="bone map: a shipped name or a .yaml file (default: recognised)")
    parser.add_argument("--take", default="", help="animation by name or number, where the file has several")
    parser.add_argument("--fps", type=float, default=0.0, help="frames per second (default: those of the take)")
    parser.add_argument(
        "--rest",
        type=int,
        default=0,
        metavar="FRAME",
        help="frame, from 1, that shows the T or A pose (default: the rig's)",
    )
    parser.add_argument("--film", type=Path, metavar="FILE", help="also a film of it, .mp4 or .gif")
    parser.add_argument("--license", default="", help="licence of the motion (default: what the file says)")
    parser.add_argument("--source", default="", help="where it comes from: archive, author, address")
    parser.add_argument("--kind", default="", help='how it was made, e.g. "motion capture", "keyframed"')
    parser.add_argument("--text", default="", help="what is signed, in English; needed to train on it")
    parser.add_argument("--list", action="store_true", help="print bones and takes, import nothing")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(arguments: argparse.Namespace) -> int:
    from nsa_ros.capture.animation.bone_map import choose_map
    from nsa_ros.capture.animation.labels import labels
    from nsa_ros.capture.animation.page import page
    from nsa_ros.capture.animation.reading import read_animation
    from nsa_ros.capture.animation.report import report
    from nsa_ros.capture.animation.retargeting import retarget

    check(arguments)
    animation = read_animation(arguments.file)
    if arguments.list:
        listing(animation, arguments.json)
        return 0
    take = animation.take(arguments.take)
    bone_map, bones = choose_map(animation, arguments.map)
    if arguments.rest:
        bone_map = replace(bone_map, rest=arguments.rest)
    result = retarget(animation, take, bone_map, bones, arguments.fps)
    kept = labels(animation, take, arguments.license, arguments.source, arguments.kind, arguments.text)
    told = {**report(animation, take, bone_map, result), **kept}
    if arguments.out:
        from nsa_ros.body.motion import save_npz
        from nsa_ros.capture.files import whole

        with whole(arguments.out) as file:
            save_npz(file, result.motion, **kept, map=bone_map.name)
    if arguments.film:
        film(result.motion, arguments.film, kept)
    if arguments.json:
        print(json.dumps(told, indent=1, ensure_ascii=False))
    else:
        print(page(told))
        for path in filter(None, (arguments.out, arguments.film)):
            print(f"wrote {path}")
        if not arguments.out:
            print("nothing is kept: give --out motion.npz")
    return 0


def check(arguments: argparse.Namespace) -> None:
    """Raise NsaError for arguments that cannot work, before anything is read."""
    if arguments.fps and not 1 <= arguments.fps <= 1000:
        raise NsaError(f"--fps is {arguments.fps}; it must be between 1 and 1000")
    if arguments.rest < 0:
        raise NsaError(f"--rest is {arguments.rest}; it must be the number of a frame, from 1")
    if arguments.out and arguments.out.suffix != ".npz":
        raise NsaError(f"--out {arguments.out}: motion is written as .npz")
    if arguments.film and arguments.film.suffix not in FILMS:
        raise NsaError(f"--film {arguments.film}: unknown kind of film; choose one of {', '.join(FILMS)}")


def listing(animation: Animation, as_json: bool) -> None:
    """Print the takes and the tree of bones."""
    rig, takes = animation.rig, animation.takes
    rows = [
        {"take": take.name, "seconds": round(take.span[1] - take.span[0], 3), "fps": round(take.fps, 3)}
        for take in takes
    ]
    if as_json:
        bones = [
            {"bone": name, "parent": rig.names[parent] if parent >= 0 else None}
            for name, parent in zip(rig.names, rig.parents, strict=True)
        ]
        said: dict[str, Any] = {"file": str(animation.path), "format": animation.format, **animation.labels}
        print(json.dumps({**said, "takes": rows, "bones": bones}, indent=1, ensure_ascii=False))
        return
    print(f"{animation.path}: {animation.format}, {len(rig)} bones, takes: {len(takes)}")
    for number, row in enumerate(rows, start=1):
        print(f"  {number} {row['take']!r}: {row['seconds']} s, {row['fps']:g} frames/s")
    for bone, name in enumerate(rig.names):
        print(f"{'  ' * (rig.path(bone).count('/') + 1)}{name}")


def film(motion: Motion, path: Path, kept: dict[str, str]) -> None:
    """Write a film of the motion, its source and licence in the small line."""
    from nsa_ros.viewer.film import render

    def progress(done: int, total: int) -> None:
        print(f"\r{path}: {100 * done / total:3.0f} %", end="\n" if done == total else "", file=sys.stderr, flush=True)

    render(
        motion,
        path,
        sentence=kept.get("text", ""),
        fps=min(motion.fps, 30.0),
        note=f"{kept['imported_from']}. Source: {kept['source']}. Licence: {kept['license']}"[:120],
        progress=progress if sys.stderr.isatty() else None,
    )
