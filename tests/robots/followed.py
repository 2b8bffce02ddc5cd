"""A robot's hands and their solver, and what the signer's hands show."""

import numpy as np

from nsa_ros.body.skeleton import JOINTS, LEFT_HAND, RIGHT_HAND
from nsa_ros.phonology.handshapes import handshape
from nsa_ros.robots.hands.bodies import HandBodies
from nsa_ros.robots.hands.points import HandPoints
from nsa_ros.robots.hands.solver import SOFT, HandSolver
from nsa_ros.robots.human import HumanHands
from nsa_ros.robots.motion.limits import MotionLimits


class Followed:
    """All hands of a robot, whatever their method."""

    def __init__(self, robot, mapped=False, push=SOFT):
        self.robot, self.points = robot, HandPoints(robot)
        where = robot.indices(self.points.joints)
        self.limits = MotionLimits(*(limit[where] for limit in robot.limits))
        self.rest = robot.rest[where]
        self.bodies = HandBodies(robot, self.points)
        self.solver = HandSolver(self.points, self.bodies, self.limits, np.full(len(where), mapped), push)

    def follow(self, human, frames=30, start=None):
        q = self.rest if start is None else start
        for _ in range(frames):
            q = self.solver.solve(self.solver.goal(human), q, self.rest)
        return q

    def at(self, q):
        return self.points.at(q)[0].reshape(-1, 4, 3)


def signed(name):
    """A handshape of both of the signer's hands."""
    poses = np.zeros((len(JOINTS), 3))
    poses[RIGHT_HAND] = handshape(name)
    poses[LEFT_HAND] = handshape(name) * (1.0, -1.0, -1.0)
    return HumanHands().points(poses)
