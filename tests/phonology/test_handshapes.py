"""Handshapes: what the angles mean, that they fit a hand, that they are the letters they are named after."""

from __future__ import annotations

import string
from itertools import combinations

import numpy as np
import pytest
from hand_landmarks import INVENTORY, landmarks
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.body.kinematics import forward
from nsa_ros.body.limits import limits
from nsa_ros.body.poses import mirror_pose
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import FINGERS, INDEX, LEFT_HAND, RIGHT_HAND, Skeleton, default_skeleton
from nsa_ros.body.surface import FINGER_RADII
from nsa_ros.errors import NsaError
from nsa_ros.phonology import handshapes
from nsa_ros.phonology.handshapes import (
    FINE_ANGLES,
    FLEXIONS,
    THUMB_FINE_ANGLES,
    Features,
    direction,
    features,
    hand_rotations,
    handshape,
    names,
    rest_thumb,
    wrist_rotation,
)

EVERYDAY = [
    "flat",
    "open-B",
    "claw",
    "bent-B",
    "bent-V",
    "flat-O",
    "baby-C",
    "hooked-X",
    "open-8",
    "ILY",
    "horns",
    "rest",
    "closed-3",
    "flat-H",
    "open-H",
    "spread-C",
    "curved-B",
    "bent-1",
]
DEGREES = st.floats(-30, 90)


def point(points: np.ndarray, finger: str, i: int) -> np.ndarray:
    """Joint 0-2 of a finger, 3 = its tip."""
    return points[1 + 4 * FINGERS.index(finger) + i]


def pad(points: np.ndarray, finger: str) -> np.ndarray:
    """Centre of the ball in which a finger ends."""
    last, tip = point(points, finger, 2), point(points, finger, 3)
    return tip - (tip - last) / np.linalg.norm(tip - last) * 1000 * FINGER_RADII[finger][3]


def cones(points: np.ndarray):
    """Segments of the fingers as sampled balls: (finger, segment) -> centres (n, 3), radii (n,) [mm]."""
    t = np.linspace(0, 1, 25)[:, None]
    for finger in FINGERS:
        ends = [*(point(points, finger, i) for i in range(3)), pad(points, finger)]
        radii = 1000 * np.array(FINGER_RADII[finger])
        for i in range(3):
            if (finger, i) != ("thumb", 0):
                yield (finger, i), ends[i] + t * (ends[i + 1] - ends[i]), radii[i] + t[:, 0] * (radii[i + 1] - radii[i])


def deepest_overlap(points: np.ndarray) -> float:
    """How far one finger reaches into another [mm]."""
    worst = -np.inf
    for ((finger, _), a, ra), ((other, _), b, rb) in combinations(cones(points), 2):
        if finger != other:
            gap = np.linalg.norm(a[:, None] - b[None], axis=-1) - ra[:, None] - rb[None]
            worst = max(worst, -float(gap.min()))
    return worst


def test_the_inventory_holds_letters_digits_and_everyday_shapes():
    assert set(string.ascii_uppercase) | set(string.digits) | set(EVERYDAY) <= set(names())
    assert len(set(names())) == len(names())
    assert len(INVENTORY["handshapes"]) >= 45


@pytest.mark.parametrize("name", names())
def test_a_handshape_is_fifteen_finite_rotations(name):
    rotations = handshape(name)
    assert rotations.shape == (15, 3)
    assert np.isfinite(rotations).all()
    assert not rotations.flags.writeable


def test_different_handshapes_differ():
    shapes = {name: landmarks(handshape(name)) for name in INVENTORY["handshapes"]}
    for a, b in combinations(shapes, 2):
        assert np.linalg.norm(shapes[a] - shapes[b], axis=1).max() > 5, f"{a} and {b} look alike"


def test_an_unknown_handshape_lists_the_legal_names():
    with pytest.raises(NsaError, match=r"unknown handshape 'fist'\. Handshapes: A, B, C"):
        handshape("fist")


