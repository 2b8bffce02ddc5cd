from types import SimpleNamespace

import numpy as np
import pytest

from nsa_ros.body.motion import still
from nsa_ros.body.poses import named_pose
from nsa_ros.errors import NsaError
from nsa_ros.reality.performance import SignerPerformer, frames_of, spelling
from nsa_ros.text.units import Unit


class Parrot:
    """A signer that signs `says` whatever it is asked for, and remembers that."""

    name, fps = "parrot", 24.0

    def __init__(self, says):
        self.says, self.asked = says, ""

    def sign(self, text, seed=0):
        self.asked = text
        motion = still(named_pose("neutral"), 4, 24.0)
        motion.unit[:] = [-1, 0, 0, -1]

        class Utterance(SimpleNamespace):
            def __iter__(self):
                return iter([motion])

        return Utterance(units=self.says)


def test_a_signer_is_asked_in_english_with_letters_as_words():
    parrot = Parrot([Unit("THANK-YOU", "sign", (0, 0), 2), *spelling("AB")])
    SignerPerformer(parrot)([Unit("THANK-YOU", "sign", (0, 0), 0), *spelling("AB")], 0)
    assert parrot.asked == "thank you Ab"


def test_a_signer_that_signs_something_else_is_not_judged():
    with pytest.raises(NsaError, match="parrot signs TEA for 'coffee', expected COFFEE"):
        SignerPerformer(Parrot([Unit("TEA", "sign", (0, 0), 2)]))([Unit("COFFEE", "sign", (0, 0), 0)], 0)


def test_the_part_of_one_unit_is_cut_out():
    motion = still(named_pose("neutral"), 5, 24.0)
    motion.unit[:] = [-1, 0, 0, 1, -1]
    assert np.array_equal(frames_of(motion, 0).unit, [0, 0])
    with pytest.raises(NsaError, match="no frame of unit 2"):
        frames_of(motion, 2)
