"""Words, numbers and marks of raw text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.errors import NsaError
from nsa_ros.text.normalize import TextError, normalize


def words(text):
    return " ".join(piece.text for piece in normalize(text).pieces)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What's your name? I'm Ada.", "what is your name ? i am ada ."),
        ("I can't; he won't, they don't", "i can not , he will not , they do not"),
        ("cannot wanna dont I’d've", "can not want to do not i would have"),
        ("Ada's friend, it's here", "ada 's friend , it is here"),
        ("O'Brien at 10 o'clock", "o'brien at 10 o'clock"),
        ("Dr. Ada is here. Mr. Bo too", "dr ada is here . mr bo too"),
        ("e.g. coffee, tea, etc.", "for example coffee , tea , etc ."),
        ("In the U.S.A. we sign", "in the usa we sign"),
        ("at 5 p.m. Please come", "at 5 pm . please come"),
        ("1,000 3.5 10:30 42nd", "1000 3 point 5 10 30 42"),
        ("-5° and 5-6 and 12,345,678", "minus 5 degrees and 5 6 and 12345678"),
        ("$42.50 & 10%", "42 point 50 dollars and 10 percent"),
        ("forty-two, two hundred and five", "42 , 205"),
        ("five five five one two", "5 5 5 1 2"),
        ("three thousand six hundred", "3600"),
        ("no one, someone, any one", "nobody , someone , anyone"),
        ("ada@example.com", "ada at example dot com"),
        ("Hello!!! ...really?!", "hello ! really ?"),
        (", . hello -- you,", "hello , you"),
        ("Hello.How are you", "hello . how are you"),
        ("Hello 😀 привет Ada", "hello ada"),
        ("fs-Will fs-Jean-Luc A-D-A x-ray", "will jean luc ada x ray"),
        ("one", "1"),
        ("zero", "0"),
    ],
)
def test_normalizes(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("?!...,", "punctuation"),
        ("😀👍🏽", "emoji"),
        ("привет", "Cyrillic"),
        ("שלום", "Hebrew"),
        ("\x00\x1b", "control character"),
        ("\u200d\u200b", "invisible"),
    ],
)
def test_text_without_content_is_refused(text, found):
    with pytest.raises(TextError, match=found) as caught:
        normalize(text)
    assert "accepted are Latin letters" in str(caught.value)
    assert isinstance(caught.value, NsaError)


@given(st.text())
def test_any_text_is_normalized_or_refused(text):
    try:
        pieces = normalize(text).pieces
    except TextError:
        return
    for piece in pieces:
        assert len(piece.spans) == len(piece.text)
        assert piece.kind != "word" or any(character.isalnum() for character in piece.text)
        assert piece.kind != "number" or piece.text.isdigit()
    firsts = [span[0] for piece in pieces for span in piece.spans]
    assert firsts == sorted(firsts)


@given(st.text(alphabet="aAbs.'-,:0129 $?!&@fseg"))
def test_digits_are_kept_in_order(text):
    try:
        pieces = normalize(text).pieces
    except TextError:
        return
    kept = "".join(character for piece in pieces for character in piece.text if character.isdigit())
    assert kept == "".join(character for character in text if character.isdigit())


@pytest.mark.parametrize(
    "text", ["hello " * 2000, "1," * 5000, "a-" * 5000, "a." * 5000, "'" * 9999 + "a", "a" * 10000]
)
def test_ten_thousand_characters(text):
    assert normalize(text).pieces


def test_spans_point_at_the_written_words():
    text = "I can’t  see José."
    shown = [text[piece.span[0] : piece.span[1]] for piece in normalize(text).pieces]
    assert shown == ["I", "can", "’t", "see", "José", "."]