def test_no_angle_given_is_the_hand_of_the_t_pose():
    assert np.abs(hand_rotations({})).max() < 1e-12


@given(mcp=DEGREES, pip=DEGREES, dip=DEGREES)
def test_flexion_turns_a_finger_towards_the_palm_by_the_sum_of_its_angles(mcp, pip, dip):
    points = landmarks(hand_rotations({"ring": {"mcp": mcp, "pip": pip, "dip": dip}}))
    along = point(points, "ring", 3) - point(points, "ring", 2)
    total = np.radians(mcp + pip + dip)
    assert np.allclose(along / np.linalg.norm(along), [np.cos(total), np.sin(total), 0], atol=1e-6)


@pytest.mark.parametrize(("finger", "side"), [("index", 1), ("middle", 1), ("ring", -1), ("pinky", -1)])
def test_spread_turns_a_finger_away_from_the_middle(finger, side):
    points = landmarks(hand_rotations({finger: {"spread": 20}}))
    along = point(points, finger, 3) - point(points, finger, 0)
    assert np.degrees(np.arctan2(along[2], along[0])) == pytest.approx(20 * side)


@given(radial=DEGREES, palmar=st.floats(-30, 80), opposition=st.floats(0, 180))
def test_the_metacarpal_of_the_thumb_points_where_it_is_told(radial, palmar, opposition):
    points = landmarks(hand_rotations({"thumb": {"radial": radial, "palmar": palmar, "opposition": opposition}}))
    along = point(points, "thumb", 1) - point(points, "thumb", 0)
    r, p = np.radians([radial, palmar])
    wanted = [np.cos(p) * np.cos(r), np.sin(p), np.cos(p) * np.sin(r)]
    assert np.allclose(along / np.linalg.norm(along), wanted, atol=1e-6)


@pytest.mark.parametrize(("opposition", "faces"), [(0, [0, 1, 0]), (90, [0, 0, -1]), (180, [0, -1, 0])])
def test_opposition_says_where_the_pad_of_the_thumb_faces(opposition, faces):
    angles = {"radial": 0, "palmar": 0, "opposition": opposition, "mcp": 0, "ip": 90}
    points = landmarks(hand_rotations({"thumb": angles}))
    bent = point(points, "thumb", 3) - point(points, "thumb", 2)
    assert np.allclose(bent / np.linalg.norm(bent), faces, atol=1e-4)


def test_the_angles_of_the_thumb_mean_the_same_on_another_skeleton():
    figure = default_skeleton()
    rest = figure.rest.copy()
    rest[INDEX["right_thumb2"]] += [0.004, 0.006, 0.003]
    other = Skeleton("other", rest, figure.tips)
    assert abs(rest_thumb(other)["palmar"] - rest_thumb(figure)["palmar"]) > 3
    angles = INVENTORY["handshapes"]["S"]["angles"]
    bones = []
    for skeleton in (figure, other):
        points = landmarks(hand_rotations(angles, skeleton), skeleton)
        bone = point(points, "thumb", 2) - point(points, "thumb", 1)
        bones.append(bone / np.linalg.norm(bone))
    assert np.allclose(*bones, atol=1e-6)


def test_unknown_angles_are_refused():
    with pytest.raises(NsaError, match=r"unknown finger 'little'\. Fingers: index"):
        hand_rotations({"little": {"mcp": 1}})
    with pytest.raises(NsaError, match=r"unknown angle 'mpc' of the index\. Angles: mcp"):
        hand_rotations({"index": {"mpc": 1}})
    with pytest.raises(NsaError, match=r"unknown angle 'pip' of the index\. Angles: roll"):
        hand_rotations({}, fine={"index": {"pip": 1}})


