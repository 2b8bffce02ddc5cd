"""Where sentences are cut, and which clause asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.phonology.clauses import Facts, GlossUnit, Part, noun_phrase, question_faces, split_clauses

_ROLES = """verb noun name number adjective pronoun possessive modal negation conjunction time wh auxiliary greeting
    interjection determiner preposition adverb"""
ROLES = _ROLES.split()
FACTS = Facts(frozenset(), frozenset(), frozenset(), frozenset(), frozenset({"know"}), frozenset())


def parts(roles):
    return [Part(f"{role}{at}", role, (GlossUnit(role, "sign", (at, at + 1), at),)) for at, role in enumerate(roles)]


@given(st.lists(st.sampled_from(ROLES), max_size=12))
def test_clauses_are_the_parts_in_order(roles):
    sentence = parts(roles)
    assert [part for clause in split_clauses(sentence, FACTS) for part in clause] == sentence


@given(st.lists(st.sampled_from(ROLES), min_size=1, max_size=8))
def test_a_question_mark_raises_or_lowers_the_brows(roles):
    clauses = split_clauses(parts(roles), FACTS)
    assert set(question_faces(clauses, "?")) & {"yes_no", "wh"}


def condition(before):
    you, need = Part("you", "pronoun"), Part("need", "verb")
    return [Part(word, "verb") for word in before] + [Part("if", "conjunction"), you, need]


def test_a_condition_goes_first_with_brows_up():
    clauses = split_clauses(condition(["call"]), FACTS)
    assert [clause[0].word for clause in clauses] == ["if", "call"]
    assert question_faces(clauses, ".") == ["yes_no", "neutral"]


def test_whether_stays_in_place():
    clauses = split_clauses(condition(["know"]), FACTS)
    assert [clause[0].word for clause in clauses] == ["know", "if"]
    assert question_faces(clauses, ".") == ["neutral", "neutral"]


@pytest.mark.parametrize(
    ("roles", "length"),
    [("possessive adjective noun verb", 3), ("pronoun verb", 1), ("determiner noun noun verb", 3), ("verb noun", 0)],
)
def test_noun_phrases_end_before_the_verb(roles, length):
    assert noun_phrase(parts(roles.split()), 0) == length
