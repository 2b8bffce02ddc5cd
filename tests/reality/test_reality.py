from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_up import DATA_MISSING, a_capture, a_hand

from nsa_ros.cli import main
from nsa_ros.reality.captures import STATIC_LETTERS, read_letters, read_words
from nsa_ros.reality.letters import alphabet_in_disorder, check_letters, held, reading, spelled_letters
from nsa_ros.reality.performance import LexiconPerformer
from nsa_ros.reality.recognition import LetterRecogniser
from nsa_ros.reality.word_recognition import WordRecogniser
from nsa_ros.reality.words import WORDS, check_words, halves, naming, signed_word, strong

DATA = Path(__file__).parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=DATA_MISSING)


@pytest.fixture(scope="module")
def spelled():
    return spelled_letters(LexiconPerformer(), 0)


def as_captures(spelled, source, rng):
    """Spelled letters as if a camera had seen them, with noise of 3 % of a palm."""
    noisy = []
    for capture in spelled:
        palm = np.linalg.norm(capture.hands[:, 1, 9] - capture.hands[:, 1, 0], axis=-1).mean()
        hands = capture.hands + rng.normal(0.0, 0.03 * palm, capture.hands.shape)
        noisy.append(replace(capture, source=source, hands=hands))
    return noisy


def test_alphabets_hold_each_letter_once_and_differ_by_seed():
    assert alphabet_in_disorder(0) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert sorted(alphabet_in_disorder(1)) == sorted(alphabet_in_disorder(2)) == list(alphabet_in_disorder(0))
    assert alphabet_in_disorder(1) != alphabet_in_disorder(2)


def test_letters_like_the_captures_are_read_and_letters_under_a_wrong_name_are_not(spelled):
    rng = np.random.default_rng(0)
    captures = as_captures(spelled, "traduttore", rng) + as_captures(spelled, "spoken_to_signed", rng)
    wrong = [replace(c, name=c.name.translate(str.maketrans("ABF", "BFA"))) for c in spelled]
    figures = check_letters(captures, [spelled, wrong])
    judged = figures["static"]["spoken_to_signed + traduttore"]
    assert judged["plain"]["first"] >= 22
    assert judged["varied"]["first"] <= judged["plain"]["first"] - 3
    assert judged["used_for_calibration"] == []
    assert figures["moving"]["plain"]["J"] == {"J": 1}
    assert figures["moving"]["plain"]["Z"] == {"Z": 1}
    assert figures["dtw"]["B"]["to_own"] < figures["dtw"]["B"]["nearest_other"]


def test_a_letter_is_read_where_it_is_held(spelled):
    for capture in spelled:
        assert 1 <= len(held(capture)) < len(capture)


def made_up_words(rng):
    shapes = {name: a_hand(rng) for name in ("HELLO", "NO", "YES")}
    captures = []
    for source, name in (
        ("traduttore", "HELLO"),
        ("traduttore", "NO"),
        ("fowldeadpool", "YES"),
        ("akashcodes23", "HELLO"),
    ):
        captures += [a_capture(source, name, shapes[name], rng, scale=rng.uniform(0.5, 1.0)) for _ in range(8)]
    return captures, shapes


def test_words_are_judged_by_captures_alone_and_weak_ones_are_not_learnt_from():
    rng = np.random.default_rng(0)
    captures, shapes = made_up_words(rng)
    ours = [a_capture("ours", name, hand, rng) for name, hand in shapes.items()]
    swapped = [replace(c, name={"HELLO": "NO", "NO": "HELLO"}.get(c.name, c.name)) for c in ours]
    figures = check_words(captures, [ours, swapped])
    assert figures["plain"]["first"] == 3
    assert figures["varied"]["first_of_each"] == [1]
    assert "HELLO of akashcodes23" not in figures["learnt_from"]
    assert figures["real_left_out"]["HELLO of akashcodes23"]["right"] == 8
    assert figures["dtw"]["YES"]["to_own"] < figures["dtw"]["YES"]["nearest_other"]


def test_halves_split_every_word_of_every_source():
    captures, _ = made_up_words(np.random.default_rng(0))
    first, second = halves(captures)
    assert len(first) == len(second) == len(captures) // 2
    assert {(c.source, c.name) for c in first} == {(c.source, c.name) for c in second}


def test_the_command_says_what_is_missing(tmp_path, capsys):
    assert main(["reality", str(tmp_path), "--only", "words"]) == 1
    assert "no captured words" in capsys.readouterr().err
    assert main(["reality", str(tmp_path), "--seeds", "0"]) == 1
    assert "--seeds is 0" in capsys.readouterr().err
    assert main(["reality", str(tmp_path), "--pictures", str(tmp_path / "none")]) == 1
    assert "no such folder" in capsys.readouterr().err


@needs_data
def test_captures_not_used_for_calibration_read_our_letters(spelled):
    captures = [c for c in read_letters(DATA) if c.source != "borisgraudt" and c.name in STATIC_LETTERS]
    figures = reading(LetterRecogniser(captures, STATIC_LETTERS), spelled)
    assert figures["first"] >= 20, figures["misread"]
    assert figures["among_three"] == 24, figures["misread"]


@needs_data
def test_captures_name_our_words():
    performer = LexiconPerformer()
    ours = [signed_word(performer, word) for word in WORDS]
    figures = naming(WordRecogniser(strong(read_words(DATA))), ours)
    assert figures["first"] >= 14, figures["named"]
