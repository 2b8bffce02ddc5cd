"""Names and values of the joint states: the playback coordinate of the body, then the joints of the face."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.face import FACE_JOINTS, face_joints
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import default_skeleton

Array = NDArray[np.float64]


@cache
def revolute_model() -> RevoluteModel:
    """The playback coordinate of the shipped figure."""
    return RevoluteModel(default_skeleton())


@cache
def joint_names() -> tuple[str, ...]:
    """Names of a joint state, as in the URDF."""
    return (*revolute_model().names, *(joint.name for joint in FACE_JOINTS))


def joint_values(q: Array, expression: Array) -> Array:
    """Values of the joints named by `joint_names`.

    Args:
        q: playback coordinate [m] and [rad]. Shape (..., 168).
        expression: coefficients of the open expression basis [-]. Shape (..., 10).
    """
    return np.concatenate([q, face_joints(expression)], axis=-1)
