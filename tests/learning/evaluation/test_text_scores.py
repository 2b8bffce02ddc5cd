"""Scores of sequences and sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.errors import NsaError
from nsa_ros.learning.evaluation.text_scores import bleu, edit_distance, error_rate, letter_accuracy, places, rouge_l


@pytest.mark.parametrize(
    ("a", "b", "expected"), [("", "", 0), ("abc", "abc", 0), ("abc", "ac", 1), ("kitten", "sitting", 3), ("", "ab", 2)]
)
def test_edit_distance(a, b, expected):
    assert edit_distance(a, b) == expected


@given(st.text("abc", max_size=8), st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_edit_distance_is_a_metric(a, b, c):
    assert edit_distance(a, b) == edit_distance(b, a)
    assert (edit_distance(a, b) == 0) == (a == b)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)


def test_error_rate_counts_edits_per_reference_unit():
    assert error_rate(["abcd", "x"], ["abxd", ""]) == pytest.approx(2 / 4)
    with pytest.raises(NsaError, match="reference units"):
        error_rate([""], [""])


def test_letters_right_among_other_units():
    """Units 1-9 are letters, 50 and 60 signs. A letter wrong, a letter missing, a letter added, a sign wrong."""
    letters = range(1, 10)
    true = [[50, 1, 2, 3, 60]]
    assert letter_accuracy([[50, 1, 2, 3, 60]], true, letters) == (1.0, 3)
    assert letter_accuracy([[50, 1, 9, 3, 60]], true, letters) == (pytest.approx(2 / 3), 3)
    assert letter_accuracy([[50, 1, 3, 60]], true, letters) == (pytest.approx(2 / 3), 3)
    assert letter_accuracy([[50, 1, 2, 2, 3, 60]], true, letters) == (pytest.approx(2 / 3), 3)
    assert letter_accuracy([[60, 1, 2, 3, 60]], true, letters) == (1.0, 3)
    assert letter_accuracy([[50, 1, 2, 3, 50, 60]], true, letters) == (1.0, 3)
    assert letter_accuracy([[]], true, letters) == (0.0, 3)


def test_only_the_letters_that_count_are_judged():
    true, made = [[50, 1, 2, 60, 3, 4], [1, 2]], [[50, 1, 9, 60, 3, 4], [9, 9]]
    counted = [places(true[0], [[3, 4]]), []]
    assert letter_accuracy(made, true, range(1, 10), counted) == (1.0, 2)
    assert letter_accuracy(made, true, range(1, 10)) == (0.5, 6)
    with pytest.raises(NsaError, match="none of those that count"):
        letter_accuracy(made, true, range(1, 10), [[], []])


def test_places_of_words():
    assert places([1, 2, 1, 2, 3], [[1, 2]]) == {0, 1, 2, 3}
    assert places([1, 2, 1, 2, 3], [[2, 3], [9]]) == {3, 4}


def test_bleu_of_cases_worked_by_hand():
    """4 of 5 words and 2 of 4 pairs are right, of equal length: 80, √(0.8 · 0.5) · 100."""
    scores = bleu(["The cat sat on mats"], ["the cat lay on mats"])
    assert scores["bleu_1"] == pytest.approx(80.0)
    assert scores["bleu_2"] == pytest.approx(100 * 0.4**0.5)
    assert scores["bleu_2"] > scores["bleu_3"] > scores["bleu_4"] > 0.0
    assert list(bleu(["a b c d e"], ["a b c d e"]).values()) == pytest.approx([100.0] * 4)


def test_short_sentences_are_punished_by_bleu():
    """2 right words in place of 4: precision 1, brevity exp(1 - 4/2)."""
    assert bleu(["the cat"], ["the cat sat down"])["bleu_1"] == pytest.approx(100 * 2.718281828 ** (1 - 2))


def test_rouge_of_cases_worked_by_hand():
    """Longest common subsequence the-cat-mat of 3 and 6 words: P = 1, R = 1/2, F = 2/3."""
    assert rouge_l(["The cat mat"], ["the cat is on the mat"]) == pytest.approx(200 / 3)
    assert rouge_l(["police kill the gunman"], ["police killed the gunman"]) == pytest.approx(75.0)
    assert rouge_l(["the gunman kill police"], ["police killed the gunman"]) == pytest.approx(50.0)
    assert rouge_l(["a", "b"], ["a", "c"]) == pytest.approx(50.0)
    assert rouge_l(["Yes, please"], ["yes please."]) == 100.0
    assert rouge_l([""], ["a"]) == 0.0
