"""dex-retargeting on the same input, to stand beside: AnyTeleop's retargeting (Qin et al., RSS 2023), PyPI, MIT.

Where the package has a configuration for the URDF (Allegro, LEAP), that one is used as it is. For other hands one of
the same kind is made from the robot's YAML: vectors from palm to fingertips, scaled to the hand's size. The package is
optional and heavy; install it in an environment of its own.
"""

from __future__ import annotations

import logging
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.rehearsal.hand_geometry import OneHand
from nsa_ros.robots.description.parts import Finger, Hand
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.human import FINGERS, POINTS, SIDES, HumanHands
from nsa_ros.robots.kinematics import Kinematics

Array = NDArray[np.float64]

KINDS = ("vector", "dexpilot", "position")
"""Its optimisers: palm to fingertips; those and fingertip to fingertip; positions of tips and middle joints."""

INSTALL = (
    "python -m venv peer && peer/bin/pip install dex-retargeting==0.5.0 torch six . (in the source folder of nsa_ros)"
)
"""What gives an environment in which this works; the package does not name torch and six among its requirements."""

_TIP = POINTS.index("tip")

_FOLDERS = {"vector": "teleop", "dexpilot": "teleop", "position": "offline"}


class Peer:
    """One hand of a robot, followed by dex-retargeting; keeps its state from frame to frame.

    Attributes:
        shipped: whether the configuration is the package's own.

    Args:
        robot: the robot.
        side: of the hand.
        kind: one of `KINDS`; `position` only where the package has a configuration for the URDF.

    Raises:
        NsaError: the package cannot be imported, the robot has no such hand, or there is no such configuration.
    """

    def __init__(self, robot: Robot, side: str, kind: str = "vector") -> None:
        module, said = _package(), _shipped(robot, kind)
        one, hand = OneHand(robot, side), robot.hands[side]
        self.shipped = said is not None
        with TemporaryDirectory() as place:
            if said is not None:
                said["urdf_path"] = str(robot.urdf.file)
                palm = Kinematics(robot.urdf, one.joints, [hand.palm], robot.fixed)
                frames = palm.frames(np.zeros(len(one.joints)))
                turn = frames.rotations[palm.index(hand.palm)]
            elif kind == "position":
                raise NsaError(f"dex-retargeting has no position configuration for {robot.source.file}")
            else:
                path = Path(place) / "hand.urdf"
                path.write_text(_hand_alone(robot, hand), encoding="utf-8")
                said, turn = _configuration(robot, hand, one, kind, path), np.eye(3)
            self._machine = module.RetargetingConfig.from_dict(said).build()
        self._axes = turn @ hand.axes.T
        names = list(self._machine.joint_names)
        self._where = [names.index(joint) for joint in one.joints]
        self._pairs = np.asarray(self._machine.optimizer.target_link_human_indices)
        self._human, self._side = HumanHands(), SIDES.index(side)
        self.joints = one.joints

    @staticmethod
    def offers(robot: Robot, kind: str) -> bool:
        """Whether there is a configuration of that kind for the robot.

        Raises:
            NsaError: the package cannot be imported, or has no such kind.
        """
        return kind != "position" or _shipped(robot, kind) is not None

    def __call__(self, pose: Array) -> Array:
        """Joint positions of the hand [rad] for one pose of the signer (55, 3). Shape (m,)."""
        fingers = self._human.points(pose)[self._side].reshape(-1, 3)
        landmarks = np.concatenate([np.zeros((1, 3)), fingers]) @ self._axes.T
        if self._pairs.ndim == 1:
            reference = landmarks[self._pairs]
        else:
            reference = landmarks[self._pairs[1]] - landmarks[self._pairs[0]]
        return np.asarray(self._machine.retarget(reference)[self._where], dtype=np.float64)


