import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.signing.alignment import END, NOTHING, TIMING, PlannedUnit, align, align_unit
from nsa_ros.signing.plan_rules import SentenceRules
from nsa_ros.signing.planner import Planner, draw


class Session:
    """A planner that points to the likeliest token its mask admits and signs token t as unit 5 + t, or always ends."""

    def __init__(self, wishes=range(8), unit=None):
        self.wishes, self.unit, self.calls = list(wishes), unit, 0

    def run(self, names, inputs):
        token = next(place for place in self.wishes if inputs["mask"][0, place])
        if inputs["continues"][0, min(int(inputs["token"][0]) + 1, 7)]:
            token = int(inputs["token"][0]) + 1
        self.calls += 1
        logits = np.zeros((1, 20), dtype=np.float32)
        logits[0, 9 + token % 3] = 30.0
        unit = 5 + token if self.unit is None else self.unit
        return [np.array([unit]), np.array([token]), np.array([2]), logits, inputs["state"]]


def make(session, tokens=4, continues=(), required=(), marks=()):
    mask = np.zeros((1, 8), dtype=np.float32)
    mask[0, :tokens] = 1.0
    rules = SentenceRules(np.zeros((1, 8, 1), dtype=np.int64), *np.zeros((2, 1, 8), dtype=np.int64))
    rules.continues[0, list(continues)] = 1
    rules.required[0, list(required)] = 1
    rules.required[0, list(marks)] = -1
    return Planner(session, *np.zeros((2, 1, 8, 2), dtype=np.float32), mask, rules, 3)


def tokens_of(planner):
    return [unit.token for unit in planner.plan(seed=0)]


def test_units_come_one_at_a_time():
    session = Session()
    plan = make(session).plan(seed=0)
    assert next(plan) == PlannedUnit(5, 0, 10, 2)
    assert session.calls == 1
    assert [unit.unit for unit in plan] == [6, 7, END]


def test_no_token_is_signed_twice():
    assert tokens_of(make(Session(wishes=[1, 0, 3, 2]))) == [1, 0, 3]


def test_a_plan_does_not_end_before_all_that_must_be_signed_is():
    assert tokens_of(make(Session(wishes=[3, 2, 1, 0]))) == [3]
    assert tokens_of(make(Session(wishes=[3, 2, 1, 0]), required=[0, 2])) == [2, 1, 0, 3]


def test_a_mark_is_never_signed():
    assert tokens_of(make(Session(wishes=[1, 2, 0, 3]), marks=[1])) == [2, 0, 3]


def test_the_letters_of_a_word_are_reached_only_one_after_the_other():
    assert tokens_of(make(Session(wishes=[2, 1, 0, 4, 3]), tokens=5, continues=[1, 2], required=[0])) == [0, 1, 2, 4]


def test_a_model_that_only_wants_to_end_ends():
    plan = list(make(Session(unit=0), required=[1]).plan(seed=0))
    assert [unit.unit for unit in plan] == [END]


@given(st.lists(st.floats(-5, 5, width=32), min_size=2, max_size=20), st.floats(0, 1, exclude_max=True))
def test_durations_come_from_the_nucleus(logits, uniform):
    logits = np.array(logits, dtype=np.float32)
    chosen = draw(logits, uniform)
    weights = np.exp(logits - logits.max())
    weights /= weights.sum()
    assert weights[weights > weights[chosen] + 1e-6].sum() < 0.9 + 1e-6


def test_durations_follow_the_distribution():
    logits = np.log(np.array([0.5, 0.3, 0.2], dtype=np.float32))
    drawn = [draw(logits, u) for u in np.linspace(0, 1, 1000, endpoint=False)]
    np.testing.assert_allclose(np.bincount(drawn) / 1000, [0.5, 0.3, 0.2], atol=0.01)


def test_alignment_says_where_each_frame_is():
    a, b = PlannedUnit(5, 0, 4, 1), PlannedUnit(6, 1, 3, 0)
    made = align([a, b])
    assert made.units.tolist() == [[0, 5, 6]] * 4 + [[5, 6, 0]] * 3
    assert made.faces[:4].tolist() == [[0, 1, 0]] * 4
    assert made.timing.shape == (7, TIMING)
    assert made.timing[:, 0] == pytest.approx([0.25, 0.5, 0.75, 1.0, 1 / 3, 2 / 3, 1.0])
    lone = align_unit(NOTHING, a, b)
    np.testing.assert_array_equal(lone.timing, made.timing[:4])
