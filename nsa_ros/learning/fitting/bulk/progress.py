"""How far a run is: a bar in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time

from tqdm import tqdm

_EVERY = 30.0
"""Between two lines [s]."""

_NAMED = 20
"""Failures that are told as they happen; more would only hide them."""


class Progress:
    """On stderr."""

    def __init__(self, total: int, skipped: int) -> None:
        """Args:
        total: clips.
        skipped: of them, because they are there.
        """
        self._total, self._done, self._skipped = total, skipped, skipped
        self._failed, self._frames = 0, 0
        self._begun = self._told = time.monotonic()
        terminal = sys.stderr.isatty()
        self._bar = (
            tqdm(total=total, initial=skipped, unit="clip", desc="fitting", smoothing=0.05) if terminal else None
        )
        if skipped:
            self._say(f"{skipped:,} of {total:,} clips are there already")

    def fitted(self, frames: int) -> None:
        """One more."""
        self._frames += frames
        self._step()

    def failed(self, name: str, cause: str) -> None:
        """One that has no fit."""
        self._failed += 1
        if self._failed <= _NAMED:
            self._say(f"failed: {name}: {cause}")
        if self._failed == _NAMED:
            self._say("further failures are only told in the summary")
        self._step()

    def close(self) -> None:
        """The last word is the summary's."""
        if self._bar is not None:
            self._bar.close()

    def _step(self) -> None:
        self._done += 1
        now = time.monotonic()
        rate = self._frames / max(now - self._begun, 1e-9)
        if self._bar is not None:
            self._bar.set_postfix_str(f"{rate:.1f} frames/s, {self._failed} failed", refresh=False)
            self._bar.update()
        elif now - self._told >= _EVERY:
            self._told = now
            left = (now - self._begun) / (self._done - self._skipped) * (self._total - self._done)
            self._say(
                f"{self._done:,} of {self._total:,} clips, {self._failed:,} failed, {rate:.1f} frames/s, "
                f"{tqdm.format_interval(left)} left"
            )

    def _say(self, line: str) -> None:
        if self._bar is not None:
            self._bar.write(line, file=sys.stderr)
        else:
            print(line, file=sys.stderr, flush=True)
