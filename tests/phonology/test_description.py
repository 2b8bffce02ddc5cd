"""Entries in plain English."""

import pytest

from nsa_ros.phonology.description import describe, part_name, place_name
from nsa_ros.phonology.entry import parse_sign
from nsa_ros.phonology.lexicon import letters, lexicon, numbers
from nsa_ros.phonology.locations import hand_parts, place_names


def said(**entry):
    hand = {"handshape": "flat", "palm": "left", "fingers": "up", "location": "neutral"}
    return dict(describe(parse_sign("X", {**hand, **entry}, "x.yaml")))


def test_a_tap_reads_like_a_dictionary():
    told = said(
        handshape="5",
        fingers="up-up-forward",
        site="thumb_tip",
        location=["chin 0 0 4", "chin"],
        contact=[False, True],
        movement={"repeat": 2},
        nonmanual=["brows-up"],
    )
    assert told == {
        "Hands": "One hand.",
        "Handshape": "5",
        "Palm and fingers": "palm left, fingers up and slightly forward",
        "Place": "the tip of the thumb 4 cm in front of the chin, then to the chin (touching)",
        "Movement": "in a straight line; the whole twice",
        "Face and head": "brows up",
    }


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        ("0 0 8", "8 cm in front of the chin"),
        ("5 0 0", "5 cm left of the chin"),
        ("-5 -20 0", "20 cm below and 5 cm right of the chin"),
        ("1 0 0", "at the chin"),
    ],
)
def test_offsets_are_the_signers(offset, words):
    assert said(location=f"chin {offset}")["Place"].endswith(words)


def test_what_changes_is_said_once():
    told = said(handshape=["S", "5", "5"], palm=["left", "back", "back"])
    assert told["Handshape"] == "S, then 5"
    assert told["Palm and fingers"] == "palm left, fingers up, then palm to the signer, fingers up"


def test_the_base_is_described_on_its_own_side():
    base = {"handshape": "B", "palm": "up", "fingers": "forward", "location": "neutral"}
    told = said(type="dominant-on-base", base=base, location="weak.index_tip", contact=True)
    assert told["Place"] == "the hand at the tip of the left index finger (touching)"
    assert told["Left hand"] == "B; palm up, fingers forward; the hand in the space in front of the left side"


@pytest.mark.parametrize(
    ("movement", "words"),
    [
        (
            {"path": "circle", "size": 5, "direction": "up", "start": "left", "turns": 2},
            "a level circle, 10 cm across twice",
        ),
        ({"local": "twist", "count": 3}, "the forearm twists three times"),
    ],
)
def test_movements(movement, words):
    assert said(movement=movement)["Movement"] == words


def test_a_compound_names_its_parts():
    sign = parse_sign("PARENTS", {"compound": ["MOTHER", "FATHER"]}, "x.yaml")
    assert describe(sign) == [("Compound", "MOTHER, then FATHER, run together.")]


def test_every_name_and_every_entry_has_words():
    assert all("_" not in place_name(name) + part for name in place_names() for part in map(part_name, hand_parts()))
    for sign in (*lexicon().values(), *letters().values(), *numbers().values()):
        assert all(heading and text for heading, text in describe(sign)), sign.origin
