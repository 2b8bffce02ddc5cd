"""Which way joints take what they carry, as `nsa hand show` tells: on a straight hand it shows where the palm is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.description.urdf import Joint, Urdf
from nsa_ros.robots.kinematics import Frames, Kinematics

Array = NDArray[np.float64]

LEVER = 1e-3
"""Shortest distance between a joint and the end of what it carries [m]."""

_SEEN = 0.35


def turns_towards(urdf: Urdf) -> dict[str, str]:
    """Where the end of what each joint carries goes as the joint leaves zero for the farther end of its range.

    The end is the origin of the farthest link that the joint carries; without any, the bone to the joint goes on.

    Returns:
        Axes of the root link that are near the direction, the nearest first, by joint: `+x`, `-y +z`. Joints that are
        fixed, or turn what lies on their axis, are left out.
    """
    frames = Kinematics(urdf, [], fixed={joint.name: 0.0 for joint in urdf.joints if joint.moves}).frames([])
    ways = {joint.name: _way(urdf, joint, frames) for joint in urdf.joints if joint.moves}
    return {name: _named(way / np.linalg.norm(way)) for name, way in ways.items() if np.linalg.norm(way) > LEVER}


def _way(urdf: Urdf, joint: Joint, frames: Frames) -> Array:
    index = {link: i for i, link in enumerate(urdf.links)}
    sign = -1.0 if -joint.lower > joint.upper else 1.0
    here = frames.positions[index[joint.child]]
    axis = sign * frames.rotations[index[joint.child]] @ joint.axis
    if joint.kind == "prismatic":
        return np.asarray(axis)
    carried, ends = {joint.child}, [np.zeros(3)]
    for other in urdf.joints:
        if other.parent in carried:
            carried.add(other.child)
            ends.append(frames.positions[index[other.child]] - here)
    lever = max(ends, key=lambda end: float(np.linalg.norm(end)))
    if not np.linalg.norm(lever) > LEVER:
        lever = here - frames.positions[index[joint.parent]]
    return np.cross(axis, lever)


def _named(way: Array) -> str:
    axes = [axis for axis in np.argsort(-np.abs(way)) if abs(way[axis]) > _SEEN]
    return " ".join(("+" if way[axis] > 0 else "-") + "xyz"[axis] for axis in axes)
