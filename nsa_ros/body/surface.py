"""The skin of the figure: solids of trunk, head and palms, capsules for contact, and the places that signs touch.

Everything is built from the rest skeleton and given in its T-pose, SMPL-X axes (x left, y up, z forward) [m]. The
mannequin's meshes are wrapped around these same solids, so a fingertip on `chin` here is on the chin that is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.face import eye_midpoint
from nsa_ros.body.skeleton import FINGERS, INDEX, TIPS, Skeleton
from nsa_ros.body.solids import Solid, ball, cast, ellipsoid, gradient, mirrored, rounded_cone, union

Array = NDArray[np.float64]

SIDES = (("left", 1.0), ("right", -1.0))

FINGER_RADII: dict[str, tuple[float, float, float, float]] = {
    "thumb": (0.0125, 0.0115, 0.0100, 0.0085),
    "index": (0.0088, 0.0083, 0.0076, 0.0068),
    "middle": (0.0088, 0.0083, 0.0076, 0.0068),
    "ring": (0.0083, 0.0078, 0.0072, 0.0064),
    "pinky": (0.0074, 0.0069, 0.0064, 0.0057),
}
"""Radius of each finger at its three joints and at the centre of the fingertip's ball [m], for a hand 183 mm long."""

_HAND_LENGTH = 0.183


class Capsule(NamedTuple):
    """A cylinder with round ends that a joint carries.

    Attributes:
        joint: name of the SMPL-X joint.
        a: one end of the axis, relative to the joint in the T-pose [m]. Shape (3,).
        b: the other end [m]. Shape (3,).
        radius: [m].
    """

    joint: str
    a: Array
    b: Array
    radius: float


class Landmark(NamedTuple):
    """A place on the skin.

    Attributes:
        joint: name of the SMPL-X joint that carries it.
        offset: the place relative to the joint in the T-pose [m]. Shape (3,).
        normal: outward, unit length, in the T-pose. Shape (3,).
    """

    joint: str
    offset: Array
    normal: Array


def hand_scale(skeleton: Skeleton) -> float:
    """Length of the hand, wrist to middle fingertip, relative to the shipped figure's."""
    last = INDEX["left_middle3"]
    tip = skeleton.rest[last] + skeleton.tips[TIPS.index("left_middle")]
    return float(np.linalg.norm(tip - skeleton.rest[INDEX["left_wrist"]])) / _HAND_LENGTH


def trunk(skeleton: Skeleton) -> Solid:
    """Pelvis to shoulders, in the T-pose."""
    at = _at(skeleton)
    shoulder, hip, neck = at("left_shoulder"), at("left_hip"), at("neck")
    tall, wide = shoulder[1] - hip[1], shoulder[0]
    y = hip[1]
    pieces = [
        ellipsoid([0, y + 0.79 * tall, -0.006], [wide * 0.98, tall * 0.40, wide * 0.64]),
        ellipsoid([0, y + 0.42 * tall, 0.002], [wide * 0.86, tall * 0.44, wide * 0.58]),
        ellipsoid([0, y + 0.06 * tall, -0.004], [wide * 0.98, tall * 0.28, wide * 0.65]),
    ]
    for _, sign in SIDES:
        mirror = np.array([sign, 1, 1])
        inner = np.array([0.22 * wide, neck[1] - 0.035, -0.012])
        pieces.append(rounded_cone(inner * mirror, (shoulder - [0.012, 0.006, 0]) * mirror, 0.040, 0.046))
    return mirrored(union(*pieces, blend=0.07))


def shoulder_ends(skeleton: Skeleton, side: str) -> tuple[Array, Array, float, float]:
    """The slope from the neck to the shoulder that the collar joint carries, in the T-pose, as in `finger_ends`."""
    at = _at(skeleton)
    collar, shoulder = at(f"{side}_collar"), at(f"{side}_shoulder")
    return collar + 0.3 * (shoulder - collar) - np.array([0, 0.020, 0]), shoulder, 0.044, 0.046


