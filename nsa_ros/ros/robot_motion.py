"""What moves a robot, without ROS: poses and measured joints in from any thread, a command out at every tick."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.poses import mirror_pose
from nsa_ros.errors import NsaError
from nsa_ros.robots.arms.arms import PERIOD
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.motion.command import Command, Phase
from nsa_ros.robots.motion.conduct import Conduct
from nsa_ros.robots.motion.measured import Measured
from nsa_ros.robots.motion.rules import Rules
from nsa_ros.robots.motion.stream import Target
from nsa_ros.robots.motion.window import Window, Windows
from nsa_ros.robots.retarget import Retargeter
from nsa_ros.ros.parameters import RobotParameters
from nsa_ros.ros.robot_messages import JointFeedback

Array = NDArray[np.float64]

SPANS = 1000
"""How many retargetings the percentiles are of."""

GAP = 2.5
"""Ticks that are this far apart leave a gap [ticks]; windows that reach a little farther bridge anything shorter."""


class RobotMotion:
    """Retargeting, conduct and windows of one robot.

    Attributes:
        robot: which.
        feedback: its measured joint state.
        poses: how many poses came.
        unusable: how many of them had joints that were not finite; those count as they were last.
        failures: how many poses could not be retargeted.
        failure: why, of the newest pose; empty when it could.

    Args:
        robot: which.
        parameters: of its node.
        kinds: types of its controllers' commands.

    Raises:
        NsaError: a parameter or something in the robot's files does not fit.
    """

    def __init__(self, robot: Robot, parameters: RobotParameters, kinds: set[str]) -> None:
        self.robot, self.poses, self.unusable, self.failures, self.failure = robot, 0, 0, 0, ""
        dt = 1.0 / parameters.rate
        rules = Rules(
            dt=dt,
            timeout=parameters.stream_timeout,
            hold=parameters.rest_after,
            measured_age=parameters.state_timeout,
            error=parameters.max_error or None,
            gap=GAP * dt,
            coasts=kinds == {"joint_trajectory"},
            assume_rest=parameters.assume_rest,
        )
        limits = robot.limits._replace(velocity=robot.limits.velocity * parameters.speed)
        if robot.arms and dt < PERIOD:
            raise NsaError(
                f"rate is {parameters.rate:g}; {robot.title} has arms, which are commanded {1.0 / PERIOD:g} times a "
                "second at most: set a lower rate"
            )
        self._retarget = Retargeter(replace(robot, limits=limits))
        steer = self._retarget.steer if robot.arms else None
        self.conduct = Conduct(robot.joints, limits, robot.rest, rules, steer)
        self.feedback = JointFeedback(robot.joints)
        side = parameters.dominant
        self._mirrored = side == "left" or (side == "robot" and set(robot.hands) == {"left"})
        self._windows = Windows(dt, parameters.lead) if "joint_trajectory" in kinds else None
        self._lock = Lock()
        self._pose: tuple[Array, float] | None = None
        self._came = self._now = -np.inf
        self._spans: deque[float] = deque(maxlen=SPANS)

    @property
    def phase(self) -> Phase:
        """What it is doing."""
        return self.conduct.phase

    def follow(self, poses: Array, when: float, now: float) -> None:
        """A pose of the signer, who is right-handed; the newest counts.

        Args:
            poses: axis-angle [rad]. Shape (55, 3).
            when: the robot should be there [s].
            now: time [s].
        """
        self.poses += 1
        finite = np.isfinite(poses)
        self.unusable += not finite.all()
        if not finite.any():
            return
        self._pose, self._came = (mirror_pose(poses) if self._mirrored else poses, when), now

    def activate(self, now: float) -> None:
        """Begin, from where the robot stands.

        Raises:
            NsaError: that is not known, or an emergency stop was not reset.
        """
        with self._lock:
            self._pose = None
            self.conduct.activate(now, self._measured(now))
            self._retarget.reset(self.conduct.follower.position)
            if self._windows is not None:
                self._windows.clear()

    def deactivate(self) -> None:
        """Brake in the coming ticks; then `phase` is inactive."""
        with self._lock:
            self.conduct.deactivate()

    def give_up(self, now: float) -> None:
        """Become inactive although no ticks come."""
        with self._lock:
            self.conduct.deactivate()
            while self.conduct.active:
                now += self.conduct.rules.dt
                self.conduct.tick(now)

    def stop(self) -> None:
        """Emergency stop."""
        with self._lock:
            self.conduct.stop()

    def reset(self) -> None:
        """End an emergency stop while inactive."""
        with self._lock:
            self.conduct.reset(None)

    def tick(self, now: float) -> tuple[Command, Window | None] | None:
        """What to command now; None while inactive."""
        if not self.conduct.active:
            return None
        if now < self._now:
            self.feedback.clear()
        self._now = now
        pose, self._pose = self._pose, None
        target = None if pose is None else self._target(*pose, now)
        with self._lock:
            command = self.conduct.tick(now, target, self._measured(now))
            if command is None:
                return None
            if self._windows is None:
                return command, None
            return command, self._windows.add(self.conduct.time, self.conduct.states, self.conduct.follower.stop())

    def _target(self, poses: Array, when: float, now: float) -> Target | None:
        """A pose, retargeted; None where that fails, which must not keep the robot from being commanded."""
        begun = time.perf_counter()
        fresh = self.feedback.age(now) <= self.conduct.rules.measured_age
        try:
            positions = self._retarget(poses, self.feedback.positions if fresh else self.conduct.follower.position)
        except Exception as error:
            self.failures += 1
            self.failure = (
                f"a pose cannot be retargeted ({type(error).__name__}: {error}): this is an error of nsa_ros, please "
                "report it with what was signed"
            )
            return None
        self.failure = ""
        self._spans.append(time.perf_counter() - begun)
        return Target(positions, when)

    def _measured(self, now: float) -> Measured | None:
        return Measured(self.feedback.positions, self.feedback.age(now)) if self.feedback.heard else None

    def stream_age(self, now: float) -> float:
        """How old the newest usable pose is [s]; infinite when there was none."""
        return float(now - self._came)

    def spans(self) -> tuple[float, float]:
        """Median and 99th percentile of the time that retargeting a pose took [s]; not numbers before the first."""
        spans = list(self._spans)
        return tuple(map(float, np.percentile(spans, [50, 99]))) if spans else (np.nan, np.nan)  # type: ignore[return-value]
