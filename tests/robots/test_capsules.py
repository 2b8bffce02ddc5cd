"""Capsules: distances against brute force, gradients against differences, and which pairs may touch."""

from pathlib import Path

import numpy as np
import pytest
from two_arms import ROBOT, write

from nsa_ros.robots.capsules import closest, robot_capsules
from nsa_ros.robots.description.robot import load_robot

WIDE = "{link: torso, from: [0, 0, -0.25], to: [0, 0, 0.05], radius: 0.22}"
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "robot_hands"


@pytest.fixture
def robot(tmp_path):
    return load_robot(write(tmp_path))


def random_poses(robot, count, seed=0):
    return np.random.default_rng(seed).uniform(robot.limits.lower, robot.limits.upper, (count, len(robot.joints)))


def pair_names(capsules, pairs):
    return {tuple(sorted(capsules.shapes[i].link for i in pair)) for pair in pairs}


def test_distance_is_that_of_the_closest_points_of_both():
    rng = np.random.default_rng(0)
    ends, radius = rng.normal(size=(40, 2, 2, 3)), np.array([0.1, 0.25])
    found = closest(ends, radius, np.array([[0, 1]]))
    share = np.linspace(0, 1, 201)[:, None]
    for (first, second), distance in zip(ends, found.distance[:, 0], strict=True):
        a, b = (start + share * (end - start) for start, end in (first, second))
        brute = np.linalg.norm(a[:, None] - b[None], axis=-1).min() - radius.sum()
        assert brute - 0.01 < distance < brute + 1e-9


@pytest.mark.parametrize(
    ("second", "distance"),
    [
        ([[0, 0.5, 0], [1, 0.5, 0]], 0.5),  # side by side
        ([[2, 0, 0], [3, 0, 0]], 1.0),  # in one line
        ([[0.3, 0.7, 0], [0.3, 0.7, 0]], 0.7),  # a ball
        ([[0.5, -1, 0], [0.5, 1, 0]], 0.0),  # crossing
    ],
)
def test_parallel_crossing_and_pointlike_axes(second, distance):
    ends = np.array([[[0, 0, 0], [1, 0, 0]], second], dtype=float)
    found = closest(ends, np.zeros(2), np.array([[0, 1]]))
    assert found.distance[0] == pytest.approx(distance, abs=1e-9)
    assert np.linalg.norm(found.normal[0]) == pytest.approx(1.0, abs=1e-6)


def test_gradient_is_the_derivative_of_the_distance(robot):
    capsules, h = robot_capsules(robot), 1e-6
    for q in random_poses(robot, 5):
        frames = robot.kinematics.frames(q)
        gradient = capsules.gradient(frames, capsules.closest(frames))
        steps = h * np.eye(len(q))
        higher, lower = (capsules.closest(robot.kinematics.frames(q + sign * steps)).distance for sign in (1, -1))
        difference = ((higher - lower) / (2 * h)).T
        near = np.abs(gradient - difference) < 1e-5
        assert near.mean() > 0.995  # closest points jump at the ends of parallel axes


def test_many_poses_are_those_one_by_one(robot):
    capsules, poses = robot_capsules(robot), random_poses(robot, 6)
    many = capsules.closest(robot.kinematics.frames(poses)).distance
    for q, row in zip(poses, many, strict=True):
        np.testing.assert_allclose(capsules.closest(robot.kinematics.frames(q)).distance, row, atol=1e-12)


def test_neighbours_and_what_does_not_move_are_no_pairs(robot):
    capsules = robot_capsules(robot)
    names = pair_names(capsules, capsules.pairs)
    assert ("head", "torso") not in names  # both fixed
    assert ("right_elbow_link", "right_yaw_link") not in names  # the elbow
    assert ("left_elbow_link", "right_elbow_link") in names
    assert ("right_yaw_link", "torso") in names  # neighbours, but far apart: an elbow may meet the trunk
    assert ("left_finger", "right_finger") in names
    assert ("head", "right_finger") in names


def test_pairs_that_touch_at_rest_are_left_out_and_told(tmp_path, robot):
    assert len(robot_capsules(robot).touching) == 0
    wide = ROBOT.replace("{link: torso, from: [0, 0, -0.25], to: [0, 0, 0.05], radius: 0.08}", WIDE)
    capsules = robot_capsules(load_robot(write(tmp_path, wide)))
    told = pair_names(capsules, capsules.touching)
    assert ("right_elbow_link", "torso") in told
    assert ("right_yaw_link", "torso") not in told  # neighbours share a joint
    assert not told & pair_names(capsules, capsules.pairs)
    assert "torso" in capsules.name(capsules.touching[0])


def test_last_capsule_of_a_finger_ends_at_its_tip(robot):
    capsules = robot_capsules(robot)
    finger = next(shape for shape in capsules.shapes if shape.link == "left_finger")
    assert finger.end[0] + finger.radius == pytest.approx(0.09)


@pytest.mark.parametrize("name", ["g1_dex3", "g1_inspire"])
def test_humanoids_are_free_at_rest(name):
    if not (SHARED / "unitree_ros").is_dir():
        pytest.skip("the G1's URDF is not in shared/data/robot_hands")
    robot = load_robot(name, SHARED / "unitree_ros")
    capsules = robot_capsules(robot)
    assert capsules.closest(robot.kinematics.frames(robot.rest)).distance.min() > 0
    arms = {"shoulder", "elbow", "wrist"}
    told = [
        pair for pair in pair_names(capsules, capsules.touching) if all(set(link.split("_")) & arms for link in pair)
    ]
    assert told == []