def neck_ends(skeleton: Skeleton) -> tuple[Array, Array, float, float]:
    """The neck in the T-pose, as in `finger_ends`."""
    at, step = _at(skeleton), np.array([0, 0.025, 0])
    return at("neck") - step, at("head") + step, 0.053, 0.050


def head(skeleton: Skeleton) -> Solid:
    """Skull, face and chin without nose and ears, in the T-pose."""
    middle, scale = eye_midpoint(skeleton)

    def at(*offset: float) -> Array:
        return middle + scale * np.array(offset)

    def size(*radii: float) -> Array:
        return scale * np.array(radii)

    skull = ellipsoid(at(0, 0.032, -0.084), size(0.0735, 0.088, 0.096))
    face = ellipsoid(at(0, -0.036, -0.052), size(0.0600, 0.070, 0.067))
    chin = rounded_cone(at(-0.010, -0.091, -0.005), at(0.010, -0.091, -0.005), 0.018 * scale, 0.018 * scale)
    muzzle = ellipsoid(at(0, -0.062, -0.012), size(0.030, 0.026, 0.032))
    brows = ellipsoid(at(0, 0.018, -0.022), size(0.050, 0.018, 0.032))
    cheeks = [ball(at(x, -0.028, -0.022), 0.027 * scale) for x in (0.034, -0.034)]
    jaws = [
        rounded_cone(at(x, -0.060, -0.075), at(x * 0.35, -0.093, -0.012), 0.016 * scale, 0.013 * scale)
        for x in (0.042, -0.042)
    ]
    return mirrored(union(skull, face, *jaws, chin, muzzle, brows, *cheeks, blend=0.035 * scale))


def palm(skeleton: Skeleton, side: str) -> Solid:
    """The palm with its thenar and hypothenar pads, in the T-pose."""
    at, scale = _at(skeleton), hand_scale(skeleton)
    wrist = at(f"{side}_wrist")
    across = at(f"{side}_index1") - at(f"{side}_pinky1")
    pieces = []
    for finger, root in zip(FINGERS[1:], (0.22, 0.06, -0.09, -0.22), strict=True):
        knuckle = at(f"{side}_{finger}1")
        base = wrist + root * across + 0.10 * (knuckle - wrist)
        pieces.append(rounded_cone(base, knuckle, 0.0135 * scale, FINGER_RADII[finger][0] * 1.12 * scale))
    thumb, pinky, down = at(f"{side}_thumb1"), at(f"{side}_pinky1"), np.array([0, -0.006 * scale, 0])
    stump = 0.08 * (at(f"{side}_elbow") - wrist)
    pieces.append(rounded_cone(wrist + stump, wrist - stump, 0.0215 * scale, 0.0205 * scale))
    pieces.append(rounded_cone(wrist + 0.2 * across + down, thumb + down, 0.012 * scale, 0.0145 * scale))
    pieces.append(
        rounded_cone(
            wrist - 0.22 * across + 0.12 * (pinky - wrist) + down,
            (wrist + 2 * pinky) / 3 + down,
            0.012 * scale,
            0.0125 * scale,
        )
    )
    return union(*pieces, blend=0.012 * scale)


def finger_ends(skeleton: Skeleton, side: str, finger: str) -> list[tuple[Array, Array, float, float]]:
    """The three segments of a finger in the T-pose: (start (3,), end (3,), radius at the start, at the end) [m].

    The last one ends in a ball whose pole is the skeleton's fingertip.
    """
    at, scale = _at(skeleton), hand_scale(skeleton)
    radii = [scale * r for r in FINGER_RADII[finger]]
    joints = [at(f"{side}_{finger}{i}") for i in (1, 2, 3)]
    tip = skeleton.tips[TIPS.index(f"{side}_{finger}")]
    centre = joints[2] + tip * (1 - radii[3] / np.linalg.norm(tip))
    ends = [*joints, centre]
    return [(ends[i], ends[i + 1], radii[i], radii[i + 1]) for i in range(3)]


