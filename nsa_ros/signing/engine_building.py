"""Build TensorRT engines ahead of use. Never called while something is signed: an engine takes minutes."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.signing.bundle import Bundle, sha256
from nsa_ros.signing.networks import FP32, denoiser_file, precisions, sampler_file
from nsa_ros.signing.runtime.engine_cache import (
    MANIFEST,
    STREAMS,
    Conditions,
    cache_root,
    conditions_of,
    find_engine,
    listing,
    precision_of,
)
from nsa_ros.signing.runtime.gpu import load_cuda
from nsa_ros.signing.runtime.providers import CUDA_OPTIONS, PROVIDERS, create_session, runtime, session_options

PRECISIONS = ("fp32", "fp16")

LIMITS = {"fp32": 1e-2, "fp16": 0.25}
"""Largest difference from the CPU's fp32 on random input, in the unit of a channel, a standard deviation of its motion.
It catches an engine that computes something else; how far the frames of a text are apart is the parity check's."""


@dataclass(frozen=True)
class Built:
    """An engine that is ready.

    Attributes:
        graph: file name of its ONNX graph.
        folder: of the engine.
        seconds: that building took; 0 when it was there already.
        difference: the largest from the CPU's fp32 on the same random input, in standard deviations of a channel.
    """

    graph: str
    folder: Path
    seconds: float
    difference: float


def graphs_to_build(bundle: Bundle, precision: str = FP32) -> list[Path]:
    """The graphs of a bundle that run on a GPU, shortest chunk first.

    Raises:
        NsaError: the bundle does not have the precision, or it is for CPUs.
    """
    if precision not in PRECISIONS:
        raise NsaError(f"no TensorRT engine in {precision!r}, choose one of {', '.join(PRECISIONS)}")
    if precision not in precisions(bundle):
        raise NsaError(f"bundle {bundle.name!r} has no {precision} graphs, only {', '.join(precisions(bundle))}")
    samplers = [bundle.file(sampler_file(n, precision)) for n in bundle.chunks]
    steps = [bundle.file(denoiser_file(n)) for n in bundle.chunks] if precision == FP32 else []
    return [*samplers, *steps]


def require_tensorrt() -> None:
    """Raise NsaError, with what to install, when engines cannot be built here."""
    ort = runtime()
    if PROVIDERS["tensorrt"] not in ort.get_available_providers():
        raise NsaError(
            f"this onnxruntime {ort.__version__} has no TensorRT provider. On a machine with an NVIDIA GPU: `pip "
            "uninstall onnxruntime`, then `pip install '.[tensorrt]'` in the source folder (docs/export.md)"
        )
    load_cuda(ort)


