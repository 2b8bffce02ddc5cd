"""Where the signer's arms put those of a robot: palms, places of the hands, upper arms, and the bodies in between.

Positions are taken from the middle between the shoulders and scaled by the ratio of the arms' lengths, both arms by one
factor, so hands that touch, touch. Near the face they are moved so that the signer's face comes to lie on the robot's.
What is placed is the middle of the palm, or, the nearer they come to the face or to the other hand, those fingers that
touch: a robot's hand is seldom of the arm's scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.skeleton import Skeleton
from nsa_ros.errors import NsaError
from nsa_ros.robots.arms.bodies import ArmBodies, Bodies
from nsa_ros.robots.arms.chain import Chains
from nsa_ros.robots.arms.targets import HUMAN_POINTS, PALM, SignedArms
from nsa_ros.robots.capsules import robot_capsules
from nsa_ros.robots.description.parts import Hand, Point
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.description.urdf import Joint, Urdf
from nsa_ros.robots.kinematics import Frames, Kinematics

Array = NDArray[np.float64]

STRETCH = (0.92, 0.985)
"""Share of an arm's length from which the wrist's distance falls behind, and the one that it never exceeds."""

_SHORT = 1e-6


class Goal(NamedTuple):
    """What A arms should do, in the frame of the link that they stand on.

    Attributes:
        rotation: of the last links. Shape (A, 3, 3).
        place: of the hands, within reach [m]. Shape (A, 3).
        lack: from there to where the signer's hands are [m]. Shape (A, 3).
        point: of the last links that goes to the place [m]. Shape (A, 3).
        upper: unit vectors along the upper arms. Shape (A, 3).
        bodies: that must stay apart.
    """

    rotation: Array
    place: Array
    lack: Array
    point: Array
    upper: Array
    bodies: Bodies


class Goals:
    """Gives a robot's arms their goals.

    Attributes:
        scale: of the signer's space to the robot's.
        shoulders: of the robot, in the frame of the link that the arms stand on [m]. Shape (A, 3).
        upper: lengths of its upper arms [m]. Shape (A,).
        elbow_joint: joint of each arm that carries the elbow. Shape (A,).
        elbow_at: the elbow in the frame of that joint's link [m]. Shape (A, 3).
        capsules: of the robot.
        pairs: of capsules that the arms move against each other. Shape (P, 2).

    Args:
        robot: with a hand on each arm, and all arms on one base.
        chains: its arms.
        skeleton: of the signer.

    Raises:
        NsaError: an arm has no hand, arms stand on different links, or a joint of one does not rotate.
    """

    def __init__(self, robot: Robot, chains: Chains, skeleton: Skeleton) -> None:
        _check(robot)
        kinematics, arms = robot.kinematics, list(robot.arms.values())
        hands = [robot.hands[side] for side in robot.arms]
        self._fingers = _hands_alone(robot, [links[-1] for links in chains.links])
        self._driven = robot.indices(self._fingers.joints)
        self._palms = np.array([self._fingers.index(hand.palm) for hand in hands])
        self._axes = np.stack([hand.axes for hand in hands])
        points = [_correspondents(hand) for hand in hands]
        self._links = np.array([[self._fingers.index(point.link) for point in row] for row in points])
        self._at = np.array([[point.at for point in row] for row in points])
        self._signed = SignedArms(skeleton, tuple(robot.arms))
        self.capsules = robot_capsules(robot)
        rest, base = kinematics.frames(robot.rest), kinematics.index(arms[0].base)
        self._bodies = ArmBodies(self.capsules, kinematics, rest, base, chains, self._fingers)
        self.pairs = self._bodies.pairs

        def in_base(link: str, at: Array) -> Array:
            index = kinematics.index(link)
            point = rest.positions[index] + rest.rotations[index] @ at
            return np.asarray((point - rest.positions[base]) @ rest.rotations[base])

        shoulders, elbows, wrists = (
            np.array([in_base(getattr(arm, key), np.zeros(3)) for arm in arms])
            for key in ("shoulder", "elbow", "wrist")
        )
        palms = self._points(self._fingers.frames(robot.rest[self._driven]))[:, 0]
        bones = [np.linalg.norm(bone, axis=1) for bone in (elbows - shoulders, wrists - elbows, palms)]
        given = [arm.scale for arm in arms if arm.scale is not None]
        self.scale = float(given[0] if given else sum(bones).mean() / self._signed.length)
        self.shoulders, self.upper, self._reach = shoulders, bones[0], bones[0] + bones[1]
        self._middle = shoulders.mean(axis=0)
        inner = [{joint.child for joint in robot.urdf.chain(arm.base, arm.elbow)} for arm in arms]
        carried = [[link in links for link in chain] for chain, links in zip(chains.links, inner, strict=True)]
        self.elbow_joint = np.array([max(np.flatnonzero(row)) for row in carried])
        links = [kinematics.index(chain[i]) for chain, i in zip(chains.links, self.elbow_joint, strict=True)]
        elbow = rest.positions[[kinematics.index(arm.elbow) for arm in arms]] - rest.positions[links]
        self.elbow_at = np.einsum("aij,ai->aj", rest.rotations[links], elbow)
        face = robot.face
        self._face = None if face is None else in_base(face.link, face.at)

    def __call__(self, poses: ArrayLike, q: Array) -> Goal:
        """The goals of one frame.

        Args:
            poses: of the signer, axis-angle of the 55 joints [rad]. Shape (55, 3).
            q: of the robot, of which the arms do not matter [rad]. Shape (n,).
        """
        signed, frames = self._signed(poses), self._fingers.frames(q[self._driven])
        rotation = signed.palms @ self._axes @ np.swapaxes(frames.rotations[self._palms], -1, -2)
        place = self._middle + self.scale * np.einsum("ap,api->ai", signed.weights, signed.points)
        if self._face is not None:
            place = place + signed.near[:, None] * (self._face - self._middle - self.scale * signed.face)
        point = np.einsum("ap,api->ai", signed.weights, self._points(frames))
        from_shoulder = (rotation @ point[..., None])[..., 0] + self.shoulders
        drawn = self._reachable(place - from_shoulder) + from_shoulder
        return Goal(rotation, drawn, place - drawn, point, signed.upper, self._bodies.at(frames))

    def bodies(self, q: Array) -> Bodies:
        """What must stay apart, with fingers and everything else but the arms as in q (n,) [rad]."""
        return self._bodies.at(self._fingers.frames(q[self._driven]))

    def _reachable(self, wrists: Array) -> Array:
        """Wrists seen from the shoulders (A, 3), drawn in so that no arm is straight: the elbow would jerk."""
        distance = np.linalg.norm(wrists, axis=1)
        near, far = (share * self._reach for share in STRETCH)
        beyond = np.maximum(distance - near, 0.0)
        drawn = np.minimum(distance, near) + (far - near) * (1.0 - np.exp(-beyond / (far - near)))
        return np.asarray(wrists * (drawn / np.maximum(distance, _SHORT))[:, None])

    def _points(self, frames: Frames) -> Array:
        """Points of the hands like those of the signer, in the frames of the arms' last links [m]. Shape (A, 11, 3)."""
        at = frames.positions[self._links] + (frames.rotations[self._links] @ self._at[..., None])[..., 0]
        return np.concatenate([PALM * at[:, 10:].mean(axis=1, keepdims=True), at[:, :10]], axis=1)


