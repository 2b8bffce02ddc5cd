"""What is wrong with the description of a robot, beyond what keeps it from being read: `nsa hand check`.

Every finding names the joint, finger or key, the file, and what to do. `check` runs all of them; those of the hand's
geometry are in `check_geometry`, those of the direct map in `check_map`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.robots.checking.finding import Finding
from nsa_ros.robots.checking.geometry import geometry
from nsa_ros.robots.checking.mapping import direct_map
from nsa_ros.robots.description.parts import Hand
from nsa_ros.robots.description.robot import Robot, robot_section
from nsa_ros.robots.description.urdf import Urdf
from nsa_ros.robots.human import FINGERS

Array = NDArray[np.float64]

LETTER = 0.35
"""What a quarter turn may take so that letters of unhurried spelling are reached [s]."""

THICKEST = 0.5
"""Radius of an arm or a body from which it is taken for millimetres [m]."""

_SHOWN = 6


class Drive(NamedTuple):
    """What moves a joint.

    Attributes:
        joint: of the robot.
        part: `right hand`, `left arm`.
        source: human coordinate with scale and offset, or fingers whose points the joint moves.
        lower: least position.
        upper: greatest position.
        velocity: greatest speed.
        slides: whether it is prismatic: positions are [m] then, else [rad].
        followers: mimic joints that it takes along, with their ratio.
    """

    joint: str
    part: str
    source: str
    lower: float
    upper: float
    velocity: float
    slides: bool
    followers: tuple[str, ...]


def drives(robot: Robot) -> tuple[Drive, ...]:
    """The mapping: every driven joint, in the robot's order."""
    told: dict[str, list[tuple[str, str]]] = {joint: [] for joint in robot.joints}
    for side, hand in robot.hands.items():
        carried = carries(robot.urdf, hand)
        rows = {row.joint: row for row in hand.rows}
        for joint in hand.joints:
            if hand.method == "joints":
                row = rows.get(joint)
                source = _linear(row.source, row.scale, row.offset) if row else "– (stays at rest)"
            else:
                source = "fingertip of " + " and ".join(carried.get(joint, ("no finger",)))
            told[joint].append((f"{side} hand", source))
    for side, arm in robot.arms.items():
        for joint in arm.joints:
            told[joint].append((f"{side} arm", "wrist position and orientation"))
    followers = {
        joint: tuple(
            f"{other.name} ×{other.mimic.multiplier:g}"
            for other in robot.urdf.joints
            if other.mimic and other.mimic.joint == joint
        )
        for joint in robot.joints
    }
    limits = zip(robot.limits.lower, robot.limits.upper, robot.limits.velocity, strict=True)
    return tuple(
        Drive(
            joint,
            " and ".join(part for part, _ in told[joint]),
            "; ".join(source for _, source in told[joint]),
            float(lower),
            float(upper),
            float(velocity),
            robot.urdf.joint(joint).kind == "prismatic",
            followers[joint],
        )
        for joint, (lower, upper, velocity) in zip(robot.joints, limits, strict=True)
    )


def check(robot: Robot, shapes: Mapping[str, Array]) -> tuple[Finding, ...]:
    """Everything that is found, errors first.

    Args:
        robot: as it was loaded.
        shapes: human poses that it is to show, by name: axis-angle [rad]. Shapes (55, 3).

    Raises:
        NsaError: its kinematics cannot be computed.
    """
    found = [*_undriven(robot), *_twice(robot), *_rest(robot), *_controllers(robot), *_thickness(robot)]
    for hand in robot.hands.values():
        built = geometry(robot, hand)
        found += [*_fingers(robot, hand), *_speed(robot, hand), *built]
        found += direct_map(robot, hand, shapes, ways=not any(finding.level == "error" for finding in built))
    order = ("error", "warning", "note")
    return tuple(sorted(found, key=lambda finding: order.index(finding.level)))


def errors(robot: Robot) -> list[str]:
    """Whatever would make a robot move wrongly, as messages; it is not to be moved then. Takes 0.1 s.

    Those of `check` that can be seen without handshapes: a hand of the other side, wrong axes of the palm, fingers that
    are exchanged, joints that two parts drive, controllers without a topic of their own.
    """
    return [str(finding) for finding in check(robot, {}) if finding.level == "error"]


def carries(urdf: Urdf, hand: Hand) -> dict[str, tuple[str, ...]]:
    """Driven joints of a hand, and the fingers whose points each moves, directly or through mimic joints."""
    fingers: dict[str, list[str]] = {}
    for finger in hand.fingers:
        for point in finger.points.values():
            for joint in urdf.chain(hand.palm, point.link):
                if joint.moves:
                    known = fingers.setdefault(joint.mimic.joint if joint.mimic else joint.name, [])
                    if finger.name not in known:
                        known.append(finger.name)
    return {joint: tuple(names) for joint, names in fingers.items()}


def _linear(source: str, scale: float, offset: float) -> str:
    words = [source]
    if scale != 1.0:
        words.append(f"×{scale:g}")
    if offset:
        words.append(f"{np.degrees(offset):+.0f}°")
    return " ".join(words)


