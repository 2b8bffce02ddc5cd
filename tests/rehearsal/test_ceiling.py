from dataclasses import replace

import numpy as np
import pytest

from nsa_ros.rehearsal.ceiling import SLACK, SQUEEZE, Ceiling, ceiling
from nsa_ros.rehearsal.hand_geometry import OneHand
from nsa_ros.rehearsal.legibility import Alphabet, Legibility, letters
from nsa_ros.robots.capsules import Capsules, finger_capsules
from nsa_ros.robots.description.robot import Robot, load_robot
from nsa_ros.robots.kinematics import Kinematics

FEW = Alphabet("letters", {name: letters().shapes[name] for name in "ABGQS"}, (("G", "Q"),))
FISTS = Alphabet("letters", {name: letters().shapes[name] for name in "ST"})


@pytest.fixture(scope="module")
def robot() -> Robot:
    return load_robot("nsa_hand")


@pytest.fixture(scope="module")
def whole(robot) -> Ceiling:
    return ceiling(robot, "right", FEW)


def locked(robot: Robot, pattern: str, at: float = 0.0) -> Robot:
    """The robot with joints whose name holds a pattern held still."""
    fixed = np.array([pattern in joint for joint in robot.joints])
    limits = robot.limits
    lower, upper = np.where(fixed, at - 1e-3, limits.lower), np.where(fixed, at + 1e-3, limits.upper)
    return replace(robot, limits=limits._replace(lower=lower, upper=upper), rest=np.clip(robot.rest, lower, upper))


def test_a_hand_like_the_human_one_shows_every_letter(whole):
    assert whole.shown == tuple(FEW.shapes)
    assert not whole.lost
    assert not whole.weak
    assert not whole.same
    assert all(best.strangeness < 0.6 for best in whole.best)


def test_the_best_poses_are_within_limits_and_are_what_they_are_said_to_be(robot, whole):
    hand = OneHand(robot, "right")
    legibility = Legibility(hand.form, FEW)
    for best in whole.best:
        assert ((best.q >= hand.lower) & (best.q <= hand.upper)).all()
        points = hand.of_hand(best.q)
        assert legibility.margins(points, best.name) == pytest.approx(best.margin)
        assert legibility.strangeness(points, best.name) == pytest.approx(best.strangeness)


def test_a_hand_that_cannot_close_shows_only_what_is_open(robot):
    stiff = ceiling(locked(locked(locked(robot, "_mcp"), "_pip"), "_dip"), "right", FEW)
    assert "B" in stiff.shown
    assert {"A", "S"} <= set(stiff.lost)
    assert "lost: " in str(stiff)
    assert f"{len(stiff.shown)} of 5 letters" in str(stiff)


def test_letters_that_a_frozen_hand_makes_alike_are_the_same(robot):
    frozen = ceiling(locked(robot, ""), "right", FEW)
    pairs = {frozenset(pair) for pair in frozen.same}
    assert frozenset("AB") in pairs
    assert frozenset("SG") in pairs
    assert frozenset("GQ") not in pairs  # one group, so it is no news
    assert len(frozen.shown) <= 2


def test_poses_that_collide_do_not_count_when_asked(robot):
    fat = replace(robot, hands={"right": replace(robot.hands["right"], radius=0.011)})
    free = ceiling(fat, "right", FISTS, collisions=True)
    hand = fat.hands["right"]
    shapes = [shape for finger in hand.fingers for shape in finger_capsules(fat.urdf, finger, hand.radius)]
    tree = Kinematics(fat.urdf, hand.joints, [shape.link for shape in shapes], fat.fixed)
    capsules = Capsules(tree, shapes, fat.rest[fat.indices(hand.joints)])
    depth = [-capsules.closest(tree.frames(best.q)).distance.min() for best in free.best]
    assert max(depth) < SQUEEZE + 1.1e-3
    blind = [-capsules.closest(tree.frames(best.q)).distance.min() for best in ceiling(fat, "right", FISTS).best]
    assert max(blind) > SQUEEZE + 1.1e-3


def test_no_pose_far_from_the_handshape_counts(whole):
    assert SLACK < 1.5
    assert all(best.named == (best.margin > 0.0) for best in whole.best)
