"""Hands that follow by optimisation."""

from dataclasses import replace

import numpy as np
import pytest
from followed import Followed, signed
from tiny_robot import HAND, ROBOT, write

from nsa_ros.body.skeleton import JOINTS
from nsa_ros.errors import NsaError
from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.hands.solver import FIRM, MAPPED, PREVIOUS, REST, SOFT, STEP, STEPS
from nsa_ros.robots.human import HumanHands

LETTERS = [*"ABCDEFGIKLMNOQRSTVWXY"]


@pytest.fixture(scope="module")
def own():
    return Followed(load_robot("nsa_hands"))


def directions(points):
    bones = np.diff(points, axis=-2)
    return bones / np.linalg.norm(bones, axis=-1, keepdims=True)


def degrees(a, b):
    return np.degrees(np.arccos(np.clip((directions(a) * directions(b)).sum(axis=-1), -1.0, 1.0)))


@pytest.mark.parametrize("letter", LETTERS)
def test_a_hand_that_is_built_like_the_signers_shows_her_handshape(own, letter):
    human = signed(letter)
    apart = degrees(own.at(own.follow(human)), human.reshape(-1, 4, 3)).reshape(2, 5, 3)
    assert np.median(apart[:, 1:]) < 9.0
    assert apart[:, 0, 1:].mean() < 15.0


def test_left_and_right_mirror_each_other(own):
    points = own.at(own.follow(signed("F")))
    np.testing.assert_allclose(points[:5], points[5:], atol=1e-4)


def test_where_nothing_else_is_nearer_the_cost_is_least(own):
    human = signed("K")
    q = own.follow(human, frames=200)

    def total(q):
        return own.solver.costs(own.solver.goal(human), q, own.rest).sum()

    for joint in range(len(q)):
        for step in (-0.01, 0.01):
            other = q.copy()
            other[joint] = np.clip(q[joint] + step, own.limits.lower[joint], own.limits.upper[joint])
            assert total(other) >= total(q) - 1e-6


def test_a_thumb_that_touches_goes_on_touching(own):
    apart = {}
    for name in ("F", "5"):
        points = own.at(own.follow(signed(name)))
        apart[name] = np.linalg.norm(points[0, 3] - points[1, 3])
    human = signed("F")[0]
    assert apart["F"] < np.linalg.norm(human[0, 3] - human[1, 3]) + 0.006
    assert apart["5"] > 0.05


def test_never_leaves_its_limits_and_never_jumps(own):
    rng = np.random.default_rng(4)
    hands, poses, q = HumanHands(), np.zeros((len(JOINTS), 3)), own.rest
    for _ in range(150):
        poses = np.clip(poses + rng.normal(0.0, 0.4, poses.shape), -3.0, 3.0)
        previous, q = q, own.solver.solve(own.solver.goal(hands.points(poses)), q, own.rest)
        assert np.isfinite(q).all()
        assert (q >= own.limits.lower).all()
        assert (q <= own.limits.upper).all()
        assert np.abs(q - previous).max() <= STEPS * STEP + 1e-9


def test_a_small_change_of_the_signer_is_a_small_change_of_the_robot(own):
    human, other = signed("C"), signed("O")
    q = own.follow(human, frames=60)
    for share in np.linspace(0.0, 1.0, 100)[1:]:
        previous, q = q, own.solver.solve(own.solver.goal((1.0 - share) * human + share * other), q, own.rest)
        assert np.abs(q - previous).max() < 0.05


def test_of_several_fingers_the_most_stretched_leads(tmp_path):
    robot = ROBOT.replace("index: {mcp", "index: {follows: [ring, pinky], mcp")
    tiny = Followed(load_robot(write(tmp_path, robot)))
    knuckle = tiny.points.joints.index("i_knuckle")
    open_hand, fist, only_pinky, only_index = (tiny.follow(signed(name))[knuckle] for name in ("5", "S", "I", "D"))
    assert only_pinky < open_hand + 0.3
    assert min(fist, only_index) > only_pinky + 0.6


def test_a_joint_with_a_row_is_drawn_to_its_guess(tmp_path):
    robot = load_robot(write(tmp_path))
    human, far_and_near = signed("5"), []
    for hand in (Followed(robot), Followed(robot, mapped=True)):
        guess = hand.limits.upper
        q = hand.solver.solve(hand.solver.goal(human), hand.follow(human), guess)
        far_and_near.append(np.abs(q - guess).sum())
    far, near = far_and_near
    assert near < far
    assert MAPPED > REST


def test_fingers_are_pushed_out_of_each_other():
    robot, depths = load_robot("nsa_hands"), []
    for push in (SOFT._replace(weight=0.0), SOFT, FIRM):
        hands = Followed(robot, push=push)
        _, frames, _ = hands.points.at(hands.follow(0.5 * signed("N") + 0.5 * signed("S")))
        depths.append(hands.bodies.depth(frames).max())
    none, soft, firm = depths
    assert none > 0.005
    assert soft < 0.5 * none
    assert firm < 0.25 * soft


def test_the_frame_before_holds(own):
    assert PREVIOUS > 0.0
    human = signed("B")
    q = own.follow(human, frames=100)
    np.testing.assert_allclose(own.solver.solve(own.solver.goal(human), q, own.rest), q, atol=1e-4)


def test_a_finger_without_length_is_named(tmp_path):
    robot = ROBOT.replace("thumb: {pip: t2, tip: {link: t2, at: [0, 0, 0.04]}}", "thumb: {pip: t2, tip: t2}")
    with pytest.raises(NsaError, match="thumb"):
        Followed(load_robot(write(tmp_path, robot)))


def test_arms_do_not_matter(tmp_path):
    tilted = HAND.replace('<origin xyz="0 0 0.05" rpy="0 0 0.3"/>', '<origin xyz="0.4 0 0.05" rpy="1 2 0.3"/>')
    (tmp_path / "tilted").mkdir()
    one, other = Followed(load_robot(write(tmp_path))), Followed(load_robot(write(tmp_path / "tilted", hand=tilted)))
    human = signed("Y")
    np.testing.assert_allclose(one.follow(human), other.follow(human), atol=1e-9)


def test_one_hand_of_two_is_as_alone(own):
    alone = Followed(replace(own.robot, hands={"right": own.robot.hands["right"]}))
    human = signed("T")
    both = own.at(own.follow(human))[5:]
    np.testing.assert_allclose(alone.at(alone.follow(human)), both, atol=1e-6)
