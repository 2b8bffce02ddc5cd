import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.signing.alignment import END, NOTHING, TIMING, PlannedUnit, align, align_unit
from nsa_ros.signing.planner import Planner, draw


class Session:
    """A planner that signs units 5, 6, 7 … one for each token and then ends; or never ends."""

    def __init__(self, tokens=3, ends=True):
        self.tokens, self.ends, self.calls = tokens, ends, 0

    def run(self, names, inputs):
        token = int(inputs["token"][0]) + 1
        self.calls += 1
        done = self.ends and token >= self.tokens
        logits = np.zeros((1, 20), dtype=np.float32)
        logits[0, 9 + token % 3] = 30.0
        return [np.array([END if done else 5 + token]), np.array([token]), np.array([2]), logits, inputs["state"]]


def make(session, tokens=4):
    mask = np.zeros((1, 8), dtype=np.float32)
    mask[0, :tokens] = 1.0
    none = np.zeros((1, 8), dtype=np.int64)
    return Planner(session, np.zeros((1, 8, 2), dtype=np.float32), mask, none, none, 3)


def test_units_come_one_at_a_time():
    session = Session()
    plan = make(session).plan(seed=0)
    assert next(plan) == PlannedUnit(5, 0, 10, 2)
    assert session.calls == 1
    assert [unit.unit for unit in plan] == [6, 7, END]


def test_a_planner_that_has_lost_its_place_is_cut():
    plan = list(make(Session(ends=False)).plan(seed=0))
    assert len(plan) == 2 * 4 + 1
    assert plan[-1].unit == END


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
