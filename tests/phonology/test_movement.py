"""Strokes: profiles, contacts, repetition, symmetry."""

import numpy as np
import pytest

from nsa_ros.body.kinematics import forward
from nsa_ros.body.skeleton import INDEX, LEFT_HAND, RIGHT_HAND, default_skeleton
from nsa_ros.body.surface import landmarks
from nsa_ros.phonology.arms import ANGLE_LIMITS, DEVIATION, PRONATION, SWIVEL, WRIST
from nsa_ros.phonology.entry import parse_sign
from nsa_ros.phonology.lexicon import letters, lexicon, numbers
from nsa_ros.phonology.movement import ARM, FINGERS, Movements
from nsa_ros.phonology.timing import even, minimum_jerk

SKELETON = default_skeleton()
MOVEMENTS = Movements(SKELETON, 24.0)
SIGNS = [s for signs in (lexicon(), letters(), numbers()) for s in signs.values() if not s.parts]


def posed(stroke):
    poses = np.zeros((len(stroke.dominant), 55, 3))
    for course, side, hand, flip in (
        (stroke.dominant, "right", RIGHT_HAND, 1.0),
        (stroke.weak, "left", LEFT_HAND, np.array([1.0, -1.0, -1.0])),
    ):
        if course is not None:
            arm = MOVEMENTS.arms[side]
            poses[:, list(arm.joints)] = arm.pose(course[:, ARM])
            poses[:, hand] = course[:, FINGERS].reshape(-1, 15, 3) * flip
    return forward(SKELETON, poses)


def mark(out, name):
    where = landmarks(SKELETON)[name]
    joint = INDEX[where.joint]
    return out.positions[:, joint] + out.rotations[:, joint] @ where.offset


@pytest.mark.parametrize("profile", [minimum_jerk, even])
def test_profiles_go_from_0_to_1_and_start_and_stop_smoothly(profile):
    u = np.linspace(0.0, 1.0, 1001)
    way = profile(u)
    assert way[0] == 0.0
    assert way[-1] == pytest.approx(1.0)
    speed = np.diff(way)
    assert (speed >= -1e-12).all()
    assert speed[0] < 1e-4 * speed.max() * 10
    assert speed[-1] < 1e-4 * speed.max() * 10


@pytest.mark.parametrize(
    ("gloss", "part", "place", "far"),
    [
        ("WATER", "right_index_pad", "chin", 0.01),
        ("ME", "right_index_tip", "chest", 0.035),
        ("WHO", "right_thumb_pad", "chin", 0.01),
        ("DOCTOR", "right_middle_tip", "left_wrist_front", 0.015),
        ("THINK", "right_index_tip", "right_temple", 0.045),
        ("STOP", "right_palm_ulnar", "left_palm", 0.01),
        ("HELP", "right_palm_ulnar", "left_palm", 0.012),
        ("MORE", "right_index_tip", "left_index_tip", 0.015),
        ("NOT", "right_thumb_tip", "under_chin", 0.012),
        ("THANK-YOU", "right_middle_pad", "chin", 0.02),
    ],
)
def test_contact_signs_touch(gloss, part, place, far):
    out = posed(MOVEMENTS.stroke(lexicon()[gloss]))
    distance = np.linalg.norm(mark(out, part) - mark(out, place), axis=1)
    assert distance.min() < far


def test_written_contacts_are_met_by_the_solved_postures():
    """The site of every posture lies where it is written, the arm within its limits."""
    for sign in SIGNS:
        for side, stations in zip(("right", "left"), MOVEMENTS.stations(sign), strict=True):
            if stations is None:
                continue
            k = np.arange(len(stations.point))
            reach = MOVEMENTS.arms[side].reach(stations.point, stations.rotation, stations.site, stations.swivel)
            site = reach.coordinates[:, WRIST] + (reach.rotation @ stations.site[..., None])[..., 0]
            assert np.linalg.norm(site - stations.point, axis=1).max() < 0.005, (sign.gloss, k)


