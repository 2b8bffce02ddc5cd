"""Workers on this machine: processes of which each may die without taking another along."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from nsa_ros.learning.fitting.bulk.lot import fit_lot
from nsa_ros.learning.fitting.bulk.task import Outcome, Task, Work


class Processes:
    """Single-threaded processes; one that dies is replaced."""

    def __init__(self, slots: int, work: Work) -> None:
        self.slots = slots
        self._work = work
        self._context = multiprocessing.get_context("spawn")
        self._idle: list[tuple[Connection, BaseProcess]] = []
        self._busy: dict[Connection, tuple[BaseProcess, Sequence[Task]]] = {}

    def submit(self, lot: Sequence[Task]) -> None:
        connection, process = self._idle.pop() if self._idle else self._start()
        self._busy[connection] = process, lot
        with contextlib.suppress(OSError):  # it has died since; `next` says so
            connection.send(lot)

    def next(self) -> tuple[Sequence[Task], list[Outcome] | str]:
        connection = wait(list(self._busy))[0]
        assert isinstance(connection, Connection)
        process, lot = self._busy.pop(connection)
        try:
            outcomes: list[Outcome] = connection.recv()
        except (EOFError, OSError):
            connection.close()
            process.join()
            return lot, died(process.exitcode or 0)
        self._idle.append((connection, process))
        return lot, outcomes

    def close(self) -> None:
        workers = [*self._idle, *((connection, process) for connection, (process, _) in self._busy.items())]
        self._idle, self._busy = [], {}
        for connection, process in workers:
            process.kill()
            process.join()
            connection.close()

    def _start(self) -> tuple[Connection, BaseProcess]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._work), daemon=True)
        with _one_core():
            process.start()
        theirs.close()
        return ours, process


def room(device: str) -> int:
    """How many processes make sense here: one on a GPU, or else as many as cores.

    Args:
        device: of torch, or `auto`.
    """
    import torch

    if device.startswith("cuda") or (device == "auto" and torch.cuda.is_available()):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def died(code: int) -> str:
    """How a process ended that should not have."""
    if code >= 0:
        return f"its worker ended with status {code}"
    name = signal.Signals(-code).name
    return f"its worker was killed by {name}" + (", perhaps for want of memory" if name == "SIGKILL" else "")


@contextlib.contextmanager
def _one_core() -> Iterator[None]:
    """Processes started here use one core each: there are as many of them as cores."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def _serve(connection: Connection, work: Work) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that hands out the lots
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            connection.send(fit_lot(connection.recv(), work))
