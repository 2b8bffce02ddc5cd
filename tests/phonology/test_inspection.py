"""Every sign of the lexicon can be made: within the limits, outside the body, hands apart."""

import numpy as np
import pytest

from nsa_ros.body.motion import concatenate
from nsa_ros.phonology.entry import parse_sign
from nsa_ros.phonology.inspection import Inspector
from nsa_ros.phonology.lexicon import letters, lexicon, numbers
from nsa_ros.phonology.synthesis import Synthesizer
from nsa_ros.text.units import Unit

INSPECTOR, SYNTHESIZER = Inspector(), Synthesizer()
EVERYTHING = [
    (kind, sign)
    for kind, signs in (("sign", lexicon()), ("letter", letters()), ("number", numbers()))
    for sign in signs.values()
]


def made(kind, gloss):
    return concatenate([motion for _, motion in SYNTHESIZER.stream([Unit(gloss, kind, (0, 0), 0)])])


@pytest.fixture(scope="module")
def found():
    return {(kind, sign.gloss): INSPECTOR.inspect(sign, made(kind, sign.gloss)) for kind, sign in EVERYTHING}


def worst(found, attribute):
    name = max(found, key=lambda key: getattr(found[key], attribute))
    return name, getattr(found[name], attribute)


def test_every_sign_keeps_the_limits_of_the_joints(found):
    name, beyond = worst(found, "position")
    assert beyond < np.radians(0.5), name
    name, speed = worst(found, "speed")
    assert speed <= 1.0, name


def test_hands_stay_out_of_head_and_trunk(found):
    """15 mm is a flat hand pressed on the round chest."""
    name, depth = worst(found, "body")
    assert depth < 0.015, name


def test_hands_stay_out_of_each_other(found):
    name, depth = worst(found, "hands")
    assert depth < 0.017, name


def test_hands_are_turned_as_written(found):
    name, turn = worst(found, "turn")
    assert turn < np.radians(20.5), name


def test_a_hand_in_the_chest_is_found():
    entry = {"handshape": "S", "palm": "back", "fingers": "left", "location": "chest 0 0 -4"}
    sign = parse_sign("INSIDE", entry, "x.yaml")
    stroke = made("sign", "PLEASE")
    course = SYNTHESIZER._figure.movements.stroke(sign).dominant
    hands = np.repeat(SYNTHESIZER._figure.neutral[None], len(course), axis=0)
    hands[:, 0] = course
    stroke.poses[: len(course)] = SYNTHESIZER._figure.pose(hands)
    assert INSPECTOR.inspect(sign, stroke).body > 0.03
