"""Our figure as the captures show their signers: through a webcam before it, as landmarks in the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import Motion
from nsa_ros.body.skeleton import FINGERS, INDEX, TIPS, Skeleton, default_skeleton
from nsa_ros.body.surface import landmarks
from nsa_ros.reality.captures import BODY, Capture

Array = NDArray[np.float64]

DISTANCE = 1.5
"""From the camera to the shoulders [m]."""

SHOULDERS = 0.42
"""Width of the shoulders in image heights, the median of captures_traduttore."""

CENTRE = -0.51
"""y of the middle of the shoulders in image heights from the upper edge, likewise."""


def hand_points(motion: Motion, side: str, skeleton: Skeleton) -> Array:
    """MediaPipe's 21 landmarks of one hand [m]. Shape (F, 21, 3)."""
    posed = forward(skeleton, motion.poses, motion.transl)
    points = [posed.positions[:, INDEX[f"{side}_wrist"]]]
    for finger in FINGERS:
        points += [posed.positions[:, INDEX[f"{side}_{finger}{i}"]] for i in (1, 2, 3)]
        points.append(posed.tips[:, TIPS.index(f"{side}_{finger}")])
    return np.stack(points, axis=1)


def body_points(motion: Motion, skeleton: Skeleton) -> Array:
    """The points `captures.BODY` [m]. Shape (F, 7, 3)."""
    posed = forward(skeleton, motion.poses, motion.transl)
    nose = landmarks(skeleton)["nose"]
    at = INDEX[nose.joint]
    tip = posed.positions[:, at] + posed.rotations[:, at] @ nose.offset
    return np.stack([tip, *(posed.positions[:, INDEX[name]] for name in BODY[1:])], axis=1)


def see(motion: Motion, name: str, key: str = "", source: str = "ours", skeleton: Skeleton | None = None) -> Capture:
    """A motion as a capture: a pinhole camera before the figure, hands seen while their middle is in the picture.

    Depth is kept as MediaPipe gives it, relative to the wrist and on the scale of the picture.
    """
    skeleton = skeleton or default_skeleton()
    width = float(skeleton.rest[INDEX["left_shoulder"], 0] - skeleton.rest[INDEX["right_shoulder"], 0])
    focal = SHOULDERS * DISTANCE / width
    level = skeleton.rest[INDEX["left_shoulder"], 1] - (CENTRE + 0.5) * DISTANCE / focal

    def picture(points: Array) -> Array:
        scale = focal / (DISTANCE - points[..., 2:])
        flat = (points[..., :2] - [0.0, level]) * scale + [0.0, -0.5]
        depth = (points[..., 2:] - points[..., :1, 2:]) * focal / DISTANCE
        return np.concatenate([flat, depth], axis=-1)

    hands = np.stack([picture(hand_points(motion, side, skeleton)) for side in ("left", "right")], axis=1)
    middle = hands.mean(axis=2)[..., 1]
    hands[(middle < -1.0) | (middle > 0.0)] = np.nan
    return Capture(source, name, key, hands, picture(body_points(motion, skeleton))[..., :2])
