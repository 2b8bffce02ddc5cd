"""The order inside a clause."""

from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.phonology.clauses import question_faces, split_clauses
from nsa_ros.phonology.order import sign_order
from tests.phonology.test_clauses import FACTS, ROLES, parts


@given(st.lists(st.sampled_from(ROLES), max_size=12), st.sampled_from([".", "?", "ada"]))
def test_parts_are_only_reordered(roles, mark):
    clauses = split_clauses(parts(roles), FACTS)
    for clause, face in zip(clauses, question_faces(clauses, mark), strict=True):
        assert sorted(part.word for part in sign_order(clause, face, FACTS)) == sorted(part.word for part in clause)


def test_expressions_of_time_come_first_in_their_order():
    ordered = sign_order(parts(["pronoun", "verb", "time", "noun", "number", "time"]), "neutral", FACTS)
    assert [part.role for part in ordered] == ["time", "number", "time", "pronoun", "verb", "noun"]


def test_a_question_about_a_time_keeps_it():
    ordered = sign_order(parts(["wh", "time", "pronoun", "verb"]), "wh", FACTS)
    assert [part.role for part in ordered] == ["time", "pronoun", "verb", "wh"]