@pytest.mark.parametrize(
    ("finger", "key"),
    [(finger, key) for finger in FINGERS for key in (THUMB_FINE_ANGLES if finger == "thumb" else FINE_ANGLES)],
)
def test_a_fine_angle_is_the_turn_of_one_joint_beside_its_flexion(finger, key):
    model = RevoluteModel(default_skeleton())
    poses = np.zeros((2, 55, 3))
    poses[0, RIGHT_HAND], poses[1, RIGHT_HAND] = hand_rotations({}), hand_rotations({}, fine={finger: {key: 5}})
    difference = np.degrees(np.diff(model.from_motion(poses, np.zeros((2, 3))), axis=0)[0])
    (turned,) = np.flatnonzero(np.abs(difference) > 1e-6)
    assert abs(difference[turned]) == pytest.approx(5)
    joint = {"mcp": 2, "ip": 3, "roll": 1, "pip": 2, "dip": 3}[key.partition("_")[0]]
    turn = "rotation" if key.endswith("roll") else "abduction"
    assert model.names[turned] == f"right_{finger}{joint}_{turn}"


@pytest.mark.parametrize("name", names())
def test_every_handshape_has_features(name):
    selected, thumb, flexion = features(name)
    assert selected or thumb
    assert selected == "".join(finger for finger in "imrp" if finger in selected)
    assert flexion in FLEXIONS


def test_features_are_those_of_the_field():
    assert features("V") == Features("im", False, "fully-open")
    assert features("H") == features("U")
    assert features("10") == Features("", True, "fully-open")
    assert features("bent-B") == Features("imrp", False, "flat")
    assert (features("R").flexion, features("K").flexion) == ("crossed", "stacked")
    with pytest.raises(NsaError, match="unknown handshape 'fist'"):
        features("fist")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{selected: mi, flexion: flat}", r"shapes\.yaml: B: selected: 'mi'; .* order imrpt"),
        ("{flexion: flat}", r"shapes\.yaml: B: selected: None"),
        ("{selected: i, flexion: bend}", r"shapes\.yaml: B: flexion: 'bend'\. Flexions: fully-open, bent"),
    ],
)
def test_a_mistake_in_the_features_is_named(tmp_path, monkeypatch, entry, said):
    file = tmp_path / "shapes.yaml"
    file.write_text(f"handshapes:\n  B: {entry}\naliases: {{}}\n", encoding="utf-8")
    monkeypatch.setattr(handshapes, "_FILE", file)
    with pytest.raises(NsaError, match=said):
        handshapes._inventory.__wrapped__()


def test_selected_fingers_that_are_fully_open_are_straight():
    for name, entry in INVENTORY["handshapes"].items():
        if entry["flexion"] == "fully-open":
            for finger in {"i": "index", "m": "middle", "r": "ring", "p": "pinky"}.items():
                angles = entry["angles"][finger[1]]
                assert finger[0] not in entry["selected"] or angles["pip"] + angles["dip"] < 30, (name, finger[1])


def test_the_left_hand_is_the_mirror_image():
    poses = np.zeros((55, 3))
    poses[RIGHT_HAND] = handshape("K")
    right = forward(default_skeleton(), poses).positions[RIGHT_HAND]
    poses = mirror_pose(poses)
    assert np.allclose(poses[LEFT_HAND], handshape("K") * [1, -1, -1])
    assert np.allclose(forward(default_skeleton(), poses).positions[LEFT_HAND], right * [-1, 1, 1], atol=1e-9)


def test_every_handshape_lies_within_the_limits_of_the_joints():
    model = RevoluteModel(default_skeleton())
    lower, upper, *_ = limits(model)
    poses = np.zeros((len(names()), 55, 3))
    for i, name in enumerate(names()):
        poses[i, RIGHT_HAND], poses[i, LEFT_HAND] = handshape(name), handshape(name) * [1, -1, -1]
    q = model.from_motion(poses, np.zeros((len(poses), 3)))
    outside = (q < lower - 1e-6) | (q > upper + 1e-6)
    assert not outside.any(), [(names()[i], model.names[j]) for i, j in np.argwhere(outside)]


