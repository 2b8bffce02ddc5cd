import numpy as np
import pytest
from made_up import a_capture, a_hand

from nsa_ros.reality.word_recognition import WordRecogniser, altered, course, in_view, placed_hands, word_features


def up(far):
    return np.linspace([0.0, 0.0], [0.0, far], 10)


def across(far):
    return np.linspace([0.0, 0.0], [far, 0.0], 10)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_where_the_signer_is_in_the_picture_and_how_large_does_not_count(rng):
    hand = a_hand(rng)
    one = a_capture("one", "X", hand, rng, path=up(0.2), noise=0.0)
    other = a_capture("two", "X", hand, rng, path=up(0.2), noise=0.0, scale=0.6, at=(1.1, -0.3))
    np.testing.assert_allclose(placed_hands(other), placed_hands(one), atol=1e-12)


def test_gaps_are_bridged_and_a_hand_hardly_seen_counts_as_not_used(rng):
    capture = a_capture("one", "X", a_hand(rng), rng, path=up(0.2), left=a_hand(rng), noise=0.0)
    capture.hands[4:6, 1] = np.nan
    capture.hands[2:, 0] = np.nan
    hands = placed_hands(capture)
    np.testing.assert_allclose(hands[4, 1], hands[3, 1] + (hands[6, 1] - hands[3, 1]) / 3)
    assert np.ptp(hands[:, 0], axis=(0, 1)).max() == 0.0


def test_a_sequence_is_cut_to_the_frames_in_which_a_hand_is_seen(rng):
    capture = a_capture("one", "X", a_hand(rng), rng, path=up(0.2))
    capture.hands[:2] = np.nan
    capture.hands[7:] = np.nan
    assert len(in_view(capture)) == 5


def test_features_and_courses_are_finite_with_one_hand_and_with_two(rng):
    for left in (None, a_hand(rng)):
        capture = a_capture("one", "X", a_hand(rng), rng, path=up(0.2), left=left)
        assert np.isfinite(word_features(altered(placed_hands(capture), rng))).all()
        assert course(capture).shape == (16, 42, 2)


def test_words_are_told_apart_by_movement_by_handshape_and_by_the_other_hand(rng):
    flat, fist, left = a_hand(rng), a_hand(rng), a_hand(rng)
    signs = {
        "UP": (flat, up(0.3), None), "ACROSS": (flat, across(0.3), None), "FIST": (fist, up(0.3), None),
        "BOTH": (flat, up(0.3), left),
    }  # fmt: skip

    def capture(source, name, scale):
        hand, path, other = signs[name]
        return a_capture(source, name, hand, rng, path=path, left=other, scale=scale)

    recogniser = WordRecogniser([capture("one", name, 1.0) for name in signs for _ in range(6)])
    for name in signs:
        assert recogniser.rank(capture("two", name, 0.7))[0] == name
