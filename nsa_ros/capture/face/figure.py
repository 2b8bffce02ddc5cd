"""The named points on the mannequin's face, and where its expression, jaw and eyes take them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from nsa_ros.body.face import FACE_JOINTS, eye_midpoint, face_joints
from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.capture.face.points import Array, face_points

_MILLIMETRES = 1000.0


def figure_points(expression: ArrayLike, jaw: ArrayLike, eyes: ArrayLike | None = None) -> Array:
    """The named points of the mannequin's face, its head upright.

    Args:
        expression: coefficients of `body.face`. Shape (F, 10).
        jaw: axis-angle [rad]. Shape (F, 3).
        eyes: left and right, axis-angle [rad]; straight ahead when left out. Shape (F, 2, 3).

    Returns:
        Relative to the point between the eyes, SMPL-X axes [mm]. Shape (F, P, 3).
    """
    values, jaw = face_joints(expression), np.asarray(jaw, dtype=np.float64)
    gaze = np.zeros((len(jaw), 2, 3)) if eyes is None else np.asarray(eyes, dtype=np.float64)
    middle, scale = eye_midpoint(default_skeleton())
    rest = (default_skeleton().rest - middle) / scale * _MILLIMETRES
    still = np.broadcast_to(np.eye(3), (len(jaw), 3, 3))
    turns = {"head": (still, np.zeros((len(jaw), 3)))}
    for name, rotvec in (("jaw", jaw), ("left_eye_smplhf", gaze[:, 0]), ("right_eye_smplhf", gaze[:, 1])):
        turns[name] = _about(rest[INDEX[name]], rotvec_to_matrix(rotvec))
    for i, joint in enumerate(FACE_JOINTS):
        move = values[:, i, None] * np.array(joint.axis)
        if joint.kind == "revolute":
            turn, shift = _about(np.array(joint.anchor) * _MILLIMETRES, rotvec_to_matrix(move))
        else:
            turn, shift = still, move * _MILLIMETRES
        parent_turn, parent_shift = turns[joint.parent]
        turns[joint.name] = parent_turn @ turn, (parent_turn @ shift[..., None])[..., 0] + parent_shift
    table = face_points()
    places = [
        np.mean([turns[name][0] @ point + turns[name][1] for name in carriers], axis=0)
        for point, carriers in zip(table.figure, table.carriers, strict=True)
    ]
    return np.stack(places, axis=1)


def _about(centre: Array, turn: Array) -> tuple[Array, Array]:
    """A rotation about a point, as a rotation about the origin and a shift. (3,), (F, 3, 3) -> (F, 3, 3), (F, 3)."""
    return turn, centre - turn @ centre
