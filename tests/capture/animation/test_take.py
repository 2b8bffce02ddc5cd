"""Values between keys."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from nsa_ros.capture.animation.rig import Rig
from nsa_ros.capture.animation.take import UNKNOWN_RATE, Channel, Take, key_rate, tidy_rate

TIMES = np.array([0.0, 1.0, 3.0])


def test_rotations_go_the_short_way_at_even_speed():
    turns = Rotation.random(3, random_state=4)
    quaternions = turns.as_quat() * np.array([[1.0], [-1.0], [1.0]])
    asked = np.linspace(0.0, 3.0, 31)
    got = Channel(0, "rotation", TIMES, quaternions).at(asked)
    want = Slerp(TIMES, turns)(asked)
    assert (Rotation.from_quat(got).inv() * want).magnitude().max() < 1e-7


def test_values_stay_outside_the_keys_and_a_single_key_holds():
    values = np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [9.0, 9.0, 9.0]])
    for kind in ("LINEAR", "STEP"):
        got = Channel(0, "translation", TIMES, values, kind).at(np.array([-1.0, 5.0]))
        np.testing.assert_array_equal(got, values[[0, 2]])
    np.testing.assert_array_equal(Channel(0, "scale", TIMES[:1], values[:1]).at(TIMES), values[[0, 0, 0]])


def test_a_step_jumps_at_its_key():
    values = np.arange(9.0).reshape(3, 3)
    got = Channel(0, "translation", TIMES, values, "STEP").at(np.array([0.99, 1.0, 2.9]))
    np.testing.assert_array_equal(got, values[[0, 1, 1]])


def test_a_cubic_spline_meets_values_and_slopes():
    curve, slope = TIMES**3 - TIMES, 3 * TIMES**2 - 1
    keys = np.repeat(np.stack([slope, curve, slope], axis=1)[:, :, None], 3, axis=2)
    asked = np.linspace(0.0, 3.0, 13)
    got = Channel(0, "translation", TIMES, keys, "CUBICSPLINE").at(asked)
    np.testing.assert_allclose(got[:, 0], asked**3 - asked, atol=1e-12)


@pytest.mark.parametrize(
    ("rate", "tidy"), [(30.00003, 30.0), (29.9697, 30000 / 1001), (1 / 0.0083333, 120.0), (27.4, 27.4)]
)
def test_rates_are_rounded_to_what_was_meant(rate, tidy):
    assert tidy_rate(rate) == pytest.approx(tidy, abs=1e-9)


def test_the_rate_of_keys_is_that_of_the_densest_channel():
    dense = Channel(0, "scale", np.arange(50, dtype=np.float32).astype(float) / 24, np.ones((50, 3)))
    sparse = Channel(0, "scale", TIMES, np.ones((3, 3)))
    assert key_rate([sparse, dense]) == 24.0
    assert key_rate([sparse]) == UNKNOWN_RATE


def test_bones_without_a_channel_stay_and_scale_reaches_the_children():
    eye = np.tile(np.eye(3), (2, 1, 1))
    rig = Rig(("a", "b"), (-1, 0), eye, np.array([[0.0, 0, 0], [1, 0, 0]]), np.ones((2, 3)))
    take = Take("t", (Channel(0, "scale", np.array([0.0, 1.0]), np.array([[1.0, 1, 1], [3, 1, 1]])),), 2.0)
    placed = take.place(rig, take.frames(2.0))
    np.testing.assert_allclose(placed.positions[:, 1], [[1, 0, 0], [2, 0, 0], [3, 0, 0]])
    np.testing.assert_allclose(placed.rotations, np.tile(np.eye(3), (3, 2, 1, 1)))
