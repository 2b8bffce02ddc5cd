"""The figure as a URDF: the same joints, limits and pieces as everywhere else, for robot_state_publisher and RViz.

`base_link` (ROS axes, REP-103) carries the figure's own frame through one fixed rotation, `ros_from_smplx`; every
other link has SMPL-X axes in the T-pose, so all joint values zero are the T-pose. Each SMPL-X joint is a chain of three
revolute joints named as in `RevoluteModel.names`; the link after the third has the SMPL-X name. The links have no mass:
this is a description to be seen and to compute frames from, not one to simulate.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.face import FACE_JOINTS, origins
from nsa_ros.body.limits import expression_limits, limits
from nsa_ros.body.mannequin import Part, mesh_file, parts
from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.body.skeleton import JOINTS, PARENTS, Skeleton

Array = NDArray[np.float64]

MESHES = "package://nsa_ros/urdf/meshes/"
"""Where the URDF looks for the mesh files of the mannequin, `<part>.stl`."""

_EFFORT = 10.0
_FIGURE = "figure"


def ros_from_smplx(vectors: ArrayLike) -> Array:
    """SMPL-X axes (x left, y up, z forward) to ROS axes (x forward, y left, z up). (..., 3) -> (..., 3)."""
    return np.asarray(vectors, dtype=np.float64)[..., [2, 0, 1]]


def urdf(skeleton: Skeleton, pieces: Sequence[Part] = (), meshes: str = MESHES) -> str:
    """The figure as URDF text.

    Args:
        skeleton: the rest figure.
        pieces: what is seen, as `mannequin.parts` gives it; each refers to the file `<part name>.stl`.
        meshes: what the file name of a piece is appended to.
    """
    model = RevoluteModel(skeleton)
    robot = Xml.Element("robot", name="signer")
    links = _Links(robot, pieces, meshes)
    links.add("base_link")
    links.add(_FIGURE)
    joint = _joint(robot, "base_link_to_figure", "fixed", "base_link", _FIGURE, (0, 0, 0))
    joint[0].set("rpy", _numbers((np.pi / 2, 0, np.pi / 2)))
    bounds = limits(model)

    def movable(name: str, kind: str, parent: str, child: str, origin: ArrayLike, axis: ArrayLike) -> None:
        links.add(child)
        i = model.names.index(name)
        _joint(robot, name, kind, parent, child, origin, axis, bounds.lower[i], bounds.upper[i], bounds.velocity[i])

    carrier = _FIGURE
    for name, axis in zip(ROOT, np.eye(3), strict=True):
        movable(name, "prismatic", carrier, f"{name}_link", (0, 0, 0), axis)
        carrier = f"{name}_link"
    offsets = skeleton.offsets
    for index, smplx in enumerate(JOINTS):
        carrier = JOINTS[PARENTS[index]] if index else carrier
        names = model.names[len(ROOT) + 3 * index :][:3]
        for turn, name in enumerate(names):
            child = smplx if turn == 2 else f"{name}_link"
            origin = offsets[index] if turn == 0 else (0, 0, 0)
            movable(name, "revolute", carrier, child, origin, model.axes[index, turn])
            carrier = child
    for face, origin in zip(FACE_JOINTS, origins(skeleton), strict=True):
        links.add(face.name)
        speed = _face_speed(face.gains)
        _joint(robot, face.name, face.kind, face.parent, face.name, origin, face.axis, face.lower, face.upper, speed)
    Xml.indent(robot)
    return '<?xml version="1.0"?>\n' + Xml.tostring(robot, encoding="unicode") + "\n"


def write_urdf(skeleton: Skeleton, folder: str | Path) -> None:
    """Write `signer.urdf` and `meshes/*.stl` into a folder; files of pieces that no longer exist are removed."""
    folder = Path(folder)
    pieces = parts(skeleton)
    meshes = folder / "meshes"
    meshes.mkdir(parents=True, exist_ok=True)
    for stale in {path.name for path in meshes.glob("*.stl")} - {f"{part.name}.stl" for part in pieces}:
        (meshes / stale).unlink()
    for part in pieces:
        (meshes / f"{part.name}.stl").write_bytes(mesh_file(part))
    (folder / "signer.urdf").write_text(urdf(skeleton, pieces), encoding="utf-8")


class _Links:
    """Adds links with the pieces that they carry and the materials on first use."""

    def __init__(self, robot: Xml.Element, pieces: Sequence[Part], meshes: str) -> None:
        self._robot, self._pieces, self._meshes = robot, pieces, meshes
        self._materials: dict[tuple[float, float, float], str] = {}

    def add(self, name: str) -> None:
        """A link; pieces of another colour than its first ride on fixed links, as RViz paints a link in one colour."""
        link = Xml.SubElement(self._robot, "link", name=name)
        painted: tuple[float, ...] = ()
        for part in self._pieces:
            if part.carrier != name:
                continue
            painted = painted or part.colour
            if part.colour == painted:
                self._show(link, part)
            else:
                child = f"{part.name}_piece"
                self._show(Xml.SubElement(self._robot, "link", name=child), part)
                _joint(self._robot, f"{child}_fixed", "fixed", name, child, (0, 0, 0))

    def _show(self, link: Xml.Element, part: Part) -> None:
        visual = Xml.SubElement(link, "visual")
        geometry = Xml.SubElement(visual, "geometry")
        Xml.SubElement(geometry, "mesh", filename=f"{self._meshes}{part.name}.stl")
        self._paint(visual, part.colour)

    def _paint(self, visual: Xml.Element, colour: tuple[float, float, float]) -> None:
        known = colour in self._materials
        name = self._materials.setdefault(colour, f"colour_{len(self._materials)}")
        material = Xml.SubElement(visual, "material", name=name)
        if not known:
            Xml.SubElement(material, "color", rgba=_numbers((*colour, 1.0)))


def _joint(
    robot: Xml.Element,
    name: str,
    kind: str,
    parent: str,
    child: str,
    origin: ArrayLike,
    axis: ArrayLike | None = None,
    lower: float = 0.0,
    upper: float = 0.0,
    velocity: float = 0.0,
) -> Xml.Element:
    joint = Xml.SubElement(robot, "joint", name=name, type=kind)
    Xml.SubElement(joint, "origin", xyz=_numbers(origin), rpy="0 0 0")
    Xml.SubElement(joint, "parent", link=parent)
    Xml.SubElement(joint, "child", link=child)
    if axis is not None:
        Xml.SubElement(joint, "axis", xyz=_numbers(axis))
        bounds = {"lower": lower, "upper": upper, "velocity": velocity, "effort": _EFFORT}
        Xml.SubElement(joint, "limit", {key: _numbers([value]) for key, value in bounds.items()})
    return joint


def _face_speed(gains: dict[str, float]) -> float:
    """Greatest speed of a face joint when every coefficient that moves it does so at its limit."""
    return float(expression_limits().velocity[0] * sum(abs(gain) for gain in gains.values()))


def _numbers(values: ArrayLike) -> str:
    return " ".join(f"{round(float(value), 9) + 0.0:.9g}" for value in np.asarray(values, dtype=np.float64))
