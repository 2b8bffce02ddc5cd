import re

import pytest

from nsa_ros.errors import NsaError
from nsa_ros.phonology.sentences import default_sentences
from nsa_ros.study.texts import draw_texts, read_texts


def test_drawn_sentences_are_unseen_different_and_one_in_three_has_an_unseen_name():
    drawn = draw_texts(4, seed=3)
    assert len({row.text for row in drawn}) == 4
    assert [row.unseen == "name" for row in drawn] == [True] * 2 + [False] * 2
    for row in drawn:
        assert default_sentences().split(row.text) == "test"
        assert 3 <= len(re.findall(r"[A-Za-z']+", row.text)) <= 9


def test_the_seed_decides():
    assert draw_texts(1, seed=1) == draw_texts(1, seed=1) != draw_texts(1, seed=2)


def test_sentences_from_a_file(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("Hello.\n\n  I see water. \nHello.\n")
    assert [row.text for row in read_texts(path)] == ["Hello.", "I see water."]


def test_files_without_sentences_are_refused(tmp_path):
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(NsaError, match="no sentence"):
        read_texts(tmp_path / "empty.txt")
    with pytest.raises(NsaError, match="cannot read"):
        read_texts(tmp_path / "none.txt")
    with pytest.raises(NsaError, match="--count is 0"):
        draw_texts(0, 0)
