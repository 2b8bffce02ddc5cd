"""A first motion from landmarks alone: inverse kinematics limb by limb, in closed form.

Landmarks are taken as points in space as far as their depth says something; where it does not, a limb that looks short
points towards the camera as far as its length asks for. No term of the fit is used, so this is also what fits are
compared with.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.limits import limits
from nsa_ros.body.poses import named_pose
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.rotations import dot, matrix_to_rotvec, rotvec_to_matrix
from nsa_ros.body.skeleton import FINGERS, INDEX, JOINTS, PARENTS, TIPS, Skeleton, default_skeleton
from nsa_ros.capture.landmarks import BODY, HAND, SIDES, Landmarks
from nsa_ros.learning.fitting.figure import turns_of
from nsa_ros.learning.fitting.start import Start, first_camera, started

Array = NDArray[np.float64]

_SURE = 0.3
"""Confidence from which on a landmark counts here."""

_POINT = {name: i for i, name in enumerate(HAND)}

_PALM = ("wrist", "index1", "middle1", "ring1", "pinky1")


def initial(landmarks: Landmarks, focal: float | None = None) -> Start:
    """Inverse kinematics of every frame.

    Args:
        landmarks: what was seen.
        focal: focal length [pixels]; `start.FIELD` when left out.
    """
    skeleton = default_skeleton()
    model = RevoluteModel(skeleton)
    camera = first_camera(landmarks, focal)
    body = _filled(landmarks.body, landmarks.body_confidence)
    hands = np.stack([_filled(landmarks.hands[:, i], landmarks.hands_confidence[:, i]) for i in range(2)], axis=1)
    distance = _distance(body, hands, skeleton, camera.focal)
    scale = distance / camera.focal * np.array([1.0, -1.0, -1.0])
    at = {name: scale * body[:, i] for i, name in enumerate(BODY)}
    made = _Kinematics(len(landmarks), skeleton)
    _trunk(made, at)
    for i, side in enumerate(SIDES):
        seen = bool(np.isfinite(hands[:, i]).all())
        _arm(made, at, side, landmarks.depth, seen)
        if seen:
            _hand(made, scale * hands[:, i], side)
    model, poses = RevoluteModel(skeleton), matrix_to_rotvec(made.local)
    q, bound = model.from_motion(poses, np.zeros((len(poses), 3))), limits(model)
    q[:, 3:] = np.clip(q[:, 3:], bound.lower[3:], bound.upper[3:])
    return started(landmarks, camera, turns_of(q))


def _filled(points: Array, confidence: Array) -> Array:
    """Gaps of each point bridged in a straight line and held at the ends; NaN where it was never seen. (F, P, 3)."""
    filled = np.full(points.shape, np.nan)
    moments = np.arange(len(points))
    for i in range(points.shape[1]):
        seen = (confidence[:, i] > _SURE) & np.isfinite(points[:, i]).all(axis=1)
        if not seen.any():
            seen = np.isfinite(points[:, i]).all(axis=1)
        if seen.any():
            for axis in range(3):
                filled[:, i, axis] = np.interp(moments, moments[seen], points[seen, i, axis])
    return filled


def _distance(body: Array, hands: Array, skeleton: Skeleton, focal: float) -> float:
    """How far the signer is from the camera, by the largest that shoulders or palms look [m]."""

    def length(start: str, end: str) -> float:
        return float(np.linalg.norm(skeleton.rest[INDEX[end]] - skeleton.rest[INDEX[start]]))

    def looks(a: Array, b: Array, share: float) -> float:
        return float(np.percentile(np.linalg.norm((a - b)[:, :2], axis=-1), share))

    shoulders = body[:, [BODY.index("left_shoulder"), BODY.index("right_shoulder")]]
    if np.isfinite(shoulders).all():
        return focal * length("left_shoulder", "right_shoulder") / looks(shoulders[:, 0], shoulders[:, 1], 75)
    palms = [hand for hand in np.moveaxis(hands, 1, 0) if np.isfinite(hand).all()]
    if not palms:
        return 1.5
    bones = [("wrist", "index1"), ("wrist", "pinky1"), ("wrist", "middle1")]
    sizes = [
        looks(hand[:, _POINT[a]], hand[:, _POINT[b]], 95) / length(f"left_{a}", f"left_{b}")
        for hand in palms
        for a, b in bones
    ]
    return focal / max(sizes)


def _unit(vector: Array) -> Array:
    return vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-9)


def _frame(x: Array, near_y: Array) -> Array:
    """Right-handed axes as columns: x, then y as near as can be. (F, 3), (F, 3) -> (F, 3, 3)."""
    x = _unit(x)
    y = _unit(near_y - dot(near_y, x)[:, None] * x)
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def _swing(start: Array, end: Array) -> Array:
    """The smallest rotation that turns one direction into another. (3,), (F, 3) -> (F, 3, 3)."""
    start, end = np.broadcast_to(_unit(start), end.shape), _unit(end)
    axis, cosine = np.cross(start, end), dot(start, end)
    sine = np.linalg.norm(axis, axis=-1)
    return rotvec_to_matrix(axis * (np.arctan2(sine, cosine) / np.maximum(sine, 1e-9))[:, None])


def _raised(vector: Array, length: float, depth: bool) -> Array:
    """A limb's course; without depth it comes towards the camera as far as its length asks for."""
    if depth:
        return vector
    missing = np.sqrt(np.maximum(length**2 - (vector[:, :2] ** 2).sum(axis=1), 0.0))
    return np.column_stack([vector[:, :2], missing])