@pytest.mark.parametrize("name", INVENTORY["handshapes"])
def test_no_finger_passes_through_another(name):
    assert deepest_overlap(landmarks(handshape(name))) < 2.0


@pytest.mark.parametrize(
    ("name", "finger"),
    [
        ("F", "index"),
        ("9", "index"),
        ("O", "index"),
        ("0", "middle"),
        ("flat-O", "index"),
        ("baby-O", "index"),
        ("flat-G", "index"),
        ("closed-3", "index"),
        ("closed-3", "middle"),
        ("D", "middle"),
        ("6", "pinky"),
        ("7", "ring"),
        ("8", "middle"),
    ],
)
def test_the_thumb_touches_the_fingertip(name, finger):
    points = landmarks(handshape(name))
    gap = np.linalg.norm(pad(points, "thumb") - pad(points, finger))
    gap -= 1000 * (FINGER_RADII["thumb"][3] + FINGER_RADII[finger][3])
    assert gap < 1.5


def test_the_fingers_of_r_cross():
    points = landmarks(handshape("R"))
    assert point(points, "index", 0)[2] > point(points, "middle", 0)[2]
    assert point(points, "index", 3)[2] < point(points, "middle", 3)[2] - 5


@pytest.mark.parametrize("name", ["S", "I", "U", "V", "1"])
def test_the_thumb_lies_over_the_folded_fingers(name):
    points = landmarks(handshape(name))
    tip = pad(points, "thumb")
    nearest = min(("middle", "ring"), key=lambda f: abs(point(points, f, 1)[2] - tip[2]))
    assert tip[1] > (point(points, nearest, 1)[1] + point(points, nearest, 2)[1]) / 2


@pytest.mark.parametrize(("name", "over"), [("T", ["index"]), ("N", ["index", "middle"]), ("M", ["index", "middle"])])
def test_the_thumb_comes_out_under_the_fingers_of_m_n_and_t(name, over):
    points = landmarks(handshape(name))
    tip = pad(points, "thumb")
    for finger in over:
        assert point(points, finger, 2)[1] > tip[1], "the finger folds over the thumb"
    assert point(points, over[-1], 1)[2] > tip[2], "the tip has passed the finger"


@pytest.mark.parametrize(
    ("name", "straight"),
    [
        ("B", FINGERS[1:]),
        ("L", ["index"]),
        ("bent-H", ["index", "middle"]),
        ("G", ["index"]),
        ("1", ["index"]),
        ("Z", ["index"]),
    ],
)
def test_extended_fingers_are_straight_and_the_others_folded(name, straight):
    for finger in FINGERS[1:]:
        angles = INVENTORY["handshapes"][name]["angles"][finger]
        if finger in straight:
            assert angles["pip"] + angles["dip"] < 25
        else:
            assert angles["pip"] > 75


def test_directions_add_up():
    assert np.allclose(direction("forward-left"), np.array([1, 0, 1]) / np.sqrt(2))
    assert np.allclose(direction("forward-forward-left"), np.array([1, 0, 2]) / np.sqrt(5))
    with pytest.raises(NsaError, match="unknown direction 'inwards'"):
        direction("up-inwards")
    with pytest.raises(NsaError, match="cancels itself out"):
        direction("up-down")


def test_the_wrist_turns_palm_and_fingers_as_said():
    rotation = wrist_rotation("forward", "up")
    assert np.allclose(rotation @ [0, -1, 0], [0, 0, 1])
    assert np.allclose(rotation @ [-1, 0, 0], [0, 1, 0])
    oblique = wrist_rotation("forward-left", "up-left")
    assert np.allclose(oblique @ oblique.T, np.eye(3))
    assert np.linalg.det(oblique) == pytest.approx(1)
    with pytest.raises(NsaError, match="along one line"):
        wrist_rotation("up", "down")
