"""How fast the timeline moves through the frames: speed changes, waiting for frames and going on are all smooth."""

from __future__ import annotations

from nsa_ros.signing.limiter import stopping_velocity


class Pace:
    """A rate [frames/s] that changes by a bounded amount a tick and can always stop where the frames end.

    Attributes:
        rate: frames per second now.

    Args:
        change: greatest change of the rate [frames/s²].
        dt: length of a tick [s].
    """

    def __init__(self, change: float, dt: float) -> None:
        self._step, self._dt = change * dt, dt
        self.rate = 0.0

    def advance(self, wanted: float, room: float) -> float:
        """Frames to move in this tick.

        Args:
            wanted: rate [frames/s].
            room: frames left to the end of what is there; infinite when the end is a standstill.
        """
        near = min(max(wanted, self.rate - self._step), self.rate + self._step)
        most_to_stop = near * self._dt * (1.0 + near / (2.0 * self._step))
        if room < most_to_stop:
            near = min(near, float(stopping_velocity(max(room, 0.0), self._step, self._dt)))
        self.rate = near
        return self.rate * self._dt

    def stop(self) -> None:
        """Stand still at once; for when the curve itself does."""
        self.rate = 0.0
