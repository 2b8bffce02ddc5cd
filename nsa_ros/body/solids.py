"""Solids as signed distance functions, and closed triangle meshes wrapped around them.

The distances are the usual closed forms (Hart, "Sphere tracing", The Visual Computer 12, 1996; Quilez, "Distance
functions"), negative inside [m]; blending is the quadratic smooth minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

Array = NDArray[np.float64]
Solid = Callable[[Array], Array]
"""Signed distance [m] of points: (..., 3) -> (...)."""


class Mesh(NamedTuple):
    """A triangle mesh, closed unless it is said to be a shell.

    Attributes:
        vertices: [m]. Shape (V, 3).
        normals: outward, unit length. Shape (V, 3).
        faces: indices of the vertices, counter-clockwise seen from outside. Shape (T, 3).
    """

    vertices: Array
    normals: Array
    faces: NDArray[np.int32]


def rounded_cone(a: ArrayLike, b: ArrayLike, radius_a: float, radius_b: float) -> Solid:
    """The hull of a ball of `radius_a` around a and one of `radius_b` around b [m]; a capsule when they are equal."""
    start, axis = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64) - np.asarray(a, dtype=np.float64)
    length = float(np.linalg.norm(axis))
    slope = (radius_a - radius_b) / length if length > 0 else 0.0
    if abs(slope) >= 1:
        return ball(a if radius_a > radius_b else b, max(radius_a, radius_b))
    axis = axis / length if length > 0 else np.array([0.0, 1.0, 0.0])
    cosine = float(np.sqrt(1 - slope**2))

    def distance(points: Array) -> Array:
        relative = points - start
        along = relative @ axis
        across = np.linalg.norm(relative - along[..., None] * axis, axis=-1)
        foot = np.clip(along - across * slope / cosine, 0.0, length)
        return np.asarray(np.hypot(across, along - foot) - (radius_a - slope * foot))

    return distance


def ball(centre: ArrayLike, radius: float) -> Solid:
    """A ball [m]."""
    middle = np.asarray(centre, dtype=np.float64)
    return lambda points: np.asarray(np.linalg.norm(points - middle, axis=-1) - radius)


def ellipsoid(centre: ArrayLike, radii: ArrayLike) -> Solid:
    """An ellipsoid with its axes along x, y, z [m]; the distance is first order, exact on the surface."""
    middle, size = np.asarray(centre, dtype=np.float64), np.asarray(radii, dtype=np.float64)

    def distance(points: Array) -> Array:
        scaled = (points - middle) / size
        reach = np.linalg.norm(scaled, axis=-1)
        return np.asarray(reach * (reach - 1) / np.maximum(np.linalg.norm(scaled / size, axis=-1), 1e-9))

    return distance


def union(*solids: Solid, blend: float = 0.0) -> Solid:
    """All of the solids together; edges between them are filled over `blend` [m]."""

    def distance(points: Array) -> Array:
        total = solids[0](points)
        for solid in solids[1:]:
            other = solid(points)
            overlap = np.maximum(blend - np.abs(total - other), 0.0)
            total = np.minimum(total, other) - (overlap**2 / (4 * blend) if blend > 0 else 0.0)
        return total

    return distance


def difference(solid: Solid, cut: Solid, blend: float = 0.0) -> Solid:
    """`solid` without `cut`, the edge rounded over `blend` [m]."""
    outside = union(lambda points: -solid(points), cut, blend=blend)
    return lambda points: -outside(points)


def intersection(*solids: Solid, blend: float = 0.0) -> Solid:
    """What all of the solids share, edges rounded over `blend` [m]."""
    outside = union(*[(lambda points, solid=solid: -solid(points)) for solid in solids], blend=blend)
    return lambda points: -outside(points)


def mirrored(solid: Solid) -> Solid:
    """The half of a solid with x > 0 and its mirror image."""
    return lambda points: solid(np.concatenate([np.abs(points[..., :1]), points[..., 1:]], axis=-1))


def offset(solid: Solid, distance: float) -> Solid:
    """The solid grown by a distance [m]; shrunk when it is negative."""
    return lambda points: solid(points) - distance


def half_space(point: ArrayLike, normal: ArrayLike) -> Solid:
    """Everything behind the plane through `point` with outward `normal` [m]."""
    where, outward = np.asarray(point, dtype=np.float64), np.asarray(normal, dtype=np.float64)
    outward = outward / np.linalg.norm(outward)
    return lambda points: np.asarray((points - where) @ outward)


def gradient(solid: Solid, points: Array, step: float = 2e-4) -> Array:
    """Direction in which the distance grows (outward on the surface), unit length. (..., 3) -> (..., 3)."""
    steps = np.eye(3) * step
    slope = np.stack([solid(points + s) - solid(points - s) for s in steps], axis=-1)
    return np.asarray(slope / np.maximum(np.linalg.norm(slope, axis=-1, keepdims=True), 1e-12))


def cast(solid: Solid, origins: Array, directions: Array, reach: float) -> Array:
    """The surface point farthest along each ray within `reach` [m]; the ray's origin where it meets none.

    Args:
        origins: starts of the rays. Shape (..., 3).
        directions: unit vectors. Shape (..., 3).
    """
    steps = np.linspace(reach, 0.0, 25)
    inside = solid(origins[..., None, :] + steps[:, None] * directions[..., None, :]) <= 0
    first = np.argmax(inside, axis=-1)
    near, far = steps[first], steps[np.maximum(first - 1, 0)]
    near = np.where(inside.any(axis=-1), near, 0.0)
    far = np.where(inside.any(axis=-1), far, 0.0)
    for _ in range(18):
        middle = (near + far) / 2
        within = solid(origins + middle[..., None] * directions) <= 0
        near, far = np.where(within, middle, near), np.where(within, far, middle)
    return np.asarray(origins + near[..., None] * directions)


def wrap(
    solid: Solid,
    a: ArrayLike,
    b: ArrayLike,
    reach: float,
    *,
    around: int = 16,
    along: int = 4,
    caps: int = 4,
    front: ArrayLike = (0.0, 0.0, 1.0),
    focus: float = 0.0,
) -> Mesh:
    """A closed mesh around a solid: rays from the core segment a-b, spread as on a capsule, meet its surface.

    Args:
        solid: what to wrap; every ray from the core must leave it once for the mesh to follow all of it.
        a: start of the core.
        b: end of the core.
        reach: longest ray [m].
        around: vertices around the core.
        along: rows along the core.
        caps: rows of each end.
        front: where the first column looks.
        focus: in [0, 1), how much closer together columns lie at the front.
    """
    start, end = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    axis = (end - start) / np.linalg.norm(end - start)
    side = np.asarray(front, dtype=np.float64) - np.dot(front, axis) * axis
    side /= np.linalg.norm(side)
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
    angle = angle - focus * np.sin(angle)
    ring = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * np.cross(axis, side)
    tilt = np.linspace(-np.pi / 2, 0, caps + 1)
    rise = np.concatenate([tilt[1:], np.zeros(along), -tilt[-2:0:-1]])
    core = np.concatenate([np.zeros(caps), np.arange(1, along + 1) / max(along, 1), np.ones(caps - 1)])
    directions = np.cos(rise)[:, None, None] * ring + np.sin(rise)[:, None, None] * axis
    origins = np.broadcast_to((start + core[:, None] * (end - start))[:, None], directions.shape)
    rows = len(rise)
    directions = np.concatenate([directions.reshape(-1, 3), [-axis, axis]])
    origins = np.concatenate([origins.reshape(-1, 3), [start, end]])
    vertices = cast(solid, origins, directions, reach)
    return Mesh(vertices, gradient(solid, vertices), _grid_faces(rows, around))


def tube(points: ArrayLike, radii: ArrayLike, *, around: int = 8, along: int = 10) -> Mesh:
    """A round bar that bends smoothly through points, with round ends.

    Args:
        points: that the middle of the bar passes through. Shape (n, 3).
        radii: of the bar there [m]. Shape (n,).
        around: vertices around the bar.
        along: rows along it.
    """
    knots, sizes = np.asarray(points, dtype=np.float64), np.asarray(radii, dtype=np.float64)
    curve = CubicSpline(np.arange(len(knots)), np.column_stack([knots, sizes]), bc_type="natural")
    where = np.linspace(0, len(knots) - 1, along)
    centres, radius = curve(where)[:, :3], curve(where)[:, 3]
    tangents = curve(where, 1)[:, :3]
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    side = np.cross(tangents, np.cross([0.0, 0.0, 1.0] if abs(tangents[0, 2]) < 0.9 else [0.0, 1.0, 0.0], tangents))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)[:, None]
    rows = [(0, -0.8, 0.6), *((i, 0.0, 1.0) for i in range(along)), (along - 1, 0.8, 0.6)]
    normals, vertices = [], []
    for i, rise, spread in rows:
        ring = np.cos(angle) * side[i] + np.sin(angle) * np.cross(tangents[i], side[i])
        normals.append(spread * ring + rise * tangents[i])
        vertices.append(centres[i] + radius[i] * normals[-1])
    ends = np.array([-tangents[0], tangents[-1]])
    tips = centres[[0, -1]] + radius[[0, -1], None] * ends
    faces = _grid_faces(len(rows), around)
    return Mesh(np.concatenate([*vertices, tips]), np.concatenate([*normals, ends]), faces)


def shell(mesh: Mesh, keep: NDArray[np.bool_]) -> Mesh:
    """The open surface of those faces of a mesh that are kept. `keep` has shape (T,), or (V,) for all three corners."""
    faces = mesh.faces[keep if len(keep) == len(mesh.faces) else keep[mesh.faces].all(axis=1)]
    used, renamed = np.unique(faces, return_inverse=True)
    return Mesh(mesh.vertices[used], mesh.normals[used], renamed.reshape(-1, 3).astype(np.int32))


def split(mesh: Mesh, a: ArrayLike, b: ArrayLike, direction: ArrayLike) -> tuple[Mesh, Mesh]:
    """The halves of a wrapped mesh as open shells, the one that looks in `direction` from the axis a-b first.

    The cut is clean where a row of vertices lies in the plane through the axis across `direction`.
    """
    start, axis = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64) - np.asarray(a, dtype=np.float64)
    outward = np.asarray(direction, dtype=np.float64)
    outward = outward - (outward @ axis) / (axis @ axis) * axis
    ahead = (mesh.vertices[mesh.faces].mean(axis=1) - start) @ outward > 0
    return shell(mesh, ahead), shell(mesh, ~ahead)


def _grid_faces(rows: int, around: int) -> NDArray[np.int32]:
    """Faces of `rows` rings of `around` vertices, then the vertex before the first ring and the one after the last."""
    row, column = np.meshgrid(np.arange(rows - 1) * around, np.arange(around), indexing="ij")
    after = (column + 1) % around
    low, low2, high, high2 = row + column, row + after, row + around + column, row + around + after
    ends, last = np.arange(around), (rows - 1) * around
    following = (ends + 1) % around
    faces = [
        np.stack([low, low2, high2], -1).reshape(-1, 3),
        np.stack([low, high2, high], -1).reshape(-1, 3),
        np.stack([np.full(around, rows * around), following, ends], -1),
        np.stack([np.full(around, rows * around + 1), last + ends, last + following], -1),
    ]
    return np.concatenate(faces).astype(np.int32)
