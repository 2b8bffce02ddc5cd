"""`nsa sign`: English text to motion, as a file or a film, without ROS."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsa_ros.cli import options
from nsa_ros.errors import NsaError

if TYPE_CHECKING:
    from nsa_ros.body.motion import Motion
    from nsa_ros.signing.playback import Played
    from nsa_ros.signing.player import SignedUtterance, Signer
    from nsa_ros.text.units import Unit

STATUS = "synthetic, not reviewed by Deaf signers"
FORMATS = (".npz", ".mp4", ".gif", ".mcap", ".png")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", help='English text, e.g. "Hello, my name is Ada."')
    parser.add_argument(
        "--out",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=".npz motion (AMASS / SMPL-X names), .mp4 or .gif film, .png contact sheet, .mcap bag; may be repeated",
    )
    options.signer(parser)
    parser.add_argument("--seed", type=int, default=0, help="same text and seed, same frames (default 0)")
    parser.add_argument("--speed", type=float, default=1.0, help="tempo, 0.02 to 4 (default 1)")
    parser.add_argument("--fps", type=float, default=60.0, help="frames per second of the motion (default 60)")
    parser.add_argument("--view", default="front", choices=("front", "hands", "side"), help="camera of the film")
    parser.add_argument("--json", action="store_true", help="print what was signed, and how fast, as JSON")


def run(arguments: argparse.Namespace) -> int:
    from nsa_ros.ros.signers import load_signer
    from nsa_ros.signing.playback import play

    check(arguments)
    signer = Stopwatch(load_signer(arguments))
    played = play(signer, arguments.text, arguments.seed, arguments.speed, arguments.fps)
    for path in arguments.out:
        write(path, played, signer, arguments)
    if arguments.json:
        print(json.dumps(report(arguments, signer, played), indent=1, ensure_ascii=False))
    else:
        factor = signer.generated / signer.total
        print(
            f"{spelled(played.units)}   ({played.motion.duration:.1f} s, made {factor:.0f} times faster than real time)"
        )
        for path in arguments.out:
            print(f"wrote {path}")
    return 0


def check(arguments: argparse.Namespace) -> None:
    """Raise NsaError for arguments that cannot work, before anything is loaded."""
    if not 1 <= arguments.fps <= 1000:
        raise NsaError(f"--fps is {arguments.fps}; it must be between 1 and 1000")
    if not 0 <= arguments.seed < 2**31:
        raise NsaError(f"--seed is {arguments.seed}; it must be between 0 and {2**31 - 1}")
    for path in arguments.out:
        if path.suffix not in FORMATS:
            raise NsaError(f"--out {path}: unknown kind of file {path.suffix!r}; choose one of {', '.join(FORMATS)}")
        if not path.absolute().parent.is_dir():
            raise NsaError(f"--out {path}: no folder {path.absolute().parent}; make it first")


class Stopwatch:
    """A signer whose chunks are timed.

    Attributes:
        first_chunk: from the text to its first chunk [s].
        total: time spent generating [s].
        generated: motion generated [s].
    """

    def __init__(self, signer: Signer) -> None:
        self.signer, self.name, self.fps = signer, signer.name, signer.fps
        self.first_chunk = self.total = self.generated = 0.0

    def sign(self, text: str, seed: int = 0) -> SignedUtterance:
        """As the signer's own."""
        begun = time.perf_counter()
        utterance = self.signer.sign(text, seed)
        self.total = time.perf_counter() - begun
        return _Timed(utterance, self)


class _Timed:
    def __init__(self, utterance: SignedUtterance, watch: Stopwatch) -> None:
        self.units = utterance.units
        self._utterance, self._watch = utterance, watch

    def __iter__(self) -> Iterator[Motion]:
        chunks, watch = iter(self._utterance), self._watch
        while True:
            begun = time.perf_counter()
            motion = next(chunks, None)
            watch.total += time.perf_counter() - begun
            if motion is None:
                return
            watch.first_chunk = watch.first_chunk or watch.total
            watch.generated += motion.duration
            yield motion


def report(arguments: argparse.Namespace, watch: Stopwatch, played: Played) -> dict[str, Any]:
    """What `--json` prints; frames count the motion at `--fps`, first and last inclusive."""
    rows = []
    for index, unit in enumerate(played.units):
        frames = (played.motion.unit == index).nonzero()[0]
        first, last = (int(frames[0]), int(frames[-1])) if len(frames) else (-1, -1)
        rows.append({"text": unit.text, "kind": unit.kind, "first_frame": first, "last_frame": last})
    return {
        "text": arguments.text,
        "bundle": watch.name,
        "seed": arguments.seed,
        "steps": getattr(watch.signer, "steps", None),
        "fps": arguments.fps,
        "frames": len(played.motion),
        "units": rows,
        "first_chunk_ms": round(1e3 * watch.first_chunk, 2),
        "total_ms": round(1e3 * watch.total, 2),
        "real_time_factor": round(watch.generated / watch.total, 1),
        "status": STATUS,
    }


def spelled(units: Sequence[Unit]) -> str:
    """Units as linguists write them: glosses in capitals, fingerspelling as fs-A-D-A."""
    from nsa_ros.viewer.caption import words

    rows = [[units[i] for i in word] for word in words(units)]
    return " ".join(("fs-" if row[0].kind == "letter" else "") + "-".join(unit.text for unit in row) for row in rows)


def write(path: Path, played: Played, watch: Stopwatch, arguments: argparse.Namespace) -> None:
    """Write the motion in the format of the file's ending."""
    if path.suffix == ".npz":
        from nsa_ros.body.motion import save_npz

        save_npz(
            path, played.motion, text=arguments.text, signer=watch.name, expression_basis="nsa-open-1", status=STATUS
        )
    elif path.suffix == ".mcap":
        from nsa_ros.ros.bag import write_bag

        write_bag(path, played.motion, text=arguments.text, units=played.units, source=arguments.signer)
    elif path.suffix == ".png":
        from nsa_ros.viewer.film import sheet

        shown = [(unit.text, (played.motion.unit == i).nonzero()[0]) for i, unit in enumerate(played.units)]
        chosen = [(text, int(frames[int(0.8 * len(frames))])) for text, frames in shown if len(frames)]
        sheet(played.motion, path, frames=[f for _, f in chosen], names=[n for n, _ in chosen], view=arguments.view)
    else:
        from nsa_ros.viewer.film import render

        def progress(done: int, total: int) -> None:
            print(
                f"\r{path}: {100 * done / total:3.0f} %", end="\n" if done == total else "", file=sys.stderr, flush=True
            )

        render(
            played.motion,
            path,
            sentence=arguments.text,
            labels=played.units,
            fps=min(arguments.fps, 30.0),
            view=arguments.view,
            progress=progress if sys.stderr.isatty() else None,
        )
