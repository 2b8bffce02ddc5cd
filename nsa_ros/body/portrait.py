"""Head and face of the mannequin, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.face import eye_midpoint
from nsa_ros.body.part import BLACK, HAIR, IRIS, LIP, MOUTH, SKIN, WHITE, Part
from nsa_ros.body.skeleton import Skeleton
from nsa_ros.body.solids import (
    Mesh,
    Solid,
    ball,
    cast,
    difference,
    ellipsoid,
    half_space,
    intersection,
    offset,
    rounded_cone,
    shell,
    tube,
    union,
    wrap,
)
from nsa_ros.body.surface import head

Array = NDArray[np.float64]


def portrait(skeleton: Skeleton, rest: Mapping[str, Array]) -> Iterator[Part]:
    """Pieces of head and face, meshes in T-pose coordinates.

    Args:
        skeleton: the rest figure.
        rest: position of each carrier in the T-pose [m].
    """
    shape = _Shape(skeleton)
    yield from _skull(shape)
    yield from _mouth(shape, rest)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        yield from _eye(shape, rest, side)
        brow = [
            shape.on_skin(sign * x, y, 0.0008)
            for x, y in ((0.0125, 0.0190), (0.025, 0.0228), (0.038, 0.0226), (0.0475, 0.0178))
        ]
        yield Part(
            f"{side}_brow",
            f"{side}_brow",
            HAIR,
            tube(brow, shape.scale * np.array([0.0030, 0.0036, 0.0030, 0.0014]), around=8, along=8),
        )
        outward = np.array([sign * 0.6, 0.0, 0.8])
        spot = cast(shape.skin, rest[f"{side}_cheek"] - 0.06 * outward, outward, 0.15)
        cheek = spot - (0.034 * shape.scale + 0.0006) * outward
        yield Part(f"{side}_cheek", f"{side}_cheek", SKIN, shape.knob(ball(cheek, 0.034 * shape.scale), cheek, 12, 4))
        ear = ellipsoid(shape.at(sign * 0.0735, -0.010, -0.092), shape.scale * np.array([0.0085, 0.030, 0.017]))
        hollow = ellipsoid(shape.at(sign * 0.083, -0.006, -0.089), shape.scale * np.array([0.006, 0.017, 0.009]))
        low, high = (shape.at(sign * 0.070, y, -0.092) for y in (-0.018, -0.002))
        mesh = wrap(
            difference(ear, hollow, blend=0.004), low, high, 0.05, around=14, along=2, caps=4, front=(sign, 0, 0)
        )
        yield Part(f"{side}_ear", "head", SKIN, mesh)


class _Shape:
    """The head's solid and its measures: offsets from the point between the eyes, scaled with the face."""

    def __init__(self, skeleton: Skeleton) -> None:
        self.middle, self.scale = eye_midpoint(skeleton)
        self.skin = head(skeleton)
        self.full = self.skin
        for x in (0.0295, -0.0295):
            socket = ellipsoid(self.at(x, -0.001, 0.006), self.scale * np.array([0.0160, 0.0115, 0.016]))
            self.full = difference(self.full, socket, blend=0.010 * self.scale)

    def at(self, x: float, y: float, z: float) -> Array:
        """A point in the T-pose [m]."""
        return np.asarray(self.middle + self.scale * np.array([x, y, z]))

    def on_skin(self, x: float, y: float, lift: float) -> Array:
        """The point of the face that is seen from the front at x, y, raised by `lift`."""
        found = cast(self.skin, self.at(x, y, -0.05), np.array([0.0, 0.0, 1.0]), 0.15)
        return np.asarray(found + np.array([0.0, 0.0, lift * self.scale]))

    def knob(self, solid: Solid, centre: Array, around: int, caps: int, axis: ArrayLike = (0, 0, 1)) -> Mesh:
        """A roundish solid wrapped from one point, its poles along `axis`."""
        step = 1e-4 * np.asarray(axis, dtype=np.float64)
        front = (0, 1, 0) if axis == (0, 0, 1) else (0, 0, 1)
        return wrap(solid, centre - step, centre + step, 0.07, front=front, around=around, along=0, caps=caps)


