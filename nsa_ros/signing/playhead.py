"""The place in the queued utterances that is being played, and the curve there."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.motion import NO_UNIT
from nsa_ros.signing.curve import LOOKAHEAD, piece
from nsa_ros.signing.pace import Pace
from nsa_ros.signing.track import Track

Array = NDArray[np.float64]

RAMP = 0.2
"""Time in which the tempo changes by the frame rate [s]."""

_SAME_POSE = 1e-4


class Playhead:
    """Moves through tracks, frame by frame and beyond the end of one into the next where they meet.

    A track that is followed by none ends in a standstill one frame after its last.

    Attributes:
        tracks: the one being played, if any, and those that wait.
        playing: whether the first of them is being played.
        underruns: how often frames ran out in the middle of a track.

    Args:
        fps: frames per second.
        dt: length of a tick [s].
    """

    def __init__(self, fps: float, dt: float) -> None:
        self.tracks: deque[Track] = deque()
        self.playing = False
        self.underruns = 0
        self._fps = fps
        self._pace = Pace(fps / RAMP, dt)
        self._cursor = 0.0
        self._before: Array = np.empty(0)
        self._settled = self._joined = self._starved = False

    @property
    def current(self) -> Track | None:
        """The track being played."""
        return self.tracks[0] if self.playing else None

    @property
    def starving(self) -> bool:
        """Whether the track being played waits for its next frames."""
        return self.playing and self._starved

    @property
    def ahead(self) -> float:
        """Frames that wait to be played."""
        return sum(map(len, self.tracks)) - (self._cursor if self.playing else 0.0)

    def find(self, utterance: int) -> Track | None:
        """The track of an utterance."""
        return next((track for track in self.tracks if track.utterance == utterance), None)

    def remove(self, track: Track) -> None:
        """Take a track away; if it was being played, nothing is."""
        place = self.tracks.index(track)
        if place == 0:
            self.playing = False
        if place <= 1:
            self._joined = False
        self.tracks.remove(track)

    def begin(self) -> Array:
        """Start the first track from a standstill. Returns its first frame, (n,)."""
        self.playing, self._settled, self._joined, self._starved = True, False, False, False
        self._cursor = 0.0
        self._pace.stop()
        self._before = self.tracks[0].row(0)
        return self._before

    def advance(self, tempo: float) -> Track | None:
        """Move on by a tick.

        Args:
            tempo: frames per frame time of the track.

        Returns:
            The track that came to its end, if one did; when none follows, `playing` is then False.
        """
        track = self.tracks[0]
        wanted = self._fps * tempo * track.speed
        self._cursor += self._pace.advance(wanted, self._room())
        starved = not track.finished and self._pace.rate < 0.25 * wanted and self._room() < 1.0
        self.underruns += starved and not self._starved
        self._starved = starved
        if track.finished and self._cursor >= len(track) - 1 and not self._settled:
            self._settled, self._joined = True, self._next_follows()
        if not track.finished or self._cursor < len(track):
            track.forget(int(self._cursor) - 1)
            return None
        self._before = track.row(-1)
        self.playing = self._joined
        self._settled = self._joined = False
        self._cursor -= len(track)
        return self.tracks.popleft()

    def position(self) -> Array:
        """The curve at the playhead. Shape (n,)."""
        track = self.tracks[0]
        last = len(track) if track.finished else max(len(track) - 1 - LOOKAHEAD, 1)
        start = min(int(self._cursor), last - 1)
        return piece([self._knot(start + i) for i in (-1, 0, 1, 2)], self._cursor - start)

    def label(self) -> tuple[int | None, int, int]:
        """Utterance, unit index and frame index at the playhead; (None, `NO_UNIT`, -1) outside of a track."""
        if not self.playing:
            return None, NO_UNIT, -1
        track = self.tracks[0]
        frame = min(int(self._cursor + 0.5), len(track) - 1)
        return track.utterance, track.unit(frame), frame

    def _room(self) -> float:
        """Frames to where the curve, as far as it is known, can be read."""
        track = self.tracks[1] if self._joined else self.tracks[0]
        if track.finished:
            return float("inf")
        passed = len(self.tracks[0]) if self._joined else 0
        return passed + len(track) - 1 - LOOKAHEAD - self._cursor

    def _next_follows(self) -> bool:
        """Whether the next track is there and begins where this one ends."""
        if len(self.tracks) < 2 or len(self.tracks[1]) < 2 + LOOKAHEAD:
            return False
        return float(np.abs(self.tracks[1].row(0) - self.tracks[0].row(-1)).max()) < _SAME_POSE

    def _knot(self, index: int) -> Array:
        track = self.tracks[0]
        if index < 0:
            return self._before
        if index < len(track):
            return track.row(index)
        return self.tracks[1].row(index - len(track)) if self._joined else track.row(-1)
