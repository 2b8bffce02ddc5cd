"""The face: what each coefficient does, mirror symmetry, limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nsa_ros.body.face import EXPRESSION, FACE_INDEX, FACE_JOINTS, LOWER, UPPER, face_joints, origins
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.errors import NsaError

coefficients = arrays(float, 10, elements=st.floats(-3, 3))


def value(joint: str, **expression: float) -> float:
    vector = np.zeros(10)
    for name, amount in expression.items():
        vector[EXPRESSION.index(name)] = amount
    return float(face_joints(vector)[FACE_INDEX[joint]])


def test_names_are_the_ten_open_coefficients():
    assert len(EXPRESSION) == len(set(EXPRESSION)) == 10


def test_neutral_face_moves_nothing():
    assert not face_joints(np.zeros(10)).any()


@given(coefficients)
def test_values_stay_within_limits(expression):
    values = face_joints(expression)
    assert (values >= LOWER).all()
    assert (values <= UPPER).all()


@given(arrays(float, (2, 3, 10), elements=st.floats(-1, 1)))
def test_batches_are_frame_by_frame(expression):
    assert np.allclose(face_joints(expression)[1, 2], face_joints(expression[1, 2]))


@given(coefficients)
def test_swapping_the_winks_swaps_the_sides(expression):
    swapped = expression.copy()
    swapped[8:] = expression[[9, 8]]
    here, there = face_joints(expression), face_joints(swapped)
    for joint in FACE_JOINTS:
        other = joint.name.replace("left", "?").replace("right", "left").replace("?", "right")
        assert here[FACE_INDEX[joint.name]] == pytest.approx(there[FACE_INDEX[other]])


def test_each_coefficient_moves_something_and_the_brows_move_as_named():
    for i in range(10):
        assert face_joints(np.eye(10)[i]).any(), EXPRESSION[i]
    assert value("left_brow_raise", brows_raise=1) > 0.005
    assert value("left_brow_raise", brows_furrow=1) < 0
    assert value("left_upper_lip", mouth_corners=1) > 0 > value("left_upper_lip", mouth_corners=-1)


def test_a_wink_closes_one_eye():
    assert value("left_upper_eyelid", left_wink=1) > 0.6
    assert value("right_upper_eyelid", left_wink=1) == 0


def test_parents_come_first_and_right_mirrors_left():
    seen = set(INDEX)
    for joint in FACE_JOINTS:
        assert joint.parent in seen
        seen.add(joint.name)
        assert np.linalg.norm(joint.axis) == pytest.approx(1)
        assert joint.lower < 0 < joint.upper


def test_origins_are_relative_to_the_parent_and_symmetric():
    places = origins(default_skeleton())
    for joint in FACE_JOINTS:
        if joint.name.startswith("left_"):
            left, right = (places[FACE_INDEX[name]] for name in (joint.name, joint.name.replace("left", "right")))
            assert np.allclose(left, right * [-1, 1, 1])
    assert np.allclose(places[FACE_INDEX["left_brow"]], 0)
    skeleton = default_skeleton()
    eye = skeleton.rest[INDEX["left_eye_smplhf"]] - skeleton.rest[INDEX["head"]]
    assert np.allclose(places[FACE_INDEX["left_upper_eyelid"]], eye)


def test_wrong_length_names_the_coefficients():
    with pytest.raises(NsaError, match="brows_raise"):
        face_joints(np.zeros(9))
