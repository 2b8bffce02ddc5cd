from nsa_ros.learning.evaluation.recogniser.spelling import marked_source, marked_target, runs_of_units, written
from nsa_ros.learning.evaluation.recogniser.vocabularies import Vocabularies
from nsa_ros.text.tokenizer import Vocabulary, tokenize

TEXT = Vocabulary.of(["hello", "am", "i", "thank you"])
NAMES = Vocabularies.of({"sign": ["HELLO", "I", "THANK-YOU"], "letter": [*"ABCDEFGH"], "number": ["4"]}, TEXT)
ADA = [("letter", letter) for letter in "ADA"]
UNITS = [("sign", "HELLO"), *ADA, ("sign", "I"), ("letter", "B")]


def test_runs_are_parted_by_signs() -> None:
    assert runs_of_units(UNITS) == [(1, 4), (5, 6)]
    assert runs_of_units([("number", "4")]) == []


def test_a_mark_stands_before_each_run() -> None:
    row = NAMES.source(UNITS)
    first = 1 + len(NAMES.units)
    assert row[1] == first
    assert row[6] == first + 1
    assert len(row) == len(UNITS) + 2
    assert row == marked_source(UNITS, NAMES.unit_ids, first)


def test_what_a_run_spells_becomes_its_mark_and_comes_back() -> None:
    tokens = tokenize("Hello fs-ada, I am fs-b.", TEXT).ids
    row = NAMES.target(tokens, UNITS)
    marks = [token - len(TEXT) for token in row if token >= len(TEXT)]
    assert marks == [0, 1]
    assert NAMES.english(row, ["ada", "b"]) == "hello Ada, i am B."
    assert NAMES.english(row, ["eve", "b"]) == "hello Eve, i am B."


def test_a_word_that_no_run_spells_keeps_its_letters() -> None:
    tokens = ["hello", "#e", "-v", "-e"]
    assert marked_target(tokens, UNITS, TEXT.ids, len(TEXT)) == [TEXT.ids[token] for token in tokens]
    assert written(tokens) == "hello Eve"


def test_marks_stand_at_the_word_before() -> None:
    assert written(["thank you", ",", "#4", "-2", "!"]) == "thank you, 42!"
