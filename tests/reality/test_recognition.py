from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import DATA_MISSING, a_capture, a_hand

from nsa_ros.errors import NsaError
from nsa_ros.reality.captures import STATIC_LETTERS, read_letters
from nsa_ros.reality.recognition import (
    LetterRecogniser,
    PathRecogniser,
    distances,
    dtw_to_each,
    hand_features,
    hold_of,
    resampled,
)

DATA = Path(__file__).parents[2].parent / "shared" / "data"


@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(0.1, 5))
def test_features_do_not_depend_on_place_size_or_depth(x, y, scale):
    hands = np.random.default_rng(0).normal(size=(3, 21, 3))
    moved = hands * scale + [x, y, 0.0]
    moved[..., 2] = 7.0
    np.testing.assert_allclose(hand_features(moved), hand_features(hands), atol=1e-9)


def test_features_tell_a_turned_hand_from_itself():
    hands = np.random.default_rng(0).normal(size=(1, 21, 2))
    assert np.abs(hand_features(hands[..., ::-1]) - hand_features(hands)).max() > 0.1


def test_the_hold_is_the_middle_third_of_the_frames_in_which_the_hand_is_seen():
    capture = a_capture("traduttore", "A", a_hand(np.random.default_rng(0)), np.random.default_rng(1), frames=12)
    capture.hands[:3] = np.nan
    np.testing.assert_array_equal(hold_of(capture), capture.hands[6:9, 1])


def test_letters_are_named_from_held_out_captures_and_wrong_letters_are_not():
    rng = np.random.default_rng(0)
    shapes = {letter: a_hand(rng) for letter in "ABC"}

    def captures(source):
        return [a_capture(source, name, hand, rng, scale=2.0) for name, hand in shapes.items()]

    recogniser = LetterRecogniser([*captures("one"), *captures("two")], "ABC", frames=20)
    for capture in captures("three"):
        assert recogniser.rank(hold_of(capture))[0] == capture.name
    stranger = a_capture("three", "A", shapes["B"], rng)
    assert recogniser.rank(hold_of(stranger))[0] == "B"


def test_a_source_without_one_of_the_letters_is_an_error():
    rng = np.random.default_rng(0)
    with pytest.raises(NsaError, match="source one has no capture of the letter B"):
        LetterRecogniser([a_capture("one", "A", a_hand(rng), rng)], "AB")


def test_resampling_keeps_ends_and_lines():
    line = np.linspace(0.0, 1.0, 7)[:, None]
    np.testing.assert_allclose(resampled(line, 5)[:, 0], [0.0, 0.25, 0.5, 0.75, 1.0])


def test_warping_forgives_tempo_but_not_place():
    course = np.cumsum(np.random.default_rng(0).normal(size=(8, 3, 2)), axis=0)
    slower = np.repeat(course, 2, axis=0)[:14]
    exact, shifted = dtw_to_each(course[:7], np.stack([slower, slower + 1.0]))
    assert exact == pytest.approx(0.0)
    assert shifted > 0.5


def test_distances_name_the_nearest_other():
    course = np.zeros((16, 2, 2))
    captured = {name: np.stack([course + d, course + d + 0.1]) for name, d in (("X", 0.0), ("Y", 1.0), ("Z", 9.0))}
    row = distances(course, captured, "X")
    assert row["other"] == "Y"
    assert row["to_own"] < row["among_captures"] < row["nearest_other"]


def hook(size):
    return size * np.array([[0, 1], [0, 0.5], [0, 0.1], [0.3, 0], [0.6, 0], [0.8, 0.2]])


def zigzag(size):
    return size * np.array([[1, 1], [0.5, 1], [0, 1], [0.5, 0.5], [1, 0], [0, 0]])


@pytest.mark.parametrize("size", [0.15, 0.4])
def test_paths_are_told_apart_in_whatever_size(size):
    rng = np.random.default_rng(0)
    hand = a_hand(rng)
    hand[9] = hand[0] + [0.0, 0.1, 0.0]
    learnt = [a_capture("one", "J", hand, rng, path=hook(0.3)), a_capture("one", "Z", hand, rng, path=zigzag(0.3))]
    recogniser = PathRecogniser([*learnt, a_capture("one", "A", hand, rng)])
    assert recogniser.name(a_capture("two", "J", hand, rng, path=hook(size))) == "J"
    assert recogniser.name(a_capture("two", "Z", hand, rng, path=zigzag(size))) == "Z"
    assert recogniser.name(a_capture("two", "B", hand, rng)) == "still"


@pytest.mark.skipif(not DATA.is_dir(), reason=DATA_MISSING)
def test_sources_that_did_not_calibrate_name_most_letters_of_the_one_that_did():
    captures = [c for c in read_letters(DATA) if c.name in STATIC_LETTERS]
    recogniser = LetterRecogniser([c for c in captures if c.source != "borisgraudt"], STATIC_LETTERS)
    judged = [c for c in captures if c.source == "borisgraudt"]
    assert sum(recogniser.rank(hold_of(c))[0] == c.name for c in judged) >= 21
