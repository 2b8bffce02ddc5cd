#!/usr/bin/env python3
"""Milliseconds of a chunk on a GPU, by every means that works there: `python tests/gpu/timing.py [--json FILE]`.

ONNX Runtime's CUDA provider as the run time uses it, the same with its inputs kept on the GPU and recorded as a CUDA
graph, TensorRT where its engines are built, and torch eager, compiled and recorded. Means that do not work are named
with the reason. Medians after a warm-up, copies from and to the host included unless said.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[:1] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

from frames import batch, shipped  # noqa: E402

from nsa_ros.signing.bundle import Bundle  # noqa: E402
from nsa_ros.signing.networks import Networks, sampler_file  # noqa: E402
from nsa_ros.signing.runtime import gpu, providers  # noqa: E402
from nsa_ros.signing.sampler import Batch  # noqa: E402

Means = Callable[[Bundle, int], Callable[[Batch], object]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 4, 16, 64, 256, 1024])
    parser.add_argument("--repeats", type=int, default=50)
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    bundle = shipped()
    means: dict[str, Means] = {
        "onnxruntime cuda": lambda bundle, n: Networks(bundle, "cuda").samplers[n],
        "onnxruntime cuda, CUDA graph, inputs on the GPU": recorded,
        "onnxruntime tensorrt": lambda bundle, n: Networks(bundle, "tensorrt").samplers[n],
        **{f"torch {mode}": in_torch(mode) for mode in ("eager", "compile", "graph")},
    }
    machine = {"gpu": gpu.first_gpu().name, "python": platform.python_version(), "steps": bundle.ddim.steps}
    print(machine)
    rows = []
    for frames in bundle.chunks:
        for name, make in means.items():
            try:
                run = make(bundle, frames)
            except Exception as error:  # whatever does not work here, the others go on
                print(f"{frames:3} frames  {name}: {type(error).__name__}: {error}".splitlines()[0])
                continue
            for streams in options.streams:
                try:
                    milliseconds = median(run, batch(bundle, frames, streams), options.repeats)
                except Exception as error:
                    print(f"{frames:3} frames  {streams:5} streams  {name}: {error}".splitlines()[0])
                    continue
                factor = streams * frames / bundle.fps / (milliseconds / 1e3)
                rows.append({"frames": frames, "streams": streams, "by": name, "ms": milliseconds, "real time": factor})
                print(f"{frames:3} frames  {streams:5} streams  {name:50} {milliseconds:8.3f} ms  {factor:9.0f}×")
    if options.json:
        options.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1))


def median(run: Callable[[Batch], object], given: Batch, repeats: int) -> float:
    """Of the calls after three for warming up [ms]."""
    taken = []
    for number in range(repeats + 3):
        begun = time.perf_counter()
        run(given)
        if number >= 3:
            taken.append(1e3 * (time.perf_counter() - begun))
    return statistics.median(taken)


def in_torch(mode: str) -> Means:
    """A mode of `torch_samplers.TorchSampler`."""

    def make(bundle: Bundle, frames: int) -> Callable[[Batch], object]:
        from nsa_ros.learning.evaluation.torch_samplers import TorchSampler, build_network

        return TorchSampler(build_network(bundle), bundle.ddim, "cuda", mode)

    return make


def recorded(bundle: Bundle, frames: int) -> Callable[[Batch], object]:
    """A session that records its first call for each number of streams and replays it; nothing is copied."""
    ort = providers.runtime()
    gpu.load_cuda(ort)
    options = {**providers.CUDA_OPTIONS, "enable_cuda_graph": "1"}
    path = bundle.file(sampler_file(frames))
    bound: dict[int, Callable[[], object]] = {}

    def bind(given: Batch) -> Callable[[], object]:
        settings = providers.session_options()
        settings.add_free_dimension_override_by_name("streams", len(given.noise))
        session = providers.create_session(ort, path, [("cuda", options)], settings)
        binding = session.io_binding()
        for name, value in given._asdict().items():
            binding.bind_ortvalue_input(name, ort.OrtValue.ortvalue_from_numpy(value, "cuda", 0))
        for name, value in (("channels", given.noise), ("next_states", given.states)):
            binding.bind_ortvalue_output(
                name, ort.OrtValue.ortvalue_from_shape_and_type(value.shape, "float32", "cuda")
            )

        def replay() -> object:
            session.run_with_iobinding(binding)
            return binding.synchronize_outputs()

        return replay

    def run(given: Batch) -> object:
        if len(given.noise) not in bound:
            bound.clear()
            bound[len(given.noise)] = bind(given)
        return bound[len(given.noise)]()

    return run


if __name__ == "__main__":
    main()
