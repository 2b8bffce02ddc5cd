"""Figures of other proportions."""

import numpy as np
import pytest

from nsa_ros.body.proportions import random_figure, resized
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.errors import NsaError

SKELETON = default_skeleton()


def length(skeleton, a, b):
    return np.linalg.norm(skeleton.rest[INDEX[a]] - skeleton.rest[INDEX[b]])


def test_only_the_named_segment_grows():
    longer = resized(SKELETON, {"forearms": 1.2}, "longer")
    for side in ("left", "right"):
        grown = length(longer, f"{side}_elbow", f"{side}_wrist") / length(SKELETON, f"{side}_elbow", f"{side}_wrist")
        assert grown == pytest.approx(1.2)
        assert length(longer, f"{side}_shoulder", f"{side}_elbow") == pytest.approx(
            length(SKELETON, f"{side}_shoulder", f"{side}_elbow")
        )


def test_factor_one_changes_nothing():
    same = resized(SKELETON, {"hands": 1.0}, "same")
    np.testing.assert_allclose(same.rest, SKELETON.rest, atol=1e-12)
    np.testing.assert_array_equal(same.tips, SKELETON.tips)


def test_same_seed_same_figure_and_another_seed_another():
    a, b, c = (random_figure(SKELETON, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a.rest, b.rest)
    assert np.abs(a.rest - c.rest).max() > 1e-3
    assert a.name != c.name


@pytest.mark.parametrize(("factors", "message"), [({"ears": 1.1}, "ears"), ({"hands": 2.0}, "hands")])
def test_mistakes_are_named(factors, message):
    with pytest.raises(NsaError, match=message):
        resized(SKELETON, factors, "x")