def build_engine(graph: Path, waiting: Callable[[], None] = lambda: None) -> Built:
    """The engine of a graph on this machine, built unless it is there, and compared with the CPU.

    Args:
        graph: ONNX file of a bundle.
        waiting: called about once a second while TensorRT is at work.

    Raises:
        NsaError: no GPU or TensorRT, TensorRT cannot build it, or what it built is too far from the CPU's result.
            Nothing is left then that the run time would take.
    """
    if precision_of(graph) == FP32:
        os.environ["NVIDIA_TF32_OVERRIDE"] = "0"  # TensorRT's builder reads it; ONNX Runtime has no option for it
    ort = runtime()
    conditions = conditions_of(graph, ort)
    try:
        engine = find_engine(graph, ort)
        return Built(graph.name, engine.folder, 0.0, float(engine.manifest["largest_difference"]))
    except NsaError:
        pass
    folder = cache_root() / conditions.key
    unfinished = folder.with_name(f".{folder.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir(parents=True)
        built = _build(ort, graph, conditions, unfinished, waiting)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.replace(folder)
    except OSError as error:
        raise NsaError(
            f"cannot write engines to {cache_root()} ({error}); give a folder with room in XDG_CACHE_HOME"
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Built(graph.name, folder, *built)


def _build(
    ort: Any, graph: Path, conditions: Conditions, folder: Path, waiting: Callable[[], None]
) -> tuple[float, float]:
    """Build in `folder`; seconds and the difference from the CPU."""
    precision = precision_of(graph)
    settings = session_options()
    reference = create_session(ort, graph.with_name(f"{graph.stem.partition('.')[0]}.onnx"), [("cpu", {})], settings)
    shapes = {given.name: list(given.shape) for given in reference.get_inputs()}
    options = {
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_prefix": graph.stem,
        "trt_fp16_enable": "1" if precision == "fp16" else "0",
        **{f"trt_profile_{name}_shapes": profile(shapes, count) for name, count in STREAMS._asdict().items()},
    }
    timings = cache_root() / f"timings-{conditions.tensorrt}"
    timings.mkdir(parents=True, exist_ok=True)
    here = {
        "trt_engine_cache_path": str(folder),
        "trt_timing_cache_enable": "1",
        "trt_timing_cache_path": str(timings),
    }
    providers = [("tensorrt", options | here), ("cuda", CUDA_OPTIONS)]
    begun = time.monotonic()
    _while_waiting(lambda: create_session(ort, graph, providers, settings), waiting)
    seconds = time.monotonic() - begun
    if not list(folder.glob("*.engine")):
        raise NsaError(f"ONNX Runtime gave no part of {graph.name} to TensorRT; use provider cuda")
    before = listing(folder)
    difference = _difference(reference, create_session(ort, graph, providers, settings))
    if listing(folder) != before:
        raise NsaError(f"ONNX Runtime does not take the engine of {graph.name} that it wrote; use provider cuda")
    if not difference <= LIMITS[precision]:
        raise NsaError(
            f"the engine of {graph.name} is {difference:.3g} away from the CPU's result, at most {LIMITS[precision]} "
            "is allowed; it is thrown away. Use provider cuda, or another version of TensorRT"
        )
    files = {file.name: {"bytes": file.stat().st_size, "sha256": sha256(file)} for file in sorted(folder.iterdir())}
    manifest = {
        "bundle": str(graph.parent.resolve()),
        "conditions": asdict(conditions),
        "options": options,
        "built": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "largest_difference": difference,
        "files": files,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return seconds, difference


def profile(shapes: Mapping[str, list[int | str]], streams: int) -> str:
    """The shapes of a number of streams as ONNX Runtime's TensorRT options want them, `noise:16x4x300,units:16x4x3`."""
    sized = {name: "x".join(str(_size(length, streams)) for length in shape) for name, shape in shapes.items()}
    return ",".join(f"{name}:{size}" for name, size in sized.items())


def _size(length: int | str, streams: int) -> int:
    return streams if isinstance(length, str) else length


def _while_waiting(work: Callable[[], Any], waiting: Callable[[], None]) -> Any:
    """The result of `work`, which runs in a thread that does not keep an interrupted program alive."""
    done: list[Any] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(1.0)
        waiting()
    if failed:
        raise failed[0]
    return done[0]


def _difference(reference: Any, session: Any) -> float:
    """The largest over the fewest, the best and the most streams; infinite where something is not finite."""
    rng, largest = np.random.default_rng(0), 0.0
    for streams in STREAMS:
        inputs = {given.name: _random(given, streams, rng) for given in reference.get_inputs()}
        for wanted, got in zip(reference.run(None, inputs), session.run(None, inputs), strict=True):
            difference = float(np.abs(wanted - got.astype(wanted.dtype)).max())
            largest = max(largest, difference) if np.isfinite(difference) else np.inf
    return largest


def _random(given: Any, streams: int, rng: np.random.Generator) -> NDArray[Any]:
    shape = [_size(length, streams) for length in given.shape]
    if given.type == "tensor(int64)":
        return rng.integers(0, 2, shape)
    return rng.standard_normal(shape).astype(np.float32)
