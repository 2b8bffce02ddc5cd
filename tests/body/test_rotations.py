"""Rotations: the group laws and every pair of conversions there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from nsa_ros.body import rotations as rot

VECTORS = arrays(np.float64, (3,), elements=st.floats(-1.8, 1.8))
AXES = arrays(np.float64, (3,), elements=st.floats(-1, 1)).filter(lambda axis: np.linalg.norm(axis) > 1e-3)
ANGLES = st.floats(0, np.pi) | st.floats(-17, 0).map(lambda digits: 10.0**digits)
"""Any, and as near to nothing as one likes."""

BATCHES = arrays(np.float64, (2, 4, 3), elements=st.floats(-1.8, 1.8))


@given(BATCHES)
def test_rotvec_matrix_and_back_keep_vector_and_shape(rotvec):
    np.testing.assert_allclose(rot.matrix_to_rotvec(rot.rotvec_to_matrix(rotvec)), rotvec, atol=1e-9)


@given(AXES, ANGLES)
def test_matrix_to_rotvec_agrees_with_scipy(axis, angle):
    matrix = Rotation.from_rotvec(angle * axis / np.linalg.norm(axis)).as_matrix()
    np.testing.assert_allclose(rot.matrix_to_rotvec(matrix), Rotation.from_matrix(matrix).as_rotvec(), atol=1e-12)


@given(AXES, ANGLES)
def test_matrix_to_rotvec_is_exact_up_to_half_a_turn(axis, angle):
    """Where axis and its opposite mean nearly the same, the rotation is compared."""
    rotvec = (np.pi - angle) * axis / np.linalg.norm(axis)
    matrix = rot.rotvec_to_matrix(rotvec)
    back = rot.matrix_to_rotvec(matrix)
    np.testing.assert_allclose(rot.rotvec_to_matrix(back), matrix, atol=1e-12)
    if angle > 1e-9:
        np.testing.assert_allclose(back, rotvec, atol=1e-12)


def test_matrix_to_rotvec_of_nothing_and_of_half_turns():
    halves = [np.diag([1.0, -1.0, -1.0]), np.diag([-1.0, 1.0, -1.0]), np.diag([-1.0, -1.0, 1.0])]
    made = rot.matrix_to_rotvec(np.array([np.eye(3), *halves]))
    np.testing.assert_allclose(np.abs(made), np.pi * np.eye(4)[:, 1:], atol=1e-12)
    assert rot.matrix_to_rotvec(np.empty((0, 5, 3, 3))).shape == (0, 5, 3)


@given(BATCHES)
def test_rotvec_quaternion_and_back_is_the_identity(rotvec):
    np.testing.assert_allclose(rot.quat_to_rotvec(rot.rotvec_to_quat(rotvec)), rotvec, atol=1e-9)


@given(BATCHES)
def test_matrix_quaternion_and_back_is_the_identity(rotvec):
    matrix = rot.rotvec_to_matrix(rotvec)
    np.testing.assert_allclose(rot.quat_to_matrix(rot.matrix_to_quat(matrix)), matrix, atol=1e-12)


@given(BATCHES)
def test_six_numbers_hold_the_whole_rotation(rotvec):
    matrix = rot.rotvec_to_matrix(rotvec)
    np.testing.assert_allclose(rot.rot6d_to_matrix(rot.matrix_to_rot6d(matrix)), matrix, atol=1e-12)


@given(
    arrays(np.float64, (5, 6), elements=st.floats(-3, 3)).filter(
        lambda x: np.linalg.norm(x[:, :3], axis=1).min() > 1e-3
    )
)
def test_six_numbers_of_any_size_give_a_rotation_where_the_columns_differ(numbers):
    across = np.linalg.norm(np.cross(numbers[:, :3], numbers[:, 3:]), axis=1)
    matrix = rot.rot6d_to_matrix(numbers)[across > 1e-3]
    np.testing.assert_allclose(
        np.swapaxes(matrix, -1, -2) @ matrix, np.broadcast_to(np.eye(3), matrix.shape), atol=1e-9
    )
    np.testing.assert_allclose(np.linalg.det(matrix), 1.0, atol=1e-9)


@given(VECTORS, VECTORS)
def test_matrices_of_products_and_inverses_are_rotations(a, b):
    product = rot.rotvec_to_matrix(a) @ rot.rotvec_to_matrix(b)
    np.testing.assert_allclose(product @ product.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(rot.rotvec_to_matrix(-a), rot.rotvec_to_matrix(a).T, atol=1e-12)


@given(VECTORS)
def test_geodesic_angle_is_the_length_of_the_rotation_vector(a):
    angle = rot.geodesic_angle(np.eye(3), rot.rotvec_to_matrix(a))
    assert angle == pytest.approx(np.linalg.norm(a), abs=1e-7)


@given(VECTORS, VECTORS, VECTORS)
def test_geodesic_angle_is_symmetric_and_does_not_see_a_common_rotation(a, b, c):
    a, b, c = (rot.rotvec_to_matrix(x) for x in (a, b, c))
    angle = rot.geodesic_angle(a, b)
    assert angle == pytest.approx(rot.geodesic_angle(b, a), abs=1e-7)
    assert angle == pytest.approx(rot.geodesic_angle(c @ a, c @ b), abs=1e-7)


@given(VECTORS, VECTORS, st.floats(0, 1))
def test_slerp_divides_the_angle_in_proportion(a, b, t):
    a, b = rot.rotvec_to_matrix(a), rot.rotvec_to_matrix(b)
    whole = rot.geodesic_angle(a, b)
    if whole < np.pi - 1e-3:
        assert rot.geodesic_angle(a, rot.slerp(a, b, t)) == pytest.approx(t * whole, abs=1e-6)


def test_quaternion_order_is_x_y_z_w():
    np.testing.assert_allclose(rot.rotvec_to_quat([0, 0, np.pi / 2]), [0, 0, np.sqrt(0.5), np.sqrt(0.5)], atol=1e-12)


def test_a_read_only_array_is_taken():
    rotvec = np.full((2, 3), 0.1)
    rotvec.setflags(write=False)
    np.testing.assert_allclose(rot.matrix_to_rotvec(rot.rotvec_to_matrix(rotvec)), rotvec, atol=1e-12)
