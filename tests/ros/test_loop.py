"""The loop keeps absolute deadlines, skips what it missed and survives errors. Time is simulated."""

import threading

import pytest

from nsa_ros.ros.loop import RateLoop


class Simulated:
    """A clock that jumps to what is waited for; `work` seconds pass in each tick."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def sleep_until(self, deadline: float) -> None:
        self.time = max(self.time, deadline)


def run(work: list[float], errors: list[Exception] | None = None) -> tuple[list[float], RateLoop]:
    """Times at which ticks began, for ticks that take so long."""
    clock, begun, done = Simulated(), [], threading.Event()

    def tick() -> None:
        begun.append(clock.time)
        if len(begun) > len(work):
            done.set()
            loop._stop.set()
            return
        clock.time += work[len(begun) - 1]
        if errors is not None:
            raise ValueError("broken")

    loop = RateLoop(0.01, tick, (errors if errors is not None else []).append, clock)
    loop.start()
    assert done.wait(5.0)
    loop.stop()
    return begun, loop


def test_ticks_that_take_time_do_not_shift_the_deadlines() -> None:
    begun, loop = run([0.004] * 20)
    assert begun == pytest.approx([100.01 + 0.01 * i for i in range(21)], abs=1e-9)
    assert loop.skipped == 0


def test_missed_deadlines_are_skipped_not_made_up_for() -> None:
    begun, loop = run([0.0, 0.035, 0.0])
    assert begun == pytest.approx([100.01, 100.02, 100.055, 100.06], abs=1e-9)
    assert loop.skipped == 2


def test_a_tick_that_is_late_by_less_than_a_period_is_caught_up() -> None:
    begun, loop = run([0.012, 0.0, 0.0])
    assert begun == pytest.approx([100.01, 100.022, 100.03, 100.04], abs=1e-9)
    assert loop.skipped == 0


def test_an_error_is_told_and_the_loop_goes_on() -> None:
    errors: list[Exception] = []
    begun, _ = run([0.0] * 5, errors)
    assert len(begun) == 6
    assert [str(error) for error in errors] == ["broken"] * 5
