"""Steering: arms that would meet on the straight way go round, arrive, and keep their limits, wherever they start."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_robot import write as write_tiny
from two_arms import write

from nsa_ros.errors import NsaError
from nsa_ros.robots.arms.arms import Arms
from nsa_ros.robots.arms.passage import Leg, Passage
from nsa_ros.robots.arms.steering import Steering
from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.motion.follower import Follower
from nsa_ros.robots.retarget import Retargeter

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "robot_hands"

SHARE = 0.25
DEEPER = 0.003
THERE = 2e-3


@pytest.fixture(scope="module")
def robot(tmp_path_factory):
    return load_robot(write(tmp_path_factory.mktemp("robot")))


@pytest.fixture(scope="module")
def arms(robot):
    return Arms(robot)


@pytest.fixture(scope="module")
def passage(robot, arms):
    return Passage(robot, arms.capsules, arms.pairs, arms.indices)


def straight(position, goal):
    return goal


def walked(robot, steer, start, goal, ticks=1200):
    """Commands of a follower that starts slowly, until they are where they are to be."""
    follower, path = Follower(robot.limits, 0.01, start), [start]
    for _ in range(ticks):
        path.append(follower.step(steer(path[-1], goal), share=SHARE))
        if np.abs(path[-1] - goal).max() < THERE:
            break
    return np.array(path)


def least(passage, path):
    return passage.distance(path[::2]).min()


def arrives(path, goal):
    return np.abs(path[-1] - goal).max() < THERE


def posed(robot, **angles):
    q = robot.rest.copy()
    q[robot.indices(tuple(angles))] = list(angles.values())
    return q


def crossed(robot):
    """Forearms crossed before the chest, the left one above the right one, and the other way round."""
    turned = {"right_yaw": 0.6, "left_yaw": -0.6}
    above = posed(robot, **turned, left_elbow=-0.4, right_elbow=0.4)
    below = posed(robot, **turned, left_elbow=0.4, right_elbow=-0.4)
    return above, below


def behind(robot):
    """A hand before the trunk, and behind it."""
    return posed(robot, right_yaw=1.4, right_elbow=0.3), posed(robot, right_yaw=1.4, right_pitch=1.2, right_elbow=0.3)


def test_arms_that_would_meet_go_round(robot, arms, passage):
    start, goal = crossed(robot)
    assert passage.distance(np.stack([start, goal])).min() > 0.0
    assert least(passage, walked(robot, straight, start, goal)) < -0.01
    path = walked(robot, Steering(robot, arms), start, goal)
    assert arrives(path, goal)
    assert least(passage, path) > -DEEPER


def test_a_free_way_is_straight_and_takes_no_longer(robot, arms):
    goal = posed(robot, right_roll=-1.0, left_roll=1.0, right_elbow=0.0, right_knuckle=0.5)
    path, direct = (walked(robot, steer, robot.rest, goal) for steer in (Steering(robot, arms), straight))
    assert arrives(path, goal)
    assert len(path) < len(direct) + 30
    way = goal - robot.rest
    share = (path - robot.rest) @ way / (way @ way)
    assert np.abs(path - robot.rest - share[:, None] * way).max() < 0.04


def test_a_goal_in_which_bodies_meet_is_come_near_to(robot, arms, passage):
    goal = posed(robot, right_yaw=0.65, left_yaw=-0.65, right_elbow=0.0, left_elbow=0.0)
    assert passage.distance(goal).min() < -0.005
    path = walked(robot, Steering(robot, arms), robot.rest, goal, ticks=400)
    assert least(passage, path) > 0.0
    assert np.abs(path[-1] - goal).max() < 0.3


def test_a_start_in_which_bodies_meet_is_left(robot, arms, passage):
    start = posed(robot, right_yaw=0.65, left_yaw=-0.65, right_elbow=0.0, left_elbow=0.0)
    path = walked(robot, Steering(robot, arms), start, robot.rest)
    assert arrives(path, robot.rest)
    assert least(passage, path) > passage.distance(start).min() - DEEPER


def test_a_goal_that_moves_is_met(robot, arms, passage):
    start, goal = crossed(robot)
    steer, follower = Steering(robot, arms), Follower(robot.limits, 0.01, start)
    elbow, path = robot.indices(("left_turn",)), [start]
    away = np.inf
    for tick in range(600):
        wanted = goal.copy()
        wanted[elbow] += 0.3 * np.sin(0.02 * tick)
        path.append(follower.step(steer(path[-1], wanted), share=SHARE))
        away = min(away, np.abs(path[-1] - wanted).max())
    assert away < 0.05
    assert least(passage, np.array(path)) > -DEEPER


def test_another_goal_on_the_way_is_no_jump(robot, arms, passage):
    start, goal = crossed(robot)
    steer, follower, path = Steering(robot, arms), Follower(robot.limits, 0.01, start), [start]
    for tick in range(900):
        path.append(follower.step(steer(path[-1], robot.rest if 40 < tick < 70 else goal), share=SHARE))
    assert arrives(path, goal)
    assert least(passage, np.array(path)) > -DEEPER


def test_a_joint_without_a_goal_stays(robot, arms):
    goal = posed(robot, right_roll=-1.0)
    goal[robot.indices(("left_elbow",))] = np.nan
    path = walked(robot, Steering(robot, arms), robot.rest, goal, ticks=200)
    assert np.isfinite(path).all()
    np.testing.assert_allclose(path[-1], np.where(np.isnan(goal), robot.rest, goal), atol=THERE)


def test_a_joint_beyond_its_limits_comes_in(robot, arms):
    start = posed(robot, right_elbow=robot.limits.upper[robot.indices(("right_elbow",))][0] + 0.2)
    assert arrives(walked(robot, Steering(robot, arms), start, robot.rest, ticks=200), robot.rest)


def test_arms_without_a_way_stand_and_say_so(robot, arms, monkeypatch):
    start, goal = crossed(robot)
    monkeypatch.setattr(Passage, "free", lambda *_: False)
    asked = []

    def ask(steer):
        while True:
            asked.append(steer(start, goal))

    with pytest.raises(NsaError, match="move them apart"):
        ask(Steering(robot, arms))
    np.testing.assert_array_equal(asked, np.tile(start, (len(asked), 1)))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_from_anywhere_it_arrives_or_stands(robot, arms, passage, seed):
    random, limits = np.random.default_rng(seed), robot.limits
    start, goal = (np.clip(random.normal(robot.rest, 0.7), limits.lower, limits.upper) for _ in range(2))
    ends = passage.distance(np.stack([start, goal]))
    wanted = ends[1].min() >= 0.0
    direct = passage.way(start, np.zeros(len(start)), [Leg(goal, waits=True)])
    free = passage.distance(direct.poses).min() > 0.001
    steer, follower, path = Steering(robot, arms), Follower(limits, 0.01, start), [start]
    try:
        while len(path) < 1500 and not arrives(path, goal):
            asked = steer(path[-1], goal)
            assert np.isfinite(asked).all()
            assert (asked >= limits.lower).all()
            assert (asked <= limits.upper).all()
            path.append(follower.step(asked, share=SHARE))
    except NsaError:
        assert not free
        assert np.abs(follower.velocity).max() < 1e-3
    else:
        assert arrives(path, goal) or not wanted
    assert least(passage, np.array(path)) > min(ends.min(), 0.0) - DEEPER


def test_ways_of_a_robot_without_arms_are_its_goals(tmp_path):
    retargeter = Retargeter(load_robot(write_tiny(tmp_path)))
    goal = retargeter.robot.rest + 0.1
    np.testing.assert_array_equal(retargeter.steer(retargeter.robot.rest, goal), goal)


@pytest.mark.parametrize("name", ["g1_dex3", "g1_inspire"])
def test_hands_of_a_humanoid_go_round_each_other(name):
    if not (SHARED / "unitree_ros").is_dir():
        pytest.skip("the G1's URDF is not in shared/data/robot_hands")
    robot = load_robot(name, SHARED / "unitree_ros")
    retargeter, arms = Retargeter(robot), Arms(robot)
    passage = Passage(robot, arms.capsules, arms.pairs, arms.indices)
    up, down = ((-0.5, 0.3), (0.3, -0.5))
    start, goal = (
        posed(
            robot,
            right_shoulder_yaw_joint=0.5,
            left_shoulder_yaw_joint=-0.5,
            right_elbow_joint=right,
            left_elbow_joint=left,
        )
        for right, left in (up, down)
    )
    assert passage.distance(np.stack([start, goal])).min() > 0.005
    assert least(passage, walked(robot, straight, start, goal)) < -0.01
    path = walked(robot, retargeter.steer, start, goal)
    assert arrives(path, goal)
    assert least(passage, path) > 0.0
