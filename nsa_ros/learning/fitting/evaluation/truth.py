"""Fits against known truth: `python -m nsa_ros.learning.fitting.evaluation.truth --write docs/fitting`.

Signs that the prior was not learned from are made by figures of other proportions, seen by cameras and by a detector
with the faults of real ones, fitted, and compared with what was signed (docs/fitting/known_truth.md).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from nsa_ros.body.kinematics import forward
from nsa_ros.capture.anchors import anchors
from nsa_ros.capture.files import whole
from nsa_ros.capture.landmarks import BODY
from nsa_ros.capture.readers import clips_in, read_clip
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.evaluation.cases import Scene, scenes, seen
from nsa_ros.learning.fitting.evaluation.detector import HEADLINE, DetectorNoise
from nsa_ros.learning.fitting.evaluation.measuring import measure
from nsa_ros.learning.fitting.evaluation.page import page
from nsa_ros.learning.fitting.evaluation.plots import draw_plots
from nsa_ros.learning.fitting.evaluation.realism import depth_figures
from nsa_ros.learning.fitting.settings import Settings

NAME = "known_truth"
_QUIET = 0.7
"""Pixels of noise that captures of good quality have."""


def measured(clips: int, few: int, seed: int, workers: int, captures: Path | None = None) -> dict[str, Any]:
    """The whole experiment as a JSON document.

    Args:
        clips: for the table of methods.
        few: of them for the other conditions.
        seed: of scenes and noise.
        workers: processes.
        captures: folder of real landmarks to hold the detector's depth against.
    """
    begun = time.perf_counter()
    played = scenes(clips, seed)
    found = measure(played, min(few, clips), workers)
    return {
        "made": {
            "clips": clips,
            "few": min(few, clips),
            "seed": seed,
            "workers": workers,
            "frames": sum(len(scene.motion) for scene in played),
            "seconds": round(time.perf_counter() - begun, 1),
            "settings": asdict(Settings()),
            "noise": asdict(HEADLINE),
        },
        "scenes": [_about(scene) for scene in played],
        "detector": _detector(played, captures),
        "measured": found,
    }


def _about(scene: Scene) -> dict[str, Any]:
    shot = scene.shot
    return {
        "units": list(scene.units),
        "camera": shot.kind,
        "frames": len(scene.motion),
        "fps": scene.motion.fps,
        "focal": shot.camera.focal,
        **{key: getattr(shot, key) for key in ("distance", "pitch", "yaw")},
    }


def _detector(played: Sequence[Scene], captures: Path | None) -> dict[str, Any]:
    """What the noise comes to, and its depth beside that of captures."""
    apart: dict[str, list[float]] = {"body": [], "hands": []}
    lost: dict[str, list[float]] = {"body": [], "hands": []}
    for scene in played:
        clip, scale = seen(scene), min(scene.shot.camera.size) / 720.0
        posed = forward(scene.skeleton, scene.motion.poses, scene.motion.transl)
        true = scene.shot.camera.project(anchors(scene.skeleton).positions(posed))
        inside = ((true >= 0) & (true < scene.shot.camera.size)).all(axis=-1)
        every = np.concatenate([clip.body, clip.hands.reshape(len(clip), -1, 3)], axis=1)[..., :2]
        for part, points in (("body", slice(0, len(BODY))), ("hands", slice(len(BODY), None))):
            off = np.linalg.norm(every - true, axis=-1)[:, points][inside[:, points]] / scale
            apart[part] += list(off[np.isfinite(off)])
            lost[part] += list(np.isnan(off))
    result: dict[str, Any] = {
        part: {
            "median pixels": float(np.median(apart[part])),
            "p90 pixels": float(np.quantile(apart[part], 0.9)),
            "lost": float(np.mean(lost[part])),
        }
        for part in apart
    }
    columns = {
        "synthetic, no errors": DetectorNoise(pixels=0.0, depth=0.0, hand_depth=1.0, body_depth=1.0),
        f"synthetic, {_QUIET:g} pixels": DetectorNoise(pixels=_QUIET),
        "synthetic, headline": HEADLINE,
    }
    result["depth"] = {name: depth_figures([seen(scene, noise) for scene in played]) for name, noise in columns.items()}
    if captures is not None:
        clips = [read_clip(reference) for reference in clips_in(captures)]
        result["depth"] = {f"captures ({captures.parent.name})": depth_figures(clips), **result["depth"]}
    return result


def write(document: dict[str, Any], folder: Path) -> None:
    """Page and figures into a folder, plots into `images` beside it.

    Raises:
        NsaError: it cannot be written.
    """
    images = folder.parent / "images"
    contents = {
        folder / f"{NAME}.json": json.dumps(_rounded(document), separators=(",", ":")).encode(),
        folder / f"{NAME}.md": page(document).encode(),
        **{images / f"fitting_{name}.png": plot for name, plot in draw_plots(document).items()},
    }
    for path, content in contents.items():
        with whole(path) as file:
            file.write(content)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value


def main(arguments: list[str] | None = None) -> None:
    """Measure and write, or write again from a JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=30, help="of the table of methods (default: %(default)s)")
    parser.add_argument("--few", type=int, default=12, help="of other conditions (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of scenes and noise (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--captures", type=Path, help="real landmarks to hold the detector against")
    parser.add_argument("--read", type=Path, metavar="JSON", help="what was measured before, instead of measuring")
    parser.add_argument("--write", type=Path, required=True, metavar="DIR", help="folder of page and figures")
    options = parser.parse_args(arguments)
    try:
        if options.read:
            document = json.loads(options.read.read_text(encoding="utf-8"))
        else:
            document = measured(options.clips, options.few, options.seed, options.workers, options.captures)
        write(document, options.write)
    except NsaError as error:
        parser.error(str(error))
    print(page(document))


if __name__ == "__main__":
    main()
