#!/usr/bin/env python3
"""Make urdf/nsa_hand_right.urdf, nsa_hand_left.urdf and nsa_hands.urdf anew: a generic hand to try things with.

Nobody's product. Joints lie where those of the open figure's hand do (nsa_ros/body/skeleton.py) and turn about the axes
of `RevoluteModel`; all values zero are its T-pose: fingers straight, thumb half opposed. 21 joints a hand, 20 of them
driven: the end joint of the little finger follows the middle one, as in many robot hands. Primitive shapes, no meshes.

The palm link lies at the wrist with z towards the fingertips, x out of the palm, and y towards the thumb of a right
hand, away from it on a left one. Every link is parallel to it at zero, so a left hand is its mirror image in y.
`nsa_hands` has both on a stand, fingers up and palms forward (REP-103).
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.body.skeleton import FINGERS, TIPS, default_skeleton, joint_index

Array = NDArray[np.float64]

FOLDER = Path(__file__).resolve().parents[1] / "urdf"
FILES = {"nsa_hand_right": ("right",), "nsa_hand_left": ("left",), "nsa_hands": ("right", "left")}
"""Robot and the sides that it has."""

APART = 0.3
"""Between the wrists of two hands on one stand [m]."""

SPEED = 12.0
"""Greatest speed of every joint [rad/s]: that of fast small motors, half of what a hand that spells fluently needs."""

FINGER_TURNS = {
    "abduction": ("1_abduction", -30, 30, 1.2),
    "mcp": ("1_flexion", -20, 98, 1.2),
    "pip": ("2_flexion", -5, 118, 0.8),
    "dip": ("3_flexion", -5, 90, 0.5),
}
THUMB_TURNS = {
    "cmc_flexion": ("1_flexion", -40, 61, 1.5),
    "cmc_abduction": ("1_abduction", -57, 52, 1.5),
    "cmc_rotation": ("1_rotation", -86, 30, 1.2),
    "mcp": ("2_flexion", -45, 60, 1.0),
    "ip": ("3_flexion", -30, 82, 0.6),
}
"""Joint: the coordinate of the skeleton whose axis it has, limits [deg], greatest torque [N m]."""

COUPLED = {"pinky_dip": ("pinky_pip", 0.5)}
"""Mimic joint: the joint it follows and the ratio."""

RADII = {
    "thumb": (0.0090, 0.0085, 0.0078),
    "index": (0.0085, 0.0078, 0.0070),
    "middle": (0.0085, 0.0078, 0.0070),
    "ring": (0.0080, 0.0074, 0.0068),
    "pinky": (0.0072, 0.0066, 0.0060),
}
"""Of the three phalanges [m]."""

DENSITY = 1500.0
HUB_MASS, HUB_RADIUS = 0.006, 0.005
"""Of a link between two joints at one place: no geometry, the inertia of a small ball."""
BASE_MASS = 0.25

DARK, LIGHT, PAD = "0.20 0.22 0.25 1", "0.80 0.82 0.85 1", "0.95 0.55 0.25 1"


def to_palm(vectors: ArrayLike, side: str) -> Array:
    """SMPL-X axes in the T-pose to those of the palm link. (..., 3) -> (..., 3)."""
    x, y, z = np.moveaxis(np.asarray(vectors, dtype=np.float64), -1, 0)
    return np.stack([-y, z, -x] if side == "right" else [-y, -z, x], axis=-1)


def urdf(name: str) -> str:
    """One of `FILES` as URDF text."""
    robot = Xml.Element("robot", name=name)
    for material, colour in (("dark", DARK), ("light", LIGHT), ("pad", PAD)):
        Xml.SubElement(Xml.SubElement(robot, "material", name=material), "color", rgba=colour)
    if len(FILES[name]) > 1:
        Xml.SubElement(robot, "link", name="stand")
        for side, y in (("left", APART / 2), ("right", -APART / 2)):
            _fixed(robot, f"{side}_palm_fixed", "stand", f"{side}_palm", (0, y, 0))
    for side in FILES[name]:
        _hand(robot, side)
    Xml.indent(robot)
    head = f"<!-- {name} of nsa_ros, Apache-2.0. Made by tools/own_hand.py: change that. -->"
    return f'<?xml version="1.0"?>\n{head}\n{Xml.tostring(robot, encoding="unicode")}\n'


def _hand(robot: Xml.Element, side: str) -> None:
    skeleton = default_skeleton()
    model = RevoluteModel(skeleton)
    wrist = skeleton.rest[joint_index(f"{side}_wrist")]
    points = {}
    for finger in FINGERS:
        joints = [skeleton.rest[joint_index(f"{side}_{finger}{i}")] - wrist for i in (1, 2, 3)]
        joints.append(joints[-1] + skeleton.tips[TIPS.index(f"{side}_{finger}")])
        points[finger] = to_palm(joints, side)
    _palm(robot, side, points)
    for finger in FINGERS:
        _finger(robot, side, finger, points[finger], model)


def _palm(robot: Xml.Element, side: str, points: dict[str, Array]) -> None:
    """The base: a flange, a carpus, and a column to every knuckle, which ends short of it."""
    palm = Xml.SubElement(robot, "link", name=f"{side}_palm")
    _inertial(palm, (-0.001, 0.0, 0.045), BASE_MASS, np.diag([2.0e-4, 1.6e-4, 0.9e-4]))
    thick, back = 0.019, -0.002
    _box(palm, (thick, 0.046, 0.05), (back, points["middle"][0][1] + points["pinky"][0][1] / 16, 0.022), "dark")
    _cylinder(palm, 0.021, np.array([back, 0, -0.02]), np.array([back, 0, -0.003]), "light")
    for finger, width, start in zip(
        FINGERS[1:], (0.020, 0.0195, 0.017, 0.0155), (0.055, 0.04, 0.04, 0.035), strict=True
    ):
        knuckle = points[finger][0]
        end = knuckle[2] - RADII[finger][0] - 0.0015
        _box(palm, (thick, width, end - start), (back, knuckle[1], (start + end) / 2), "light")


def _finger(robot: Xml.Element, side: str, finger: str, points: Array, model: RevoluteModel) -> None:
    """Joints and links of one finger. points: its three joints and its tip, in the palm link."""
    turns = THUMB_TURNS if finger == "thumb" else FINGER_TURNS
    bones = ("metacarpal", "proximal", "distal") if finger == "thumb" else ("proximal", "middle", "distal")
    knuckle = [turn for turn, (coordinate, *_) in turns.items() if coordinate[0] == "1"][-1]
    parent, place = f"{side}_palm", np.zeros(3)
    for turn, (coordinate, lower, upper, effort) in turns.items():
        name = f"{side}_{finger}_{turn}"
        index = model.names.index(f"{side}_{finger}{coordinate}") - len(ROOT)
        phalanx = int(coordinate[0]) - 1
        carries = phalanx > 0 or turn == knuckle
        child = f"{side}_{finger}_{bones[phalanx]}" if carries else f"{name}_hub"
        link = Xml.SubElement(robot, "link", name=child)
        if carries:
            _phalanx(link, finger, phalanx, points[phalanx + 1] - points[phalanx])
        else:
            _inertial(link, (0, 0, 0), HUB_MASS, 0.4 * HUB_MASS * HUB_RADIUS**2 * np.eye(3))
        joint = Xml.SubElement(robot, "joint", name=name, type="revolute")
        Xml.SubElement(joint, "origin", xyz=_numbers(points[phalanx] - place), rpy="0 0 0")
        Xml.SubElement(joint, "parent", link=parent)
        Xml.SubElement(joint, "child", link=child)
        Xml.SubElement(joint, "axis", xyz=_numbers(to_palm(model.axes.reshape(-1, 3)[index], side)))
        bounds = np.radians([lower, upper])
        if followed := COUPLED.get(f"{finger}_{turn}"):
            bounds = np.radians([turns["pip"][1], turns["pip"][2]]) * followed[1]
            Xml.SubElement(
                joint, "mimic", joint=f"{side}_{followed[0]}", multiplier=_numbers([followed[1]]), offset="0"
            )
        limit = {"lower": bounds[0], "upper": bounds[1], "velocity": SPEED, "effort": effort}
        Xml.SubElement(joint, "limit", {key: _numbers([value]) for key, value in limit.items()})
        Xml.SubElement(joint, "dynamics", damping="0.02", friction="0.01")
        parent, place = child, points[phalanx]
    tip = f"{side}_{finger}_tip"
    Xml.SubElement(robot, "link", name=tip)
    _fixed(robot, f"{tip}_fixed", parent, tip, points[3] - place)


def _fixed(robot: Xml.Element, name: str, parent: str, child: str, place: ArrayLike) -> None:
    joint = Xml.SubElement(robot, "joint", name=name, type="fixed")
    Xml.SubElement(joint, "origin", xyz=_numbers(place), rpy="0 0 0")
    Xml.SubElement(joint, "parent", link=parent)
    Xml.SubElement(joint, "child", link=child)


def _phalanx(link: Xml.Element, finger: str, phalanx: int, bone: Array) -> None:
    """A cylinder between two balls; the last one ends with its surface at the tip.

    The metacarpal of the thumb is thinner where it lies in the palm, and only its far half collides.
    """
    radius, last = RADII[finger][phalanx], phalanx == 2
    length = float(np.linalg.norm(bone))
    along = bone / length
    metacarpal = finger == "thumb" and phalanx == 0
    start, end = (0.5 * length if metacarpal else 0.0), (length - radius if last else length)
    mass = DENSITY * np.pi * radius**2 * length
    _inertial(link, bone / 2, mass, mass * _rod(radius, length, along))
    if metacarpal:
        _cylinder(link, radius * 0.8, np.zeros(3), along * start, "dark", collides=False)
    _sphere(link, radius, along * start, "dark", collides=metacarpal)
    _cylinder(link, radius, along * start, along * end, "light")
    if last:
        _sphere(link, radius, along * end, "pad")
    shown = link.findall("visual")[-1]  # RViz paints all shapes of a link like the first one (ros2/rviz issue 1293)
    link.remove(shown)
    link.insert(0, shown)


def _rod(radius: float, length: float, along: Array) -> Array:
    """Inertia per mass of a cylinder about its middle [m²]. Shape (3, 3)."""
    across = (3 * radius**2 + length**2) / 12
    return across * np.eye(3) + (radius**2 / 2 - across) * np.outer(along, along)


def _inertial(link: Xml.Element, centre: ArrayLike, mass: float, inertia: Array) -> None:
    inertial = Xml.SubElement(link, "inertial")
    Xml.SubElement(inertial, "origin", xyz=_numbers(centre), rpy="0 0 0")
    Xml.SubElement(inertial, "mass", value=_numbers([mass]))
    pairs = {"ixx": (0, 0), "ixy": (0, 1), "ixz": (0, 2), "iyy": (1, 1), "iyz": (1, 2), "izz": (2, 2)}
    Xml.SubElement(inertial, "inertia", {key: _numbers([inertia[pair]]) for key, pair in pairs.items()})


def _box(link: Xml.Element, size: ArrayLike, centre: ArrayLike, material: str) -> None:
    _shape(link, "box", {"size": _numbers(size)}, centre, np.zeros(3), material, True)


def _sphere(link: Xml.Element, radius: float, centre: Array, material: str, collides: bool = True) -> None:
    _shape(link, "sphere", {"radius": _numbers([radius])}, centre, np.zeros(3), material, collides)


def _cylinder(link: Xml.Element, radius: float, start: Array, end: Array, material: str, collides: bool = True) -> None:
    x, y, z = end - start
    size = {"radius": _numbers([radius]), "length": _numbers([np.linalg.norm(end - start)])}
    turn = np.array([0.0, np.arctan2(np.hypot(x, y), z), np.arctan2(y, x)])
    _shape(link, "cylinder", size, (start + end) / 2, turn, material, collides)


def _shape(
    link: Xml.Element,
    kind: str,
    size: dict[str, str],
    centre: ArrayLike,
    turn: Array,
    material: str,
    collides: bool,
) -> None:
    for tag in ("visual", "collision") if collides else ("visual",):
        element = Xml.SubElement(link, tag)
        Xml.SubElement(element, "origin", xyz=_numbers(centre), rpy=_numbers(turn))
        Xml.SubElement(Xml.SubElement(element, "geometry"), kind, size)
        if tag == "visual":
            Xml.SubElement(element, "material", name=material)


def _numbers(values: ArrayLike) -> str:
    return " ".join(f"{round(float(value), 9) + 0.0:.6g}" for value in np.asarray(values, dtype=np.float64))


def main() -> None:
    """Write the files."""
    for name in FILES:
        (FOLDER / f"{name}.urdf").write_text(urdf(name), encoding="utf-8")


if __name__ == "__main__":
    main()
