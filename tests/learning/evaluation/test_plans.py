import pytest

from nsa_ros.learning.evaluation.plans import PlannedSentence, plan_scores
from nsa_ros.signing.alignment import END, PlannedUnit

KINDS = ["sign", "sign", "letter", "letter"]
S, T, A, B = (END + 1 + i for i in range(4))


def planned(reason: str, wanted: list[int], made: list[int], frames: tuple[int, int] = (20, 20)) -> PlannedSentence:
    def plan(units: list[int]) -> list[PlannedUnit]:
        return [PlannedUnit(unit, place, 10, 0) for place, unit in enumerate(units)]

    return PlannedSentence(reason, plan(wanted), plan(made), frames)


UNMOVED = planned("name", [S], [S], (0, 10))


def test_errors_by_hand():
    scores = plan_scores([planned("name", [S, A, B], [S, A, A]), planned("sentence", [S, T], [S, T])], KINDS)
    assert scores["plan_sentences"] == 2
    assert scores["plan_unit_error"] == pytest.approx(1 / 5)
    assert scores["plan_letter_error"] == pytest.approx(1 / 2)
    assert scores["plan_exact"] == 0.5
    assert (scores["plan_exact_name"], scores["plan_exact_sentence"]) == (0.0, 1.0)
    assert scores["plan_unit_error_name"] == pytest.approx(1 / 3)
    assert "plan_exact_combination" not in scores


def test_pointers_and_faces_count_where_the_unit_is_right():
    wanted = [PlannedUnit(S, 0, 5, 0), PlannedUnit(T, 1, 5, 2), PlannedUnit(A, 2, 5, 0)]
    made = [PlannedUnit(S, 0, 5, 0), PlannedUnit(T, 0, 5, 1), PlannedUnit(B, 2, 5, 0)]
    scores = plan_scores([PlannedSentence("name", wanted, made, (10, 10))], KINDS)
    assert (scores["plan_pointers"], scores["plan_faces"]) == (0.5, 0.5)


def test_length_is_a_geometric_mean():
    scores = plan_scores([planned("name", [S], [S], (10, 20)), planned("name", [S], [S], (20, 10)), UNMOVED], KINDS)
    assert scores["plan_length"] == pytest.approx(1.0)
    assert scores["plan_length_spread"] == pytest.approx(0.6931, abs=1e-4)
