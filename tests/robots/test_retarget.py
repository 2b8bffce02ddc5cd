"""From the signer's pose to a robot's joints."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_robot import ROBOT, write

from nsa_ros.body.skeleton import JOINTS, LEFT_HAND, RIGHT_HAND
from nsa_ros.errors import NsaError
from nsa_ros.phonology.handshapes import handshape
from nsa_ros.rehearsal.hand_geometry import HandForm
from nsa_ros.rehearsal.legibility import Legibility, letters
from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.hands.points import HandPoints
from nsa_ros.robots.hands.solver import STEP, STEPS
from nsa_ros.robots.motion.follower import Follower
from nsa_ros.robots.retarget import Retargeter

HANDS = Path(__file__).parents[2].parent / "shared" / "data" / "robot_hands"

NAMED = {"allegro_right": 26, "allegro_left": 26, "leap_right": 26, "leap_left": 26, "g1_dex3": 22, "g1_inspire": 22}
"""Letters of 26 that the hand alone must show."""


def of_others(name):
    if not HANDS.is_dir():
        pytest.skip("shared/data/robot_hands, the URDF files of other makers, is not beside the repository")
    return load_robot(name, HANDS)


def pose(name):
    poses = np.zeros((len(JOINTS), 3))
    poses[RIGHT_HAND] = handshape(name)
    poses[LEFT_HAND] = handshape(name) * (1.0, -1.0, -1.0)
    return poses


def settle(retargeter, poses, held=10):
    for share in np.linspace(0.1, 1.0, 30):
        retargeter(share * poses)
    return [retargeter(poses) for _ in range(held)][-1]


@pytest.fixture(scope="module")
def own():
    return load_robot("nsa_hands")


def test_names_are_the_robots_in_its_order(own):
    retargeter = Retargeter(own)
    assert retargeter.names == own.joints
    assert retargeter(pose("A")).shape == (len(own.joints),)


def by(robot, method):
    return replace(robot, hands={side: replace(hand, method=method) for side, hand in robot.hands.items()})


@pytest.mark.parametrize("method", ["optimise", "search", "joints"])
def test_every_method_shows_the_letters(own, method):
    assert len(wrong(by(own, method), "right")) <= 1


def test_a_hand_that_searches_jumps_and_is_followed_within_limits(own):
    retargeter, follower = Retargeter(by(own, "search")), Follower(own.limits, 0.01, own.rest)
    rng, asked, commands = np.random.default_rng(5), [], [own.rest] * 3
    for frame in range(600):
        if frame % 60 == 0:
            poses = pose("MSNT5"[frame // 60 % 5])
        broken = np.where(rng.random(poses.shape) < 0.01, rng.choice([np.nan, np.inf, 1e9]), poses)
        asked.append(retargeter(broken, commands[-1]))
        commands.append(follower.step(asked[-1]))
    assert np.isfinite(asked).all()
    assert np.abs(np.diff(asked, axis=0)).max() > STEPS * STEP + 1e-6, "it never jumps"
    commands = np.array(commands)
    assert ((commands >= own.limits.lower) & (commands <= own.limits.upper)).all()
    limits = own.limits.velocity, own.limits.acceleration, own.limits.jerk
    for order, limit in enumerate(limits, start=1):
        assert (np.abs(np.diff(commands, n=order, axis=0)) / 0.01**order <= limit * (1 + 1e-6) + 1e-6 / 0.01).all()


@pytest.mark.parametrize("name", NAMED)
def test_letters_are_named_right(name):
    robot = of_others(name)
    for side in robot.hands:
        assert len(letters().shapes) - len(wrong(robot, side)) >= NAMED[name]


def wrong(robot, side):
    robot = replace(robot, arms={}, hands={side: robot.hands[side]})
    points, retargeter = HandPoints(robot), Retargeter(robot)
    legibility = Legibility(HandForm.of(robot.hands[side]))
    lost = []
    for letter, shape in letters().shapes.items():
        retargeter.reset(robot.rest)
        q = settle(retargeter, pose(shape))
        if legibility.margins(points.points(q), letter) <= 0.0:
            lost.append(letter)
    return lost


@pytest.mark.parametrize("name", ["allegro", "leap"])
def test_a_left_hand_does_as_the_right_one(name):
    fingers = {}
    for side in ("left", "right"):
        robot = of_others(f"{name}_{side}")
        fingers[side] = HandPoints(robot).points(settle(Retargeter(robot), pose("W")))
        fingers[side] = fingers[side] - fingers[side][1, 0]
    np.testing.assert_allclose(fingers["left"][1:], fingers["right"][1:], atol=0.003)
    np.testing.assert_allclose(fingers["left"][0, 3], fingers["right"][0, 3], atol=0.02)


@pytest.mark.parametrize("name", ["g1_dex3", "g1_inspire"])
def test_arms_and_hands_join(name):
    robot = of_others(name)
    q, alone = (settle(Retargeter(each), pose("B"), held=250) for each in (robot, replace(robot, arms={})))
    hands = robot.indices(tuple(joint for hand in robot.hands.values() for joint in hand.joints))
    arms = robot.indices(tuple(joint for arm in robot.arms.values() for joint in arm.joints))
    np.testing.assert_allclose(q[hands], alone[hands], atol=0.02)
    assert np.abs(q[arms] - robot.rest[arms]).max() > 0.1


@pytest.mark.parametrize("fault", [np.nan, np.inf, 1e9])
def test_a_joint_that_is_not_finite_stays_as_it_was(own, fault):
    retargeter, other = Retargeter(own), Retargeter(own)
    poses = pose("L")
    settle(retargeter, poses)
    settle(other, poses)
    broken = pose("B")
    broken[LEFT_HAND.start + 3, 1] = fault
    expected = pose("B")
    expected[LEFT_HAND.start + 3] = poses[LEFT_HAND.start + 3]
    np.testing.assert_array_equal(retargeter(broken), other(expected))
    q = retargeter(np.full((len(JOINTS), 3), fault))
    assert np.isfinite(q).all()


def test_starts_without_a_good_pose_and_stays_within_limits(own):
    q = Retargeter(own)(np.full((len(JOINTS), 3), np.nan))
    assert (q >= own.limits.lower).all()
    assert (q <= own.limits.upper).all()


@pytest.mark.parametrize("shape", [(54, 3), (55, 4), (165,), (1, 55, 3)])
def test_a_pose_of_another_shape_is_refused(own, shape):
    with pytest.raises(NsaError, match="55"):
        Retargeter(own)(np.zeros(shape))


def test_goes_on_from_where_it_is_told(tmp_path):
    robot = load_robot(write(tmp_path))
    retargeter = Retargeter(robot)
    retargeter.reset(robot.limits.upper)
    assert np.abs(retargeter(pose("5")) - robot.limits.upper).max() <= STEPS * STEP + 1e-9
    retargeter.reset(np.full(3, np.nan))
    assert np.abs(retargeter(pose("5")) - robot.rest).max() <= STEPS * STEP + 1e-9
    with pytest.raises(NsaError, match="3 driven joints"):
        retargeter.reset(np.zeros(4))


def test_what_it_gives_is_the_callers(own):
    retargeter = Retargeter(own)
    q = retargeter(pose("A"))
    kept = q.copy()
    q[:] = 9.0
    retargeter.reset(kept)
    assert np.abs(retargeter(pose("A")) - kept).max() <= STEPS * STEP + 1e-9


def test_a_hand_may_follow_joint_by_joint_beside_one_that_is_solved(own):
    hands = {side: replace(hand, method=method) for (side, hand), method in
             zip(own.hands.items(), ("optimise", "joints"), strict=True)}  # fmt: skip
    q = settle(Retargeter(replace(own, hands=hands)), pose("U"))
    sides = {side: own.indices(hand.joints) for side, hand in own.hands.items()}
    np.testing.assert_allclose(q[sides["left"]], q[sides["right"]], atol=0.5)


def test_a_direct_map_alone_needs_no_fingers_to_be_solved(tmp_path):
    rows = "    method: joints\n    joints: {i_knuckle: {from: index1_flexion}}\nrest:"
    robot = load_robot(write(tmp_path, ROBOT.replace("rest:", rows)))
    q = Retargeter(robot)(pose("S"))
    assert q[0] > 1.0
    np.testing.assert_array_equal(q[1:], robot.rest[1:])
