"""How long it takes until the first chunk of motion is there."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

from nsa_ros.cli.benchmark.figures import Figures, percentiles

CHOICE = ("signer", "bundle", "provider", "steps", "precision")
"""Options of the command that say who signs."""

_PROGRAM = """\
import json, sys, types
from nsa_ros.ros.signers import load_signer
next(iter(load_signer(types.SimpleNamespace(**json.loads(sys.argv[1]))).sign("hello")))
"""


def measure(choice: Any, repeats: int) -> Figures:
    """Cold starts, each in a process of its own, and loading again in a process that has everything imported.

    Args:
        choice: has the attributes `CHOICE`.
        repeats: how often each is done.
    """
    from nsa_ros.ros.signers import load_signer

    load_signer(choice)
    cold, warm = [], []
    for _ in range(repeats):
        cold.append(_cold(choice))
        begun = time.perf_counter()
        load_signer(choice)
        warm.append(time.perf_counter() - begun)
    return {
        "process to first chunk [s]": percentiles(cold),
        "load and warm in a running process [s]": percentiles(warm),
    }


def _cold(choice: Any) -> float:
    chosen = json.dumps({name: getattr(choice, name) for name in CHOICE})
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", _PROGRAM, chosen], check=True)
    return time.perf_counter() - begun
