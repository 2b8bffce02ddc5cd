"""A humanoid written in the tests: two arms of seven joints with a hand of one finger each, trunk and head."""

import numpy as np

from nsa_ros.body.skeleton import default_skeleton, mirror_permutation
from nsa_ros.phonology.arms import Arm

_JOINT = """<link name="{child}"/>
<joint name="{name}" type="{kind}"><parent link="{parent}"/><child link="{child}"/><origin xyz="{at}"/>
  <axis xyz="{axis}"/><limit lower="{lower}" upper="{upper}" velocity="10" effort="1"/></joint>
"""

JOINTS = ("pitch", "roll", "yaw", "elbow", "turn", "bend", "tilt")
"""Of each arm, from the shoulder out; roll, yaw, turn and tilt of a left arm are those of the right with the other
sign."""

MIRROR = np.array([1, -1, -1, 1, -1, 1, -1])


def urdf(wrist=1.6):
    """Arms that hang down with the forearms forward at zero; `wrist` is the range of its bend and tilt [rad]."""
    text = ['<robot name="two_arms"><link name="torso"/>']
    text.append(_joint("neck", "fixed", "torso", "head", "0 0 0.3"))
    for side, y in (("left", 1), ("right", -1)):
        parent = "torso"
        rows = (
            ("pitch", f"0 {0.16 * y} 0.1", "0 1 0", -3.0, 1.2),
            ("roll", "0 0 0", "1 0 0", *sorted((-0.4 * y, 2.4 * y))),
            ("yaw", "0 0 0", "0 0 1", -1.9, 1.9),
            ("elbow", "0 0 -0.25", "0 1 0", -1.0, 1.5),
            ("turn", "0.23 0 0", "1 0 0", -2.0, 2.0),
            ("bend", "0 0 0", "0 1 0", -wrist, wrist),
            ("tilt", "0 0 0", "0 0 1", -wrist, wrist),
        )
        for name, at, axis, lower, upper in rows:
            text.append(_joint(f"{side}_{name}", "revolute", parent, f"{side}_{name}_link", at, axis, lower, upper))
            parent = f"{side}_{name}_link"
        text.append(_joint(f"{side}_mount", "fixed", parent, f"{side}_palm", "0.02 0 0"))
        text.append(_joint(f"{side}_knuckle", "revolute", f"{side}_palm", f"{side}_finger", "0.08 0 0", "0 0 1"))
    return "".join([*text, "</robot>"])


def _joint(name, kind, parent, child, at, axis="0 0 1", lower=-1.0, upper=1.0):
    return _JOINT.format(**locals())


ROBOT = """
title: Two arms
urdf: {file: two_arms.urdf, license: Apache-2.0}
hands:
  right:
    palm: {link: right_palm, distal: +x, palmar: +y}
    fingers: {index: {mcp: right_finger, tip: {link: right_finger, at: [0.09, 0, 0]}}}
  left:
    palm: {link: left_palm, distal: +x, palmar: -y}
    fingers: {index: {mcp: left_finger, tip: {link: left_finger, at: [0.09, 0, 0]}}}
arms:
  right: {base: torso, shoulder: right_roll_link, elbow: right_elbow_link, wrist: right_tilt_link, radius: 0.03}
  left: {base: torso, shoulder: left_roll_link, elbow: left_elbow_link, wrist: left_tilt_link, radius: 0.03}
face: {link: head, at: [0.09, 0, 0.03]}
rest: {right_elbow: 1.2, left_elbow: 1.2, right_roll: -0.2, left_roll: 0.2}
capsules:
  - {link: torso, from: [0, 0, -0.25], to: [0, 0, 0.05], radius: 0.08}
  - {link: head, from: [0, 0, 0], to: [0, 0, 0.05], radius: 0.08}
"""


def write(folder, robot=ROBOT, **options):
    """The two files in a folder; the path of the YAML."""
    (folder / "two_arms.urdf").write_text(urdf(**options))
    file = folder / "two_arms.yaml"
    file.write_text(robot)
    return file


def signer(right=None, left=None):
    """Poses of a signer from arm coordinates (`phonology.arms`), x of either wrist to its own side. (..., 7) -> poses.

    An arm that is left out hangs in the T-pose.
    """
    frames = np.shape(left if right is None else right)[:-1]
    poses = np.zeros((*frames, 55, 3))
    for side, coordinates in (("right", right), ("left", left)):
        if coordinates is not None:
            arm = Arm(default_skeleton(), side)
            coordinates = np.array(coordinates, dtype=float)
            coordinates[..., 0] *= -1.0
            poses[..., list(arm.joints), :] = arm.pose(coordinates)
    return poses


def mirrored(poses):
    """The signer in a mirror."""
    return poses[..., mirror_permutation(), :] * np.array([1.0, -1.0, -1.0])


IN_FRONT = (0.14, 0.22, 0.30, 0.1, 0.0, 0.0, 0.0)
"""Arm coordinates of a hand in front of the chest."""


def moving(frames=150, seconds=1.5):
    """A smooth motion of both hands through the signing space: the right one up by the face, the left one below it."""
    t = np.linspace(0, seconds, frames)[:, None] * 2 * np.pi * np.array([0.9, 0.7, 1.1, 0.5, 0.8, 0.6, 1.0])
    middle = np.array([0.10, 0.40, 0.27, 0.2, 0.1, 0.0, 0.0])
    swing = np.array([0.13, 0.12, 0.08, 0.3, 0.8, 0.5, 0.2])
    low = np.array([0.0, -0.28, 0.0, 0.0, 0.0, 0.0, 0.0])
    return signer(middle + swing * np.sin(t), middle + low + swing * np.sin(t + 0.9))
