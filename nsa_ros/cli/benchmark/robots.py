"""What following costs a robot: a pose of the signer to joints, and joints to a command within limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nsa_ros.cli.benchmark.figures import Figures, percentiles
from nsa_ros.errors import NsaError
from nsa_ros.rehearsal.texts import LETTERS, RATE, sentences, signed, spelled
from nsa_ros.robots.description.places import shipped
from nsa_ros.robots.description.robot import Robot, load_robot
from nsa_ros.robots.motion.follower import Follower
from nsa_ros.robots.retarget import Retargeter


def measure(say: Callable[[str], None], names: Sequence[str] = (), urdf: str | None = None) -> Figures:
    """Every robot whose URDF is here, on the alphabet and on sentences, frame by frame at 100 Hz.

    Args:
        say: told which robots are left out.
        names: of robots; all shipped ones when left out.
        urdf: file or folder of their URDFs; the usual places when left out.
    """
    motions = [spelled(LETTERS).motion.poses, *(signed(text).motion.poses for text in sentences(3, seed=7))]
    poses = np.concatenate(motions)
    rows = []
    for name in names or shipped():
        try:
            rows.append(_row(_robot(name, urdf), poses))
        except NsaError as error:
            say(f"{name} is left out: {error}")
    return {"frames": len(poses), "rate [Hz]": RATE, "robots": rows}


def _robot(name: str, urdf: str | None) -> Robot:
    """A robot whose URDF is in the folder, or in one of the usual places."""
    try:
        return load_robot(name, urdf)
    except NsaError:
        return load_robot(name)


def _row(robot: Robot, poses: NDArray[np.float64]) -> Figures:
    retarget, follower = Retargeter(robot), Follower(robot.limits, 1.0 / RATE, robot.rest)
    solved, followed = np.empty(len(poses)), np.empty(len(poses))
    for frame, pose in enumerate(poses):
        begun = time.perf_counter()
        target = retarget(pose, follower.position)
        between = time.perf_counter()
        follower.step(target)
        solved[frame], followed[frame] = between - begun, time.perf_counter() - between
    return {
        "robot": robot.name,
        "joints": len(robot.joints),
        "hands": len(robot.hands),
        "arms": len(robot.arms),
        "retargeting [ms]": percentiles(solved, 1e3),
        "within limits [ms]": percentiles(followed, 1e3),
        "both [ms]": percentiles(solved + followed, 1e3),
    }