def _package() -> Any:
    try:
        from dex_retargeting import retargeting_config
    except ImportError as error:
        raise NsaError(f"dex-retargeting cannot be imported ({error}). To have it: {INSTALL}") from error
    logging.getLogger("dex_retargeting.yourdfpy").setLevel(logging.ERROR)
    return retargeting_config


def _shipped(robot: Robot, kind: str) -> dict[str, Any] | None:
    """The package's configuration of a kind for the robot's URDF file."""
    if kind not in KINDS:
        raise NsaError(f"dex-retargeting has no kind {kind!r}; kinds are {', '.join(KINDS)}")
    folder = Path(_package().__file__).parent / "configs" / _FOLDERS[kind]
    for file in sorted(folder.glob("*.yml")):
        said: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))["retargeting"]
        if Path(said["urdf_path"]).name == Path(robot.source.file).name and said["type"].lower() == kind:
            return said
    return None


def _configuration(robot: Robot, hand: Hand, one: OneHand, kind: str, urdf: Path) -> dict[str, Any]:
    """As the package's own for hands alike."""
    tips = [_tip_link(finger) for finger in hand.fingers]
    said: dict[str, Any] = {
        "type": kind,
        "urdf_path": str(urdf),
        "target_joint_names": list(one.joints),
        "scaling_factor": _scale(robot, hand, one),
        "low_pass_alpha": 0.2,
    }
    if kind == "dexpilot":
        return said | {"wrist_link_name": hand.palm, "finger_tip_link_names": tips}
    human = [4 * FINGERS.index(finger.follows[0]) + _TIP + 1 for finger in hand.fingers]
    return said | {
        "target_origin_link_names": [hand.palm] * len(tips),
        "target_task_link_names": tips,
        "target_link_human_indices": [[0] * len(tips), human],
    }


def _scale(robot: Robot, hand: Hand, one: OneHand) -> float:
    """How much longer the hand is than the human one, from palm over knuckle to tip; without the thumb."""
    rows = [row for row, finger in enumerate(hand.fingers) if finger.name != "thumb"]
    own = one.of_robot(robot.rest)[rows]
    followed = [FINGERS.index(hand.fingers[row].follows[0]) for row in rows]
    human = HumanHands().points(np.zeros((55, 3)))[SIDES.index(hand.side)][followed]
    return round(float(_reach(own).mean() / _reach(human).mean()), 3)


def _reach(points: Array) -> Array:
    """(K, 4, 3) -> (K,)."""
    knuckles = np.linalg.norm(points[:, 0], axis=-1)
    return np.asarray(knuckles + np.linalg.norm(np.diff(points, axis=1), axis=-1).sum(axis=-1))


def _tip_link(finger: Finger) -> str:
    tip = finger.points["tip"]
    return f"tip of the {finger.name}" if tip.at.any() else tip.link


def _hand_alone(robot: Robot, hand: Hand) -> str:
    """A URDF of what the palm carries, without its looks, with a link at each fingertip that had none."""
    whole = ElementTree.parse(robot.urdf.file).getroot()
    kept = {hand.palm}
    joints = {joint.get("name"): joint for joint in whole.iter("joint") if joint.find("parent") is not None}
    alone = ElementTree.Element("robot", name="hand")
    for joint in robot.urdf.joints:
        if joint.parent in kept:
            kept.add(joint.child)
            alone.append(joints[joint.name])
    for name in kept:
        ElementTree.SubElement(alone, "link", name=name)
    for finger in hand.fingers:
        tip = finger.points["tip"]
        if tip.at.any():
            ElementTree.SubElement(alone, "link", name=_tip_link(finger))
            fixed = ElementTree.SubElement(alone, "joint", name=f"to the {_tip_link(finger)}", type="fixed")
            ElementTree.SubElement(fixed, "parent", link=tip.link)
            ElementTree.SubElement(fixed, "child", link=_tip_link(finger))
            ElementTree.SubElement(fixed, "origin", xyz=" ".join(map(str, tip.at)), rpy="0 0 0")
    return ElementTree.tostring(alone, encoding="unicode")