def _skull(shape: _Shape) -> Iterator[Part]:
    at, scale = shape.at, shape.scale
    room = ellipsoid(at(0, -0.098, 0.020), scale * np.array([0.036, 0.030, 0.042]))
    skull = difference(shape.full, room, blend=0.004 * scale)
    lips, edge = half_space(at(0, -0.0665, 0.02), [0.0, 1.0, 0.25]), half_space(at(0, 0, -0.080), [0, 0.4, -1])

    def chin(points: Array) -> Array:
        """The face, sunk beside the mouth and at the ears, so that the jaw's rim lies under the cheeks."""
        beside = np.clip((np.abs(points[..., 0]) / scale - 0.030) / 0.010, 0.0, 1.0)
        rim = np.clip(1 + np.maximum(lips(points), edge(points)) / (0.016 * scale), 0.0, 1.0)
        return np.asarray(shape.full(points) - 0.0004 + beside * rim**2 * 0.003)

    for name, solid in (("head", skull), ("jaw", chin)):
        mesh = wrap(solid, at(0, -0.030, -0.062), at(0, 0.030, -0.075), 0.2, around=34, along=6, caps=10, focus=0.6)
        if name == "jaw":
            mesh = shell(mesh, np.maximum(lips(mesh.vertices), edge(mesh.vertices)) < 0.004 * scale)
        yield Part(name, name, SKIN, mesh)
    normal = np.array([0, -1.0, 0.60])
    hairline = half_space(at(0, 0.068, 0.0), normal)
    crown = intersection(offset(shape.skin, 0.008 * scale), hairline, blend=0.012 * scale)
    middle, step = at(0, 0.052, -0.085), 0.006 * normal / np.linalg.norm(normal)
    yield Part("hair", "head", HAIR, wrap(crown, middle + step, middle - step, 0.2, around=30, along=1, caps=6))


def _mouth(shape: _Shape, rest: Mapping[str, Array]) -> Iterator[Part]:
    at, scale = shape.at, shape.scale
    gap = ellipsoid(at(0, -0.076, -0.010), scale * np.array([0.025, 0.022, 0.035]))
    yield Part("mouth", "head", MOUTH, shape.knob(gap, at(0, -0.076, -0.010), 14, 4))
    teeth = ellipsoid(at(0, -0.0640, -0.004), scale * np.array([0.019, 0.0058, 0.028]))
    yield Part("teeth", "head", WHITE, shape.knob(teeth, at(0, -0.0640, -0.004), 18, 3, (0, 1, 0)))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for lip, y, thick in (("upper_lip", 0.0030, 0.0040), ("lower_lip", -0.0036, 0.0048)):
            height = float(rest[f"{side}_{lip}"][1] - shape.middle[1]) / scale
            spots = ((-0.004, y), (0.006, y * 1.05), (0.015, y * 0.7), (0.0235, 0.0))
            points = [shape.on_skin(sign * x, height + h, -0.0016) for x, h in spots]
            radii = scale * np.array([thick, thick, thick * 0.82, 0.0018])
            yield Part(f"{side}_{lip}", f"{side}_{lip}", LIP, tube(points, radii, around=8, along=8))
    bridge = rounded_cone(at(0, 0.010, 0.008), at(0, -0.034, 0.0300), 0.0065 * scale, 0.0098 * scale)
    wings = [ball(at(x, -0.0385, 0.0215), 0.0078 * scale) for x in (0.0098, -0.0098)]
    nose = union(bridge, *wings, blend=0.010 * scale)
    yield Part(
        "nose", "nose", SKIN, wrap(nose, at(0, 0.004, 0.008), at(0, -0.034, 0.022), 0.05, around=16, along=3, caps=4)
    )


def _eye(shape: _Shape, rest: Mapping[str, Array], side: str) -> Iterator[Part]:
    joint, radius = f"{side}_eye_smplhf", 0.0125 * shape.scale
    eye = rest[joint]
    yield Part(f"{side}_eyeball", joint, WHITE, shape.knob(ball(eye, radius), eye, 12, 4))
    for name, colour, rings, kept, lift in (("iris", IRIS, 5, 2, 0.0005), ("pupil", BLACK, 5, 1, 0.0009)):
        size = radius + lift * shape.scale
        whole = shape.knob(ball(eye, size), eye, 16, rings)
        front = (whole.vertices - eye)[:, 2] > size * np.cos(np.pi / 2 * (kept + 0.3) / rings)
        yield Part(f"{side}_{name}", joint, colour, shell(whole, front))
    glint = eye + (radius + 0.0003 * shape.scale) * np.array([-0.17, 0.22, 0.96])
    yield Part(f"{side}_glint", joint, WHITE, shape.knob(ball(glint, 0.0011 * shape.scale), glint, 6, 2))
    for lid, angle, flip in (("upper", 0.20, -1.0), ("lower", -0.36, 1.0)):
        edge = half_space(eye, [0, flip * np.cos(angle), -flip * np.sin(angle)])
        cover = intersection(
            ball(eye, radius + (0.0019 if lid == "lower" else 0.0022) * shape.scale), edge, blend=0.0006
        )
        low, high = (eye + 0.003 * np.array([x, -flip * np.cos(angle), flip * np.sin(angle)]) for x in (-1.0, 1.0))
        mesh = wrap(
            cover, low, high, 0.03, around=14, along=1, caps=4, front=(0, flip * np.cos(angle), -flip * np.sin(angle))
        )
        yield Part(f"{side}_{lid}_eyelid", f"{side}_{lid}_eyelid", SKIN, mesh)
