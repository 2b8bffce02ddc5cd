"""Commands of a motion, followed in physics tick by tick."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.skeleton import LEFT_HAND, RIGHT_HAND
from nsa_ros.phonology.handshapes import handshape
from nsa_ros.phonology.lexicon import find_sign, simple_signs
from nsa_ros.rehearsal.physics import Simulation, Touch
from nsa_ros.rehearsal.texts import RATE
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.motion.follower import Follower
from nsa_ros.robots.retarget import SMOOTHING, Retargeter
from nsa_ros.signing.playback import Played

Array = NDArray[np.float64]

TICK = 1.0 / RATE
"""Between commands [s]; a command takes one tick to reach the servos."""

_APPROACH = 2.0
"""How long the robot has to go from rest to where the motion begins, before anything is measured [s]."""

_SAME = 0.08
"""Hand poses this close to the one nearest to the handshape are the hold [rad]."""

_FLIP = np.array([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class Hold:
    """A letter or digit held: its name, its kind, its first and last frame, and the last frame of its hold."""

    name: str
    kind: str
    first: int
    last: int
    frame: int


@dataclass(frozen=True)
class Run:
    """A motion played on a robot in physics, F ticks of n driven joints.

    Attributes:
        poses: of the signer [rad]. Shape (F, 55, 3).
        holds: of letters and digits.
        target: where the retargeter would have the joints [rad]. Shape (F, n).
        command: what the follower made of it [rad]. Shape (F, n).
        measured: where the joints were at the end of the tick [rad]. Shape (F, n).
        velocity: measured [rad/s]. Shape (F, n).
        touches: links in contact at the end of each tick.
        clamped: ticks in which a joint's target was beyond a position limit, and in which it moved too fast.
    """

    poses: Array
    holds: tuple[Hold, ...]
    target: Array
    command: Array
    measured: Array
    velocity: Array
    touches: tuple[tuple[Touch, ...], ...]
    clamped: tuple[int, int]


def delay(robot: Robot) -> int:
    """How many ticks late the retargeter's joints are."""
    return sum(ticks - 1 for ticks in SMOOTHING) if robot.arms else 0


def play(simulation: Simulation, played: Played, feedback: bool = True) -> Run:
    """Play a motion: retargeted, followed within limits, commanded one tick late, simulated.

    Args:
        simulation: of the robot; begins at its rest.
        played: the motion at `RATE`.
        feedback: whether the retargeter is told where the joints are.
    """
    robot, poses = simulation.robot, played.motion.poses
    retarget, follower = Retargeter(robot), Follower(robot.limits, TICK, robot.rest)
    simulation.reset(robot.rest)
    late, wanted = robot.rest, retarget(poses[0])
    for _ in range(round(_APPROACH / TICK)):
        simulation.step(late, TICK)
        late = follower.step(wanted)
    before = [int(count.sum()) for count in follower.counts]
    target, command, measured, velocity = np.empty((4, len(poses), len(robot.joints)))
    touches = []
    for k, pose in enumerate(poses):
        simulation.step(late, TICK)
        measured[k], velocity[k] = simulation.q, simulation.velocity
        touches.append(tuple(simulation.touching()))
        target[k] = retarget(pose, measured[k] if feedback else None)
        command[k] = late = follower.step(target[k])
    position, rate, _ = (int(count.sum()) - start for count, start in zip(follower.counts, before, strict=True))
    return Run(poses, holds(played), target, command, measured, velocity, tuple(touches), (position, rate))


def holds(played: Played) -> tuple[Hold, ...]:
    """The holds of the letters and digits of a motion, on the hand that shows them."""
    found = []
    for index, unit in enumerate(played.units):
        frames = np.flatnonzero(played.motion.unit == index)
        if unit.kind == "sign" or not len(frames):
            continue
        shape = handshape(simple_signs(find_sign(unit.kind, unit.text))[-1].postures[-1].handshape)
        poses = played.motion.poses[frames]
        apart = np.minimum(
            np.abs(poses[:, RIGHT_HAND] - shape).max(axis=(1, 2)),
            np.abs(poses[:, LEFT_HAND] - shape * _FLIP).max(axis=(1, 2)),
        )
        held = np.flatnonzero(apart <= apart.min() + _SAME)
        found.append(Hold(unit.text, unit.kind, int(frames[0]), int(frames[-1]), int(frames[held[-1]])))
    return tuple(found)