def _undriven(robot: Robot) -> Iterator[Finding]:
    """Joints that nothing moves."""
    urdf, idle = robot.urdf, list[str]()
    below = {link for hand in robot.hands.values() for link in _below(urdf, hand.palm)}
    for joint in urdf.joints:
        if not joint.moves or joint.name in robot.joints:
            continue
        if joint.mimic:
            leader = joint.mimic.joint
            if leader not in robot.joints and joint.child in below:
                text = f"it follows {leader!r}, which nothing drives, so both stand still"
                yield Finding("warning", joint.name, text, robot.file)
        elif joint.child in below:
            text = (
                "it belongs to the hand, but carries no point of a finger and is not under `joints`: it stays at "
                f"{robot.fixed.get(joint.name, 0.0):g}. Give the finger a point beyond it, or a row under `joints`, "
                "or an angle under `rest` if that is meant"
            )
            yield Finding("warning", joint.name, text, robot.file)
        else:
            idle.append(joint.name)
    if idle:
        yield Finding("note", _some(idle), "not driven: they stay where `rest` says, else at zero", robot.file)


def _twice(robot: Robot) -> Iterator[Finding]:
    """Joints that two parts of the robot move."""
    for drive in drives(robot):
        if " and " in drive.part:
            text = f"driven by {drive.part}; take it out of one (arms end at `wrist`, hands begin at the palm's link)"
            yield Finding("error", drive.joint, text, robot.file)
    for hand in robot.hands.values():
        below = _below(robot.urdf, hand.palm)
        for row in hand.rows:
            if robot.urdf.joint(row.joint).child not in below:
                text = f"it is not carried by the palm {hand.palm!r} of the {hand.side} hand; take it out of `joints`"
                yield Finding("error", row.joint, text, robot.file)
        for joint, names in carries(robot.urdf, hand).items():
            if len(names) > 1:
                text = f"it carries the fingers {' and '.join(names)}, which move together then; is that so?"
                yield Finding("warning", joint, text, robot.file)


def _rest(robot: Robot) -> Iterator[Finding]:
    """Rest positions outside the limits that the YAML narrows."""
    said = robot_section(robot.file).section("rest", {})
    for joint in said:
        if joint in robot.joints:
            angle, used = said.number(joint), float(robot.rest[robot.joints.index(joint)])
            if abs(used - angle) > 1e-6:
                text = f"rest at {angle:g} lies outside the limits of the YAML and becomes {used:g}; write that"
                yield Finding("warning", joint, text, robot.file)


def _controllers(robot: Robot) -> Iterator[Finding]:
    if not robot.controllers:
        text = "there are none, so nothing is published; docs/adding-a-hand.md shows one"
        yield Finding("warning", "controllers", text, robot.file)
        return
    names = [controller.name for controller in robot.controllers]
    for name in names:
        if not re.fullmatch(r"/?[A-Za-z_]\w*(/[A-Za-z_]\w*)*", name, re.ASCII):
            text = "is no ROS name (letters, digits and _, parts divided by /), so there is no such topic"
            yield Finding("error", f"controller {name!r}", text, robot.file)
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding("error", name, "two controllers have this name and would share a topic; rename one", robot.file)


def _fingers(robot: Robot, hand: Hand) -> Iterator[Finding]:
    """Which human fingers are followed, and by how many."""
    leaders: dict[str, list[str]] = {human: [] for human in FINGERS}
    for finger in hand.fingers:
        for human in finger.follows:
            leaders[human].append(finger.name)
    for human, names in leaders.items():
        if len(names) > 1:
            text = f"the fingers {' and '.join(names)} all follow the human {human}; is that meant? (`follows`)"
            yield Finding("warning", f"{hand.side} {human}", text, robot.file)
    if lost := [human for human, names in leaders.items() if not names]:
        text = (
            f"no finger of the {hand.side} hand follows the human {', '.join(lost)}; where another finger can stand "
            "for it, say so: `follows: [ring, pinky]`"
        )
        yield Finding("note", f"{len(hand.fingers)} fingers", text, robot.file)


def _thickness(robot: Robot) -> Iterator[Finding]:
    """Arms and capsules that are too thick; those of hands are looked at with their fingers."""
    radii = {f"{side} arm": arm.radius for side, arm in robot.arms.items()}
    radii |= {f"capsule {i + 1}": capsule.radius for i, capsule in enumerate(robot.capsules)}
    for what, radius in radii.items():
        if radius > THICKEST:
            yield Finding("warning", what, f"its radius is {radius:g} m; is it in metres?", robot.file)


def _speed(robot: Robot, hand: Hand) -> Iterator[Finding]:
    """Joints too slow for the tempo, and limits that look like degrees."""
    turning = []
    for name in hand.joints:
        joint, index = robot.urdf.joint(name), robot.joints.index(name)
        lower, upper = float(robot.limits.lower[index]), float(robot.limits.upper[index])
        if joint.kind == "prismatic":
            text = "it slides; hands are followed with joints that turn, and were tried with those only"
            yield Finding("warning", name, text, robot.urdf.file)
            continue
        turning.append((float(robot.limits.velocity[index]), name))
        if max(abs(lower), abs(upper)) > 2 * np.pi:
            text = f"its limits {lower:g} to {upper:g} are more than a turn; are they degrees? A URDF has radians"
            yield Finding("warning", name, text, robot.urdf.file)
        elif upper - lower < 1e-3:
            yield Finding("warning", name, "its limits leave it no room to move", robot.urdf.file)
    if not turning:
        return
    speed, slowest = min(turning, key=lambda each: each[0])
    quarter = float(np.pi / 2 / speed)
    if quarter * robot.tempo > LETTER * 1.01:
        text = (
            f"at {speed:.2g} rad/s a quarter turn takes {quarter:.1f} s; at tempo {robot.tempo:g} letters "
            f"are cut short. Try tempo: {LETTER / quarter:.2f}"
        )
        yield Finding("warning", slowest, text, robot.file)


def _below(urdf: Urdf, link: str) -> set[str]:
    """Links that a link carries."""
    below = {link}
    for joint in urdf.joints:
        if joint.parent in below:
            below.add(joint.child)
    return below - {link}


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
