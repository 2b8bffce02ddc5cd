"""From the signer's pose to a robot's joints: hands by optimisation or joint by joint, and arms.

Where joints of a hand that follows by optimisation have rows in the direct map, too, they are drawn to it. Fingers make
way for thumbs, where it is known where the robot is (`hands.way`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.skeleton import JOINTS, Skeleton, default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.robots.arms.arms import PERIOD, Arms
from nsa_ros.robots.arms.smoothing import Smoother
from nsa_ros.robots.arms.steering import Steering
from nsa_ros.robots.description.parts import Hand
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.hands.joint_map import JointMap
from nsa_ros.robots.hands.optimised import METHODS, OptimisedHands
from nsa_ros.robots.hands.way import MakeWay
from nsa_ros.robots.human import HumanHands

Array = NDArray[np.float64]

SMOOTHING = (8, 5)
"""Half windows, in poses, by which a robot with arms is smoothed before and after its arms are kept apart."""

_STRAIGHT = 50
"""Poses that a hand takes to come from rest to straight fingers, and more."""

_LARGEST = 100.0
"""No joint turns by more [rad]; what does is a fault, like what is not finite."""


class Retargeter:
    """A robot that follows the signer, pose after pose.

    What it gives is finite, within position limits, and continuous as long as the poses are, but for hands that search
    (`hands.search`), which may jump; speeds and jerks are the business of `follower.Follower`. A robot with arms is
    smoothed, and so 110 ms late (`SMOOTHING`). A joint of the signer whose rotation is not finite counts as it was
    last.

    Attributes:
        robot: the robot.
        names: its driven joints, the order of q.

    Args:
        robot: the robot.
        skeleton: the signer; the shipped figure when left out.

    Raises:
        NsaError: the robot's YAML names what the signer does not have, or arms that cannot be solved.
    """

    def __init__(self, robot: Robot, skeleton: Skeleton | None = None) -> None:
        skeleton = skeleton or default_skeleton()
        self.robot, self.names = robot, robot.joints
        self._human = HumanHands(skeleton)
        self._map = JointMap(robot, skeleton)
        self._mapped = robot.indices(self._map.joints)
        methods = {hand.method for hand in robot.hands.values()}
        mapped = np.isin(robot.joints, self._map.joints)
        self._optimised = [OptimisedHands(robot, method, mapped) for method in METHODS if method in methods]
        self._arms = Arms(robot, skeleton) if robot.arms else None
        self._steering = Steering(robot, self._arms) if self._arms else None
        self._poses = np.zeros((len(JOINTS), 3))
        self._q = robot.rest.copy()
        self._late, self._stride = self._q, PERIOD * robot.limits.velocity
        self._smoothers = [Smoother(self._q, ticks) for ticks in SMOOTHING]
        for _ in range(_STRAIGHT):
            straight = self._hands()
        self._q = self.robot.rest.copy()
        alone = [replace(robot, hands={side: hand}) for side, hand in robot.hands.items() if _opposes(hand)]
        self._ways = [MakeWay(each, straight) for each in alone]

    def reset(self, q: ArrayLike) -> None:
        """Go on from these joints, e.g. the measured ones (n,) [rad]; one that is not finite counts as at rest.

        Raises:
            NsaError: another number of joints.
        """
        q = np.asarray(q, dtype=np.float64)
        if q.shape != (len(self.names),):
            raise NsaError(f"{self.robot.name}: joints of shape {q.shape}; it has {len(self.names)} driven joints")
        limits = self.robot.limits
        self._q = np.clip(np.where(np.isfinite(q), q, self.robot.rest), limits.lower, limits.upper)
        self._late = self._q
        for smoother in self._smoothers:
            smoother.reset(self._q)

    def __call__(self, poses: ArrayLike, measured: ArrayLike | None = None) -> Array:
        """The robot's joints for a pose of the signer.

        Args:
            poses: axis-angle of the 55 joints [rad]. Shape (55, 3).
            measured: where the joints are, so that fingers make way for thumbs that have to get past them; without it
                they do not [rad]. Shape (n,).

        Returns:
            In the order of `names` [rad]. Shape (n,).

        Raises:
            NsaError: another shape.
        """
        poses = np.asarray(poses, dtype=np.float64)
        if poses.shape != self._poses.shape:
            raise NsaError(f"a pose of shape {poses.shape}; needed is {self._poses.shape}, axis-angle of each joint")
        usable = (np.abs(poses) < _LARGEST).all(axis=1, keepdims=True)
        self._poses = np.where(usable, poses, self._poses)
        q = self._hands()
        if self._arms:
            q = self._with_arms(self._arms, q)
        return q if measured is None else self.make_way(q, measured)

    def make_way(self, q: Array, measured: ArrayLike) -> Array:
        """The next goal on the way from where the hands are to where they are to be.

        Args:
            q: driven joints that are wanted [rad]. Shape (n,).
            measured: where they are; one that is not finite counts as where it is wanted [rad]. Shape (n,).

        Raises:
            NsaError: another number of joints.
        """
        measured = np.asarray(measured, dtype=np.float64)
        if measured.shape != q.shape:
            raise NsaError(
                f"{self.robot.name}: joints of shape {measured.shape}; it has {len(self.names)} driven joints"
            )
        measured = np.where(np.isfinite(measured), measured, q)
        for way in self._ways:
            q = way(q, measured)
        return q

    def steer(self, position: Array, goal: Array) -> Array:
        """The next goal on the way to one that is not the signer's next pose: to where the signer is, or to rest.

        Args:
            position: where the command stands now [rad]. Shape (n,).
            goal: where it is to end [rad]. Shape (n,).

        Returns:
            The goal; of a robot with arms, the next pose of a way to it on which arms go neither into each other nor
            into the body, or where it stands while none is known (`Steering`); for a follower that may use at least
            `arms.passage.SHARE` of the velocity limits. Shape (n,).

        Raises:
            NsaError: no way has been found; asked again, others are looked for.
        """
        return self._steering(position, goal) if self._steering else goal

    def _hands(self) -> Array:
        """The robot's joints for the hands of the pose; arms at rest. Shape (n,)."""
        q = self.robot.rest.copy()
        if len(self._mapped):
            q[self._mapped] = self._map(self._poses)
        if self._optimised:
            human = self._human.points(self._poses)
            for hands in self._optimised:
                q = hands(human, self._q, q)
        self._q = q
        return q.copy()

    def _with_arms(self, arms: Arms, q: Array) -> Array:
        """Arms for the fingers of a pose (n,), these as far as their speed lets them come: arms make way for them."""
        late = np.clip(q, self._late - self._stride, self._late + self._stride)
        late[arms.indices] = self._late[arms.indices]
        self._late = arms.solve(self._poses, late)
        first, second = self._smoothers
        return second(arms.apart(first(self._late)))


def _opposes(hand: Hand) -> bool:
    """Whether a hand has points of a thumb and of another finger."""
    names = {finger.name for finger in hand.fingers}
    return "thumb" in names and len(names) > 1
