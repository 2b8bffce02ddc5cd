import numpy as np
import pytest

from nsa_ros.body.poses import named_pose
from nsa_ros.learning.metrics import HandshapeDecoder, dtw, edit_distance, hold_feature, jerk


@pytest.mark.parametrize(
    ("a", "b", "expected"), [("", "", 0), ("abc", "abc", 0), ("abc", "ac", 1), ("kitten", "sitting", 3), ("", "ab", 2)]
)
def test_edit_distance(a, b, expected):
    assert edit_distance(a, b) == expected


def test_dtw_forgives_tempo_and_nothing_else():
    path = np.linspace(0.0, 1.0, 11)[:, None, None] * np.ones((1, 2, 3))
    assert dtw(path, np.repeat(path, 3, axis=0)) == pytest.approx(0.0)
    assert dtw(path, path + np.array([0.0, 0.0, 10.0])) == pytest.approx(10.0, rel=0.1)


def test_jerk_of_a_cubic_is_its_third_derivative():
    seconds = np.arange(30)[:, None, None] / 24.0
    assert jerk(seconds**3 * np.array([1.0, 0.0, 0.0]), 24.0) == pytest.approx(6.0, rel=1e-6)


def test_decoder_names_the_nearest_handshape():
    open_hand = np.repeat(named_pose("neutral")[None], 6, axis=0)
    fist = open_hand.copy()
    fist[:, 40:52, 2] += 1.2
    features = np.stack([hold_feature(open_hand), hold_feature(fist)])
    decoder = HandshapeDecoder(features, np.array([7, 9]))
    fist[:, 40:52, 2] -= 0.2
    assert decoder(hold_feature(fist)[None]).tolist() == [9]
