"""Batches made by a thread before they are asked for, so that training does not wait for data."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any, Protocol

import torch
from torch import Tensor

DEPTH = 4
"""Batches that lie ready."""


class Stream(Protocol):
    """Batches in an order that is a function of the stream's state alone."""

    def next(self) -> Any:
        """The next batch: tensors on the CPU, in named tuples that may be nested."""

    def state(self) -> dict[str, Any]:
        """What the batches after the last one depend on, as a copy, for a checkpoint."""

    def restore(self, state: dict[str, Any]) -> None:
        """The inverse of `state`."""


class Ahead:
    """The batches of a stream in the stream's own order, prepared by a thread; use it as a context.

    Attributes:
        waited: seconds that `next` has waited for a batch.
    """

    def __init__(self, stream: Stream, pin: bool = False, depth: int = DEPTH) -> None:
        """
        Args:
            stream: is the thread's alone from now on.
            pin: put batches into page-locked memory, from which a GPU copies while it computes.
            depth: batches that lie ready.
        """
        self.waited = 0.0
        self._stream, self._pin = stream, pin
        self._state = stream.state()
        self._ready: queue.Queue[tuple[Any, dict[str, Any]] | BaseException] = queue.Queue(depth)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._fill, name="batches", daemon=True)

    def __enter__(self) -> Ahead:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        while self._thread.is_alive():
            self._empty()
            self._thread.join(0.01)

    def next(self) -> Any:
        """The next batch.

        Raises:
            Exception: what making it raised.
        """
        begun = time.perf_counter()
        made = self._ready.get()
        self.waited += time.perf_counter() - begun
        if isinstance(made, BaseException):
            raise made
        batch, self._state = made
        return batch

    def state(self) -> dict[str, Any]:
        """State of the stream after the batch that `next` gave last, whatever has been prepared since."""
        return self._state

    def _fill(self) -> None:
        try:
            while not self._stopped.is_set():
                batch = self._stream.next()
                self._ready.put((mapped(batch, Tensor.pin_memory) if self._pin else batch, self._stream.state()))
        except BaseException as error:
            self._ready.put(error)

    def _empty(self) -> None:
        while True:
            try:
                self._ready.get_nowait()
            except queue.Empty:
                return


def mapped(batch: Any, function: Any) -> Any:
    """A batch with the function applied to each of its tensors; None stays."""
    if batch is None or isinstance(batch, Tensor):
        return batch if batch is None else function(batch)
    return type(batch)(*(mapped(part, function) for part in batch))


def moved(batch: Any, device: torch.device) -> Any:
    """A batch on a device; from page-locked memory the copy does not hold up the caller."""
    return mapped(batch, lambda tensor: tensor.to(device, non_blocking=True))
