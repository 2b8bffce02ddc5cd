import numpy as np
import pytest
from fake_source import FakeSource

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus import Corpus, Passage, Sentence
from nsa_ros.learning.evaluation.unseen import draw_unseen, spelled_words, unseen_of_corpus
from nsa_ros.text.tokenizer import tokenize


def why(text: str) -> str:
    return "name" if "fs-" in text else "sentence"


def test_texts_differ_and_as_many_hold_a_name(tmp_path):
    unseen = draw_unseen(FakeSource(), why, 6, tmp_path)
    assert len({p.text for p in unseen.passages}) == len(unseen.passages) == 6
    assert len(unseen.named) == 6
    assert all("fs-" in p.text for p in unseen.named)
    assert all(len(p.poses) for p in (*unseen.passages, *unseen.named))
    assert len(unseen.further) == 12
    assert not any(len(p.poses) for p in unseen.further)
    assert not {p.text for p in unseen.further} & {p.text for p in (*unseen.passages, *unseen.named)}


def test_what_was_drawn_is_kept(tmp_path, monkeypatch):
    first = draw_unseen(FakeSource(), why, 4, tmp_path / "new")
    monkeypatch.setattr(FakeSource, "passage", lambda *_: pytest.fail("signed again"))
    again = draw_unseen(FakeSource(), why, 4, tmp_path / "new")
    assert [p.text for p in first.passages] == [p.text for p in again.passages]
    assert [p.text for p in first.named] == [p.text for p in again.named]
    assert np.array_equal(first.named[-1].poses, again.named[-1].poses)


def test_one_text_is_too_few(tmp_path):
    with pytest.raises(NsaError, match="at least 4"):
        draw_unseen(FakeSource(), why, 3, tmp_path)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NsaError, match="cannot be written"):
        draw_unseen(FakeSource(), why, 4, tmp_path / "file")


def corpus(train: list[Passage], test: list[Passage]) -> Corpus:
    return Corpus({"seed": 3, "fingerprint": "x"}, train, [], [], test)


def test_the_test_part_of_a_corpus_without_repetition():
    source = FakeSource()
    texts = ["you want", "home", "you want", "fs-ab home", "coffee", "drink"]
    test = [source.passage(text, seed, True) for seed, text in enumerate(texts)]
    unseen = unseen_of_corpus(corpus([source.passage("home", 9, True)], test), why, 4)
    assert [p.text for p in unseen.passages] == ["you want", "home", "fs-ab home", "coffee"]
    assert [p.text for p in unseen.named] == ["fs-ab home"]
    assert [p.text for p in unseen.further] == ["drink"]
    assert unseen.trained == {tuple(tokenize("home", source.vocabulary).ids)}
    assert unseen.corpus["seed"] == 3


def test_data_without_alignment_is_refused():
    bare = [Passage(text, 0, [Sentence([1], [])], 0, np.zeros((4, 55, 3)), np.zeros((4, 10))) for text in "abcd"]
    with pytest.raises(NsaError, match="0 test texts with an alignment"):
        unseen_of_corpus(corpus([], bare), why, 4)


@pytest.mark.parametrize(
    ("text", "words"),
    [("you", []), ("fs-bo want", ["bo"]), ("fs-bo fs-an", ["bo", "an"]), ("want fs-a you fs-bcd", ["a", "bcd"])],
)
def test_spelled_words(text, words):
    assert spelled_words(tokenize(text, FakeSource.vocabulary).tokens) == words
