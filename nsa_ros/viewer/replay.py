"""A motion played on the page: play and pause, a slider to scrub, over and over."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import viser

from nsa_ros.body.motion import Motion
from nsa_ros.errors import NsaError
from nsa_ros.viewer.page import RATE, Page
from nsa_ros.viewer.scene import Label


class Replay:
    """Controls of a motion on a page; `run` plays it.

    Args:
        page: where it is shown.
        motion: what is played.
        sentence: its text.
        labels: its units, indexed by `motion.unit`.

    Raises:
        NsaError: the motion has no frames.
    """

    def __init__(self, page: Page, motion: Motion, sentence: str = "", labels: Sequence[Label] = ()) -> None:
        if len(motion) == 0:
            raise NsaError("the motion has no frames to play")
        self._page, self._motion, self._sentence, self._labels = page, motion, sentence, tuple(labels)
        self._lock = threading.Lock()
        self._time, self._playing = 0.0, True
        gui = page.server.gui
        self._button = gui.add_button("Pause")
        self._slider = gui.add_slider("Frame", 0, max(len(motion) - 1, 1), 1, 0)
        self._button.on_click(lambda _: self.pause(self.playing))
        self._slider.on_update(self._scrubbed)
        self.seek(0)

    @property
    def frame(self) -> int:
        """Index of the frame that is shown."""
        with self._lock:
            return min(int(self._time * self._motion.fps), len(self._motion) - 1)

    @property
    def playing(self) -> bool:
        """Whether time goes on."""
        with self._lock:
            return self._playing

    def pause(self, paused: bool = True) -> None:
        """Stop at the frame that is shown, or go on."""
        with self._lock:
            self._playing = not paused
        self._button.label = "Play" if paused else "Pause"

    def seek(self, frame: int) -> None:
        """Show a frame; below the first or beyond the last it is that one."""
        frame = min(max(frame, 0), len(self._motion) - 1)
        with self._lock:
            self._time = frame / self._motion.fps + 1e-6
        self._draw()

    def step(self, seconds: float) -> None:
        """Time goes on by so much [s], from the start again after the end; nothing happens while paused."""
        with self._lock:
            if not self._playing:
                return
            self._time = (self._time + seconds) % self._motion.duration
        self._draw()

    def run(self, stop: threading.Event | None = None) -> None:
        """Play until `stop` is set (for ever without one)."""
        stop = stop or threading.Event()
        while not stop.wait(1 / RATE):
            self.step(1 / RATE)

    def _draw(self) -> None:
        i, motion = self.frame, self._motion
        self._page.update(motion.poses[i], motion.expression[i], motion.transl[i])
        self._page.show(self._sentence, self._labels, int(motion.unit[i]))
        self._page.status(f"frame {i + 1} of {len(motion)}, {i / motion.fps:.2f} s")
        if self._slider.value != i:
            self._slider.value = i

    def _scrubbed(self, event: viser.GuiEvent[Any]) -> None:
        if event.client is not None:
            self.pause()
            self.seek(int(self._slider.value))
