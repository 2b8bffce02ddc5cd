"""Processes beside the one that measures: their memory, and one that takes a core."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def resident(pid: int) -> float:
    """Resident memory of a process [MB]; not a number where the system does not tell (no /proc)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return float("nan")
    return next(int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmRSS:"))


@contextmanager
def one_core_busy() -> Iterator[None]:
    """A process of ordinary priority that computes without pause, until the block ends."""
    spinning = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        spinning.kill()
        spinning.wait()


def processor_time(pid: int) -> float:
    """Seconds of all cores that a process has used; not a number where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
