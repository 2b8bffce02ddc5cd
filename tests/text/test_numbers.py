"""Number words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.text.numbers import read_number

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
ONES = [*_ONES.split(), "seventeen", "eighteen", "nineteen"]
_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety"
TENS = _TENS.split()


def say(number):
    if number < 20:
        return [ONES[number]]
    if number < 100:
        return [TENS[number // 10]] + ([ONES[number % 10]] if number % 10 else [])
    unit, name = (100, "hundred") if number < 1000 else (1000, "thousand")
    rest = number % unit
    return [*say(number // unit), name, *(say(rest) if rest else [])]


@given(st.integers(0, 999_999))
def test_reads_what_is_said(number):
    assert read_number(say(number)) == (number, len(say(number)))


@pytest.mark.parametrize(
    ("words", "value", "used"),
    [
        ("hello one", 0, 0),
        ("five five", 5, 1),
        ("twenty twenty", 20, 1),
        ("two hundred and five", 205, 4),
        ("two hundred and friends", 200, 2),
        ("five and six", 5, 1),
        ("hundred", 100, 1),
        ("forty zero", 40, 1),
    ],
)
def test_stops_where_the_number_ends(words, value, used):
    assert read_number(words.split()) == (value, used)
