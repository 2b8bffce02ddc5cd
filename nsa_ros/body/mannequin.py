"""The mannequin: rigid pieces built by code from a skeleton, each carried by one joint.

The same pieces are the URDF's visual meshes, the browser viewer's figure and the film's. Hands and head are light
against dark clothes, as signers dress; the palm side of the hand is lighter than its back, and fingers carry nails, so
that both sides are told apart. The solids that the pieces are wrapped around, the contact capsules and the places that
signs touch are in `body.surface`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.face import FACE_INDEX, FACE_JOINTS, origins
from nsa_ros.body.part import BAND, NAIL, PALM, SHIRT, SHOE, SKIN, TROUSERS, Colour, Part, mesh_file
from nsa_ros.body.portrait import portrait
from nsa_ros.body.skeleton import FINGERS, INDEX, Skeleton
from nsa_ros.body.solids import (
    Mesh,
    ellipsoid,
    half_space,
    intersection,
    offset,
    rounded_cone,
    shell,
    split,
    union,
    wrap,
)
from nsa_ros.body.surface import (
    Capsule,
    Landmark,
    capsules,
    finger_ends,
    landmarks,
    limb_ends,
    neck_ends,
    palm,
    palm_side,
    shoulder_ends,
    trunk,
)

__all__ = [
    "CARRIERS",
    "Capsule",
    "Landmark",
    "Part",
    "capsules",
    "carrier_rest",
    "landmarks",
    "mesh_file",
    "parts",
]

Array = NDArray[np.float64]

CARRIERS: tuple[str, ...] = (*INDEX, *FACE_INDEX)
"""Names of all frames that carry pieces: the 55 joints, then the face joints."""


def carrier_rest(skeleton: Skeleton) -> Array:
    """Position of every carrier in the T-pose with a neutral face [m]. Shape (len(CARRIERS), 3)."""
    rest = {name: skeleton.rest[i] for name, i in INDEX.items()}
    for joint, origin in zip(FACE_JOINTS, origins(skeleton), strict=True):
        rest[joint.name] = rest[joint.parent] + origin
    return np.array([rest[name] for name in CARRIERS])


def parts(skeleton: Skeleton) -> tuple[Part, ...]:
    """All pieces of the mannequin for a skeleton, about 17,000 triangles."""
    rest = dict(zip(CARRIERS, carrier_rest(skeleton), strict=True))
    pieces = [*_trunk(skeleton), *portrait(skeleton, rest)]
    for side in ("left", "right"):
        pieces += [*_limbs(skeleton, side), *_hand(skeleton, side)]
    return tuple(
        Part(part.name, part.carrier, part.colour, part.mesh._replace(vertices=part.mesh.vertices - rest[part.carrier]))
        for part in pieces
    )


def _limb(
    name: str, carrier: str, colour: Colour, ends: tuple[Array, Array, float, float], front: ArrayLike, **grid: int
) -> Part:
    a, b, radius_a, radius_b = ends
    mesh = wrap(rounded_cone(*ends), a, b, 1.5 * max(radius_a, radius_b), front=front, **grid)
    return Part(name, carrier, colour, mesh)


def _trunk(skeleton: Skeleton) -> Iterator[Part]:
    body = trunk(skeleton)
    at = {name: skeleton.rest[i] for name, i in INDEX.items()}
    hem = at["left_hip"][1] + 0.05
    low, high = np.array([0, hem - 0.08, -0.004]), np.array([0, at["left_shoulder"][1], -0.004])
    seat = intersection(body, half_space([0, hem + 0.03, 0], [0, 1, 0]), blend=0.01)
    hips = wrap(seat, low, low + np.array([0, 0.08, 0]), 0.3, around=24, along=2, caps=4)
    yield Part("pelvis", "pelvis", TROUSERS, hips)
    shirt = wrap(offset(body, 0.003), np.array([0, hem, -0.004]), high, 0.4, around=28, along=13, caps=6)
    height, row = shirt.vertices[:, 1], (high[1] - hem) / 12
    levels = [hem, *(at[f"spine{i}"][1] - 0.02 for i in (2, 3)), np.inf]
    for joint, bottom, top in zip(("spine1", "spine2", "spine3"), levels[:-1], levels[1:], strict=True):
        below = 0.0 if joint == "spine1" else 1.5 * row
        yield Part(joint, joint, SHIRT, shell(shirt, (height >= bottom - below - 1e-6) & (height <= top + row)))
    collar = at["neck"] + np.array([0, -0.008, 0.004])
    step = np.array([0, 0.002, 0])
    ring = wrap(
        ellipsoid(collar, [0.066, 0.014, 0.064]), collar - step, collar + step, 0.09, around=24, along=0, caps=2
    )
    yield Part("neckband", "spine3", BAND, ring)
    yield _limb("neck", "neck", SKIN, neck_ends(skeleton), (0, 0, 1), around=20, along=1, caps=2)


def _limbs(skeleton: Skeleton, side: str) -> Iterator[Part]:
    ends, front = limb_ends(skeleton, side), (0, 0, 1)
    grid = {"around": 18, "along": 1, "caps": 4}
    yield _limb(f"{side}_collar", f"{side}_collar", SHIRT, shoulder_ends(skeleton, side), front, **grid)
    yield _limb(f"{side}_upper_arm", f"{side}_shoulder", SHIRT, ends[f"{side}_shoulder"], front, **grid)
    a, b, ra, rb = ends[f"{side}_elbow"]
    cuff = a + 0.84 * (b - a)
    sleeve = intersection(rounded_cone(a, b, 0.0375, rb + 0.004), half_space(a + 0.88 * (b - a), b - a), blend=0.004)
    yield Part(f"{side}_sleeve", f"{side}_elbow", SHIRT, wrap(sleeve, a, cuff, 0.08, around=16, along=2, caps=3))
    wrist = (a + 0.7 * (b - a), a + 0.975 * (b - a), ra + 0.7 * (rb - ra), 0.91 * rb)
    yield _limb(f"{side}_forearm", f"{side}_elbow", SKIN, wrist, front, around=16, along=1, caps=2)
    low = {"around": 12, "along": 1, "caps": 2}
    yield _limb(f"{side}_thigh", f"{side}_hip", TROUSERS, ends[f"{side}_hip"], front, **low)
    yield _limb(f"{side}_shin", f"{side}_knee", TROUSERS, ends[f"{side}_knee"], front, **low)
    ankle, foot = (skeleton.rest[INDEX[f"{side}_{name}"]] for name in ("ankle", "foot"))
    heel, toe = ankle + np.array([0, -0.04, -0.03]), foot + np.array([0, 0, 0.045])
    shoe = union(rounded_cone(heel, foot, 0.036, 0.036), rounded_cone(foot, toe, 0.036, 0.026), blend=0.02)
    mesh = wrap(shoe, heel, foot, 0.12, around=12, along=1, caps=3, front=(0, 1, 0))
    yield Part(f"{side}_shoe", f"{side}_ankle", SHOE, mesh)


def _hand(skeleton: Skeleton, side: str) -> Iterator[Part]:
    wrist, middle = (skeleton.rest[INDEX[f"{side}_{name}"]] for name in ("wrist", "middle1"))
    down = np.array([0, -1.0, 0])
    start, end = wrist + 0.15 * (middle - wrist), wrist + 0.85 * (middle - wrist)
    whole = wrap(palm(skeleton, side), start, end, 0.08, around=24, along=6, caps=4, front=down)
    front, back = split(whole, start, end, down)
    yield Part(f"{side}_palm", f"{side}_wrist", PALM, front)
    yield Part(f"{side}_hand", f"{side}_wrist", SKIN, back)
    for finger in FINGERS:
        pad = palm_side(skeleton, side, finger)
        ends = finger_ends(skeleton, side, finger)
        for i, (a, b, ra, rb) in enumerate(ends, start=1):
            carrier = f"{side}_{finger}{i}"
            pad_here = pad - (pad @ (b - a)) / ((b - a) @ (b - a)) * (b - a)
            start = ra if i == 1 else 0.95 * ra
            segment = wrap(rounded_cone(a, b, start, rb), a, b, 0.03, around=12, along=1, caps=3, front=pad_here)
            front, back = split(segment, a, b, pad_here)
            yield Part(f"{carrier}_pad", carrier, PALM, front)
            yield Part(carrier, carrier, SKIN, back)
        yield Part(f"{side}_{finger}_nail", f"{side}_{finger}3", NAIL, _nail(*ends[2], pad))


def _nail(a: Array, b: Array, radius_a: float, radius_b: float, pad: Array) -> Mesh:
    bone = (b - a) / np.linalg.norm(b - a)
    up = -(pad - (pad @ bone) * bone)
    up /= np.linalg.norm(up)
    frame = np.column_stack([bone, np.cross(up, bone), up])
    bed = b + up * radius_b * 0.97 + 0.12 * radius_b * bone
    plate = ellipsoid([0, 0, 0], np.array([0.72, 0.62, 0.17]) * radius_b)
    core = 0.2 * radius_b * bone
    return wrap(lambda points: plate((points - bed) @ frame), bed - core, bed + core, 0.02, around=8, along=1, caps=2)
