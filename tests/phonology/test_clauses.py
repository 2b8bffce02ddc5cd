"""Order and faces inside a clause."""

from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.phonology.clauses import GlossUnit, Part, question_faces, sign_order, split_clauses

_ROLES = """verb noun name number adjective pronoun possessive modal negation conjunction time wh auxiliary greeting
    interjection"""
ROLES = _ROLES.split()


def parts(roles):
    return [Part(f"{role}{at}", role, (GlossUnit(role, "sign", (at, at + 1), at),)) for at, role in enumerate(roles)]


@given(st.lists(st.sampled_from(ROLES), max_size=12), st.sampled_from([".", "?", "ada"]))
def test_parts_are_only_reordered(roles, mark):
    sentence = parts(roles)
    clauses = split_clauses(sentence)
    assert [part for clause in clauses for part in clause] == sentence
    for clause, face in zip(clauses, question_faces(clauses, mark), strict=True):
        assert sorted(part.word for part in sign_order(clause, face)) == sorted(part.word for part in clause)


@given(st.lists(st.sampled_from(ROLES), min_size=1, max_size=8))
def test_a_question_mark_raises_or_lowers_the_brows(roles):
    clauses = split_clauses(parts(roles))
    assert set(question_faces(clauses, "?")) & {"yes_no", "wh"}


def test_two_expressions_of_time_stay_in_place():
    clause = parts(["pronoun", "time", "verb", "time"])
    assert sign_order(clause, "neutral") == clause
