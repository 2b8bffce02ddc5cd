"""Several processes that train one model, as `torchrun` starts them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from nsa_ros.errors import NsaError

DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True)
class Processes:
    """The processes that train together, seen from one of them.

    Attributes:
        rank: number of this one; the first, 0, writes files and speaks.
        count: how many there are.
        device: of this one.
    """

    rank: int = 0
    count: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    def first(self) -> bool:
        """Whether this one writes files and speaks."""
        return self.rank == 0

    def joined(self, module: nn.Module) -> nn.Module:
        """The module with weights of the first process, and gradients averaged over all whenever they are computed."""
        if self.count == 1:
            return module
        # Searching for unused parameters also keeps the order in which gradients are summed the same from the first
        # update on, so that a resumed training sums as the uninterrupted one.
        return DistributedDataParallel(module, find_unused_parameters=True, broadcast_buffers=False)

    def gathered(self, value: Any) -> list[Any]:
        """The value of each process, in order of their ranks."""
        values = [value]
        if self.count > 1:
            values = [None] * self.count
            distributed.all_gather_object(values, value)
        return values


ALONE = Processes()
"""One process on the CPU."""


@contextmanager
def processes(device: str = "auto") -> Iterator[Processes]:
    """Join the processes that `torchrun` has started, over NCCL on GPUs and gloo on CPUs; alone without `torchrun`.

    Args:
        device: `cpu`, `cuda`, or `auto` for a GPU where there is one.

    Raises:
        NsaError: an unknown device, or one that is not there.
    """
    there = torch.cuda.is_available()
    if device not in DEVICES:
        raise NsaError(f"unknown device {device!r}, choose one of {', '.join(DEVICES)}")
    if device == "cuda" and not there:
        raise NsaError(
            "no CUDA device that this build of torch can use. Train with --device cpu, or install CUDA's torch"
        )
    rank, count, local = (int(os.environ.get(key, alone)) for key, alone in _TORCHRUN.items())
    place = torch.device("cuda", local) if there and device != "cpu" else torch.device("cpu")
    if place.type == "cuda":
        if local >= torch.cuda.device_count():
            raise NsaError(f"process {local} of this machine has no GPU: there are {torch.cuda.device_count()}")
        torch.cuda.set_device(place)
    if count == 1:
        yield Processes(device=place)
        return
    distributed.init_process_group("nccl" if place.type == "cuda" else "gloo", rank=rank, world_size=count)
    try:
        yield Processes(rank, count, place)
    finally:
        distributed.destroy_process_group()


_TORCHRUN = {"RANK": 0, "WORLD_SIZE": 1, "LOCAL_RANK": 0}