class _Kinematics:
    """Rotations that limbs are given one after the other; `world` those of joints already placed."""

    def __init__(self, frames: int, skeleton: Skeleton) -> None:
        self.skeleton = skeleton
        self.local = np.repeat(rotvec_to_matrix(named_pose("neutral"))[None], frames, axis=0)
        self.world: dict[str, Array] = {}

    def set(self, joint: str, rotation: Array) -> None:
        """Turn a joint so that its rotation in the world is this one. Shape (F, 3, 3)."""
        parent = self.world[JOINTS[PARENTS[INDEX[joint]]]]
        self.local[:, INDEX[joint]] = np.swapaxes(parent, -1, -2) @ rotation
        self.world[joint] = rotation

    def carry(self, joint: str) -> None:
        """Leave a joint as it is in its parent."""
        self.world[joint] = self.world[JOINTS[PARENTS[INDEX[joint]]]] @ self.local[:, INDEX[joint]]

    def bone(self, start: str, end: str) -> Array:
        """From joint to joint at rest [m]. Shape (3,)."""
        return np.asarray(self.skeleton.rest[INDEX[end]] - self.skeleton.rest[INDEX[start]])


def _trunk(made: _Kinematics, at: dict[str, Array]) -> None:
    frames = len(made.local)
    across = at["left_shoulder"] - at["right_shoulder"]
    up = np.tile([0.0, 1.0, 0.0], (frames, 1))
    made.local[:, 0] = _frame(across, up) if np.isfinite(across).all() else np.eye(3)
    made.world["pelvis"] = made.local[:, 0]
    for joint in ("spine1", "spine2", "spine3", "neck", "head", "left_collar", "right_collar"):
        made.local[:, INDEX[joint]] = np.eye(3)
        made.carry(joint)


def _arm(made: _Kinematics, at: dict[str, Array], side: str, depth: bool, hand_seen: bool) -> None:
    """Upper arm and forearm, the elbow's hinge across their plane; raised where only the hand was seen."""
    shoulder, elbow, wrist = (at[f"{side}_{part}"] for part in ("shoulder", "elbow", "wrist"))
    sign = 1.0 if side == "left" else -1.0
    if np.isfinite([shoulder, elbow, wrist]).all():
        upper = _raised(elbow - shoulder, float(np.linalg.norm(made.bone(f"{side}_shoulder", f"{side}_elbow"))), depth)
        lower = _raised(wrist - elbow, float(np.linalg.norm(made.bone(f"{side}_elbow", f"{side}_wrist"))), depth)
    elif hand_seen:
        upper = np.tile([0.2 * sign, -0.95, 0.2], (len(made.local), 1))
        lower = np.tile([0.0, 0.8, 0.6], (len(made.local), 1))
    else:
        for joint in ("shoulder", "elbow", "wrist"):
            made.carry(f"{side}_{joint}")
        return
    hinge = np.cross(_unit(upper), _unit(lower))
    hinge = hinge - [0.05, 0.0, 0.0]
    rest = _frame(np.array([[sign, 0.0, 0.0]]), np.array([[0.0, -sign, 0.0]]))
    made.set(f"{side}_shoulder", _frame(upper, hinge) @ np.swapaxes(rest, -1, -2))
    made.set(f"{side}_elbow", _frame(lower, hinge) @ np.swapaxes(rest, -1, -2))
    made.carry(f"{side}_wrist")


def _hand(made: _Kinematics, points: Array, side: str) -> None:
    """Wrist by the palm, its turn shared with the forearm; then phalanx by phalanx."""
    palm = np.stack([points[:, _POINT[name]] for name in _PALM], axis=1)
    rest = np.array([made.skeleton.rest[INDEX[f"{side}_{name}"]] for name in _PALM])
    hand = _kabsch(rest - rest.mean(axis=0), palm - palm.mean(axis=1, keepdims=True))
    elbow = f"{side}_elbow"
    within = np.swapaxes(made.world[elbow], -1, -2) @ hand
    twist = np.arctan2(within[:, 2, 1] - within[:, 1, 2], within[:, 1, 1] + within[:, 2, 2])
    half = rotvec_to_matrix(np.column_stack([0.45 * twist, np.zeros((len(twist), 2))]))
    made.set(elbow, made.world[elbow] @ half)
    made.set(f"{side}_wrist", hand)
    for finger in FINGERS:
        joints = [f"{side}_{finger}{i}" for i in (1, 2, 3)]
        ends = [points[:, _POINT[f"{finger}{i}"]] for i in ("1", "2", "3", "_tip")]
        bones = [made.bone(joints[0], joints[1]), made.bone(joints[1], joints[2])]
        bones.append(made.skeleton.tips[TIPS.index(f"{side}_{finger}")])
        for i, joint in enumerate(joints):
            parent = made.world[JOINTS[PARENTS[INDEX[joint]]]]
            wanted = (np.swapaxes(parent, -1, -2) @ (ends[i + 1] - ends[i])[..., None])[..., 0]
            made.set(joint, parent @ _swing(bones[i], wanted))


def _kabsch(rest: Array, seen: Array) -> Array:
    """Rotation that brings points at rest nearest to those seen (Kabsch, 1976). (P, 3), (F, P, 3) -> (F, 3, 3)."""
    u, _, vt = np.linalg.svd(np.einsum("pi,fpj->fij", rest, seen))
    sign = np.sign(np.linalg.det(u @ vt))
    vt[:, 2] *= sign[:, None]
    return np.swapaxes(u @ vt, -1, -2)
