"""Many streams in one process: each signs one text after the other, all of them share one generation thread."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nsa_ros.cli.benchmark.figures import Figures, percentiles
from nsa_ros.cli.benchmark.playing import PERIOD, RATE, Audience, Playing, close_streams, open_streams
from nsa_ros.signing.player import AHEAD

ON_TIME = 0.99
"""Share of ticks that must be done within their period, for a number of streams to hold."""

MOST = 1024
_WARM = 4.0
_LATENCIES = 24
_SWITCH_INTERVAL = 5e-4  # as the node's
_FINE = 1.08

Say = Callable[[str], None]


def measure(
    signer: Any, counts: Sequence[int], texts: Sequence[str], seconds: float, say: Say, most: int = MOST
) -> Figures:
    """Each number of streams in real time and as fast as possible, and the highest number that holds.

    Args:
        signer: loaded and warm.
        counts: numbers of streams.
        texts: to sign.
        seconds: that each number is listened to; with few streams longer, for enough texts.
        say: told what is done.
        most: no number beyond is tried in search of the highest.
    """
    rows = []
    for count in sorted(set(counts)):
        longer = seconds * min(3.0, max(1.0, _LATENCIES / (seconds * count)))
        row = {**in_real_time(signer, count, texts, longer), **as_fast_as_possible(signer, count, texts, seconds / 2)}
        say(
            f"{count} streams: {100 * row['on time']:.1f} % of ticks on time, {row['underruns']} underruns; as fast "
            f"as possible {row['streams sustained']:.0f}"
        )
        rows.append(row)

    def again(count: int) -> Figures:
        row = in_real_time(signer, count, texts, seconds)
        verdict = "hold" if holds(row) else "do not hold"
        say(f"{count} streams {verdict}: {100 * row['on time']:.1f} % of ticks on time, {row['underruns']} underruns")
        return row

    return {"rate [Hz]": RATE, "rows": rows, **highest(rows, again, most)}


def in_real_time(signer: Any, count: int, texts: Sequence[str], seconds: float) -> Figures:
    """Play `count` streams for some seconds at 100 Hz, paced by the clock.

    A tick is on time if it is done within a period after its deadline; deadlines that were skipped are not.
    """
    audience = Audience(count)
    scheduler, streams = open_streams(signer, count, texts, audience.later)
    for stream in streams:
        audience.later(stream, _WARM)
    playing = Playing(streams)
    switch = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_INTERVAL)
    try:
        playing.start()
        audience.ask(_WARM)
        playing.clear()
        spent, begun = time.process_time(), time.perf_counter()
        audience.ask(seconds)
        late, skipped, underruns, latencies = playing.figures()
        spent, wall = time.process_time() - spent, time.perf_counter() - begun
    finally:
        playing.stop()
        sys.setswitchinterval(switch)
        close_streams(scheduler, streams)
    if playing.error is not None:
        raise playing.error
    return {
        "streams": count,
        "on time": round(float(np.sum(late <= PERIOD)) / max(1, len(late) + skipped * count), 5),
        "tick done after its deadline [ms]": percentiles(late, 1e3),
        "underruns": underruns,
        "texts": len(latencies),
        "text to first frame [ms]": percentiles(latencies, 1e3),
        "share of all cores": round(spent / wall / (os.cpu_count() or 1), 3),
        "real-time priority": playing.priority,
    }


def as_fast_as_possible(signer: Any, count: int, texts: Sequence[str], seconds: float) -> Figures:
    """How many streams the machine could keep up with: seconds of motion that `count` streams play a second of time.

    Generation, push and ticks at 100 Hz are all done; a stream is ticked whenever it has motion for it.
    """
    scheduler, streams = open_streams(signer, count, texts)
    for stream in [*streams, *streams, *streams]:  # texts wait, so that motion never ends
        stream.submit()
    enough = min(1.0, 0.5 * AHEAD)
    ticks, begun, end = 0, None, None
    gc.collect()
    gc.disable()
    try:
        while end is None or time.perf_counter() < end:
            idle = True
            for stream in streams:
                if stream.player.timeline.ahead > enough:
                    stream.player.tick()
                    ticks, idle = ticks + 1, False
            if begun is None and all(stream.latencies for stream in streams):
                begun, ticks = time.perf_counter(), 0
                end = begun + seconds
            if idle:
                time.sleep(2e-4)
        wall = time.perf_counter() - (begun or 0.0)
    finally:
        gc.enable()
        close_streams(scheduler, streams)
    return {"streams sustained": round(ticks / RATE / wall, 1)}


def highest(rows: Sequence[Figures], row: Callable[[int], Figures], most: int) -> Figures:
    """The highest number that holds, found by halving between one that does and one that does not.

    Args:
        rows: figures of some numbers.
        row: measures another number.
        most: no number beyond is tried.
    """
    low = max((found["streams"] for found in rows if holds(found)), default=0)
    high = min((found["streams"] for found in rows if found["streams"] > low), default=None)
    while high is None or high - low > max(1, low * (_FINE - 1.0)):
        if high is None and low >= most:
            break
        count = min(most, 2 * max(low, 1)) if high is None else (low + high) // 2
        low, high = (count, high) if holds(row(count)) else (low, count)
    return {"highest that holds": low, "fewest that did not": high}


def holds(row: Figures) -> bool:
    """No underrun, and nearly all ticks on time."""
    return row["underruns"] == 0 and row["on time"] >= ON_TIME
