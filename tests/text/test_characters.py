"""Folding Unicode to plain characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.text.characters import fold


@given(st.text())
def test_spans_lie_inside_the_text_and_never_go_back(text):
    folded = fold(text)
    assert len(folded.spans) == len(folded.text)
    assert all(0 <= first < last <= len(text) for first, last in folded.spans)
    assert [first for first, _ in folded.spans] == sorted(first for first, _ in folded.spans)


@given(st.text())
def test_only_plain_characters_remain(text):
    assert all(" " <= character <= "~" or character in "€£¥°" for character in fold(text).text)


@given(st.text())
def test_skipped_runs_are_quoted_as_written(text):
    assert all(entry.text == text[entry.span[0] : entry.span[1]] for entry in fold(text).skipped)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("José", "Jose"),
        ("Jose\u0301", "Jose"),
        ("Øre Łódź straße Þór", "Ore Lodz strasse THor"),
        ("ﬁne Ｈｅｌｌｏ 𝐇𝐢", "fine Hello Hi"),
        ("٤٢ ४२", "42 42"),
        ("can’t “so”", 'can\'t "so"'),
        ("2½", "2 1/2"),
        ("so\u00adft\u200b\ufeff", "soft"),
        ("a\tb\nc\u00a0d", "a b c d"),
    ],
)
def test_folds(text, folded):
    assert fold(text).text == folded
    assert not fold(text).skipped


@pytest.mark.parametrize(
    ("character", "reason"),
    [
        ("\x1b", "control character"),
        ("\ud800", "unpaired surrogate"),
        ("Привет", "Cyrillic script"),
        ("שלום", "Hebrew script"),
        ("नमस्ते", "Devanagari script"),
        ("你好", "CJK script"),
        ("👩‍👩‍👧‍👦", "emoji or pictograph"),
        ("👍🏽", "emoji or pictograph"),
        ("🇺🇸", "emoji or pictograph"),
        ("∑", "mathematical symbol"),
    ],
)
def test_names_what_it_skips(character, reason):
    (entry,) = fold(f"a {character} b").skipped
    assert entry.reason == reason
    assert entry.text == character


def test_combining_marks_belong_to_their_letter():
    assert fold("e\u0301a").spans == [(0, 2), (2, 3)]