def test_arm_angles_stay_within_their_limits():
    for sign in SIGNS:
        stroke = MOVEMENTS.stroke(sign)
        for course in (stroke.dominant, stroke.weak):
            if course is not None:
                angles = course[:, SWIVEL : DEVIATION + 1]
                assert (angles >= ANGLE_LIMITS[:, 0] - 0.03).all(), sign.gloss
                assert (angles <= ANGLE_LIMITS[:, 1] + 0.03).all(), sign.gloss


def test_symmetric_hands_mirror_each_other():
    stroke = MOVEMENTS.stroke(lexicon()["WANT"])
    np.testing.assert_allclose(stroke.weak, stroke.dominant, atol=1e-9)


def test_alternating_hands_are_half_a_cycle_apart():
    stroke = MOVEMENTS.stroke(lexicon()["WHICH"])
    height = stroke.dominant[:, 1] - stroke.weak[:, 1]
    assert height[0] * height[len(height) // 3] < 0 or np.sign(height).min() != np.sign(height).max()


def test_one_handed_signs_leave_the_weak_hand_alone():
    assert MOVEMENTS.stroke(lexicon()["HELLO"]).weak is None


def test_repetition_goes_through_the_postures_again():
    once = {"handshape": "B", "palm": "left", "fingers": "forward", "location": ["neutral", "neutral 8 0 0"]}
    turns = []
    for repeat in (1, 3):
        sign = parse_sign("X", {**once, "movement": {"repeat": repeat}}, "x.yaml")
        x = MOVEMENTS.stroke(sign).dominant[:, 0]
        turns.append(int((np.diff(np.sign(np.diff(x[np.abs(np.diff(x, prepend=x[0] - 1)) > 1e-4]))) != 0).sum()))
    assert turns == [0, 4]


def test_circle_has_its_size():
    entry = {"handshape": "B", "palm": "left", "fingers": "forward", "location": "neutral"}
    sign = parse_sign("X", {**entry, "movement": {"path": "circle", "direction": "forward", "size": 5}}, "x.yaml")
    wrist = MOVEMENTS.stroke(sign).dominant[:, :3]
    np.testing.assert_allclose(np.ptp(wrist[:, :2], axis=0), 0.10, atol=0.006)


def test_amplitude_scales_free_movement_and_keeps_contacts():
    sign = lexicon()["THANK-YOU"]
    small, large = (posed(MOVEMENTS.stroke(sign, amplitude=a)) for a in (0.7, 1.3))
    start = [mark(out, "right_middle_pad")[0] for out in (small, large)]
    np.testing.assert_allclose(start[0], start[1], atol=1e-6)
    moved = [np.ptp(mark(out, "right_middle_pad"), axis=0).max() for out in (small, large)]
    assert moved[1] > 1.5 * moved[0]


def test_tempo_shortens():
    sign = lexicon()["COFFEE"]
    slow, fast = (len(MOVEMENTS.stroke(sign, tempo=t).dominant) for t in (0.8, 1.25))
    assert slow > 1.4 * fast


def test_large_turns_go_through_the_forearm_without_a_jump():
    course = MOVEMENTS.stroke(lexicon()["FINISH"]).dominant
    assert np.abs(np.diff(course[:, PRONATION])).max() < 0.8


@pytest.mark.parametrize("letter", ["J", "Z"])
def test_moving_letters_draw_their_shape(letter):
    out = posed(MOVEMENTS.stroke(letters()[letter]))
    path = mark(out, "right_pinky_tip" if letter == "J" else "right_index_tip")
    left, up = path[:, 0] - path[0, 0], path[:, 1] - path[0, 1]
    if letter == "J":
        assert up.min() < -0.06
        assert left[-1] > 0.05
        assert up[-1] > up.min() + 0.01
    else:
        step = np.diff(left)
        assert step[: len(step) // 4].max() < 0.003
        assert left.min() < -0.08
        assert up[-1] < -0.08
        assert np.diff(np.sign(step[np.abs(step) > 2e-3])).astype(bool).sum() == 2
