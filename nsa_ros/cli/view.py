"""`nsa view`: a motion file in the browser."""

from __future__ import annotations

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("motion", type=Path, metavar="FILE.npz", help="motion with AMASS / SMPL-X names")
    parser.add_argument("--host", default="127.0.0.1", help="address to serve on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8080, help="first port to try (default 8080)")


def run(arguments: argparse.Namespace) -> int:
    from nsa_ros.body.motion import load_npz

    motion = load_npz(arguments.motion)

    from nsa_ros.viewer.page import Page
    from nsa_ros.viewer.replay import Replay

    page = Page(host=arguments.host, port=arguments.port)
    try:
        print(
            f"{arguments.motion}: {len(motion)} frames, {motion.duration:.1f} s. Open {page.url}  (Ctrl-C ends)",
            flush=True,
        )
        Replay(page, motion, sentence=arguments.motion.name).run()
    finally:
        page.close()
    return 0
