"""Tokens, names and sentences."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.errors import NsaError
from nsa_ros.text.normalize import TextError, normalize
from nsa_ros.text.tokenizer import FIXED, Vocabulary, sentences, tokenize

WORDS = "will you i me help my your what name hello good morning may mark rose nice meet can not want coffee art us it"
SILENT = ["is", "am", "a", "the", "to", "do", "'s", "and"]
VOCABULARY = Vocabulary.of(WORDS.split(), SILENT)


def tokens(text):
    return " ".join(token.text for token in tokenize(text, VOCABULARY).tokens)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, my name is Ada.", "hello , my name is #a -d -a ."),
        ("Ada Bo", "#a -d -a #b -o"),
        ("Anna's coffee", "#a -n -n -a 's coffee"),
        ("O'Hara", "#o -h -a -r -a"),
        ("room 42 at 10:30", "#r -o -o -m #4 -2 #a -t #1 -0 #3 -0"),
        ("R2D2 10am", "#r -2 -d -2 #1 -0 -a -m"),
        ("twenty-one", "#2 -1"),
        ("ROS USA U.S.A.", "#r -o -s #u -s -a #u -s -a ."),
        ("WHO can help us", "#w -h -o can help us"),
        ("the US team", "the #u -s #t -e -a -m"),
        ("HELLO ROSE WILL YOU HELP US", "hello rose will you help us"),
        ("Hello My Name Is Rose", "hello my name is #r -o -s -e"),
        ("what is the letter a", "what is the #l -e -t -t -e -r #a"),
        ("The.", "#t -h -e ."),
        ("The. Hello", "#t -h -e . hello"),
    ],
)
def test_tokens(text, expected):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Will you help me, Will?", "will you help me , #w -i -l -l ?"),
        ("May I help you, May", "may i help you , #m -a -y"),
        ("Will is nice", "#w -i -l -l is nice"),
        ("Will Ada help me?", "will #a -d -a help me ?"),
        ("Rose Mark is nice", "#r -o -s -e #m -a -r -k is nice"),
        ("My name is will", "my name is #w -i -l -l"),
        ("My name is Hello Help.", "my name is #h -e -l -l -o #h -e -l -p ."),
        ("My name is not Rose", "my name is not #r -o -s -e"),
        ("I meet Dr. Good", "i meet #d -r #g -o -o -d"),
        ("I can help with Art", "i can help #w -i -t -h #a -r -t"),
        ("I want art", "i want art"),
        ("Art", "art"),
        ("fs-Art", "#a -r -t"),
        ("Hello Coffee", "hello coffee"),
    ],
)
def test_ambiguous_names(text, expected):
    assert tokens(text) == expected


def test_expressions_of_the_vocabulary_are_one_token():
    vocabulary = Vocabulary.of(["thank you", "you", "thank you very much", "thank"])
    text = "Thank  you, Ada. Thank you very much. Thank Mark, thank."
    tokens = tokenize(text, vocabulary).tokens
    words = [(token.text, text[token.span[0] : token.span[1]]) for token in tokens if token.kind == "word"]
    assert words == [
        ("thank you", "Thank  you"),
        ("thank you very much", "Thank you very much"),
        ("thank", "Thank"),
        ("thank", "thank"),
    ]


@given(st.text())
def test_any_text_is_tokenized_or_refused(text):
    try:
        tokenized = tokenize(text, VOCABULARY)
    except TextError:
        return
    assert not all(token.silent for token in tokenized.tokens)
    assert all(0 <= token.span[0] < token.span[1] <= len(text) for token in tokenized.tokens)
    firsts = [token.span[0] for token in tokenized.tokens]
    assert firsts == sorted(firsts)
    assert [VOCABULARY.tokens[place] for place in tokenized.ids] == [token.text for token in tokenized.tokens]
    assert tokenized.tokens[0].opens


@given(st.text(alphabet=st.sampled_from("abcdeXYZ059.,?! '-éß")))
def test_no_letter_or_digit_is_lost(text):
    try:
        pieces = normalize(text).pieces
    except TextError:
        return
    told = "".join(
        token.text.strip("#-") if token.kind in ("letter", "digit") else token.text
        for token in tokenize(text, VOCABULARY).tokens
    )
    written = "".join(piece.text for piece in pieces)
    assert told.replace("'", "") == written.replace("'", "")


@given(st.lists(st.text(alphabet="bcdfg", min_size=1, max_size=6), min_size=1, max_size=5))
def test_neighbouring_names_keep_their_boundaries(names):
    opened = [token for token in tokenize(" ".join(names), VOCABULARY).tokens if token.opens]
    assert [token.text[1] for token in opened] == [name[0] for name in names]


def test_letter_spans_are_single_characters():
    text = "I am José."
    spelled = [token for token in tokenize(text, VOCABULARY).tokens if token.kind == "letter"]
    assert [text[token.span[0] : token.span[1]] for token in spelled] == ["J", "o", "s", "é"]


def test_skipped_scripts_are_reported():
    (skipped,) = tokenize("Hello мир", VOCABULARY).skipped
    assert (skipped.text, skipped.reason) == ("мир", "Cyrillic script")


@given(st.text(alphabet=st.sampled_from("abhelo .,?!the")), st.integers(1, 12))
def test_sentences_keep_every_voiced_token_within_the_limit(text, limit):
    try:
        tokenized = tokenize(text, VOCABULARY)
    except TextError:
        return
    parts = sentences(tokenized, limit)
    assert all(len(part.tokens) <= limit for part in parts)
    kept = [token for part in parts for token in part.tokens if not token.silent]
    assert kept == [token for token in tokenized.tokens if not token.silent]


def test_long_sentences_are_cut_at_commas_then_words():
    parts = sentences(tokenize("Hello, my name is Ada. Help me help me help me Adalbert", VOCABULARY), 7)
    assert [" ".join(token.text for token in part.tokens) for part in parts] == [
        "hello ,",
        "my name is #a -d -a .",
        "help me help me help me",
        "#a -d -a -l -b -e -r",
        "-t",
    ]


def test_ten_thousand_characters():
    parts = sentences(tokenize("my coffee is good " * 600, VOCABULARY), 32)
    assert sum(len(part.tokens) for part in parts) == 2400
    assert len(tokenize("z" * 10000, VOCABULARY).tokens) == 10000


def test_vocabulary_survives_json():
    again = Vocabulary.from_dict(json.loads(json.dumps(VOCABULARY.as_dict())))
    assert again == VOCABULARY
    assert again.ids["<pad>"] == 0
    assert len(again) == len(FIXED) + len(WORDS.split()) + len(SILENT)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"words": ["Hello"], "silent": []}, "no word"),
        ({"words": ["hi", "hi"], "silent": []}, "twice"),
        ({"words": ["hi"], "silent": ["the"]}, "silent"),
        ({"words": ["hi"]}, "lists"),
        ([], "lists"),
    ],
)
def test_wrong_vocabularies_are_refused(data, message):
    with pytest.raises(NsaError, match=message):
        Vocabulary.from_dict(data)


def test_wrong_limit_is_refused():
    with pytest.raises(NsaError, match="at least 1"):
        sentences(tokenize("hello", VOCABULARY), 0)
