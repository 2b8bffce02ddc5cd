"""A robot's description: links, joints, limits and mimic joints of a URDF (http://wiki.ros.org/urdf/XML)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.robots.description.urdf_values import attribute, child, number, vector

Array = NDArray[np.float64]

KINDS = ("revolute", "continuous", "prismatic", "fixed")
"""Joint types that a robot may have; planar and floating ones are for what carries it."""


@dataclass(frozen=True)
class Mimic:
    """A joint that follows another: value = multiplier * that of `joint` + offset.

    The other has a drive of its own: where a URDF names a joint that mimics a third, it is the third.
    """

    joint: str
    multiplier: float
    offset: float


@dataclass(frozen=True)
class Joint:
    """One joint, and the link that it carries.

    Attributes:
        name: of the joint.
        kind: one of `KINDS`.
        parent: link that it stands on.
        child: link that it carries, whose frame is the joint's.
        position: of the joint in the parent's frame [m]. Shape (3,).
        rotation: of the joint at zero in the parent's frame. Shape (3, 3).
        axis: unit vector in the joint's frame. Shape (3,).
        lower: least position [rad] or [m]; -inf where there is none.
        upper: greatest position [rad] or [m]; inf where there is none.
        velocity: greatest speed [rad/s] or [m/s]; inf where the URDF says none, or 0.
        effort: greatest torque [N m] or force [N]; inf where the URDF says none, or 0.
        mimic: what it follows, if it has no drive of its own.
    """

    name: str
    kind: str
    parent: str
    child: str
    position: Array
    rotation: Array
    axis: Array
    lower: float
    upper: float
    velocity: float
    effort: float
    mimic: Mimic | None

    @property
    def moves(self) -> bool:
        """Whether it is not fixed."""
        return self.kind != "fixed"


@dataclass(frozen=True)
class Urdf:
    """The kinematic tree of a robot.

    Attributes:
        file: where it was read.
        name: of the robot.
        links: names, the root first, then branch by branch, each after its parent.
        joints: in the order of the links they carry: `joints[i].child == links[i + 1]`.
    """

    file: Path
    name: str
    links: tuple[str, ...]
    joints: tuple[Joint, ...]

    @cached_property
    def by_name(self) -> dict[str, Joint]:
        """Joints by name."""
        return {joint.name: joint for joint in self.joints}

    @cached_property
    def carrier(self) -> dict[str, Joint]:
        """The joint that carries each link but the root, by link."""
        return {joint.child: joint for joint in self.joints}

    def joint(self, name: str) -> Joint:
        """A joint by its name.

        Raises:
            NsaError: there is none.
        """
        if name not in self.by_name:
            raise NsaError(
                f"{self.file}: no joint {name!r}{_near(name, self.by_name)} Joints that move: {_list(self.moving)}"
            )
        return self.by_name[name]

    def check_link(self, name: str) -> str:
        """The name of a link, if there is one.

        Raises:
            NsaError: there is none.
        """
        if name not in self.links:
            raise NsaError(f"{self.file}: no link {name!r}{_near(name, self.links)} Links: {_list(self.links)}")
        return name

    @property
    def moving(self) -> tuple[str, ...]:
        """Names of the joints that are not fixed."""
        return tuple(joint.name for joint in self.joints if joint.moves)

    def chain(self, base: str, tip: str) -> tuple[Joint, ...]:
        """Joints from one link out to another, which it carries.

        Raises:
            NsaError: a link is missing, or `tip` is not carried by `base`.
        """
        self.check_link(base)
        link, joints = self.check_link(tip), list[Joint]()
        while link != base:
            if link not in self.carrier:
                raise NsaError(f"{self.file}: link {tip!r} is not carried by {base!r}; its root is {link!r}")
            joints.append(self.carrier[link])
            link = joints[-1].parent
        return tuple(reversed(joints))


def frame_at_zero(joints: Iterable[Joint]) -> tuple[Array, Array]:
    """Position (3,) [m] and rotation (3, 3) of the last of successive joints, all at zero, in the first's parent."""
    position, rotation = np.zeros(3), np.eye(3)
    for joint in joints:
        position = position + rotation @ joint.position
        rotation = rotation @ joint.rotation
    return position, rotation


def read_urdf(path: str | Path) -> Urdf:
    """Read a URDF file; what is seen or collides is left aside.

    Raises:
        NsaError: the file is missing, is no URDF, or describes no tree; the message names file and joint.
    """
    file = Path(path)
    try:
        root = Xml.fromstring(file.read_bytes())
    except OSError as error:
        raise NsaError(f"{file}: cannot be read ({error.strerror})") from error
    except (Xml.ParseError, ValueError, LookupError) as error:
        raise NsaError(
            f"{file}: is no XML ({error}); a xacro file must be expanded first: xacro FILE > FILE.urdf"
        ) from error
    if root.tag != "robot":
        raise NsaError(f"{file}: its first element is <{root.tag}>, that of a URDF is <robot>")
    links = _unique(file, "link", [attribute(file, link, "name") for link in root.findall("link")])
    joints = [_joint(file, element) for element in root.findall("joint")]
    _unique(file, "joint", [joint.name for joint in joints])
    by_name = {joint.name: joint for joint in joints}
    return _tree(file, root.get("name", file.stem), links, [_led(file, joint, by_name) for joint in joints])


