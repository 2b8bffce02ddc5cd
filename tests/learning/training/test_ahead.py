"""Batches prepared ahead: their order, the state that belongs to them, and what goes wrong in the thread."""

import threading
from typing import NamedTuple

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.learning.training.ahead import Ahead, moved


class Counting:
    """Gives 0, 1, 2, … and fails at a number."""

    def __init__(self, fails_at=-1):
        self.made, self._fails_at = 0, fails_at

    def next(self):
        if self.made == self._fails_at:
            raise ValueError("this one cannot be made")
        self.made += 1
        return torch.tensor(self.made - 1)

    def state(self):
        return {"made": self.made}

    def restore(self, state):
        self.made = state["made"]


@given(taken=st.integers(0, 12), depth=st.integers(1, 5))
def test_a_stream_restored_from_the_state_goes_on_with_the_batch_that_was_not_given(taken, depth):
    with Ahead(Counting(), depth=depth) as batches:
        assert [int(batches.next()) for _ in range(taken)] == list(range(taken))
        state = batches.state()
    again = Counting()
    again.restore(state)
    with Ahead(again) as batches:
        assert int(batches.next()) == taken


def test_no_more_batches_than_asked_for_lie_ready():
    stream = Counting()
    with Ahead(stream, depth=2) as batches:
        for _ in range(3):
            batches.next()
    assert 3 <= stream.made <= 3 + 2 + 2  # two ready, one in the hand of the thread, one made as the queue was emptied


def test_what_goes_wrong_in_the_thread_is_raised_where_the_batch_is_asked_for():
    with Ahead(Counting(fails_at=1)) as batches:
        batches.next()
        with pytest.raises(ValueError, match="cannot be made"):
            batches.next()


def test_the_thread_ends_with_the_context():
    before = threading.active_count()
    with Ahead(Counting()) as batches:
        batches.next()
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_waiting_is_measured():
    class Slow(Counting):
        def next(self):
            threading.Event().wait(0.05)
            return super().next()

    with Ahead(Slow()) as batches:
        batches.next()
    assert batches.waited > 0.03


class Inner(NamedTuple):
    ids: torch.Tensor
    place: torch.Tensor | None


class Outer(NamedTuple):
    inner: Inner
    values: torch.Tensor


def test_every_tensor_of_a_batch_is_moved():
    batch = Outer(Inner(torch.zeros(2), None), torch.zeros(3))
    there = moved(batch, torch.device("meta"))
    assert there.inner.ids.device.type == there.values.device.type == "meta"
    assert there.inner.place is None