def palm_side(skeleton: Skeleton, side: str, finger: str) -> Array:
    """Unit vector in which the pad of a finger looks in the T-pose: down, for the thumb across towards the fingers."""
    if finger != "thumb":
        return np.array([0.0, -1.0, 0.0])
    at = _at(skeleton)
    bone = at(f"{side}_thumb3") - at(f"{side}_thumb2")
    bone = bone / np.linalg.norm(bone)
    wanted = at(f"{side}_middle2") - at(f"{side}_thumb3")
    pad = wanted - (wanted @ bone) * bone
    return np.asarray(pad / np.linalg.norm(pad))


def limb_ends(skeleton: Skeleton, side: str) -> dict[str, tuple[Array, Array, float, float]]:
    """Upper arm, forearm, thigh and shin in the T-pose by the joint that carries them, as in `finger_ends`."""
    at = _at(skeleton)
    rows = (
        ("shoulder", "elbow", 0.047, 0.037),
        ("elbow", "wrist", 0.038, 0.0235),
        ("hip", "knee", 0.068, 0.050),
        ("knee", "ankle", 0.053, 0.036),
    )
    return {f"{side}_{a}": (at(f"{side}_{a}"), at(f"{side}_{b}"), ra, rb) for a, b, ra, rb in rows}


def capsules(skeleton: Skeleton) -> tuple[Capsule, ...]:
    """Capsules that fill the skin of arms, hands, head and trunk, for contact and penetration.

    Fingers, arms and palms keep their length and mean radius; trunk and head are slices whose front, back and sides lie
    on the skin.
    """
    rows: list[Capsule] = []

    def add(joint: str, a: Array, b: Array, radius: float) -> None:
        rest = skeleton.rest[INDEX[joint]]
        rows.append(Capsule(joint, a - rest, b - rest, float(radius)))

    at, scale = _at(skeleton), hand_scale(skeleton)
    body, skull = trunk(skeleton), head(skeleton)
    column = ("pelvis", "spine1", "spine2", "spine3", "left_shoulder")
    for joint, above in pairwise(column):
        for share in (0.0, 0.5):
            add(joint, *_slice(body, ((1 - share) * at(joint) + share * at(above)) * np.array([0, 1, 0]), 0))
    add("neck", *neck_ends(skeleton)[:3])
    middle, size = eye_midpoint(skeleton)
    for height, carrier in ((0.055, "head"), (0.015, "head"), (-0.025, "head"), (-0.062, "head"), (-0.090, "jaw")):
        centre = middle + size * np.array([0, height, -0.075 if height > -0.03 else -0.045])
        add(carrier, *_slice(skull, centre, 2))
    for side, _ in SIDES:
        a, b, ra, rb = shoulder_ends(skeleton, side)
        add(f"{side}_collar", a, b, (ra + rb) / 2)
        for joint, (a, b, ra, rb) in limb_ends(skeleton, side).items():
            if joint.endswith(("shoulder", "elbow")):
                half = (a + b) / 2
                add(joint, a, half, (3 * ra + rb) / 4)
                add(joint, half, b, (ra + 3 * rb) / 4)
        wrist = at(f"{side}_wrist")
        for finger in FINGERS:
            knuckle = at(f"{side}_{finger}1")
            start = wrist + (0.25 if finger != "thumb" else 0.4) * (knuckle - wrist)
            add(f"{side}_wrist", start, knuckle, 0.0115 * scale)
            for i, (a, b, ra, rb) in enumerate(finger_ends(skeleton, side, finger), start=1):
                tip = b - a if i < 3 else (b - a) * (1 + (rb - (ra + rb) / 2) / np.linalg.norm(b - a))
                add(f"{side}_{finger}{i}", a, a + tip, (ra + rb) / 2)
    return tuple(rows)


