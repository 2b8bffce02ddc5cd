"""Features in the terms of ASL-LEX, on entries worked by hand."""

from dataclasses import fields

import pytest

from nsa_ros.phonology.entry import parse_sign
from nsa_ros.phonology.features import MAJOR_LOCATIONS, MOVEMENTS, SIGN_TYPES, SignFeatures, sign_features
from nsa_ros.phonology.handshapes import FLEXIONS
from nsa_ros.phonology.lexicon import letters, lexicon, numbers

BASE = {"handshape": "flat", "palm": "up", "fingers": "right-forward", "location": "center"}


def of(**entry):
    hand = {"handshape": "flat", "palm": "left", "fingers": "up", "location": "neutral"}
    return sign_features(parse_sign("X", {**hand, **entry}, "x.yaml"))


def test_a_tap_on_the_chin_is_as_ASL_LEX_would_have_it():
    """MOTHER: the thumb of a 5 hand taps the chin."""
    assert of(
        handshape="5",
        site="thumb_tip",
        location=["chin 0 0 4", "chin"],
        contact=[False, True],
        movement={"repeat": 2},
    ) == SignFeatures(
        sign_type="OneHanded",
        compound=False,
        selected_fingers="imrp",
        thumb=True,
        flexion="fully-open",
        flexion_change=False,
        major_location="Head",
        minor_location="Chin",
        movement="Straight",
        repeated=True,
        contact=True,
    )


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({}, "OneHanded"),
        ({"type": "symmetric"}, "SymmetricalOrAlternating"),
        ({"type": "alternating"}, "SymmetricalOrAlternating"),
        ({"type": "dominant-on-base", "base": BASE}, "AsymmetricalSameHandshape"),
        ({"type": "dominant-on-base", "base": BASE, "handshape": "1"}, "AsymmetricalDifferentHandshape"),
        (
            {"type": "dominant-on-base", "base": {**BASE, "handshape": "U"}, "handshape": "H"},
            "AsymmetricalSameHandshape",
        ),
    ],
)
def test_the_types_of_Battison(entry, kind):
    assert of(**entry).sign_type == kind


@pytest.mark.parametrize(
    ("location", "major", "minor"),
    [
        ("right_temple", "Head", "Forehead"),
        ("right_cheek", "Head", "CheekNose"),
        ("mouth 0 0 5", "Head", "Mouth"),
        ("mouth 0 0 15", "Head", "HeadAway"),
        ("chest", "Body", "TorsoTop"),
        ("stomach 0 0 12", "Body", "BodyAway"),
        ("left_shoulder", "Body", "Shoulder"),
        ("center 0 10 10", "Neutral", "Neutral"),
    ],
)
def test_places(location, major, minor):
    found = of(location=location)
    assert (found.major_location, found.minor_location) == (major, minor)


@pytest.mark.parametrize(
    ("part", "major", "minor"),
    [
        ("palm", "Hand", "Palm"),
        ("index_tip", "Hand", "FingerTip"),
        ("middle2_back", "Hand", "FingerBack"),
        ("pinky1_front", "Hand", "FingerFront"),
        ("wrist_back", "Arm", "WristBack"),
        ("forearm_ulnar", "Arm", "ForearmUlnar"),
    ],
)
def test_places_on_the_other_arm_and_hand(part, major, minor):
    found = of(type="dominant-on-base", base=BASE, location=f"weak.{part}", contact=True)
    assert (found.major_location, found.minor_location) == (major, minor)


def test_the_place_is_where_it_first_touches():
    """THANK-YOU begins at the chin; a sign that ends on the chest is on the body."""
    assert of(location=["chin", "chin 0 -15 20"], contact=[True, False]).minor_location == "Chin"
    assert of(location=["neutral", "chest"], contact=[False, True]).major_location == "Body"


@pytest.mark.parametrize(
    ("entry", "kind", "repeated"),
    [
        ({}, "None", False),
        ({"movement": {"local": "wiggle"}}, "None", True),
        ({"handshape": ["S", "5"]}, "None", False),
        ({"location": ["neutral", "neutral 0 0 10"]}, "Straight", False),
        ({"location": ["neutral", "neutral 0 0 10"], "movement": {"path": "arc", "size": 3}}, "Curved", False),
        ({"movement": {"path": "circle", "size": 5, "turns": 2}}, "Circular", True),
        ({"location": ["neutral", "neutral 10 0 0"], "movement": {"repeat": 2}}, "BackAndForth", True),
        ({"location": ["neutral", "neutral 10 0 0", "neutral"]}, "BackAndForth", False),
        ({"location": ["neutral", "neutral 5 0 0", "neutral 10 0 0"]}, "Straight", False),
        ({"location": ["neutral", "neutral 5 0 0", "neutral 5 -8 0"]}, "Other", False),
        ({"location": ["neutral", "neutral 5 5 0"], "movement": {"path": "trace"}}, "Other", False),
    ],
)
def test_movements(entry, kind, repeated):
    found = of(**entry)
    assert (found.movement, found.repeated) == (kind, repeated)


def test_a_base_that_carries_the_hand_moves():
    """HELP: the fist stays on the palm, which goes up."""
    base = {**BASE, "location": ["center", "center 0 10 0"]}
    found = of(type="dominant-on-base", base=base, handshape="10", location="weak.palm", contact=True)
    assert found.movement == "Straight"


def test_flexion_changes_when_the_hand_opens():
    assert of(handshape=["S", "5"]).flexion_change
    assert not of(handshape=["B", "5"]).flexion_change


def test_a_compound_is_described_by_its_first_part():
    found = sign_features(parse_sign("PARENTS", {"compound": ["MOTHER", "FATHER"]}, "x.yaml"))
    assert found.compound
    assert found.minor_location == "Chin"


def test_every_entry_has_features():
    allowed = {
        "sign_type": SIGN_TYPES, "flexion": FLEXIONS, "major_location": MAJOR_LOCATIONS, "movement": MOVEMENTS,
    }  # fmt: skip
    for sign in (*lexicon().values(), *letters().values(), *numbers().values()):
        found = sign_features(sign)
        for field in fields(found):
            value = getattr(found, field.name)
            assert value in allowed.get(field.name, (value,)), sign.origin