def _hands_alone(robot: Robot, wrists: Sequence[str]) -> Kinematics:
    """Everything below the wrists, each wrist at the origin: a fraction of the robot, in few steps."""
    below, joints = set(wrists), [_held(robot.urdf.carrier[wrist]) for wrist in wrists]
    for joint in robot.urdf.joints:
        if joint.parent in below:
            below.add(joint.child)
            joints.append(joint)
    urdf = Urdf(robot.urdf.file, robot.urdf.name, ("", *(joint.child for joint in joints)), tuple(joints))
    driven = [joint.name for joint in joints if joint.moves and joint.name in robot.joints]
    return Kinematics(urdf, driven, fixed=robot.fixed)


def _held(joint: Joint) -> Joint:
    return replace(joint, kind="fixed", parent="", position=np.zeros(3), rotation=np.eye(3), mimic=None)


def _correspondents(hand: Hand) -> list[Point]:
    """Points of a robot's hand in the order of `HUMAN_POINTS` without the palm, then four knuckles for the palm."""
    followers = {human: finger for finger in hand.fingers for human in finger.follows}
    nearest = hand.fingers[-1]
    found = []
    for name, key in HUMAN_POINTS[1:]:
        points = followers.get(name, nearest).points
        found.append(points[key] if key in points else next(iter(points.values())))
    for name in ("index", "middle", "ring", "pinky"):
        found.append(next(iter(followers.get(name, nearest).points.values())))
    return found


def _check(robot: Robot) -> None:
    bases = {arm.base for arm in robot.arms.values()}
    if len(bases) != 1:
        raise NsaError(
            f"{robot.file}: arms must stand on one link, these stand on {', '.join(sorted(bases)) or 'none'}"
        )
    for side, arm in robot.arms.items():
        if side not in robot.hands:
            raise NsaError(
                f"{robot.file}: the {side} arm has no hand: give `hands: {side}: palm`, so that it can be aimed"
            )
        robot.urdf.chain(arm.wrist, robot.hands[side].palm)
        for name in arm.joints:
            if robot.urdf.joint(name).kind == "prismatic":
                raise NsaError(
                    f"{robot.urdf.file}: joint {name!r} of the {side} arm slides; only rotating joints can follow"
                )
