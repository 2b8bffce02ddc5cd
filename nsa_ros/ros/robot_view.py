"""RViz's view of robots beside the signing figure: where each stands, what it looks like, and what RViz has to show.

Lengths are in metres, in the frame of the figure: x ahead, y to its left, z up.
"""

from __future__ import annotations

import xml.etree.ElementTree as Xml
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from nsa_ros.robots.capsules import robot_capsules
from nsa_ros.robots.description.robot import Robot

Array = NDArray[np.float64]

FIGURE = 0.38
"""How far the figure reaches to both sides [m]."""

HAND_AHEAD, HAND_BESIDE, HAND_HEIGHT = 0.6, 0.28, 0.45
"""Where a robot hand without an arm is: ahead and above, its middle; beside, its inner edge [m]."""

SLOPE = 0.42
"""Half the width that RViz shows at a distance, per that distance; for a window half as wide again as it is high."""

CAPSULE = "0.62 0.65 0.70 1"
"""Colour of capsules."""


@dataclass(frozen=True)
class Placed:
    """A robot beside the figure.

    Attributes:
        position: of its root link [m]. Shape (3,).
        rotation: of its root link.
        ahead: how far it reaches towards who looks at the figure [m].
        left: how far it reaches to the figure's left [m].
        right: how far it reaches to the figure's right; less than `left` [m].
    """

    position: Array
    rotation: Rotation
    ahead: float
    left: float
    right: float


def placed(robots: Sequence[Robot]) -> list[Placed]:
    """Where robots stand: each beside the figure on the side of its first hand, further out than those before it.

    A robot with arms looks ahead, as the figure does; of one without, the fingers point up and the palm ahead.
    """
    edges = {"left": 0.0, "right": 0.0}
    found = []
    for robot in robots:
        side, hand = next(iter(robot.hands.items()))
        frames, kinematics = robot.kinematics.frames(robot.rest), robot.kinematics
        palm = frames.rotations[kinematics.links.index(hand.palm)]
        distal, palmar = (palm @ hand.axes[:2].T).T
        turn = np.eye(3) if robot.arms else np.stack([palmar, np.cross(distal, palmar), distal])
        points = frames.positions @ turn.T
        low, high = points.min(axis=0) - 0.03, points.max(axis=0) + 0.03
        away = max(edges[side], FIGURE if robot.arms else HAND_BESIDE)
        edges[side] = away + high[1] - low[1]
        y = away - low[1] if side == "left" else -away - high[1]
        at = np.array([0.0, y, 0.0] if robot.arms else [HAND_AHEAD, y, HAND_HEIGHT - (low[2] + high[2]) / 2])
        ahead, left, right = at[0] + high[0], y + high[1], y + low[1]
        found.append(Placed(at, Rotation.from_matrix(turn), float(ahead), float(left), float(right)))
    return found


def description(robot: Robot) -> str:
    """The URDF of a robot to look at: without masses; meshes that it names relative to itself by their place here.

    Where one of them is not there, the robot is drawn as its capsules instead (`nsa_ros.robots.capsules`).
    """
    root, missing = Xml.fromstring(robot.urdf.file.read_bytes()), False
    _remove(root, "inertial")
    for mesh in root.iter("mesh"):
        name = mesh.get("filename", "")
        if "://" not in name:
            file = robot.urdf.file.resolve().parent / name
            mesh.set("filename", file.as_uri())
            missing |= not file.is_file()
    if missing:
        _draw_capsules(root, robot)
    return Xml.tostring(root, encoding="unicode")


def _draw_capsules(root: Xml.Element, robot: Robot) -> None:
    """Put capsules into a URDF in the place of all that is drawn there."""
    links = {link.get("name", ""): link for link in root.findall("link")}
    _remove(root, "visual", "collision")
    Xml.SubElement(Xml.SubElement(root, "material", name="capsule"), "color", rgba=CAPSULE)
    for capsule in robot_capsules(robot).shapes:
        link, radius, along = links[capsule.link], f"{capsule.radius:.6f}", capsule.end - capsule.start
        turn = np.array([0.0, np.arctan2(np.hypot(*along[:2]), along[2]), np.arctan2(along[1], along[0])])
        length = f"{np.linalg.norm(along):.6f}"
        _draw(link, (capsule.start + capsule.end) / 2, turn, "cylinder", radius=radius, length=length)
        for end in (capsule.start, capsule.end):
            _draw(link, end, np.zeros(3), "sphere", radius=radius)


def _remove(root: Xml.Element, *tags: str) -> None:
    """Take elements of some tags out of every link."""
    for link in root.findall("link"):
        for element in [element for element in link if element.tag in tags]:
            link.remove(element)


def _draw(link: Xml.Element, at: Array, turn: Array, shape: str, **size: str) -> None:
    visual = Xml.SubElement(link, "visual")
    xyz, rpy = (" ".join(f"{value:.6f}" for value in row) for row in (at, turn))
    Xml.SubElement(visual, "origin", xyz=xyz, rpy=rpy)
    Xml.SubElement(Xml.SubElement(visual, "geometry"), shape, size)
    Xml.SubElement(visual, "material", name="capsule")


def view(figure: str, prefixes: Sequence[str], places: Sequence[Placed]) -> str:
    """RViz's configuration with robots in it, without panels, so that there is room for them.

    Args:
        figure: the configuration that shows the figure alone.
        prefixes: of each robot's frames and of its topic `robot_description`.
        places: of each robot.
    """
    config: dict[str, Any] = yaml.safe_load(figure)
    manager = config["Visualization Manager"]
    model = next(shown for shown in manager["Displays"] if shown["Class"] == "rviz_default_plugins/RobotModel")
    for prefix in prefixes:
        topic = {**model["Description Topic"], "Value": f"{prefix}/robot_description"}
        manager["Displays"].append({**model, "Name": prefix, "Description Topic": topic, "TF Prefix": prefix})
    look_at(manager["Views"]["Current"], places)
    config["Panels"] = []
    return yaml.safe_dump(config, sort_keys=False)


def look_at(camera: dict[str, Any], places: Sequence[Placed]) -> None:
    """Move a camera of RViz aside, and back if need be, so that it shows figure and robots from side to side."""
    middle, distance = camera["Focal Point"]["X"], camera["Distance"]
    lefts = [(0.0, FIGURE), *((place.ahead, place.left) for place in places)]
    rights = [(0.0, -FIGURE), *((place.ahead, place.right) for place in places)]
    for (x, left), (other, right) in product(lefts, rights):
        distance = max(distance, ((left - right) / SLOPE + x + other) / 2 - middle)
    eye = middle + distance
    leftmost = max(left - SLOPE * (eye - x) for x, left in lefts)
    rightmost = min(right + SLOPE * (eye - x) for x, right in rights)
    camera["Distance"], camera["Focal Point"]["Y"] = distance, (leftmost + rightmost) / 2
