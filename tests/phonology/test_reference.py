"""The reference signer keeps the contract of a signer."""

import numpy as np
import pytest

from nsa_ros.body.motion import NO_UNIT, concatenate
from nsa_ros.body.poses import named_pose
from nsa_ros.errors import NsaError
from nsa_ros.phonology.reference import ReferenceSigner

SIGNER = ReferenceSigner()


def test_text_becomes_units_and_motion():
    utterance = SIGNER.sign("Hello, my name is Ada.")
    motion = concatenate(list(utterance))
    assert [u.text for u in utterance.units] == ["HELLO", "MY", "NAME", "A", "D", "A"]
    assert [int((motion.unit == i).sum()) for i in range(6)] == [u.frames for u in utterance.units]
    assert motion.fps == SIGNER.fps
    for end in (0, -1):
        assert motion.unit[end] == NO_UNIT
        np.testing.assert_array_equal(motion.poses[end], named_pose("neutral"))


def test_units_grow_while_the_chunks_come():
    utterance = SIGNER.sign("coffee please")
    known = [len(utterance.units) for _ in utterance]
    assert known == [0, 1, 2, 2]


def test_spans_point_into_the_text():
    text = "Do you want coffee?"
    utterance = SIGNER.sign(text)
    list(utterance)
    assert {u.text: text[slice(*u.span)] for u in utterance.units} == {"YOU": "you", "WANT": "want", "COFFEE": "coffee"}
    assert {u.face for u in utterance.units} == {"yes_no"}


def test_same_text_gives_the_same_frames():
    a, b = (concatenate(list(SIGNER.sign("good morning"))) for _ in range(2))
    np.testing.assert_array_equal(a.poses, b.poses)


def test_utterance_can_be_iterated_again():
    utterance = SIGNER.sign("yes")
    assert len(list(utterance)) == len(list(utterance))
    assert len(utterance.units) == 1


def test_nothing_to_sign_is_an_error():
    with pytest.raises(NsaError):
        SIGNER.sign("!?")
