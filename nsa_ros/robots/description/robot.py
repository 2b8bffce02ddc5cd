"""A robot that can follow the signer: its YAML file, checked against its URDF."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.robots.description.parts import (
    Arm,
    Capsule,
    Controller,
    Hand,
    Point,
)
from nsa_ros.robots.description.places import robot_file, urdf_file
from nsa_ros.robots.description.read_parts import read_arm, read_capsule, read_controllers, read_hand, read_point
from nsa_ros.robots.description.robot_yaml import SIDES, read_robot_yaml
from nsa_ros.robots.description.section import Section
from nsa_ros.robots.description.urdf import Urdf, read_urdf
from nsa_ros.robots.kinematics import Kinematics
from nsa_ros.robots.motion.limits import MotionLimits

Array = NDArray[np.float64]

ACCELERATION = 10.0
"""Acceleration limit where a robot names none, per velocity limit [1/s]: full speed within a tenth of a second."""

JERK = 20.0
"""Jerk limit where a robot names none, per acceleration limit [1/s]: full acceleration within 50 ms."""


@dataclass(frozen=True)
class Source:
    """Where a URDF file comes from.

    Attributes:
        file: its name.
        url: pinned to a version, "" where there is none.
        sha256: of its bytes in hexadecimal, "" where it is not known.
        license: SPDX identifier, or words.
    """

    file: str
    url: str
    sha256: str
    license: str


@dataclass(frozen=True)
class Robot:
    """A robot.

    Attributes:
        name: of its YAML file.
        title: what people call it.
        file: the YAML file.
        source: where its URDF comes from.
        urdf: its kinematic tree.
        hands: by side.
        arms: by side.
        joints: driven joints in the order of the URDF, the order of every q.
        limits: of the driven joints.
        rest: where they are when nothing is signed [rad]. Shape (n,).
        fixed: positions of moving joints that are not driven [rad].
        capsules: its body, beside arms and fingers.
        controllers: who takes the commands.
        tempo: of signing, so that every letter is reached [-].
        face: where its eyes are, or would be: signs at the signer's face go there; None without a head.
    """

    name: str
    title: str
    file: Path
    source: Source
    urdf: Urdf
    hands: Mapping[str, Hand]
    arms: Mapping[str, Arm]
    joints: tuple[str, ...]
    limits: MotionLimits
    rest: Array
    fixed: Mapping[str, float]
    capsules: tuple[Capsule, ...]
    controllers: tuple[Controller, ...]
    tempo: float
    face: Point | None

    @cached_property
    def kinematics(self) -> Kinematics:
        """All its links as functions of the driven joints."""
        return Kinematics(self.urdf, self.joints, fixed=self.fixed)

    def indices(self, joints: tuple[str, ...]) -> NDArray[np.intp]:
        """Where joints are in q."""
        return np.array([self.joints.index(joint) for joint in joints], dtype=np.intp)


def load_robot(name_or_file: str | Path, urdf: str | Path | None = None) -> Robot:
    """A robot from its YAML file.

    Args:
        name_or_file: name of a shipped robot, or path of a YAML file.
        urdf: the URDF file, or a folder that holds it; looked for where `places.urdf_file` says when left out.

    Raises:
        NsaError: a file is missing, or something in one is wrong; the message names the file and the key or joint.
    """
    section = robot_section(name_or_file)
    file, source = Path(section.where), read_source(section)
    tree = read_urdf(urdf_file(source.file, file, urdf, source.url))
    hands = {side: read_hand(side, part, tree) for side, part in _sides(section, "hands").items()}
    arms = {side: read_arm(side, part, tree) for side, part in _sides(section, "arms").items()}
    parts: list[Hand | Arm] = [*hands.values(), *arms.values()]
    driven = {joint for part in parts for joint in part.joints}
    if not driven:
        raise NsaError(f"{file}: neither hands nor arms; nothing would move")
    joints = tuple(joint.name for joint in tree.joints if joint.name in driven)
    limits = _limits(section.section("limits", {}), tree, joints)
    rest = _rest(section.section("rest", {}), tree)
    robot = Robot(
        file.stem,
        section.text("title", file.stem),
        file,
        source,
        tree,
        hands,
        arms,
        joints,
        limits,
        np.clip([rest.get(joint, 0.0) for joint in joints], limits.lower, limits.upper),
        {joint: angle for joint, angle in rest.items() if joint not in joints},
        tuple(read_capsule(capsule, tree) for capsule in section.listed("capsules")),
        read_controllers(section, joints),
        section.number("tempo", 1.0, above=0.0),
        read_point(section.section("face"), tree) if "face" in section else None,
    )
    section.done()
    return robot


def read_source(section: Section) -> Source:
    """Where the URDF of a robot's YAML comes from.

    Raises:
        NsaError: the YAML does not say which file it is.
    """
    said = section.take("urdf")
    if isinstance(said, str):
        raise NsaError(f"{section.where}: urdf is {said!r}; write urdf: {{file: {said}}}")
    below = section.section("urdf")
    defaults = {"file": "", "url": "", "sha256": "", "license": "not said"}
    source = Source(**{key: below.text(key, default) for key, default in defaults.items()})
    below.done()
    if not source.file:
        raise NsaError(f"{below.where} names no file")
    return source


def robot_section(name_or_file: str | Path) -> Section:
    """The YAML file of a robot as it was read, with what it takes from its base; its URDF is not looked at.

    Raises:
        NsaError: there is no such robot, or a file cannot be read.
    """
    file = robot_file(name_or_file)
    return Section(read_robot_yaml(file), str(file))


def signing_tempo(robots: Iterable[str | Path]) -> float:
    """The tempo of signing at which each of some robots reaches every letter: the slowest of theirs, at most 1 [-].

    Raises:
        NsaError: there is no such robot, or its tempo is no number above 0.
    """
    return min([1.0, *(robot_section(robot).number("tempo", 1.0, above=0.0) for robot in robots)])


def _sides(section: Section, key: str) -> dict[str, Section]:
    parts = section.sections(key)
    for side in parts:
        if side not in SIDES:
            raise NsaError(f"{section.where}: {key}: no side {side!r}; sides are left and right")
    return parts


def _limits(section: Section, urdf: Urdf, joints: tuple[str, ...]) -> MotionLimits:
    """Of the URDF, narrowed by the YAML; patterns of `joints` apply in their order, later ones over earlier ones."""
    patterns = {pattern: _bounds(part) for pattern, part in section.sections("joints").items()}
    general = _bounds(section)
    for pattern in patterns:
        if not fnmatch.filter(joints, pattern):
            raise NsaError(f"{section.where}: joints: {pattern!r} fits no driven joint. Driven: {', '.join(joints)}")
    rows = []
    for name in joints:
        own = dict(general)
        for pattern, bounds in patterns.items():
            if fnmatch.fnmatchcase(name, pattern):
                own |= bounds
        rows.append(_row(name, own, urdf, section.where))
    return MotionLimits(*np.array(rows, dtype=np.float64).T)


def _bounds(section: Section) -> dict[str, float]:
    least = {"lower": -np.inf, "upper": -np.inf, "velocity": 0.0, "acceleration": 0.0, "jerk": 0.0}
    bounds = {key: section.number(key, above=above) for key, above in least.items() if key in section}
    for key in least:
        section.take(key, None)
    section.done()
    return bounds


def _row(name: str, own: Mapping[str, float], urdf: Urdf, where: str) -> tuple[float, float, float, float, float]:
    joint, (least, greatest) = urdf.joint(name), _range(name, urdf)
    lower, upper = max(least, own.get("lower", -np.inf)), min(greatest, own.get("upper", np.inf))
    if not lower <= upper:
        raise NsaError(
            f"{where}: joint {name!r}: no position is left between {lower:g} and {upper:g}, once these limits are "
            f"applied to those of {urdf.file}"
        )
    if not np.isfinite([lower, upper]).all():
        raise NsaError(f"{where}: joint {name!r} has no position limits in {urdf.file}; give lower and upper")
    velocity = min(joint.velocity, own.get("velocity", np.inf))
    if not np.isfinite(velocity):
        raise NsaError(f"{where}: joint {name!r} has no velocity limit in {urdf.file}; give one here, in rad/s")
    acceleration = own.get("acceleration", ACCELERATION * velocity)
    return lower, upper, velocity, acceleration, own.get("jerk", JERK * acceleration)


def _range(name: str, urdf: Urdf) -> tuple[float, float]:
    """Positions of a joint in which neither it nor a joint that mimics it leaves its limits."""
    joint = urdf.joint(name)
    lower, upper = joint.lower, joint.upper
    for other in urdf.joints:
        if other.mimic and other.mimic.joint == name and other.mimic.multiplier:
            ends = sorted((end - other.mimic.offset) / other.mimic.multiplier for end in (other.lower, other.upper))
            lower, upper = max(lower, ends[0]), min(upper, ends[1])
    return lower, upper


def _rest(section: Section, urdf: Urdf) -> dict[str, float]:
    rest = {name: section.number(name) for name in section}
    for name, angle in rest.items():
        with section.at(name):
            joint = urdf.joint(name)
        if not joint.moves or joint.mimic:
            raise NsaError(f"{section.where}: joint {name!r} has no drive, so it has no rest position")
        if not joint.lower - 1e-6 <= angle <= joint.upper + 1e-6:
            raise NsaError(
                f"{section.where}: joint {name!r} at {angle:g} is outside its limits {joint.lower:g} to {joint.upper:g}"
            )
    return rest
