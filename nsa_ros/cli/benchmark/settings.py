"""Which session options suit the node: how fast it generates, and how late another thread of it wakes up meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.cli.benchmark.figures import Figures, percentiles
from nsa_ros.signing.alignment import NOTHING, align
from nsa_ros.signing.bundle import Bundle
from nsa_ros.signing.networks import sampler_file
from nsa_ros.signing.noise import frame_noise
from nsa_ros.signing.runtime.providers import open_session, session_options
from nsa_ros.signing.sampler import Batch
from nsa_ros.signing.timeline import Timeline

THREADS, SPINNING, BATCHES = (1, 2), (False, True), (1, 4, 16, 64)
_PERIOD = 0.01


def measure(
    bundle: Bundle,
    seconds: float,
    say: Callable[[str], None],
    threads: Sequence[int] = THREADS,
    batches: Sequence[int] = BATCHES,
) -> Figures:
    """Each combination, with all cores free and with one busy.

    Samples the bundle's longest chunk again and again beside a thread that ticks a timeline at 100 Hz, both at ordinary
    priority (the node's play-out takes a higher one where it may).

    Args:
        bundle: the model.
        seconds: that each combination is measured.
        say: told what is done.
        threads: of the provider.
        batches: utterances in one call.
    """
    from nsa_ros.ros.processes import one_core_busy

    frames = bundle.chunks[-1]
    sessions = {(n, spin): _session(bundle, frames, n, spin) for n in threads for spin in SPINNING}
    rows = []
    for busy in (False, True):
        say(f"threads {threads}, spinning or not, batches {batches}, {'one core busy' if busy else 'all cores free'}")
        with one_core_busy() if busy else nullcontext():
            for batch in batches:
                inputs = chunk(bundle, frames, batch)._asdict()
                for (count, spinning), session in sessions.items():
                    calls, late = _run(session, inputs, seconds)
                    rows.append(
                        {
                            "threads": count,
                            "spinning": spinning,
                            "batch": batch,
                            "one core busy": busy,
                            "real-time factor": round(batch * frames / bundle.fps / float(np.median(calls)), 1),
                            "call [ms]": percentiles(calls, 1e3),
                            "tick late by [ms]": percentiles(late, 1e3),
                        }
                    )
    return {"frames of a chunk": frames, "seconds each": seconds, "rows": rows}


def chunk(bundle: Bundle, frames: int, batch: int, steps: int | None = None) -> Batch:
    """The beginning of `batch` utterances of one unit without name: what sampling costs does not depend on it."""
    rows, width = bundle.denoiser_state
    aligned = align([NOTHING._replace(frames=frames)])
    noise = [frame_noise(row, 0, frames, bundle.representation.channels, bundle.noise_window) for row in range(batch)]
    state = np.zeros((steps or bundle.ddim.steps, rows, batch, width), dtype=np.float32)
    repeated = (np.repeat(part[None], batch, axis=0) for part in (aligned.units, aligned.faces, aligned.timing))
    return Batch(np.stack(noise), *repeated, state)


def _session(bundle: Bundle, frames: int, threads: int, spinning: bool) -> Any:
    return open_session(bundle.file(sampler_file(frames)), "cpu", session_options(threads, spinning))


def _run(session: Any, inputs: dict[str, Any], seconds: float) -> tuple[list[float], list[float]]:
    """Duration of each call, and how late each tick was begun."""
    timeline = Timeline(RevoluteModel(default_skeleton()))
    ended, late = threading.Event(), []

    def tick() -> None:
        deadline = time.monotonic()
        while not ended.is_set():
            deadline += _PERIOD
            time.sleep(max(0.0, deadline - time.monotonic()))
            late.append(time.monotonic() - deadline)
            timeline.step()

    session.run(None, inputs)
    ticking = threading.Thread(target=tick, name="ticker", daemon=True)
    ticking.start()
    calls: list[float] = []
    end = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < end or not late:
        session.run(None, inputs)
        calls.append(time.perf_counter() - begun)
    ended.set()
    ticking.join()
    return calls, late
