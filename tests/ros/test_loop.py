"""The loop keeps absolute deadlines, skips what it missed and survives errors. Time is simulated."""

import gc
import threading
from collections.abc import Callable

import pytest

from nsa_ros.ros.loop import Loops, RateLoop, Turn


class Simulated:
    """A clock that jumps to what is waited for."""

    def __init__(self) -> None:
        self.time = 100.0
        self.running = threading.Event()

    def now(self) -> float:
        return self.time

    def sleep_until(self, deadline: float) -> None:
        assert self.running.wait(5.0)
        self.time = max(self.time, deadline)


class Ticks:
    """A function in a loop: ticks that take so long, then it stops itself."""

    def __init__(self, clock: Simulated, work: list[float], error: Exception | None = None) -> None:
        self.clock, self.work, self.error = clock, work, error
        self.begun: list[float] = []
        self.errors: list[Exception] = []
        self.done = threading.Event()
        self.turn: Turn | None = None

    def __call__(self) -> None:
        self.begun.append(self.clock.time)
        if len(self.begun) > len(self.work):
            self.turn.stop()
            self.done.set()
            return
        self.clock.time += self.work[len(self.begun) - 1]
        if self.error is not None:
            raise self.error

    def join(self, add: Callable[..., Turn], *args: object) -> None:
        self.turn = add(*args, self, self.errors.append)


def run(*works: list[float], error: Exception | None = None) -> list[Ticks]:
    """Let functions tick in one loop until each has stopped itself."""
    clock = Simulated()
    loop = RateLoop(0.01, clock)
    ticks = [Ticks(clock, work, error) for work in works]
    for one in ticks:
        one.join(loop.add)
    clock.running.set()
    for one in ticks:
        assert one.done.wait(5.0)
    return ticks


def test_ticks_that_take_time_do_not_shift_the_deadlines() -> None:
    (ticks,) = run([0.004] * 20)
    assert ticks.begun == pytest.approx([100.01 + 0.01 * i for i in range(21)], abs=1e-9)
    assert ticks.turn.skipped == 0


def test_missed_deadlines_are_skipped_not_made_up_for() -> None:
    (ticks,) = run([0.0, 0.035, 0.0])
    assert ticks.begun == pytest.approx([100.01, 100.02, 100.055, 100.06], abs=1e-9)
    assert ticks.turn.skipped == 2


def test_a_tick_that_is_late_by_less_than_a_period_is_caught_up() -> None:
    (ticks,) = run([0.012, 0.0, 0.0])
    assert ticks.begun == pytest.approx([100.01, 100.022, 100.03, 100.04], abs=1e-9)
    assert ticks.turn.skipped == 0


def test_an_error_is_told_and_the_loop_goes_on() -> None:
    broken, sound = run([0.0] * 5, [0.0] * 8, error=ValueError("broken"))
    assert len(broken.begun) == 6
    assert [str(error) for error in broken.errors] == ["broken"] * 5
    assert len(sound.begun) == 9


def test_functions_of_one_loop_are_called_in_a_row_at_every_deadline() -> None:
    for place, ticks in enumerate(run([0.001] * 10, [0.001] * 10, [0.001] * 10)):
        assert ticks.begun[:10] == pytest.approx([100.01 + 0.001 * place + 0.01 * i for i in range(10)], abs=1e-9)
        assert ticks.turn.skipped == 0


def test_too_much_work_slows_all_alike() -> None:
    first, second = run([0.008] * 50, [0.008] * 50)
    assert first.turn.skipped == second.turn.skipped > 5


def test_one_that_stops_leaves_the_others_and_one_that_comes_later_is_called() -> None:
    clock = Simulated()
    loop = RateLoop(0.01, clock)
    short, long = Ticks(clock, [0.0] * 2), Ticks(clock, [0.0] * 50)
    for one in (short, long):
        one.join(loop.add)
    clock.running.set()
    assert short.done.wait(5.0)
    assert long.done.wait(5.0)
    assert len(short.begun) == 3
    assert len(long.begun) == 51
    again = Ticks(clock, [0.0])
    again.join(loop.add)
    assert again.done.wait(5.0)


def test_stopping_waits_for_the_tick_that_runs() -> None:
    loop = RateLoop(0.001)
    inside, go = threading.Event(), threading.Event()
    over: list[bool] = []

    def tick() -> None:
        inside.set()
        go.wait(5.0)
        over.append(True)

    turn = loop.add(tick, lambda error: None)
    assert inside.wait(5.0)
    stopping = threading.Thread(target=turn.stop)
    stopping.start()
    stopping.join(0.05)
    assert stopping.is_alive()
    go.set()
    stopping.join(5.0)
    assert not stopping.is_alive()
    assert len(over) == 1


def test_equal_rates_share_a_thread_and_garbage_is_left_to_python_after_the_last() -> None:
    loops = Loops()
    threads: dict[str, set[int]] = {}
    ready = threading.Event()

    def tick(name: str) -> None:
        threads.setdefault(name, set()).add(threading.get_ident())
        if len(threads) == 3:
            ready.set()

    turns = [
        loops.add(period, lambda name=name: tick(name), print)
        for name, period in (("ada", 0.002), ("bob", 0.002), ("eve", 0.003))
    ]
    assert ready.wait(5.0)
    assert threads["ada"] == threads["bob"] != threads["eve"]
    for turn in turns:
        assert not gc.isenabled()
        turn.stop()
    assert gc.isenabled()
