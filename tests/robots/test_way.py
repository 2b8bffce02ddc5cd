"""Fingers that make way for thumbs."""

from dataclasses import replace

import numpy as np
import pytest
from test_retarget import pose, settle

from nsa_ros.errors import NsaError
from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.hands.bodies import HandBodies
from nsa_ros.robots.hands.points import HandPoints
from nsa_ros.robots.hands.way import DEEP
from nsa_ros.robots.retarget import Retargeter

STEP = 0.03
"""How far ideal joints come in a tick [rad]."""


@pytest.fixture(scope="module")
def robot():
    return load_robot("nsa_hands")


@pytest.fixture(scope="module")
def retarget(robot):
    return Retargeter(robot)


@pytest.fixture(scope="module")
def poses(robot):
    """The joints of letters, each for itself."""
    return {letter: settle(Retargeter(robot), pose(letter), held=40) for letter in "ALMST"}


def walk(robot, q, goal, way=lambda goal, q: goal):
    """The joints on their way, tick after tick. Shape (ticks, n)."""
    rows = [q]
    for _ in range(300):
        step = np.clip(way(goal, rows[-1]) - rows[-1], -STEP, STEP)
        rows.append(rows[-1] + step)
    return np.array(rows)


def depth(robot, rows, side):
    """How deep the thumb is in the other fingers of a hand at most, beyond both ends of the way [m]."""
    points = HandPoints(robot)
    bodies = HandBodies(robot, points)
    names = np.array([finger.name if of == side else "" for of, finger in points.fingers] + ["palm"])
    first, second = names[bodies.fingers[bodies.pairs]].T
    across = ((first == "thumb") != (second == "thumb")) & (first != "palm") & (second != "palm")
    frames = bodies.kinematics.frames(rows[:, robot.indices(points.joints)])
    nearest = bodies.capsules.closest(frames, bodies.pairs[across]).distance.min(axis=1)
    return min(nearest[0], nearest[-1], 0.0) - nearest.min()


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("start", "end"), [("L", "M"), ("A", "T")])
def test_the_thumb_gets_under_fingers_without_going_through_them(robot, retarget, poses, start, end, side):
    straight_on = walk(robot, poses[start], poses[end])
    assert depth(robot, straight_on, side) > 2 * DEEP, "nothing is in its way: the test shows nothing"
    rows = walk(robot, poses[start], poses[end], retarget.make_way)
    assert depth(robot, rows, side) < 1.5 * DEEP
    assert rows[-1] == pytest.approx(poses[end], abs=1e-6)


def test_where_nothing_is_in_the_way_the_goal_is_the_goal(retarget, poses):
    assert retarget.make_way(poses["A"], poses["A"]) == pytest.approx(poses["A"])
    assert retarget.make_way(poses["L"], poses["A"]) == pytest.approx(poses["L"])


def test_one_hand_does_not_wait_for_the_other(robot, retarget, poses):
    left = np.array([name.startswith("left") for name in robot.joints])
    goal = retarget.make_way(np.where(left, poses["M"], poses["L"]), poses["L"])
    assert goal[~left] == pytest.approx(poses["L"][~left])
    assert np.abs(goal - poses["M"])[left].max() > 0.1


def test_any_goal_from_anywhere_gives_joints_within_limits(robot, retarget):
    rng = np.random.default_rng(3)
    lower, upper = robot.limits.lower, robot.limits.upper
    for _ in range(100):
        goal, here = rng.uniform(lower, upper, (2, len(lower)))
        here[rng.random(len(here)) < 0.1] = np.nan
        following = retarget.make_way(goal, here)
        assert np.isfinite(following).all()
        assert ((lower <= following) & (following <= upper)).all()


def test_a_measured_joint_beyond_its_limits_asks_for_nothing_beyond(robot, retarget, poses):
    following = retarget.make_way(poses["M"], poses["L"] + 3.0)
    assert ((robot.limits.lower <= following) & (following <= robot.limits.upper)).all()


def test_measured_joints_of_another_robot_are_refused(retarget, poses):
    with pytest.raises(NsaError, match="driven joints"):
        retarget.make_way(poses["A"], poses["A"][1:])


def test_without_a_thumb_nothing_is_in_the_way(robot):
    hand = robot.hands["right"]
    fingers = tuple(finger for finger in hand.fingers if finger.name != "thumb")
    bare = Retargeter(replace(robot, hands={"right": replace(hand, fingers=fingers)}))
    goal = robot.limits.upper
    assert bare.make_way(goal, robot.rest) is goal
