"""Workers on many machines, through Ray."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import sys
from collections.abc import Sequence
from typing import Any

from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.bulk.lot import fit_lot
from nsa_ros.learning.fitting.bulk.task import Outcome, Task, Work

LOCAL = "local"
"""Address that starts Ray on this machine for the run."""

_AHEAD = 1.25
"""Lots under way for each core of the cluster, so that none waits for the next."""


class RayCluster:
    """Tasks of one core each on the nodes of a Ray cluster.

    Ray is told not to try a lot again by itself: `run` does, clip by clip.
    """

    def __init__(self, address: str, work: Work, slots: int = 0, gpus: float = 0.0) -> None:
        """Args:
            address: of the cluster, HOST:PORT, ray://HOST:PORT or `auto`; or `LOCAL`.
            work: what is done with each clip.
            slots: lots under way at a time; as many as the cluster has room for if 0.
            gpus: share of a GPU that a lot takes.

        Raises:
            NsaError: no Ray, or no cluster at that address.
        """
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        if address == LOCAL:
            os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # else it listens on all interfaces
        try:
            import ray
        except ImportError as error:
            raise NsaError(
                "--ray needs the package ray: pip install '.[ray]' in the source folder, or leave it out"
            ) from error
        self._ray = ray
        self._lots: dict[Any, Sequence[Task]] = {}
        self._told = contextlib.redirect_stdout(sys.stderr)  # Ray tells on stdout how workers died
        self._told.__enter__()
        try:
            _connect(ray, address, slots)
            self.slots = slots or _room(ray, address, gpus)
            self._work = ray.put(work)
        except BaseException:
            self.close()
            raise
        self._fit = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=0, scheduling_strategy="SPREAD")(fit_lot)

    def submit(self, lot: Sequence[Task]) -> None:
        self._lots[self._fit.remote(lot, self._work)] = lot

    def next(self) -> tuple[Sequence[Task], list[Outcome] | str]:
        (done, *_), _ = self._ray.wait(list(self._lots), num_returns=1)
        lot = self._lots.pop(done)
        try:
            outcomes: list[Outcome] = self._ray.get(done)
        except self._ray.exceptions.RayError as error:
            return lot, _died(error)
        return lot, outcomes

    def close(self) -> None:
        for reference in self._lots:
            self._ray.cancel(reference, force=True)
        self._lots = {}
        self._ray.shutdown()
        self._told.__exit__(None, None, None)


def _connect(ray: Any, address: str, slots: int) -> None:
    quiet = {"log_to_driver": False, "logging_level": logging.WARNING}
    try:
        if address == LOCAL:
            ray.init(LOCAL, num_cpus=slots or None, include_dashboard=False, _node_ip_address="127.0.0.1", **quiet)
        else:
            _reach(address)
            ray.init(address, **quiet)
    except (ray.exceptions.RaySystemError, ConnectionError, ValueError, RuntimeError, OSError) as error:
        first = str(error).strip().partition("\n")[0]
        raise NsaError(
            f"no Ray cluster at {address} ({first}). `ray status` on its head node says whether it runs; one with a "
            f"token asks for RAY_AUTH_MODE=token. Give --ray HOST:6379, or --ray {LOCAL} to start Ray on this machine"
        ) from error


def _reach(address: str) -> None:
    """Fail at once where nothing listens; Ray would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=10).close()


def _room(ray: Any, address: str, gpus: float) -> int:
    """Lots that a cluster can have under way."""
    there = ray.cluster_resources()
    room = there.get("GPU", 0.0) / gpus if gpus else there.get("CPU", 0.0)
    if room < 1:
        raise NsaError(f"the Ray cluster at {address} has no {'GPU' if gpus else 'CPU'}; add a node with one")
    return int(room * _AHEAD)


def _died(error: Exception) -> str:
    """How a worker, or the node it was on, was lost."""
    line = str(error).strip().partition("\n")[0]
    return f"its worker was lost ({type(error).__name__}: {line})"
