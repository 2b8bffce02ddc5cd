"""Random sentences and their split."""

import numpy as np
import pytest

from nsa_ros.phonology.grammar import translate
from nsa_ros.phonology.sentences import default_sentences
from nsa_ros.phonology.vocabulary import default_vocabulary
from nsa_ros.text.normalize import normalize
from nsa_ros.text.tokenizer import tokenize


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(7)
    return [default_sentences().draw(rng) for _ in range(4000)]


def test_the_same_seed_draws_the_same_sentences(drawn):
    rng = np.random.default_rng(7)
    assert [default_sentences().draw(rng) for _ in range(50)] == drawn[:50]


def test_more_than_a_million_sentences(drawn):
    assert default_sentences().count() > 1_000_000
    assert len(set(drawn)) > 0.9 * len(drawn)


def test_every_sentence_can_be_signed(drawn):
    assert all(translate(tokenize(text, default_vocabulary())) for text in drawn)


def test_sentences_are_typed_in_many_ways(drawn):
    assert any(text == text.lower() for text in drawn)
    assert any(text == text.upper() for text in drawn)
    assert any(text[-1].isalpha() for text in drawn)
    assert any("n't" in text for text in drawn)
    assert any(" not " in text for text in drawn)
    assert {"hello", "hi", "hey"} <= {text.split()[0].strip(",.!").lower() for text in drawn}
    assert not any("  " in text or text != text.strip() or " ," in text or "{" in text for text in drawn)


def test_every_word_of_the_vocabulary_is_drawn():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(60_000):
        seen.update(normalize_words(default_sentences().draw(rng)))
        if len(seen) == len(default_vocabulary().words):
            break
    assert set(default_vocabulary().words) == seen


def normalize_words(text):
    tokens = tokenize(text, default_vocabulary()).tokens
    return [token.text for token in tokens if token.kind == "word"]


@pytest.mark.parametrize(
    ("text", "other"),
    [("What's your name?", "what is your name"), ("I CAN'T COME!", "I cannot come."), ("Thank you.", "thank you")],
)
def test_the_split_is_by_content(text, other):
    assert default_sentences().split(text) == default_sentences().split(other)


def test_the_split_is_stable():
    """Written down, since a model's test sentences must stay unseen by later models."""
    texts = ["Hello", "My name is Ada.", "Do you want coffee?", "My name is Bob.", "I want tea", "Where is the school?"]
    parts = ["train", "train", "train", "train", "train", "val"]
    assert [default_sentences().split(text) for text in texts] == parts


def test_parts_have_their_size(drawn):
    parts = [default_sentences().split(text) for text in drawn]
    assert 0.75 < parts.count("train") / len(parts) < 0.95
    assert min(parts.count("val"), parts.count("test")) > 0.03 * len(parts)


def test_no_training_sentence_holds_a_held_out_name(drawn):
    sentences = default_sentences()
    names = {"train": set(), "val": set(), "test": set()}
    for text in drawn:
        words = {piece.text for piece in normalize(text).pieces if piece.kind == "word"}
        names[sentences.split(text)] |= words - sentences.words
    assert len(names["test"] - names["train"]) > 50
    for name in names["train"]:
        carriers = ("hello", "coffee", "home", "water", "stop")
        assert {sentences.split(f"{word} {name}") for word in carriers} != {"test"}


def test_sentences_of_one_part_are_drawn():
    rng = np.random.default_rng(0)
    sentences = default_sentences()
    assert {sentences.split(sentences.draw_part(rng, "test")) for _ in range(20)} == {"test"}
