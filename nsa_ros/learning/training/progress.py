"""What a person sees of a training: a progress bar with the time left, lines in a log, TensorBoard events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

Say = Callable[[str], None]


class Progress:
    """Of one training; use it as a context.

    Lines go to the terminal and to `RUN/NAME.log`, events to `RUN/events/NAME`.
    """

    def __init__(
        self, run: Path, name: str, done: int, steps: int, say: Say = tqdm.write, silent: bool = False
    ) -> None:
        """
        Args:
            run: folder.
            name: of the training.
            done, steps: updates so far, and all.
            say: takes lines for the terminal.
            silent: show and write nothing.
        """
        self._name, self._silent, self._say = name, silent, say
        self._log = run / f"{name}.log"
        self._bar = tqdm(total=steps, initial=done, desc=name, unit="update", mininterval=2.0, disable=silent)
        self._events: Any = None
        if not silent:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError:
                self.line("no TensorBoard events: `pip install tensorboard` brings them; training goes on")
            else:
                self._events = SummaryWriter(str(run / "events" / name), purge_step=done + 1)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
        if self._events:
            self._events.close()

    def advance(self) -> None:
        """One update is done."""
        self._bar.update()

    def line(self, text: str) -> None:
        """Say a line."""
        if not self._silent:
            self._say(f"{self._name} {text}")
            with self._log.open("a", encoding="utf-8") as file:
                file.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} {text}\n")

    def report(self, update: int, parts: Mapping[str, float], others: Mapping[str, float], seconds: float) -> None:
        """Means since the last report: parts of the loss, which make the line, and other figures, for TensorBoard."""
        means = "  ".join(f"{name} {value:.4f}" for name, value in parts.items())
        self.line(f"{update}: {means}  waiting for data {others['waiting for data']:.1%}  ({seconds:.0f} s)")
        if self._events:
            for tag, value in {**{f"loss/{name}": value for name, value in parts.items()}, **others}.items():
                self._events.add_scalar(tag, value, update)

    def picture(self, update: int, tag: str, pixels: np.ndarray) -> None:
        """An image for TensorBoard. Shape (H, W, 3), 0 to 255."""
        if self._events:
            self._events.add_image(tag, pixels, update, dataformats="HWC")
