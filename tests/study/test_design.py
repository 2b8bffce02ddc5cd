from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.study.design import latin_square

CONDITIONS = ("a", "b", "c")


@given(st.lists(st.sampled_from(["name", "other"]), min_size=1, max_size=30), st.integers(0, 99))
def test_each_sentence_once_a_group_and_in_each_condition_over_the_groups(strata, seed):
    square = latin_square(strata, CONDITIONS, seed)
    assert len(square) == 3
    for sentence in range(len(strata)):
        assert {row[sentence] for row in square} == set(CONDITIONS)
    for row in square:
        for stratum in (None, "name", "other"):
            counts = Counter(c for c, own in zip(row, strata, strict=True) if stratum in (None, own))
            numbers = [counts[c] for c in CONDITIONS]
            assert max(numbers) - min(numbers) <= 1


def test_the_order_is_shuffled():
    assert latin_square([""] * 12, CONDITIONS, 0) != latin_square([""] * 12, CONDITIONS, 1)
