"""Points of a robot's fingers in palm coordinates."""

import numpy as np
import pytest
from tiny_robot import ROBOT, write

from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.hands.points import HandPoints


@pytest.fixture(scope="module")
def own():
    return load_robot("nsa_hands")


def posed(robot, seed=0):
    return np.random.default_rng(seed).uniform(robot.limits.lower, robot.limits.upper)


def test_straight_fingers_point_away_from_the_wrist(own):
    points = HandPoints(own)
    straight = points.points(np.clip(np.zeros(len(own.joints)), own.limits.lower, own.limits.upper))
    for (_, finger), at in zip(points.fingers, straight, strict=True):
        if finger.name != "thumb":
            assert at[3, 0] - at[0, 0] > 0.06
            assert abs(at[3, 1] - at[0, 1]) < 0.01
    names = [(side, finger.name) for side, finger in points.fingers]
    thumb, index, middle = (names.index(("right", name)) for name in ("thumb", "index", "middle"))
    assert straight[index, 0, 2] > straight[middle, 0, 2]
    assert straight[thumb, 3, 2] > straight[index, 3, 2]


def test_left_and_right_hand_are_equal_in_palm_coordinates(own):
    points = HandPoints(own)
    q = dict(zip(own.joints, posed(own), strict=True))
    q |= {name: q["left_" + name.removeprefix("right_")] for name in q if name.startswith("right_")}
    found = points.points([q[name] for name in own.joints])
    np.testing.assert_allclose(found[:5], found[5:], atol=1e-5)


def test_bending_goes_to_the_palm(own):
    points, flat = HandPoints(own), np.clip(np.zeros(len(own.joints)), own.limits.lower, own.limits.upper)
    bent = flat.copy()
    bent[[i for i, name in enumerate(own.joints) if name.endswith("_mcp") and "thumb" not in name]] = 1.0
    moved = points.points(bent) - points.points(flat)
    for (_, finger), tip in zip(points.fingers, moved[:, 3], strict=True):
        assert finger.name == "thumb" or tip[1] > 0.03


def test_jacobian(own):
    points, step = HandPoints(own), 1e-6
    q = posed(own)[own.indices(points.joints)]
    _, frames, given = points.at(q)
    jacobian = points.jacobian(frames, given)
    for joint, unit in enumerate(np.eye(len(q))):
        ends = [points.at(q + sign * step * unit)[0] for sign in (1, -1)]
        np.testing.assert_allclose(jacobian[..., joint], (ends[0] - ends[1]) / (2 * step), atol=1e-7)


def test_many_poses_at_once(own):
    points, q = HandPoints(own), np.stack([posed(own, seed) for seed in range(4)]).reshape(2, 2, -1)
    found = points.points(q)
    assert found.shape == (2, 2, 10, 4, 3)
    np.testing.assert_allclose(found[1, 0], points.points(q[1, 0]), atol=1e-12)


def test_a_point_that_is_left_out_lies_between_its_neighbours(tmp_path):
    thumb, index = HandPoints(load_robot(write(tmp_path))).points([0.4, 0.5, 0.6])
    np.testing.assert_allclose(index[2], (index[1] + index[3]) / 2)
    np.testing.assert_allclose(thumb[0], thumb[1])
    np.testing.assert_allclose(thumb[2], (thumb[1] + thumb[3]) / 2)


def test_mimic_joints_move_along(tmp_path):
    index = HandPoints(load_robot(write(tmp_path, ROBOT))).points([[0.0, 0.5, 0.6], [1.0, 0.5, 0.6]])[:, 1]
    bones = np.diff(index[:, [0, 1, 3]], axis=1)
    bones /= np.linalg.norm(bones, axis=-1, keepdims=True)
    bends = np.arccos((bones[:, 0] * bones[:, 1]).sum(axis=-1))
    assert bends[1] - bends[0] == pytest.approx(0.5, abs=1e-6)
