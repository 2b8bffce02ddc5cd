import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from made_motion import FPS, FakeSigner, chunks, waving

from nsa_ros.body.motion import Motion
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.signing.player import Player
from nsa_ros.signing.scheduler import Scheduler
from nsa_ros.signing.timeline import Timeline

MODEL = RevoluteModel(default_skeleton())


def eventually(condition, timeout=10.0):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.002)


@pytest.fixture
def scheduler():
    made = Scheduler()
    yield made
    made.close()


def player(scheduler, signer, heard=lambda event: None):
    return Player(signer, Timeline(MODEL, fps=FPS), scheduler=scheduler, listener=heard)


def finish(players, ticks=3000):
    for _ in range(ticks):
        for each in players:
            each.tick()
        if all(each.idle for each in players):
            return
        time.sleep(1e-4)
    raise AssertionError("not all texts have ended")


class Stream:
    """Wants `count` chunks of `length` frames, with `left` seconds to play."""

    def __init__(self, left, length=None, count=1, gate=None):
        self.left, self.wanted, self.delivered = left, count, []
        self.chunk = _Chunks(length, gate) if length else iter([waving()] * count)

    def urgency(self):
        return self.left if self.wanted else None

    def motion(self):
        return self.chunk

    def deliver(self, outcome, spent):
        self.wanted -= 1
        self.delivered.append((outcome, spent))


class _Chunks(Iterator[Motion]):
    def __init__(self, length, gate):
        self.length, self.gate = length, gate

    def __next__(self):
        if self.gate is not None:
            self.gate.wait(10.0)
        return waving()


def test_every_stream_is_served_by_one_thread(scheduler):
    before = threading.active_count()
    signer = FakeSigner()
    players = [player(scheduler, signer) for _ in range(8)]
    assert threading.active_count() == before
    for number, each in enumerate(players):
        each.submit(f"text {number}")
    finish(players)
    assert sorted(signer.signed) == [f"text {n}" for n in range(8)]


def test_the_stream_with_the_least_motion_left_comes_first(scheduler):
    order, gate = [], threading.Event()
    first = Stream(0.0, 4, gate=gate)
    scheduler.add(first)
    eventually(lambda: scheduler._serving)
    for left in (2.5, 0.5, 1.5):
        stream = Stream(left)
        stream.deliver = lambda outcome, spent, s=stream: (order.append(s.left), setattr(s, "wanted", 0))
        scheduler.add(stream)
    gate.set()
    eventually(lambda: len(order) == 3)
    assert order == [0.5, 1.5, 2.5]


def test_chunks_of_equal_length_are_served_together_up_to_the_limit():
    scheduler, gate, sizes = Scheduler(batch=3), threading.Event(), []
    try:
        scheduler.add(Stream(0.0, 99, gate=gate))
        eventually(lambda: scheduler._serving)
        serve = scheduler._serve
        scheduler._serve = lambda chosen: (sizes.append(sorted(s.left for s in chosen)), serve(chosen))
        for left, length in ((1.0, 48), (1.1, 4), (1.2, 48), (1.3, 48), (1.4, 48)):
            scheduler.add(Stream(left, length))
        gate.set()
        eventually(lambda: sum(map(len, sizes)) == 5)
    finally:
        scheduler.close()
    assert sizes == [[1.0, 1.2, 1.3], [1.1], [1.4]]


def test_an_error_in_one_stream_is_told_there_and_the_others_are_signed(scheduler):
    endings = {}
    broken = waving()
    broken.poses[20] = np.nan
    texts = {"bad": [ValueError("no such sign")], "wild": chunks(broken, 8)}
    players = []
    for number, text in enumerate(("good", "bad", "wild", "fine")):
        heard = lambda event, n=number: hasattr(event, "ending") and endings.__setitem__(n, event.ending)  # noqa: E731
        players.append(player(scheduler, FakeSigner(texts), heard))
        players[-1].submit(text)
    finish(players)
    assert [endings[n].outcome for n in range(4)] == ["finished", "failed", "failed", "finished"]
    assert "no such sign" in endings[1].reason
    assert "not finite" in endings[2].reason


def test_cancelling_one_stream_leaves_the_others(scheduler):
    signer = FakeSigner({"long": chunks(waving(24 * 30), 12)})
    players = [player(scheduler, signer) for _ in range(2)]
    for each in players:
        each.submit("long")
    eventually(lambda: all(each.timeline.ahead > 2.5 for each in players))
    players[0].cancel()
    for _ in range(200):
        for each in players:
            each.tick()
    assert players[0].idle
    assert not players[1].idle
    assert players[1].timeline.underruns == 0


def test_a_removed_stream_is_waited_for_and_served_no_more(scheduler):
    gate = threading.Event()
    stream = Stream(0.0, 4, count=5, gate=gate)
    scheduler.add(stream)
    eventually(lambda: scheduler._serving)
    threading.Timer(0.05, gate.set).start()
    scheduler.remove(stream)
    served = len(stream.delivered)
    assert served >= 1
    time.sleep(0.02)
    assert len(stream.delivered) == served


def test_a_closed_player_leaves_a_shared_scheduler_at_work(scheduler):
    one, other = (player(scheduler, FakeSigner()) for _ in range(2))
    one.close()
    other.submit("hello")
    finish([other])


def test_what_was_spent_is_shared_among_those_served_together():
    ticks = iter(range(0, 1000, 6))
    scheduler = Scheduler(batch=3, clock=lambda: float(next(ticks)))
    gate = threading.Event()
    try:
        scheduler.add(Stream(0.0, 99, gate=gate))
        eventually(lambda: scheduler._serving)
        together = [Stream(1.0, 48) for _ in range(3)]
        for stream in together:
            scheduler.add(stream)
        gate.set()
        eventually(lambda: all(stream.delivered for stream in together))
    finally:
        scheduler.close()
    assert [stream.delivered[0][1] for stream in together] == [2.0, 2.0, 2.0]
