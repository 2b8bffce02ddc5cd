"""The pace: bounded change, and never beyond the frames that are there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.signing.limiter import stopping_velocity
from nsa_ros.signing.pace import Pace

DT, CHANGE = 0.01, 120.0
FOREVER = float("inf")


def test_it_reaches_the_wanted_rate_and_keeps_it():
    pace = Pace(CHANGE, DT)
    rates = [pace.advance(24.0, FOREVER) / DT for _ in range(40)]
    assert np.abs(np.diff(rates)).max() <= CHANGE * DT + 1e-9
    assert rates[0] <= CHANGE * DT + 1e-9
    np.testing.assert_allclose(rates[25:], 24.0)


@given(st.lists(st.tuples(st.floats(0, 96), st.floats(0, 4)), min_size=1, max_size=200))
def test_it_never_overruns_what_is_there_and_changes_smoothly(ticks):
    pace, place, end, rates = Pace(CHANGE, DT), 0.0, 0.0, [0.0]
    for wanted, more in ticks:
        end += more
        place += pace.advance(wanted, end - place)
        rates.append(pace.rate)
        assert place <= end + 1e-9
        assert pace.rate >= 0
    assert np.abs(np.diff(rates)).max() <= CHANGE * DT + 1e-6


def test_it_stops_at_the_end_of_what_is_there():
    pace, place = Pace(CHANGE, DT), 0.0
    for _ in range(300):
        place += pace.advance(24.0, 10.0 - place)
    np.testing.assert_allclose(place, 10.0, atol=1e-6)
    assert pace.rate < 1e-6


@given(st.floats(0, 96), st.floats(0, 96), st.floats(0, 60))
def test_it_goes_as_fast_as_still_lets_it_stop(rate, wanted, room):
    pace = Pace(CHANGE, DT)
    pace.rate = rate
    pace.advance(wanted, room)
    near = min(max(wanted, rate - CHANGE * DT), rate + CHANGE * DT)
    most = float(stopping_velocity(room, CHANGE * DT, DT))
    assert pace.rate == pytest.approx(min(near, most), rel=1e-12, abs=1e-12)


def test_it_can_stand_still_at_once():
    pace = Pace(CHANGE, DT)
    for _ in range(30):
        pace.advance(24.0, FOREVER)
    pace.stop()
    assert pace.rate == 0.0