def _led(file: Path, joint: Joint, by_name: Mapping[str, Joint]) -> Joint:
    """A joint whose mimic names the joint at the end of the chain, the one with a drive."""
    multiplier, offset, leader, chain = 1.0, 0.0, joint, [joint.name]
    while leader.mimic:
        mimic = leader.mimic
        multiplier, offset = multiplier * mimic.multiplier, offset + multiplier * mimic.offset
        if mimic.joint not in by_name:
            raise NsaError(f"{file}: joint {leader.name!r} mimics {mimic.joint!r}, which it does not have")
        if mimic.joint in chain:
            round_them = sorted(chain[chain.index(mimic.joint) :])
            told = f"joints {_list(round_them)} mimic each other in a circle"
            raise NsaError(
                f"{file}: {f'joint {leader.name!r} mimics itself' if len(round_them) == 1 else told}; take the <mimic> "
                "out of the one that has a drive"
            )
        leader = by_name[mimic.joint]
        chain.append(leader.name)
    if leader is joint or not joint.moves:
        return replace(joint, mimic=None)
    if not leader.moves:
        raise NsaError(f"{file}: joint {joint.name!r} mimics {leader.name!r}, which is fixed; make it fixed, too")
    return replace(joint, mimic=Mimic(leader.name, multiplier, offset))


def _tree(file: Path, name: str, links: list[str], joints: list[Joint]) -> Urdf:
    carried: dict[str, list[Joint]] = {link: [] for link in links}
    carriers: dict[str, Joint] = {}
    for joint in joints:
        for link in (joint.parent, joint.child):
            if link not in carried:
                raise NsaError(f"{file}: joint {joint.name!r} names link {link!r}, which it does not have")
        if joint.child in carriers:
            raise NsaError(
                f"{file}: link {joint.child!r} is carried by {carriers[joint.child].name!r} and {joint.name!r}"
            )
        carried[joint.parent].append(joint)
        carriers[joint.child] = joint
    roots = [link for link in links if link not in carriers]
    if len(roots) != 1:
        raise NsaError(
            f"{file}: a tree has one root link, this one has {len(roots)}: {_list(roots) or 'a circle of joints'}"
        )
    ordered, waiting = list[Joint](), carried[roots[0]][::-1]
    while waiting:
        joint = waiting.pop()
        ordered.append(joint)
        waiting += carried[joint.child][::-1]
    if len(ordered) != len(joints):
        left = sorted({joint.name for joint in joints} - {joint.name for joint in ordered})
        raise NsaError(f"{file}: joints {_list(left)} go round in a circle")
    return Urdf(file, name, (roots[0], *(joint.child for joint in ordered)), tuple(ordered))


def _joint(file: Path, element: Xml.Element) -> Joint:
    name = attribute(file, element, "name")
    where = f"{file}: joint {name!r}"
    kind = element.get("type", "")
    if kind not in KINDS:
        raise NsaError(f"{where} is of type {kind!r}; allowed are {', '.join(KINDS)}")
    origin, axis, limit = element.find("origin"), element.find("axis"), element.find("limit")
    if kind in ("revolute", "prismatic") and limit is None:
        raise NsaError(f"{where} has no <limit>; a {kind} joint needs one")
    lower, upper = (number(where, limit, key, 0.0) for key in ("lower", "upper"))
    if kind in ("continuous", "fixed"):
        lower, upper = -np.inf, np.inf
    if not lower <= upper:
        raise NsaError(f"{where}: its lower limit {lower:g} is above its upper limit {upper:g}")
    direction = vector(where, axis, "xyz", (1.0, 0.0, 0.0))
    length = float(np.linalg.norm(direction))
    if kind != "fixed" and length == 0.0:
        raise NsaError(f"{where}: its axis has no direction")
    return Joint(
        name,
        kind,
        child(where, element, "parent"),
        child(where, element, "child"),
        vector(where, origin, "xyz", (0.0, 0.0, 0.0)),
        _from_rpy(vector(where, origin, "rpy", (0.0, 0.0, 0.0))),
        direction / (length or 1.0),
        lower,
        upper,
        number(where, limit, "velocity", 0.0) or np.inf,
        number(where, limit, "effort", 0.0) or np.inf,
        _mimic(where, element.find("mimic")),
    )


def _mimic(where: str, element: Xml.Element | None) -> Mimic | None:
    if element is None:
        return None
    if not element.get("joint"):
        raise NsaError(f"{where}: its <mimic> names no joint")
    return Mimic(
        element.get("joint", ""), number(where, element, "multiplier", 1.0), number(where, element, "offset", 0.0)
    )


def _from_rpy(angles: Array) -> Array:
    """Rotation by roll, pitch, yaw about fixed x, y, z [rad]. (3,) -> (3, 3)."""
    (sr, sp, sy), (cr, cp, cy) = np.sin(angles), np.cos(angles)
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def _unique(file: Path, what: str, names: list[str]) -> list[str]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise NsaError(f"{file}: {what} {_list(twice)} is there twice")
    return names


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else "."


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
