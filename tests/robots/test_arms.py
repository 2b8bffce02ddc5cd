"""Arms: exact where they can be, orientation first, within limits, apart, continuous and the same in a mirror."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_arms import IN_FRONT, JOINTS, MIRROR, ROBOT, mirrored, moving, signer, write

from nsa_ros.errors import NsaError
from nsa_ros.robots.arms.arms import Arms
from nsa_ros.robots.description.robot import load_robot

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "robot_hands"


@pytest.fixture(scope="module")
def robot(tmp_path_factory):
    return load_robot(write(tmp_path_factory.mktemp("robot")))


@pytest.fixture(scope="module")
def arms(robot):
    return Arms(robot)


def settled(arms, robot, poses, frames=150):
    q = robot.rest
    for _ in range(frames):
        q = arms.solve(poses, q)
    return q


def both(coordinates):
    return signer(coordinates, coordinates)


def shifted(**by):
    names = ("x", "y", "z", "swivel", "pronation", "flexion", "deviation")
    return tuple(value + by.get(name, 0.0) for name, value in zip(names, IN_FRONT, strict=True))


@pytest.mark.parametrize(
    "by",
    [
        {},
        {"y": 0.2, "z": -0.05},
        {"x": 0.2},
        {"pronation": 1.0},
        {"flexion": 0.7},
        {"x": -0.2, "y": -0.1, "pronation": -0.8},
    ],
)
def test_reach_is_exact_where_the_robot_can(arms, robot, by):
    poses = signer(right=shifted(**by))
    errors = arms.residuals(poses, settled(arms, robot, poses))
    side = arms.sides.index("right")
    assert errors.orientation[side] < 0.01
    assert errors.position[side] < 0.01


def test_frames_follow_a_slow_motion_at_once(arms, robot):
    motion = moving(400, 1.5)
    q = settled(arms, robot, motion[0])
    for poses in motion:
        q = arms.solve(poses, q)
        assert arms.residuals(poses, q).orientation.max() < 0.1


def test_out_of_reach_the_hand_keeps_its_orientation(tmp_path):
    file = write(tmp_path, ROBOT.replace("radius: 0.03}\n  left: {base", "radius: 0.03, scale: 2.0}\n  left: {base"))
    robot = load_robot(file)
    arms = Arms(robot)
    poses = signer(right=shifted(z=0.1), left=shifted(z=0.1))
    errors = arms.residuals(poses, settled(arms, robot, poses))
    assert errors.position.max() > 0.15
    assert errors.orientation.max() < 0.15


def test_a_stiff_wrist_gives_up_position_before_orientation(tmp_path):
    robot = load_robot(write(tmp_path, wrist=0.25))
    arms = Arms(robot)
    poses = signer(right=shifted(flexion=0.9), left=shifted(flexion=0.9))
    errors = arms.residuals(poses, settled(arms, robot, poses))
    assert errors.position.max() > 0.02
    assert errors.orientation.max() < 0.25  # of the 0.65 that the wrist lacks


def test_hands_that_touch_touch(arms, robot):
    poses = both(shifted(x=-0.1, flexion=-0.4))
    frames = robot.kinematics.frames(settled(arms, robot, poses))
    hands = [frames.positions[robot.kinematics.index(f"{side}_finger")] for side in arms.sides]
    assert np.linalg.norm(hands[0] - hands[1]) < 0.12
    assert arms.residuals(poses, settled(arms, robot, poses)).distance > 0


@pytest.mark.parametrize("by", [{"x": -0.2}, {"x": -0.14, "z": -0.22}, {"x": -0.14, "y": 0.35, "z": -0.25}])
def test_bodies_stay_apart_where_the_signer_goes_through(arms, robot, by):
    poses, q = both(shifted(**by)), robot.rest
    for _ in range(150):
        q = arms.solve(poses, q)
        assert arms.residuals(poses, q).distance > 0.0


def test_apart_moves_what_collides_and_nothing_else(arms, robot):
    free = settled(arms, robot, both(IN_FRONT))
    np.testing.assert_array_equal(arms.apart(free), free)
    q = free.copy()
    elbows = robot.indices(("right_yaw", "left_yaw"))
    q[elbows] += [0.6, -0.6]  # hands into each other
    capsules = arms.capsules
    before, after = (capsules.closest(robot.kinematics.frames(each)).distance.min() for each in (q, arms.apart(q)))
    assert before < -0.005
    assert after > 0.005
    assert np.abs(arms.apart(q) - q).max() < 0.3


def test_hands_cross_without_touching(arms, robot):
    share = np.linspace(-1, 1, 300)[:, None]
    right, left = np.tile(IN_FRONT, (300, 1)), np.tile(IN_FRONT, (300, 1))
    right[:, :1], left[:, :1] = 0.05 + 0.15 * share, 0.05 - 0.15 * share
    right[:, 1] += 0.06
    motion = signer(right, left)
    q = settled(arms, robot, motion[0])
    for poses in motion:
        q = arms.solve(poses, q)
        assert arms.residuals(poses, q).distance > 0.0


def test_motion_is_continuous(arms, robot):
    motion = moving()
    q = [settled(arms, robot, motion[0])]
    for poses in motion:
        q.append(arms.solve(poses, q[-1]))
    speed = np.diff(np.array(q)[:, arms.indices], axis=0)
    assert np.abs(speed).max() <= 0.1 + 1e-9  # 10 rad/s at 100 Hz
    assert np.abs(np.diff(speed[2:], axis=0)).max() < 0.03


def test_what_stands_still_stays(arms, robot):
    poses = both(IN_FRONT)
    q = settled(arms, robot, poses, 300)
    assert np.abs(arms.solve(poses, q) - q).max() < 1e-3


def test_a_mirrored_signer_gives_the_mirrored_robot(arms, robot):
    right = robot.indices(tuple(f"right_{joint}" for joint in JOINTS))
    left = robot.indices(tuple(f"left_{joint}" for joint in JOINTS))
    q = other = settled(arms, robot, moving()[0])
    other = other.copy()
    other[left], other[right] = q[right] * MIRROR, q[left] * MIRROR
    for poses in moving()[:60]:
        q, other = arms.solve(poses, q), arms.solve(mirrored(poses), other)
        np.testing.assert_allclose(other[left], q[right] * MIRROR, atol=1e-4)
        np.testing.assert_allclose(other[right], q[left] * MIRROR, atol=1e-4)


def test_the_lean_of_the_signer_does_not_matter(arms, robot):
    poses = both(IN_FRONT)
    leaning = poses.copy()
    leaning[[0, 3, 6, 9]] = [0.1, 0.3, -0.1]
    np.testing.assert_allclose(arms.solve(leaning, robot.rest), arms.solve(poses, robot.rest), atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), size=st.sampled_from([0.3, 1.0, 3.0]))
def test_limits_hold_whatever_the_signer_does(arms, robot, seed, size):
    rng = np.random.default_rng(seed)
    q = rng.uniform(robot.limits.lower, robot.limits.upper)
    fingers = np.setdiff1d(np.arange(len(q)), arms.indices)
    for _ in range(4):
        new = arms.solve(rng.normal(0, size, (55, 3)), q)
        assert np.isfinite(new).all()
        assert (new >= robot.limits.lower).all()
        assert (new <= robot.limits.upper).all()
        assert (np.abs(new - q) <= robot.limits.velocity * 0.01 + 1e-9).all()
        np.testing.assert_array_equal(new[fingers], q[fingers])
        q = new


def test_a_robot_may_have_one_arm(tmp_path):
    one = "\n".join(line for line in ROBOT.splitlines() if "left" not in line) + "\nrest: {right_elbow: 1.0}\n"
    robot = load_robot(write(tmp_path, one))
    arms = Arms(robot)
    poses = both(IN_FRONT)
    assert arms.sides == ("right",)
    assert arms.residuals(poses, settled(arms, robot, poses)).orientation.max() < 0.01


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  left: {base: torso", "  left: {base: left_pitch_link", "stand on one link"),
        ("  left:\n    palm: {link: left_palm, distal: +x, palmar: -y}", None, "left arm has no hand"),
    ],
)
def test_arms_that_cannot_follow_are_told(tmp_path, old, new, words):
    text = ROBOT
    if new is None:
        start = text.index(old)
        text = text[:start] + text[text.index("arms:") :]
    else:
        text = text.replace(old, new)
    with pytest.raises(NsaError, match=words):
        Arms(load_robot(write(tmp_path, text)))


@pytest.mark.parametrize("name", ["g1_dex3", "g1_inspire"])
def test_a_humanoid_follows(name):
    if not (SHARED / "unitree_ros").is_dir():
        pytest.skip("the G1's URDF is not in shared/data/robot_hands")
    robot = load_robot(name, SHARED / "unitree_ros")
    arms, motion = Arms(robot), moving(250, 1.5)
    q, errors = settled(arms, robot, motion[0]), []
    for poses in motion:
        q = arms.solve(poses, q)
        errors.append(arms.residuals(poses, q))
    assert min(error.distance for error in errors) > 0.0
    assert np.median([error.orientation for error in errors]) < 0.01
    assert np.median([error.position for error in errors]) < 0.02
