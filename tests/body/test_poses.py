"""The named poses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.body.kinematics import forward
from nsa_ros.body.poses import mirror_pose, named_pose
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.errors import NsaError


def place(pose, joint):
    return forward(default_skeleton(), named_pose(pose)).positions[INDEX[joint]]


@given(st.integers(0, 2**32 - 1))
def test_mirroring_twice_gives_the_pose_back(seed):
    pose = np.random.default_rng(seed).normal(size=(2, 55, 3))
    np.testing.assert_array_equal(mirror_pose(mirror_pose(pose)), pose)


@pytest.mark.parametrize("side", ["left", "right"])
def test_at_rest_the_hands_hang_below_the_pelvis_and_in_neutral_they_do_not(side):
    assert place("rest", f"{side}_wrist")[1] < 0.05
    assert place("neutral", f"{side}_wrist")[1] > place("rest", f"{side}_wrist")[1] + 0.05
    assert place("neutral", f"{side}_wrist")[2] > 0.1


@pytest.mark.parametrize("name", ["rest", "neutral"])
def test_a_named_pose_is_finite_and_cannot_be_changed_by_accident(name):
    pose = named_pose(name)
    assert np.isfinite(pose).all()
    with pytest.raises(ValueError, match="read-only"):
        pose[0] = 1.0


def test_an_unknown_pose_lists_the_known_ones():
    with pytest.raises(NsaError, match=r"'salute'.*rest"):
        named_pose("salute")