def landmarks(skeleton: Skeleton) -> dict[str, Landmark]:
    """Places on the skin that signs use, by name.

    The names are the minor locations of ASL-LEX 2.0 (Sevcikova Sehyr et al., JDSDE 26, 2021) in snake case where it has
    one (head_top, forehead, eye, cheek, nose, upper_lip, mouth, chin, under_chin, neck, clavicle, shoulder, upper_arm,
    elbow_front, elbow_back, forearm_front, forearm_back, forearm_ulnar, wrist_front, wrist_back, palm, palm_back, heel,
    hips, waist), with `chest`, `stomach`, `belly` for its torso top, mid and bottom, and `temple`, `ear`. Those that
    come in pairs begin with `left_` or `right_`; the palm side is *front*, back of hand and outside of elbow *back*.
    """
    at, (middle, size) = _at(skeleton), eye_midpoint(skeleton)
    found: dict[str, Landmark] = {}

    def put(name: str, joint: str, solid: Solid, start: Array, direction: ArrayLike, lift: float = 0.0) -> None:
        way = np.asarray(direction, dtype=np.float64)
        way = way / np.linalg.norm(way)
        point = cast(solid, start, way, 0.35)
        normal = gradient(solid, point)
        found[name] = Landmark(joint, point + lift * normal - skeleton.rest[INDEX[joint]], normal)

    skull, body = head(skeleton), trunk(skeleton)

    def face(x: float, y: float, z: float = -0.06) -> Array:
        return np.asarray(middle + size * np.array([x, y, z]))

    front, up = (0, 0, 1), (0, 1, 0)
    put("head_top", "head", skull, face(0, 0), (0, 1, -0.15))
    put("forehead", "head", skull, face(0, 0.045), front)
    put("nose", "head", skull, face(0, -0.034), front, 0.020 * size)
    put("upper_lip", "head", skull, face(0, -0.056), front, 0.002)
    put("mouth", "head", skull, face(0, -0.066), front, 0.004)
    put("chin", "jaw", skull, face(0, -0.094), front)
    put("under_chin", "jaw", skull, face(0, -0.06, -0.02), (0, -1, 0.1))
    throat = rounded_cone(*neck_ends(skeleton))
    put("neck", "neck", throat, (at("neck") + at("head")) / 2 - [0, 0.01, 0], front)
    shoulder = at("left_shoulder")
    for name, joint, height in (
        ("chest", "spine3", 0.74),
        ("stomach", "spine2", 0.50),
        ("belly", "spine1", 0.28),
        ("waist", "pelvis", 0.12),
    ):
        y = at("left_hip")[1] + height * (shoulder[1] - at("left_hip")[1])
        put(name, joint, body, np.array([0, y, 0]), front)
    for side, sign in SIDES:
        out = (sign, 0, 0)
        put(f"{side}_temple", "head", skull, face(0, 0.016) - [0, 0, 0.005], (sign, 0, 0.12))
        put(f"{side}_eye", "head", skull, face(sign * 0.0295, 0), front)
        put(f"{side}_cheek", "head", skull, face(sign * 0.040, -0.034), (0.2 * sign, 0, 1))
        put(f"{side}_ear", "head", skull, face(0, -0.012) - [0, 0, 0.030 * size], out, 0.012 * size)
        put(
            f"{side}_chest",
            "spine3",
            body,
            at(f"{side}_shoulder") * [0.5, 0, 0] + [0, found["chest"].offset[1] + at("spine3")[1], 0],
            front,
        )
        put(f"{side}_clavicle", "spine3", body, at(f"{side}_shoulder") * [0.45, 1, 1], (0, 0.25, 1))
        put(f"{side}_hips", "pelvis", body, at(f"{side}_hip") * [0.8, 1, 1], out)
        arm = {name: rounded_cone(*ends) for name, ends in limb_ends(skeleton, side).items()}
        upper, lower, mitt = arm[f"{side}_shoulder"], arm[f"{side}_elbow"], palm(skeleton, side)
        elbow, wrist, knuckle = (at(f"{side}_{name}") for name in ("elbow", "wrist", "middle1"))
        put(f"{side}_shoulder", f"{side}_collar", ball(at(f"{side}_shoulder"), 0.053), at(f"{side}_shoulder"), up)
        put(f"{side}_upper_arm", f"{side}_shoulder", upper, (at(f"{side}_shoulder") + elbow) / 2, front)
        put(f"{side}_elbow_front", f"{side}_elbow", lower, elbow, front)
        put(f"{side}_elbow_back", f"{side}_elbow", lower, elbow, (-0.3 * sign, 0, -1))
        half, close = (elbow + wrist) / 2, elbow + 0.93 * (wrist - elbow)
        put(f"{side}_forearm_front", f"{side}_elbow", lower, half, (0, -1, 0))
        put(f"{side}_forearm_back", f"{side}_elbow", lower, half, up)
        put(f"{side}_forearm_ulnar", f"{side}_elbow", lower, half, (0, 0, -1))
        put(f"{side}_wrist_front", f"{side}_elbow", lower, close, (0, -1, 0))
        put(f"{side}_wrist_back", f"{side}_elbow", lower, close, up)
        centre = wrist + 0.6 * (knuckle - wrist)
        put(f"{side}_palm", f"{side}_wrist", mitt, centre, (0, -1, 0))
        put(f"{side}_palm_back", f"{side}_wrist", mitt, centre, up)
        put(f"{side}_heel", f"{side}_wrist", mitt, wrist + 0.15 * (knuckle - wrist), (-0.15 * sign, -1, 0))
        put(f"{side}_palm_radial", f"{side}_wrist", mitt, wrist + 0.75 * (knuckle - wrist), front)
        put(f"{side}_palm_ulnar", f"{side}_wrist", mitt, wrist + 0.6 * (knuckle - wrist), (0, 0, -1))
        for finger in FINGERS:
            for i, (a, b, ra, rb) in enumerate(finger_ends(skeleton, side, finger), start=1):
                carrier, segment = f"{side}_{finger}{i}", rounded_cone(a, b, ra, rb)
                away = b - a if finger == "thumb" else np.array([sign, 0.0, 0.0])
                pad = palm_side(skeleton, side, finger)
                name = f"{side}_{finger}{i}"
                put(f"{name}_front", carrier, segment, (a + b) / 2, pad)
                put(f"{name}_back", carrier, segment, (a + b) / 2, -pad)
                if i == 3:
                    put(f"{side}_{finger}_tip", carrier, segment, b, away)
                    put(
                        f"{side}_{finger}_pad",
                        carrier,
                        segment,
                        b - 0.15 * (b - a),
                        pad + 0.3 * away / np.linalg.norm(away),
                    )
    return found


def _slice(solid: Solid, centre: Array, axis: int) -> tuple[Array, Array, float]:
    """A capsule along x (0) or z (2) whose reach along x and z is that of the solid at the height of `centre`."""
    rays = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1]])
    hits = cast(solid, np.broadcast_to(centre, rays.shape), rays, 0.3)
    low, high = hits.min(axis=0), hits.max(axis=0)
    radius = min(high[2 - axis] - low[2 - axis], high[axis] - low[axis]) / 2
    middle, along = (low + high) / 2, np.eye(3)[axis]
    middle[1] = centre[1]
    half = (high[axis] - low[axis]) / 2 - radius
    return middle - half * along, middle + half * along, float(radius)


def _at(skeleton: Skeleton) -> Callable[[str], Array]:
    def at(joint: str) -> Array:
        return np.asarray(skeleton.rest[INDEX[joint]])

    return at
