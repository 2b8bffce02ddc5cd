"""From text to motion and through the timeline, one text after the other, without ROS."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

from nsa_ros.body.motion import Motion
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.cli.benchmark.figures import Figures, percentiles
from nsa_ros.signing.timeline import Timeline

_TICKS = 1000


def measure(signer: Any, texts: Sequence[str]) -> Figures:
    """Times of every part, and memory.

    Args:
        signer: loaded and warm.
        texts: different ones, none signed before.
    """
    from nsa_ros.ros.processes import resident

    first, later, spent, made = [], [], 0.0, 0.0
    early = float("nan")
    for seed, text in enumerate(texts):
        begun = last = time.perf_counter()
        for number, motion in enumerate(signer.sign(text, seed)):
            now = time.perf_counter()
            if number == 0:
                first.append(now - begun)
            else:
                later.append((now - last) / motion.duration)
            made, last = made + motion.duration, time.perf_counter()
        spent += last - begun
        if seed == len(texts) // 10:
            early = resident(os.getpid())
    grown = resident(os.getpid()) - early
    again = []
    for text in texts:
        begun = time.perf_counter()
        next(iter(signer.sign(text, 0)))
        again.append(time.perf_counter() - begun)
    return {
        "texts": len(texts),
        "motion [s]": round(made, 1),
        "real-time factor": round(made / spent, 1),
        "first chunk [ms]": percentiles(first, 1e3),
        "first chunk of a text signed before [ms]": percentiles(again, 1e3),
        "later chunks, time per second of motion [ms]": percentiles(later, 1e3),
        **_planning(signer, texts),
        **_timeline(list(signer.sign(texts[0], 0)), signer.fps),
        "resident memory [MB]": round(early + grown, 1),
        "of it grown over the last nine tenths of the texts [MB]": round(grown, 1),
    }


def _planning(signer: Any, texts: Sequence[str]) -> Figures:
    """Text encoder and planner; nothing of a signer without a bundle."""
    if not hasattr(signer, "bundle"):
        return {}
    from nsa_ros.signing.networks import Networks
    from nsa_ros.text.tokenizer import sentences, tokenize

    networks = Networks(signer.bundle, "cpu")
    encoding, steps = [], []
    for text in texts:
        for sentence in sentences(tokenize(text, signer.bundle.vocabulary), signer.bundle.token_limit - 1):
            begun = time.perf_counter()
            planner = networks.planner(list(sentence.ids))
            encoding.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            units = sum(1 for _ in planner.plan(0))
            steps.append((time.perf_counter() - begun) / units)
    return {"text encoder [ms]": percentiles(encoding, 1e3), "planner, a unit [ms]": percentiles(steps, 1e3)}


def _timeline(chunks: Sequence[Motion], fps: float) -> Figures:
    timeline = Timeline(RevoluteModel(default_skeleton()), rate=100.0, fps=fps)
    pushes = []
    for chunk in chunks:
        begun = time.perf_counter()
        timeline.push(1, chunk)
        pushes.append((time.perf_counter() - begun) / chunk.duration)
    timeline.finish(1)
    ticks = []
    for _ in range(_TICKS):
        begun = time.perf_counter()
        timeline.step()
        ticks.append(time.perf_counter() - begun)
    return {
        "timeline, push of a second of motion [ms]": percentiles(pushes, 1e3),
        "timeline, a tick [ms]": percentiles(ticks, 1e3),
    }
