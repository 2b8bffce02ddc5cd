"""How far a fitted figure is from the true one: places on the skin of body and hands, in mm."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.kinematics import Posed, forward
from nsa_ros.body.motion import Motion
from nsa_ros.body.skeleton import FINGERS, INDEX, Skeleton, default_skeleton
from nsa_ros.body.surface import Capsule, capsules
from nsa_ros.capture.camera import Camera
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

PARTS = ("body", "left_hand", "right_hand")
"""Trunk, head and arms to the wrist; each hand from the wrist on. Legs are left out: cameras seldom see them."""

_WRISTS = {"left_hand": INDEX["left_wrist"], "right_hand": INDEX["right_wrist"]}


class Surface(NamedTuple):
    """Places on the skin of one figure, each carried by a joint.

    Attributes:
        carriers: index of the joint. Shape (P,).
        offsets: relative to it in the T-pose [m]. Shape (P, 3).
    """

    carriers: NDArray[np.intp]
    offsets: Array

    def positions(self, posed: Posed) -> Array:
        """Where they are [m]. Shape (F, P, 3)."""
        turned = posed.rotations[:, self.carriers] @ self.offsets[..., None]
        return np.asarray(posed.positions[:, self.carriers] + turned[..., 0])


def surface(skeleton: Skeleton) -> Surface:
    """Eight places around each capsule of trunk, head, arms and hands; the same places, in the same order, on every
    figure."""
    solids = capsules(skeleton)
    carriers = np.repeat([INDEX[solid.joint] for solid in solids], 8)
    return Surface(carriers, np.concatenate([_around(solid) for solid in solids]))


@cache
def members(part: str) -> NDArray[np.intp]:
    """Which places of `surface` belong to one of `PARTS`."""
    joints = np.repeat([solid.joint for solid in capsules(default_skeleton())], 8)
    side = part.removesuffix("_hand")
    hands = {f"{side}_wrist", *(f"{side}_{finger}{i}" for finger in FINGERS for i in (1, 2, 3))}
    other = np.array([joint.endswith("wrist") or joint[:-1].endswith(FINGERS) for joint in joints])
    return np.flatnonzero(~other if part == "body" else [joint in hands for joint in joints])


def errors(
    motion: Motion, skeleton: Skeleton, true_motion: Motion, true_skeleton: Skeleton, camera: Camera | None = None
) -> dict[str, Array]:
    """Mean distance over the places of each part, frame by frame [mm]. Each shape (F,).

    Keys are `PARTS` (the body with the pelvis, a hand with its wrist at the true place, turned as they are); each of
    them with `_procrustes`: the body moved, turned and scaled, a hand moved and turned onto the true one;
    `body_turned`: the pelvis also turned as the true one is; `hands_in_place`: both hands with the pelvis at the true
    place; `jitter` and `jitter_true`: mean acceleration of the hands' places [m/s²], shape (F - 2,).

    Args:
        motion: estimated.
        skeleton: of the estimate.
        true_motion: what was to be found.
        true_skeleton: of the truth.
        camera: only places that are truly in its picture count, NaN where a part has none; all when left out.

    Raises:
        NsaError: not as many frames.
    """
    if len(motion) != len(true_motion):
        raise NsaError(f"{len(motion)} frames fitted to a motion of {len(true_motion)}")
    posed, true = (forward(s, m.poses, m.transl) for s, m in ((skeleton, motion), (true_skeleton, true_motion)))
    found, wanted = surface(skeleton).positions(posed), surface(true_skeleton).positions(true)
    counted = _in_picture(camera, wanted)
    result: dict[str, Array] = {}
    for part in PARTS:
        places, origin = members(part), _WRISTS.get(part, 0)
        a = found[:, places] - posed.positions[:, origin, None]
        b = wanted[:, places] - true.positions[:, origin, None]
        weights = counted[:, places]
        result[part] = _distance(a, b, weights)
        result[f"{part}_procrustes"] = _distance(superposed(a, b, weights, scaled=part == "body"), b, weights)
    turn = true.rotations[:, 0] @ np.swapaxes(posed.rotations[:, 0], 1, 2)
    places = members("body")
    upright = (found[:, places] - posed.positions[:, :1]) @ np.swapaxes(turn, 1, 2)
    result["body_turned"] = _distance(upright, wanted[:, places] - true.positions[:, :1], counted[:, places])
    both = np.concatenate([members("left_hand"), members("right_hand")])
    result["hands_in_place"] = _distance(
        found[:, both] - posed.positions[:, :1], wanted[:, both] - true.positions[:, :1], counted[:, both]
    )
    for key, points in (("jitter", found), ("jitter_true", wanted)):
        acceleration = np.diff(points[:, both], n=2, axis=0) * motion.fps**2
        result[key] = np.linalg.norm(acceleration, axis=-1).mean(axis=1)
    return result


def superposed(a: Array, b: Array, weights: Array, scaled: bool) -> Array:
    """Points `a` moved and turned (and scaled) onto `b` frame by frame in least squares. Shape (F, P, 3).

    Umeyama, "Least-squares estimation of transformation parameters between two point patterns", PAMI 13, 1991.

    Args:
        a: shape (F, P, 3).
        b: shape (F, P, 3).
        weights: of the points. Shape (F, P).
        scaled: whether `a` may grow.
    """
    share = (weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9))[..., None]
    middle = (share * b).sum(axis=1, keepdims=True)
    a, b = a - (share * a).sum(axis=1, keepdims=True), b - middle
    u, s, vt = np.linalg.svd(np.swapaxes(share * a, 1, 2) @ b)
    flip = np.ones_like(s)
    flip[:, 2] = np.sign(np.linalg.det(u @ vt))
    turned = a @ ((u * flip[:, None]) @ vt)
    if scaled:
        turned *= ((s * flip).sum(axis=1) / np.maximum((share * a**2).sum(axis=(1, 2)), 1e-12))[:, None, None]
    return np.asarray(turned + middle)


def _in_picture(camera: Camera | None, points: Array) -> Array:
    """1 for each point that is in the picture. (F, P, 3) -> (F, P)."""
    if camera is None:
        return np.ones(points.shape[:2])
    pixels = camera.project(points)
    return np.asarray(((pixels >= 0) & (pixels < camera.size)).all(axis=-1).astype(np.float64))


def _distance(a: Array, b: Array, weights: Array) -> Array:
    count = weights.sum(axis=1)
    total = (weights * np.linalg.norm(a - b, axis=-1)).sum(axis=1)
    return np.where(count > 0, 1000.0 * total / np.maximum(count, 1.0), np.nan)


def _around(solid: Capsule) -> Array:
    """Four places around a capsule at each of two heights. Shape (8, 3)."""
    axis = solid.b - solid.a
    length = float(np.linalg.norm(axis))
    along = axis / length if length > 1e-9 else np.array([1.0, 0.0, 0.0])
    first = np.cross(along, [0.0, 0.0, 1.0] if abs(along[2]) < 0.9 else [0.0, 1.0, 0.0])
    first /= np.linalg.norm(first)
    second = np.cross(along, first)
    middles = [solid.a + share * axis for share in (0.25, 0.75)]
    return np.array([m + solid.radius * way for m in middles for way in (first, second, -first, -second)])
