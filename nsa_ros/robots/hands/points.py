"""The points of a robot's fingers in palm coordinates, as `human.HumanHands` gives those of the signer."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.robots.description.parts import Finger, Hand
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.description.urdf import Joint, Urdf
from nsa_ros.robots.human import POINTS
from nsa_ros.robots.kinematics import Frames, Kinematics

Array = NDArray[np.float64]

_ROOT = "palms of the robot"


class RobotFinger(NamedTuple):
    """A finger of a robot: the side of its hand, and what the YAML says of it."""

    side: str
    finger: Finger


class HandPoints:
    """Fingers of all hands of a robot, one after the other.

    The hands hang on one root at which their palms lie in palm coordinates, so that arms do not matter and both hands
    are computed at once. A point that the YAML leaves out lies half way between its neighbours; one before the first is
    where the first is.

    Attributes:
        fingers: the N fingers: left hand before right, in the order of `human.FINGERS`.
        joints: driven joints of the hands, in the robot's order.
        kinematics: of the hands on their common root.
        moved: which joints move each finger. Shape (N, m).
        thumbs: which fingers are thumbs. Shape (N,).

    Args:
        robot: whose hands.

    Raises:
        NsaError: a joint of a hand mimics one that is not in a hand.
    """

    def __init__(self, robot: Robot) -> None:
        hands = [robot.hands[side] for side in ("left", "right") if side in robot.hands]
        self.fingers = tuple(RobotFinger(hand.side, finger) for hand in hands for finger in hand.fingers)
        driven = {joint for hand in hands for joint in hand.joints}
        self.joints = tuple(joint for joint in robot.joints if joint in driven)
        self._where = robot.indices(self.joints)
        given = [point for _, finger in self.fingers for point in finger.points.values()]
        self.kinematics = Kinematics(
            _palms(robot.urdf, hands), self.joints, [point.link for point in given], robot.fixed
        )
        self._links = np.array([self.kinematics.index(point.link) for point in given], dtype=np.intp)
        self._at = np.array([point.at for point in given])
        self.moved = np.array(
            [
                np.any([self.kinematics.moves(self.kinematics.index(point.link)) for point in points.values()], axis=0)
                for points in (finger.points for _, finger in self.fingers)
            ]
        )
        self.thumbs = np.array([finger.name == "thumb" for _, finger in self.fingers])
        blend = np.zeros((len(self.fingers), len(POINTS), len(given)))
        start = 0
        for row, (_, finger) in enumerate(self.fingers):
            end = start + len(finger.points)
            blend[row, :, start:end] = _between(finger)
            start = end
        self._blend = blend.reshape(-1, len(given))
        mirror = [[1.0, 1.0, 1.0 if side == "right" else -1.0] for side, _ in self.fingers]
        self._mirror = np.repeat(np.array(mirror), len(POINTS), axis=0)

    def points(self, q: ArrayLike) -> Array:
        """Where the fingers are.

        Args:
            q: positions of the robot's driven joints [rad]. Shape (..., n).

        Returns:
            Palm coordinates from the origin of the palm's link [m]. Shape (..., N, 4, 3).
        """
        points = self.at(np.asarray(q, dtype=np.float64)[..., self._where])[0]
        return points.reshape(*points.shape[:-2], len(self.fingers), len(POINTS), 3)

    def at(self, q: Array) -> tuple[Array, Frames, Array]:
        """Points for joints in the order of `joints`: as one list (..., 4 N, 3), frames, and the YAML's points."""
        frames = self.kinematics.frames(q)
        turned = (frames.rotations[..., self._links, :, :] @ self._at[..., None])[..., 0]
        given = frames.positions[..., self._links, :] + turned
        return (self._blend @ given) * self._mirror, frames, given

    def jacobian(self, frames: Frames, given: Array) -> Array:
        """How the points that `at` gave move with `joints`. Shape (..., 4 N, 3, m) [m/rad]."""
        moves = self.kinematics.jacobian(frames, self._links, given)
        flat = self._blend @ moves.reshape(*moves.shape[:-2], -1)
        return np.asarray(flat.reshape(*flat.shape[:-1], *moves.shape[-2:]) * self._mirror[..., None])


def _palms(urdf: Urdf, hands: list[Hand]) -> Urdf:
    """The hands alone, their palms turned into palm coordinates; a left hand's radial axis is turned round."""
    fixed = Joint("", "fixed", _ROOT, "", np.zeros(3), np.eye(3), np.zeros(3), -np.inf, np.inf, np.inf, np.inf, None)
    palms, carried = list[Joint](), {hand.palm for hand in hands}
    for hand in hands:
        axes = hand.axes * np.array([1.0, 1.0, 1.0 if hand.side == "right" else -1.0])[:, None]
        palms.append(replace(fixed, name=f"palm of the {hand.side} hand", child=hand.palm, rotation=axes))
    below = list[Joint]()
    for joint in urdf.joints:
        if joint.parent in carried:
            carried.add(joint.child)
            below.append(joint)
    joints = (*palms, *below)
    return Urdf(urdf.file, urdf.name, (_ROOT, *(joint.child for joint in joints)), joints)


def _between(finger: Finger) -> Array:
    """All four points as averages of those given. Shape (4, given)."""
    places = [POINTS.index(name) for name in finger.points]
    each = np.eye(len(places))
    return np.array([[np.interp(slot, places, row) for row in each] for slot in range(len(POINTS))])
