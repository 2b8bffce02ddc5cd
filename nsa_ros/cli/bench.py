"""`nsa bench`: what this machine does with a bundle. Numbers live in docs/benchmarks.md, made by this command."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from nsa_ros.cli import options

CHOICE = ("signer", "bundle", "provider", "steps")


def configure(parser: argparse.ArgumentParser) -> None:
    options.signer(parser)
    parser.add_argument("--texts", type=int, default=200, help="how many different texts (default 200)")
    parser.add_argument("--ros", action="store_true", help="also measure the node from another process")
    parser.add_argument("--json", action="store_true", help="machine-readable")


def run(arguments: argparse.Namespace) -> int:
    texts = draw_texts(arguments.texts)
    figures = {"machine": machine(), **generation(arguments, texts)}
    if arguments.ros:
        from nsa_ros.ros.measure import measure

        figures["node"] = measure(texts, {name: getattr(arguments, name) for name in CHOICE})
    if arguments.json:
        print(json.dumps(figures, indent=1))
    else:
        for path, value in rows(figures):
            print(f"{path:<52}{value}")
    return 0


def draw_texts(count: int) -> list[str]:
    """Different sentences of the corpus's test split, which no bundle has seen."""
    from nsa_ros.phonology.sentences import default_sentences

    rng = np.random.default_rng(2024)
    texts: dict[str, None] = {}
    while len(texts) < count:
        texts[default_sentences().draw_part(rng, "test")] = None
    return list(texts)


def machine() -> dict[str, Any]:
    """Processor, cores and versions."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        processor = names[0] if names else processor
    packages = {}
    for name in ("numpy", "onnxruntime", "onnxruntime-gpu", "ros-rclpy"):
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    return {"processor": processor, "cores": os.cpu_count(), "python": platform.python_version(), **packages}


def generation(arguments: argparse.Namespace, texts: Sequence[str]) -> dict[str, Any]:
    """Cold start in a process of its own, then text to motion, then the timeline."""
    from nsa_ros.body.revolute import RevoluteModel
    from nsa_ros.body.skeleton import default_skeleton
    from nsa_ros.ros.signers import load_signer
    from nsa_ros.signing.timeline import Timeline

    begun = time.perf_counter()
    signer = load_signer(arguments)
    load = time.perf_counter() - begun
    cold = cold_start(arguments)
    first, spent, made, chunks = [], 0.0, 0.0, []
    for seed, text in enumerate(texts):
        begun = last = time.perf_counter()
        for number, motion in enumerate(signer.sign(text, seed)):
            now = time.perf_counter()
            if number == 0:
                first.append(now - begun)
            else:
                chunks.append((now - last) / motion.duration)
            made, last = made + motion.duration, time.perf_counter()
        spent += last - begun
    again = []
    for text in texts:
        begun = time.perf_counter()
        next(iter(signer.sign(text, 0)))
        again.append(time.perf_counter() - begun)
    timeline = Timeline(RevoluteModel(default_skeleton()), rate=100.0, fps=signer.fps)
    for motion in signer.sign(texts[0], 0):
        timeline.push(1, motion)
    timeline.finish(1)
    begun = time.perf_counter()
    for _ in range(1000):
        timeline.step()
    tick = (time.perf_counter() - begun) / 1000
    return {
        "signer": {"name": signer.name, "provider": signer.provider},
        "start": {"process to first chunk [s]": round(cold, 2), "load and warm [s]": round(load, 2)},
        "generation": {
            "texts": len(texts),
            "motion [s]": round(made, 1),
            "first chunk [ms]": percentiles(first, 1e3),
            "first chunk of a text signed before [ms]": percentiles(again, 1e3),
            "later chunks, time per second of motion [ms]": percentiles(chunks, 1e3),
            "real-time factor": round(made / spent, 1),
        },
        "timeline": {"tick at 100 Hz [ms]": round(1e3 * tick, 3)},
    }


def cold_start(arguments: argparse.Namespace) -> float:
    """From starting a Python process to its first chunk [s]."""
    program = (
        "import json, sys, types; from nsa_ros.ros.signers import load_signer; "
        "next(iter(load_signer(types.SimpleNamespace(**json.loads(sys.argv[1]))).sign('hello')))"
    )
    choice = json.dumps({name: getattr(arguments, name) for name in CHOICE})
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", program, choice], check=True)
    return time.perf_counter() - begun


def percentiles(values: Sequence[float], scale: float) -> dict[str, float]:
    """p50, p99 and the largest."""
    scaled = np.asarray(values) * scale
    return {
        "p50": round(float(np.percentile(scaled, 50)), 3),
        "p99": round(float(np.percentile(scaled, 99)), 3),
        "max": round(float(scaled.max()), 3),
    }


def rows(figures: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested figures as lines: path and value."""
    for name, value in figures.items():
        if isinstance(value, dict) and "p50" not in value:
            yield from rows(value, f"{prefix}{name}: ")
        else:
            shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
            yield prefix + name, shown
