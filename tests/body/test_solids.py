"""Signed distances and the meshes wrapped around them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.body.solids import (
    ball,
    cast,
    difference,
    ellipsoid,
    gradient,
    half_space,
    intersection,
    mirrored,
    offset,
    rounded_cone,
    shell,
    split,
    tube,
    union,
    wrap,
)

metres = st.floats(-0.3, 0.3)
points = st.tuples(metres, metres, metres).map(np.array)


def closed(mesh):
    """Each directed edge has its opposite exactly once."""
    edges = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]])
    forth, back = ({tuple(e) for e in x.tolist()} for x in (edges, edges[:, ::-1]))
    return forth == back and len(forth) == len(edges)


@given(points)
def test_capsule_distance_is_that_to_its_axis(point):
    a, b = np.array([0.0, 0, 0]), np.array([0.0, 0.1, 0])
    foot = np.array([0, np.clip(point[1], 0, 0.1), 0])
    assert rounded_cone(a, b, 0.02, 0.02)(point) == pytest.approx(np.linalg.norm(point - foot) - 0.02, abs=1e-9)


@given(points)
def test_rounded_cone_is_the_hull_of_its_balls(point):
    a, b = np.array([0.0, 0, 0]), np.array([0.05, 0.1, 0.02])
    share = np.linspace(0, 1, 4001)[:, None]
    balls = np.linalg.norm(point - (a + share * (b - a)), axis=1) - (0.04 + share[:, 0] * (0.015 - 0.04))
    assert rounded_cone(a, b, 0.04, 0.015)(point) == pytest.approx(balls.min(), abs=1e-6)


@given(points)
def test_union_takes_the_nearer_and_intersection_the_farther(point):
    one, two = ball([0, 0, 0], 0.1), ball([0.1, 0, 0], 0.08)
    assert union(one, two)(point) == min(one(point), two(point))
    assert intersection(one, two)(point) == max(one(point), two(point))
    assert difference(one, two)(point) == max(one(point), -two(point))
    assert union(one, two, blend=0.02)(point) <= min(one(point), two(point))
    assert offset(one, 0.01)(point) == pytest.approx(one(point) - 0.01)


@given(points)
def test_mirrored_is_even_in_x(point):
    solid = mirrored(ball([0.1, 0, 0], 0.05))
    assert solid(point) == solid(point * [-1, 1, 1])


def test_cast_meets_the_farthest_surface_and_gradient_looks_outward():
    solid = union(ball([0, 0, 0], 0.05), ball([0.2, 0, 0], 0.03))
    hit = cast(solid, np.zeros(3), np.array([1.0, 0, 0]), 0.4)
    assert np.allclose(hit, [0.23, 0, 0], atol=1e-6)
    assert np.allclose(gradient(solid, hit), [1, 0, 0], atol=1e-3)


def test_a_ray_that_meets_nothing_stays_at_its_origin():
    assert np.array_equal(cast(ball([1, 1, 1], 0.1), np.zeros(3), np.array([1.0, 0, 0]), 0.3), np.zeros(3))


@pytest.mark.parametrize("along", [0, 1, 4])
def test_wrapped_meshes_are_closed_and_lie_on_the_solid(along):
    a, b = [0, 0, 0], [0, 0.1, 0]
    solid = rounded_cone(a, b, 0.03, 0.02)
    mesh = wrap(solid, a, b, 0.1, along=along)
    assert closed(mesh)
    assert np.abs(solid(mesh.vertices)).max() < 1e-6
    corners = mesh.vertices[mesh.faces]
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    exact = np.pi / 3 * 0.1 * (0.03**2 + 0.03 * 0.02 + 0.02**2) + 2 * np.pi / 3 * (0.03**3 + 0.02**3)
    assert 0.85 * exact < volume < 1.02 * exact


def test_tube_is_closed_and_follows_its_points():
    spots = np.array([[0, 0, 0], [0.05, 0.02, 0], [0.1, 0, 0]])
    mesh = tube(spots, [0.004, 0.005, 0.002], along=11)
    assert closed(mesh)
    assert np.linalg.norm(mesh.vertices - spots[1], axis=1).min() == pytest.approx(0.005, abs=1e-4)


def test_split_halves_share_the_faces():
    a, b, up = np.zeros(3), np.array([0.0, 0.1, 0]), np.array([0.0, 0, 1])
    mesh = wrap(rounded_cone(a, b, 0.02, 0.02), a, b, 0.1, around=12, front=up)
    front, back = split(mesh, a, b, up)
    assert len(front.faces) == len(back.faces) == len(mesh.faces) / 2
    assert front.vertices[:, 2].min() > -1e-9
    assert back.vertices[:, 2].max() < 1e-9


def test_shell_keeps_whole_faces_only():
    mesh = wrap(ellipsoid([0, 0, 0], [0.1, 0.1, 0.1]), [0, -0.01, 0], [0, 0.01, 0], 0.2)
    upper = shell(mesh, mesh.vertices[:, 1] > 0)
    assert 0 < len(upper.faces) < len(mesh.faces) / 2 + 1
    assert upper.vertices[:, 1].min() > 0


def test_half_space_is_behind_its_plane():
    assert half_space([0, 1, 0], [0, 2, 0])(np.array([5.0, 0.5, 3.0])) == pytest.approx(-0.5)
