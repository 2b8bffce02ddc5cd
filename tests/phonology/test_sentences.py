"""Random sentences and their split."""

import numpy as np
import pytest

from nsa_ros.phonology.grammar import default_grammar, translate
from nsa_ros.phonology.lexicon import lexicon
from nsa_ros.phonology.sentences import Sentences, default_sentences
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


def test_nearly_every_sign_is_in_natural_sentences(drawn):
    """Without its own line a sign is met as a bare word only; docs/text.md says how often each is met."""
    met = {unit.text for text in drawn for unit in translate(tokenize(text, default_vocabulary()))}
    wanted = {gloss for gloss, sign in lexicon().items() if sign.english}
    assert len(wanted - met) < 0.02 * len(wanted)
    assert len(default_sentences().unwritten) < 0.01 * len(wanted)


def test_words_of_daily_life_that_have_a_sign_are_not_drawn_as_spelled():
    domain = {"nouns": {}, "slots": {}, "spelled": ["coffee", "zoology"]}
    kinds = {"bare": {"weight": 1, "mark": ".", "lines": ["{spelled}"]}}
    made = Sentences(default_grammar(), {**domain, "kinds": kinds}, {"given": ["Ada"], "surnames": ["Bo"]})
    rng = np.random.default_rng(0)
    assert "coffee" not in " ".join(made.draw(rng) for _ in range(50)).lower()


def test_every_word_of_the_vocabulary_can_be_drawn():
    domain = {"nouns": {}, "slots": {}, "spelled": ["zoology"]}
    kinds = {"bare": {"weight": 1, "mark": ".", "lines": ["{word}"]}}
    made = Sentences(default_grammar(), {**domain, "kinds": kinds}, {"given": ["Ada"], "surnames": ["Bo"]})
    assert made.count() == len(default_vocabulary().words)


def test_a_sign_without_a_line_is_drawn_as_new():
    domain = {"nouns": {}, "slots": {}, "spelled": ["zoology"]}
    kinds = {"bare": {"weight": 1, "mark": ".", "lines": ["{new}"]}}
    made = Sentences(default_grammar(), {**domain, "kinds": kinds}, {"given": ["Ada"], "surnames": ["Bo"]})
    assert made.unwritten == set(default_grammar().signs.values())


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{person} washes @ hands.", {"Ada washes her hands.", "Ada washes his hands."}),
        ("I wash @ hands.", {"I wash my hands."}),
        ("{they} wash @ hands.", {"My friends wash their hands."}),
        ("wash @ hands.", {"Wash your hands."}),
        ("{food:a} is here.", {"An apple is here.", "Some rice is here."}),
        ("{food:a big} is here.", {"A big apple is here.", "Some big rice is here."}),
        ("{food:plural} are here.", {"Apples are here.", "Rice are here."}),
        ("he {do:s}.", {"He looks for it.", "He goes home."}),
        ("he is {do:ing}.", {"He is looking for it.", "He is going home."}),
        ("he has {do:en}.", {"He has looked for it.", "He has gone home."}),
    ],
)
def test_slots_take_the_form_that_is_asked_for(template, expected):
    slots = {"person": ["Ada`"], "they": ["my friends^"], "do": ["look for it", "go home"], "big": ["big"]}
    domain = {"nouns": {"food": ["apple", "rice~"]}, "slots": slots, "spelled": ["zoology"]}
    kinds = {"all": {"weight": 1, "mark": "", "lines": [template]}}
    made = Sentences(default_grammar(), {**domain, "kinds": kinds}, {"given": ["Ada"], "surnames": ["Bo"]})
    rng = np.random.default_rng(0)
    texts = [made.draw(rng) for _ in range(400)]
    assert {text for text in texts if text != text.upper()} >= expected


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


def test_no_training_sentence_holds_a_held_out_pair_of_signs(drawn):
    sentences = default_sentences()
    held = [text for text in drawn if sentences.why(text) == "combination"]
    assert 0.003 * len(drawn) < len(held) < 0.05 * len(drawn)
    text = next(text for text in held if "." not in text[:-1] and "?" not in text[:-1])
    assert sentences.split(text) != "train"
    for front in ("yes", "hello", "ok", "please", "now"):
        assert sentences.split(f"{front}, {text}") != "train"


def test_the_reason_goes_with_the_part(drawn):
    sentences = default_sentences()
    for text in drawn:
        assert (sentences.why(text) == "") == (sentences.split(text) == "train")
    assert {sentences.why(text) for text in drawn} == {"", "name", "combination", "sentence"}


def test_sentences_of_one_part_are_drawn():
    rng = np.random.default_rng(0)
    sentences = default_sentences()
    assert {sentences.split(sentences.draw_part(rng, "test")) for _ in range(20)} == {"test"}
