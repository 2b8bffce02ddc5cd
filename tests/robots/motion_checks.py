"""What the tests of robot motion share: limits at random, and whether commands keep them."""

from collections.abc import Sequence

import numpy as np

from nsa_ros.robots.motion.limits import MotionLimits
from nsa_ros.robots.motion.stop import State

DT = 0.01


def uniform_limits(
    n: int, reach: float = 1.5, velocity: float = 3.0, acceleration: float = 60.0, jerk: float = 2000.0
) -> MotionLimits:
    return MotionLimits(*(np.full(n, x) for x in (-reach, reach, velocity, acceleration, jerk)))


def random_limits(rng: np.random.Generator, n: int) -> MotionLimits:
    """From fast fingers to slow arms, tiny and empty ranges among them."""
    lower = rng.uniform(-3, 0, n)
    width = np.where(rng.random(n) < 0.15, 0.0, rng.uniform(0, 1.6, n) ** 3)
    rates = (10.0 ** rng.uniform(*span, n) for span in ((-1, 1.2), (0, 2.3), (0.5, 4.5)))
    return MotionLimits(lower, lower + width, *rates)


def assert_within(limits: MotionLimits, positions: np.ndarray, dt: float = DT) -> None:
    """Positions (t, n) keep every limit, as do their finite differences."""
    assert np.isfinite(positions).all()
    assert (positions >= limits.lower).all()
    assert (positions <= limits.upper).all()
    assert_smooth(limits, positions, dt)


def assert_smooth(limits: MotionLimits, positions: np.ndarray, dt: float = DT) -> None:
    for order, greatest in enumerate((limits.velocity, limits.acceleration, limits.jerk), start=1):
        rates = np.abs(np.diff(positions, n=order, axis=0)) / dt**order
        rounding = 2.0**order * 1e-15 / dt**order
        assert (rates <= greatest * (1.0 + 1e-9) + rounding).all(), f"derivative {order}: {(rates / greatest).max()}"


def assert_states_within(limits: MotionLimits, states: Sequence[State], dt: float = DT) -> None:
    """Velocities and accelerations that are told keep their limits, and are those of the positions."""
    velocities = np.array([state.velocity for state in states])
    accelerations = np.array([state.acceleration for state in states])
    positions = np.array([state.position for state in states])
    assert (np.abs(velocities) <= limits.velocity * (1.0 + 1e-8)).all()
    assert (np.abs(accelerations) <= limits.acceleration * (1.0 + 1e-8)).all()
    change = np.diff(accelerations, axis=0) / dt
    assert (np.abs(change) <= limits.jerk * (1.0 + 1e-6) + 1e-9).all()
    moved = np.diff(positions, axis=0) - dt * (velocities[1:] + velocities[:-1]) / 2.0
    assert (np.abs(moved) <= limits.jerk * dt**3 / 2.0 + 1e-12).all()
