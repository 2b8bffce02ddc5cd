import numpy as np
import pytest

from nsa_ros.body.poses import named_pose
from nsa_ros.errors import NsaError
from nsa_ros.phonology.reference import ReferenceSigner
from nsa_ros.phonology.synthesis import Synthesizer
from nsa_ros.study.conditions import conditions, entries, lookup, signed_by, spelling


def test_a_dictionary_gives_english_order_and_whole_words_spelled():
    rows = entries("Where is Ada?")
    assert [[unit.text for unit in row] for row in rows] == [["WHERE"], ["A", "D", "A"]]
    assert {unit.face for row in rows for unit in row} == {"neutral"}
    with pytest.raises(NsaError, match="nothing to sign"):
        entries("!")


def test_the_dictionary_returns_to_rest_between_entries_and_the_reference_does_not():
    rest = named_pose("neutral")

    def at_rest(motion):
        return np.abs(motion.poses - rest).max(axis=(1, 2)) < 1e-6

    def returns(motion):
        still = at_rest(motion).astype(int)
        return int((np.diff(still) == 1).sum())

    looked = lookup(Synthesizer())("I want coffee.", 0)
    signed = signed_by(ReferenceSigner())("I want coffee.", 0)
    assert looked.units == signed.units == ("ME", "WANT", "COFFEE")
    assert returns(looked.motion) == 3
    assert returns(signed.motion) == 1
    assert looked.motion.duration > signed.motion.duration


def test_spelling_spells_every_letter_and_nothing_else():
    assert spelling(Synthesizer())("Ada's 2 é", 0).units == ("A", "D", "A", "S", "2")
    with pytest.raises(NsaError, match="can be spelled"):
        spelling(Synthesizer())("?!", 0)


def test_an_unknown_baseline_is_refused():
    with pytest.raises(NsaError, match="Baselines: lookup, spelling"):
        conditions("default", "mime")
