"""Hands that a clip never shows: they are taken to rest, not to sign where nobody sees them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.poses import named_pose
from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.capture.landmarks import BODY, SIDES, Landmarks
from nsa_ros.learning.fitting.figure import LEFT_PLACES, MOVING, RIGHT_PLACES

Array = NDArray[np.float64]

_SURE = 0.3
"""Confidence from which on the wrist of the body shows where the arm is."""

_SPREAD = 0.1
"""How far from rest the arm may be, as a standard deviation [rad]; an elbow that is seen moves it further."""


def at_rest(landmarks: Landmarks, angles: Array, spread: Array) -> tuple[Array, Array]:
    """Angles of `figure.MOVING` (F, 44, 3) with the arms at rest whose hands are never seen, and their spread.

    A hand that is lost for a while is left to the network, which knows where hands go between signs.
    """
    model, angles, spread = RevoluteModel(default_skeleton()), angles.copy(), spread.copy()
    rest = model.from_motion(named_pose("rest")[None], np.zeros((1, 3)))[0, len(ROOT) :].reshape(-1, 3)[list(MOVING)]
    for side, (name, hand) in enumerate(zip(SIDES, (LEFT_PLACES, RIGHT_PLACES), strict=True)):
        wrist = landmarks.body_confidence[:, BODY.index(f"{name}_wrist")]
        if landmarks.seen[:, side].any() or np.median(wrist) > _SURE:
            continue
        arm = [MOVING.index(INDEX[f"{name}_{joint}"]) for joint in ("collar", "shoulder", "elbow", "wrist")]
        places = [*arm, *range(hand.start, hand.stop)]
        angles[:, places], spread[:, places] = rest[places], _SPREAD
    return angles, spread
