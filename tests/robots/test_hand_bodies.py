"""How deep fingers are in each other."""

import numpy as np
import pytest

from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.hands.bodies import REACH, SQUEEZE, HandBodies
from nsa_ros.robots.hands.points import HandPoints


@pytest.fixture(scope="module")
def own():
    robot = load_robot("nsa_hands")
    points = HandPoints(robot)
    return robot, points, HandBodies(robot, points)


def crossed(own, spread):
    """Index and middle finger of the right hand leaning towards each other [rad]."""
    robot, points, _ = own
    q = robot.rest[robot.indices(points.joints)].copy()
    q[points.joints.index("right_index_abduction")] = -spread
    q[points.joints.index("right_middle_abduction")] = spread
    return q


def test_fingers_at_rest_are_apart(own):
    frames = own[1].at(crossed(own, 0.0))[1]
    depths, moves, near = own[2].depths(frames, own[2].pairs)
    assert depths.shape == (0,)
    assert moves.shape == (0, len(own[1].joints))
    assert 0 < len(near) < len(own[2].pairs)


def test_crossed_fingers_are_in_each_other(own):
    frames = own[1].at(crossed(own, 0.25))[1]
    depths = own[2].depths(frames, own[2].pairs).depth
    assert depths.max() > 0.003
    assert (depths > 0.0).all()
    assert SQUEEZE < REACH


def test_how_depths_change_with_the_joints(own):
    _, points, bodies = own
    q, step = crossed(own, 0.22), 1e-6
    frames = points.at(q)[1]
    depths, moves, near = bodies.depths(frames, bodies.pairs)
    for name in ("right_index_abduction", "right_middle_abduction", "right_index_mcp", "left_index_mcp"):
        joint, unit = points.joints.index(name), np.zeros(len(q))
        unit[joint] = step
        ends = [bodies.depths(points.at(q + sign * unit)[1], near)[0] for sign in (1, -1)]
        np.testing.assert_allclose(moves[:, joint], (ends[0] - ends[1]) / (2 * step), atol=2e-5)
    assert depths.size


def test_two_hands_are_not_in_each_other(own):
    """Their palms lie at one place in palm coordinates."""
    robot, points, bodies = own
    frames = points.at(robot.rest[robot.indices(points.joints)])[1]
    assert not len(bodies.depths(frames, bodies.pairs).depth)
