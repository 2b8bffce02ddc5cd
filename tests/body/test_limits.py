"""Limits: complete, symmetric, sourced, and wide enough for the named poses."""

from pathlib import Path

import numpy as np
import pytest
import yaml

import nsa_ros.body.limits as module
from nsa_ros.body.limits import expression_limits, limits
from nsa_ros.body.poses import named_pose
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.errors import NsaError

MODEL = RevoluteModel(default_skeleton())
FILE = yaml.safe_load((Path(module.__file__).parent / "data" / "limits.yaml").read_text())


def test_every_coordinate_has_a_finite_range_speed_and_acceleration():
    bounds = limits(MODEL)
    for values in bounds:
        assert values.shape == (168,)
        assert np.isfinite(values).all()
    assert (bounds.lower < bounds.upper).all()
    assert (bounds.velocity > 0).all()
    assert (bounds.acceleration > bounds.velocity).all()


def test_left_and_right_have_the_same_limits():
    bounds = limits(MODEL)
    for i, name in enumerate(MODEL.names):
        if name.startswith("left_"):
            other = MODEL.names.index(name.replace("left_", "right_"))
            assert [values[i] for values in bounds] == [values[other] for values in bounds]


def test_every_range_is_less_than_a_full_turn():
    bounds = limits(MODEL)
    assert (bounds.upper - bounds.lower < 2 * np.pi).all()


@pytest.mark.parametrize("pose", [np.zeros((55, 3)), named_pose("rest"), named_pose("neutral")])
def test_the_named_poses_are_within_the_limits(pose):
    q, bounds = MODEL.from_motion(pose[None], np.zeros((1, 3)))[0], limits(MODEL)
    outside = [name for name, x, low, high in zip(MODEL.names, q, *bounds[:2], strict=True) if not low <= x <= high]
    assert not outside


def test_every_group_names_a_source_that_is_listed_and_a_reason():
    for name, group in FILE["groups"].items():
        assert group["source"] in FILE["sources"], name
        assert group["why"], name
    assert FILE["expression"]["source"] in FILE["sources"]


def test_no_joint_is_in_two_groups():
    joints = [joint for group in FILE["groups"].values() for joint in group["joints"]]
    assert len(joints) == len(set(joints))


def test_a_finger_may_bend_but_hardly_bends_back_at_its_middle_joint():
    bounds = limits(MODEL)
    flexion = MODEL.names.index("right_index2_flexion")
    assert np.degrees(bounds.upper[flexion]) > 95
    assert np.degrees(bounds.lower[flexion]) > -20


def test_expression_coefficients_stay_on_their_scale():
    bounds = expression_limits()
    assert all(values.shape == (10,) for values in bounds)
    np.testing.assert_array_equal(bounds.lower, -1.0)
    np.testing.assert_array_equal(bounds.upper, 1.0)


def test_a_joint_without_a_group_is_named(monkeypatch):
    groups = {name: group for name, group in FILE["groups"].items() if name != "jaw"}
    monkeypatch.setattr(module, "_table", lambda: FILE | {"groups": groups})
    with pytest.raises(NsaError, match="'jaw'"):
        limits(MODEL)
