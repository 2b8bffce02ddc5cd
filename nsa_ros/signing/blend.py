"""Leaving for another target from wherever the figure is, without a jump in position, velocity or acceleration."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.limits import Limits
from nsa_ros.signing.curve import DERIVATIVE, Point, powers, quintic

Array = NDArray[np.float64]

_SHARE = 0.5
"""Share of the velocity and acceleration limits that a blend may use; the target it is added to needs the rest."""

_LONGEST = 4.0
_NOTHING = 1e-9
_POWERS = np.linspace(0.0, 1.0, 17)[:, None] ** np.arange(6.0)
_RATES = np.stack([_POWERS @ DERIVATIVE, _POWERS @ DERIVATIVE @ DERIVATIVE])
"""Takes coefficients (6, n) to velocities and accelerations at 17 moments, (2, 17, n)."""


class Blend:
    """A decaying offset to be added to a target, so that the sum starts in a given state and ends on the target.

    It is the minimum-jerk polynomial of its end points (Flash & Hogan, J. Neurosci. 5, 1985).

    Attributes:
        duration: [s]; 0 where there is no offset.

    Args:
        offset: state of the figure less that of the target, per second. Each of shape (n,).
        limits: of the coordinates.
        shortest: least duration where there is an offset [s].
    """

    def __init__(self, offset: Point, limits: Limits, shortest: float) -> None:
        self.duration = 0.0
        still = Point(*(np.zeros_like(offset.position) for _ in Point._fields))
        if max(np.abs(offset.position).max(), np.abs(offset.velocity).max()) < _NOTHING:
            self._coefficients = quintic(still, still)
            return
        fastest = np.maximum(_SHARE * limits.velocity, 1.05 * np.abs(offset.velocity))
        strongest = np.maximum(_SHARE * limits.acceleration, 1.05 * np.abs(offset.acceleration))
        self.duration = shortest
        while True:
            self._coefficients = quintic(_scaled(offset, self.duration), still)
            velocity, acceleration = _RATES @ self._coefficients
            quick = np.abs(velocity) / self.duration <= fastest
            gentle = np.abs(acceleration) / self.duration**2 <= strongest
            if self.duration >= _LONGEST or (quick.all() and gentle.all()):
                return
            self.duration *= 1.2

    def at(self, time: float) -> Array:
        """The offset a time after the beginning [s]. Shape (n,)."""
        if time >= self.duration:
            return np.zeros(self._coefficients.shape[1])
        return np.asarray(powers(time / self.duration) @ self._coefficients)

    def progress(self, time: float) -> float:
        """From 0 at the beginning to 1 at the end, minimum-jerk."""
        if time >= self.duration:
            return 1.0
        s = time / self.duration
        return s**3 * (10.0 - 15.0 * s + 6.0 * s * s)


def _scaled(point: Point, unit: float) -> Point:
    """Derivatives in another unit of time."""
    return Point(point.position, point.velocity * unit, point.acceleration * unit * unit)
