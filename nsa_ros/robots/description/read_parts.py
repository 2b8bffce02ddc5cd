"""What a robot's YAML says of its parts, checked against its URDF."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.robots.description.parts import (
    CONTROLLERS,
    METHODS,
    Arm,
    Capsule,
    Controller,
    Finger,
    Hand,
    Point,
    Row,
)
from nsa_ros.robots.description.section import Section
from nsa_ros.robots.description.urdf import Urdf
from nsa_ros.robots.human import FINGERS, POINTS

Array = NDArray[np.float64]

_AXES = {
    f"{sign}{axis}": (1.0 if sign == "+" else -1.0) * np.eye(3)[i] for sign in "+-" for i, axis in enumerate("xyz")
}


def read_hand(side: str, section: Section, urdf: Urdf) -> Hand:
    """A hand.

    Raises:
        NsaError: a key, link or joint is wrong or missing.
    """
    palm = section.section("palm")
    link = _link(palm, "link", urdf)
    distal, palmar = _axis(palm, "distal"), _axis(palm, "palmar")
    palm.done()
    if abs(distal @ palmar) > 1e-3:
        raise NsaError(f"{palm.where}: distal and palmar must be at right angles")
    radial = np.cross(distal, palmar) * (1.0 if side == "right" else -1.0)
    listed = section.sections("fingers")
    for name in listed:
        if name not in FINGERS:
            raise NsaError(f"{section.where}: fingers: no finger {name!r}; fingers are {', '.join(FINGERS)}")
    fingers = tuple(_finger(name, listed[name], urdf, link) for name in FINGERS if name in listed)
    if not fingers:
        raise NsaError(f"{section.where} has no fingers")
    rows = _rows(side, section.section("joints", {}), urdf)
    method = section.text("method", "optimise", METHODS)
    radius = section.number("radius", 0.01, above=0.0)
    section.done()
    if method == "joints" and not rows:
        raise NsaError(f"{section.where}: method is joints, but there is no `joints`, the map of human to robot joints")
    carried = {
        joint.mimic.joint if joint.mimic else joint.name
        for finger in fingers
        for point in finger.points.values()
        for joint in urdf.chain(link, point.link)
        if joint.moves
    }
    driven = carried | {row.joint for row in rows}
    joints = tuple(joint.name for joint in urdf.joints if joint.name in driven)
    return Hand(side, link, np.stack([distal, palmar, radial]), method, radius, fingers, rows, joints)


def read_arm(side: str, section: Section, urdf: Urdf) -> Arm:
    """An arm.

    Raises:
        NsaError: a key or link is wrong or missing, or the links are not one after the other.
    """
    base, shoulder, elbow, wrist = (_link(section, key, urdf) for key in ("base", "shoulder", "elbow", "wrist"))
    radius = section.number("radius", 0.04, above=0.0)
    scale = section.number("scale", above=0.0) if "scale" in section else None
    section.done()
    for key, outer, inner in (("shoulder", shoulder, base), ("elbow", elbow, shoulder), ("wrist", wrist, elbow)):
        with section.at(key):
            urdf.chain(inner, outer)
    joints = tuple(joint.name for joint in urdf.chain(base, wrist) if joint.moves and not joint.mimic)
    return Arm(side, base, shoulder, elbow, wrist, radius, scale, joints)


def read_capsule(section: Section, urdf: Urdf) -> Capsule:
    """A capsule.

    Raises:
        NsaError: a key or link is wrong or missing.
    """
    capsule = Capsule(
        _link(section, "link", urdf),
        section.vector("from", [0.0, 0.0, 0.0]),
        section.vector("to", [0.0, 0.0, 0.0]),
        section.number("radius", above=0.0),
    )
    section.done()
    return capsule


def read_controllers(section: Section, driven: tuple[str, ...]) -> tuple[Controller, ...]:
    """The controllers of a robot; together they command each driven joint once, or there are none.

    Raises:
        NsaError: a key is wrong or missing, or a joint is commanded that is not driven, twice, or by none.
    """
    controllers = tuple(_controller(part, driven) for part in section.listed("controllers"))
    if not controllers:
        return ()
    owners = {joint: [each.name for each in controllers if joint in each.joints] for joint in driven}
    for joint, names in owners.items():
        if len(names) > 1:
            raise NsaError(
                f"{section.where}: controllers: joint {joint!r} is commanded by {' and '.join(names)}; leave it to one"
            )
    if missing := [joint for joint, names in owners.items() if not names]:
        raise NsaError(
            f"{section.where}: controllers: no controller commands {', '.join(missing)}, which fingers or arms need; "
            "add them to the `joints` of one, where the controller itself has them"
        )
    return controllers


def _controller(section: Section, driven: tuple[str, ...]) -> Controller:
    name, kind = section.text("name"), section.text("type", "joint_trajectory", CONTROLLERS)
    joints = section.texts("joints", driven)
    section.done()
    for joint in joints:
        if joint not in driven:
            raise NsaError(f"{section.where}: joint {joint!r} is not driven. Driven: {', '.join(driven)}")
        if joints.count(joint) > 1:
            raise NsaError(f"{section.where}: joint {joint!r} is there twice")
    return Controller(name, kind, joints)


def _finger(name: str, section: Section, urdf: Urdf, palm: str) -> Finger:
    follows = section.texts("follows", [name])
    for human in follows:
        if human not in FINGERS:
            raise NsaError(f"{section.where}: follows {human!r}; human fingers are {', '.join(FINGERS)}")
    points = {key: _point(section, key, urdf, palm) for key in POINTS if key in section}
    for key in POINTS:
        section.take(key, None)
    section.done()
    if len(points) < 2 or "tip" not in points:
        raise NsaError(
            f"{section.where}: has points {', '.join(points) or 'none'}; needed are tip and one more of mcp, pip, dip"
        )
    return Finger(name, follows, points)


def read_point(section: Section, urdf: Urdf) -> Point:
    """A point that a link carries.

    Raises:
        NsaError: a key or link is wrong or missing.
    """
    point = Point(_link(section, "link", urdf), section.vector("at", [0.0, 0.0, 0.0]))
    section.done()
    return point


def _point(section: Section, key: str, urdf: Urdf, palm: str) -> Point:
    value = section.take(key)
    if isinstance(value, dict):
        point = read_point(section.section(key), urdf)
    else:
        point = Point(_link(section, key, urdf), np.zeros(3))
    with section.at(key):
        urdf.chain(palm, point.link)
    return point


def _rows(side: str, section: Section, urdf: Urdf) -> tuple[Row, ...]:
    listed = list(section)
    names = RevoluteModel(default_skeleton()).names if listed else ()
    human = [name.removeprefix(f"{side}_") for name in names if name.startswith(f"{side}_")]
    return tuple(_row(name, section.section(name), urdf, human) for name in listed)


def _row(name: str, section: Section, urdf: Urdf, human: Sequence[str]) -> Row:
    """A row of the direct map; `human` are the coordinates of the hand's side."""
    with section.at("joint"):
        joint = urdf.joint(name)
    if not joint.moves or joint.mimic:
        why = f"mimics {joint.mimic.joint!r}; drive that" if joint.mimic else "is fixed"
        raise NsaError(f"{section.where}: joint {name!r} has no drive, it {why}")
    row = Row(name, section.text("from"), section.number("scale", 1.0), section.number("offset", 0.0))
    section.done()
    if row.source not in human:
        bare = row.source.removeprefix("left_").removeprefix("right_")
        if bare in human:
            hint = f"the side is left out: write {bare}"
        else:
            near = dict.fromkeys([*difflib.get_close_matches(bare, human), *(n for n in human if n[:4] == bare[:4])])
            hint = f"there are {', '.join(near or human)}"
        raise NsaError(f"{section.where}: from: no human coordinate {row.source!r}; {hint}")
    return row


def _link(section: Section, key: str, urdf: Urdf) -> str:
    name = section.text(key)
    with section.at(key):
        return urdf.check_link(name)


def _axis(section: Section, key: str) -> Array:
    value = section.take(key)
    if isinstance(value, str):
        if value not in _AXES:
            raise NsaError(f"{section.where}: {key} is {value!r}; it must be one of {', '.join(_AXES)} or a vector")
        return np.array(_AXES[value])
    vector = section.vector(key)
    length = float(np.linalg.norm(vector))
    if length == 0.0:
        raise NsaError(f"{section.where}: {key} has no direction")
    return np.asarray(vector / length)
