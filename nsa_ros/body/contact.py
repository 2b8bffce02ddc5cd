"""How deep hands go into each other and under the skin of head and trunk: capsules, and distances between segments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.kinematics import Posed
from nsa_ros.body.skeleton import INDEX, JOINTS, RIGHT_HAND, Skeleton
from nsa_ros.body.surface import capsules, head, trunk

Array = NDArray[np.float64]


class HandCapsules:
    """The capsules of one hand, fingers and palm.

    Args:
        skeleton: the figure.
        side: `right` or `left`.

    Attributes:
        radius: of each [m]. Shape (C,).
    """

    def __init__(self, skeleton: Skeleton, side: str) -> None:
        hand = {f"{side}_wrist", *(joint.replace("right", side, 1) for joint in JOINTS[RIGHT_HAND])}
        found = [capsule for capsule in capsules(skeleton) if capsule.joint in hand]
        self._joint = [INDEX[capsule.joint] for capsule in found]
        self._a, self._b = (np.array(ends)[..., None] for ends in ([c.a for c in found], [c.b for c in found]))
        self.radius = np.array([capsule.radius for capsule in found])

    def ends(self, posed: Posed) -> tuple[Array, Array]:
        """Both ends of each capsule in every frame [m]. Shapes (F, C, 3)."""
        positions, rotations = posed.positions[:, self._joint], posed.rotations[:, self._joint]
        return positions + (rotations @ self._a)[..., 0], positions + (rotations @ self._b)[..., 0]


class Hands:
    """Both hands of a figure.

    Args:
        skeleton: the figure.
    """

    def __init__(self, skeleton: Skeleton) -> None:
        self.right, self.left = (HandCapsules(skeleton, side) for side in ("right", "left"))

    def overlap(self, posed: Posed) -> tuple[Array, Array]:
        """How deep the hands are in each other, and which way leads the right hand out.

        Returns:
            Depth of the deepest pair of capsules, 0 where the hands are apart [m], shape (F,), and its direction from
            the left hand's capsule to the right's, unit length, shape (F, 3).
        """
        (a, b), (c, d) = self.right.ends(posed), self.left.ends(posed)
        apart = segment_vector(a[:, :, None], b[:, :, None], c[:, None], d[:, None])
        distance = np.linalg.norm(apart, axis=-1)
        depth = (self.right.radius[:, None] + self.left.radius[None] - distance).reshape(len(a), -1)
        deepest = depth.argmax(axis=1)
        frames = np.arange(len(a))
        out = apart.reshape(len(a), -1, 3)[frames, deepest]
        return np.maximum(0.0, depth[frames, deepest]), out / np.maximum(np.linalg.norm(out, axis=1), 1e-9)[:, None]


class Skin:
    """Head and trunk of a figure.

    Args:
        skeleton: the figure.
    """

    def __init__(self, skeleton: Skeleton) -> None:
        self._skeleton = skeleton
        self._solids = ((trunk(skeleton), INDEX["spine3"]), (head(skeleton), INDEX["head"]))

    def depth(self, posed: Posed, hand: HandCapsules) -> Array:
        """How deep the ends of a hand's capsules go under the skin in each frame, at least 0 [m]. Shape (F,)."""
        deepest = np.zeros(len(posed.positions))
        for solid, joint in self._solids:
            turn = np.swapaxes(posed.rotations[:, None, joint], -1, -2)
            for points in hand.ends(posed):
                local = (turn @ (points - posed.positions[:, None, joint])[..., None])[..., 0]
                depth = hand.radius - solid(local + self._skeleton.rest[joint])
                deepest = np.maximum(deepest, depth.max(axis=1))
        return deepest


def segment_vector(a: Array, b: Array, c: Array, d: Array) -> Array:
    """From segment c–d to segment a–b by the shortest way [m] (Ericson, "Real-Time Collision Detection", 2005, 5.1.9).

    Args:
        a, b, c, d: ends, shapes (..., 3) that broadcast.
    """
    u, v, w = b - a, d - c, a - c
    uu, uv, vv = (u * u).sum(-1), (u * v).sum(-1), (v * v).sum(-1)
    uw, vw = (u * w).sum(-1), (v * w).sum(-1)
    between = np.maximum(uu * vv - uv * uv, 1e-12)
    s = np.clip((uv * vw - vv * uw) / between, 0.0, 1.0)
    t = np.clip((uv * s + vw) / np.maximum(vv, 1e-12), 0.0, 1.0)
    s = np.clip((uv * t - uw) / np.maximum(uu, 1e-12), 0.0, 1.0)
    return np.asarray(w + s[..., None] * u - t[..., None] * v)
