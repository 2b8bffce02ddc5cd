"""The window over the last poses: between them, late by its half, and steady."""

import numpy as np
import pytest

from nsa_ros.robots.arms.smoothing import Smoother


def test_what_stands_still_is_left_alone():
    smoother = Smoother([0.3, -0.2], 8)
    for _ in range(5):
        np.testing.assert_allclose(smoother([0.3, -0.2]), [0.3, -0.2])


@pytest.mark.parametrize("ticks", [1, 5, 8])
def test_steady_motion_is_as_it_was_and_late_by_half_the_window(ticks):
    smoother, ramp = Smoother([0.0], ticks), 0.1 * np.arange(40.0)
    out = np.array([smoother([value]) for value in ramp])[:, 0]
    np.testing.assert_allclose(out[20:], ramp[20:] - 0.1 * (ticks - 1), atol=1e-12)


def test_a_jump_becomes_a_rise_of_bounded_acceleration():
    smoother = Smoother([0.0], 8)
    out = np.array([0.0, 0.0, *(smoother([1.0])[0] for _ in range(20))])
    assert (np.diff(out) >= 0).all()
    assert out[-1] == pytest.approx(1.0)
    assert np.abs(np.diff(out, 2)).max() <= 1 / 64 + 1e-12


def test_stays_between_the_poses_and_forgets_them_on_reset():
    rng = np.random.default_rng(0)
    poses = rng.uniform(-1, 1, (50, 3))
    smoother = Smoother(poses[0], 5)
    out = np.array([smoother(q) for q in poses])
    assert (out <= poses.max(axis=0)).all()
    assert (out >= poses.min(axis=0)).all()
    smoother.reset([5.0, 5.0, 5.0])
    np.testing.assert_allclose(smoother([5.0, 5.0, 5.0]), 5.0)
