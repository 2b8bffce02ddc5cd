"""A robot in MuJoCo: its URDF with capsules for shapes and position servos for drives.

Servos are as strong as the URDF's effort and as fast as its velocity: their torque falls with speed, as that of a motor
does, to nothing at `NO_LOAD` of it. Their stiffness gives the joint a natural frequency of `FREQUENCY` on the inertia
that it sees, critically damped; the rotor's share of the inertia (`ARMATURE`) is added, since URDFs leave it out
(Featherstone, Rigid Body Dynamics Algorithms, 2008, ch. 9.6).
"""

from __future__ import annotations

from typing import NamedTuple
from xml.etree import ElementTree as Xml

import mujoco
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

from nsa_ros.errors import NsaError
from nsa_ros.rehearsal.shape import Segment, segments
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.description.urdf import Joint

Array = NDArray[np.float64]

STEP = 0.002
"""Of the integration [s]."""

FREQUENCY = {"hand": 15.0, "arm": 10.0}
"""Natural frequency of a servo on its load [Hz]."""

ARMATURE = {"hand": 2e-4, "arm": 1e-2}
"""Inertia of a drive's rotor, seen at the joint [kg m²]."""

NO_LOAD = 1.15
"""Speed at which a motor has no torque left, of the URDF's velocity [-]."""

_STRONG = 1000.0
"""Effort of drives whose URDF names none [N m]."""

_FRICTION = 0.4
_STIFF = (2.2 * STEP, 1.0)


class Touch(NamedTuple):
    """Two links in contact, `depth` [m] in each other."""

    first: str
    second: str
    depth: float


class Simulation:
    """A robot that stands still but for its driven joints.

    Attributes:
        robot: what is simulated.
        model: MuJoCo's model.
        q: positions of the driven joints [rad]. Shape (n,).
        velocity: of the driven joints [rad/s]. Shape (n,).

    Args:
        robot: what is simulated.
        contacts: whether its parts stop each other.

    Raises:
        NsaError: MuJoCo does not take its URDF.
    """

    def __init__(self, robot: Robot, contacts: bool = True) -> None:
        self.robot = robot
        self.model = build(robot)
        if not contacts:
            self.model.opt.disableflags |= int(mujoco.mjtDisableBit.mjDSBL_CONTACT)
        self._data = mujoco.MjData(self.model)
        joints = [self.model.joint(name).id for name in robot.joints]
        self._q, self._v = self.model.jnt_qposadr[joints], self.model.jnt_dofadr[joints]
        self._links = [self.model.body(body).name for body in self.model.geom_bodyid]
        self._followers = _followers(robot, self.model)
        drives = [robot.urdf.joint(name) for name in robot.joints]
        self._fastest = np.array([drive.velocity for drive in drives])
        self._effort = np.array([min(drive.effort, _STRONG) for drive in drives])
        self.reset(robot.rest)

    def reset(self, q: ArrayLike) -> None:
        """Stand still at q [rad]. Shape (n,)."""
        mujoco.mj_resetData(self.model, self._data)
        q = np.asarray(q, dtype=np.float64)
        self._data.qpos[self._q] = q
        for address, source, multiplier, offset in self._followers:
            self._data.qpos[address] = multiplier * self._data.qpos[source] + offset
        self._data.ctrl[:] = q
        mujoco.mj_forward(self.model, self._data)

    @property
    def q(self) -> Array:
        """Positions of the driven joints [rad]. Shape (n,)."""
        return np.array(self._data.qpos[self._q])

    @property
    def velocity(self) -> Array:
        """Of the driven joints [rad/s]. Shape (n,)."""
        return np.array(self._data.qvel[self._v])

    def step(self, command: ArrayLike, seconds: float = 0.01) -> None:
        """Time goes on; the servos' set points run to `command` (n,) [rad] no faster than the joints may."""
        command, data = np.asarray(command, dtype=np.float64), self._data
        for _ in range(round(seconds / STEP)):
            data.ctrl[:] += np.clip(command - data.ctrl, -STEP * self._fastest, STEP * self._fastest)
            speed = np.clip(data.qvel[self._v] / (NO_LOAD * self._fastest), -1.0, 1.0)
            self.model.actuator_forcerange[:, 0] = -self._effort * np.minimum(1.0 + speed, 1.0)
            self.model.actuator_forcerange[:, 1] = self._effort * np.minimum(1.0 - speed, 1.0)
            mujoco.mj_step(self.model, data)

    def touching(self) -> list[Touch]:
        """Links that are in contact now, the deepest contact of each pair."""
        deepest: dict[tuple[str, str], float] = {}
        found = self._data.contact
        for geoms, distance in zip(found.geom.tolist(), found.dist.tolist(), strict=True):
            first, second = sorted(self._links[geom] for geom in geoms)
            deepest[first, second] = max(deepest.get((first, second), 0.0), -distance)
        return [Touch(*pair, depth) for pair, depth in deepest.items()]


def build(robot: Robot) -> mujoco.MjModel:
    """MuJoCo's model of a robot.

    Raises:
        NsaError: MuJoCo does not take its URDF.
    """
    try:
        spec = mujoco.MjSpec.from_string(_bare(robot))
    except (ValueError, Xml.ParseError) as error:
        raise NsaError(f"{robot.urdf.file}: MuJoCo cannot read it: {error}") from error
    spec.option.timestep = STEP
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.gravity = 9.81 * _down(robot)
    bars = segments(robot)
    for bar in bars:
        _add(spec, bar)
    for coupling in spec.equalities:
        coupling.solref = np.array(_STIFF)
    arms = {joint for arm in robot.arms.values() for joint in arm.joints}
    for joint in spec.joints:
        joint.solref_limit = np.array(_STIFF)
        joint.armature = ARMATURE["arm" if joint.name in arms else "hand"]
    model = spec.compile()
    _drive(spec, robot, model, arms)
    for a, b in _neighbours(robot, bars):
        spec.add_exclude(bodyname1=a, bodyname2=b)
    for a, b in _overlapping(spec.compile(), robot):
        spec.add_exclude(bodyname1=a, bodyname2=b)
    return spec.compile()


def _bare(robot: Robot) -> str:
    """The URDF without shapes, with every joint fixed that is neither driven nor follows one that is."""
    root = Xml.fromstring(robot.urdf.file.read_bytes())
    for element in root.findall("mujoco"):
        root.remove(element)
    for link in root.findall("link"):
        for shape in (*link.findall("visual"), *link.findall("collision")):
            link.remove(shape)
    for element in root.findall("joint"):
        joint = robot.urdf.joint(element.get("name", ""))
        if joint.moves and not _moves(robot, joint):
            _fix(element, joint, robot)
    extension = Xml.SubElement(root, "mujoco")
    Xml.SubElement(
        extension, "compiler", balanceinertia="true", fusestatic="false", boundmass="1e-5", boundinertia="1e-9"
    )
    return Xml.tostring(root, encoding="unicode")


def _moves(robot: Robot, joint: Joint) -> bool:
    while joint.mimic:
        joint = robot.urdf.joint(joint.mimic.joint)
    return joint.name in robot.joints


def _fix(element: Xml.Element, joint: Joint, robot: Robot) -> None:
    """Fix a joint where the robot's YAML says that it stands."""
    value = float(robot.fixed.get(joint.name, np.clip(0.0, joint.lower, joint.upper)))
    turned, moved = joint.rotation, joint.position
    if joint.kind == "prismatic":
        moved = moved + joint.rotation @ joint.axis * value
    else:
        turned = joint.rotation @ Rotation.from_rotvec(joint.axis * value).as_matrix()
    origin = element.find("origin")
    origin = Xml.SubElement(element, "origin") if origin is None else origin
    origin.set("rpy", " ".join(f"{a:.12g}" for a in Rotation.from_matrix(turned).as_euler("xyz")))
    origin.set("xyz", " ".join(f"{x:.12g}" for x in moved))
    element.set("type", "fixed")
    for child in ("axis", "limit", "mimic", "dynamics"):
        for found in element.findall(child):
            element.remove(found)


def _down(robot: Robot) -> Array:
    """The way things fall in the root's frame: -z for a robot with arms; a hand alone has its fingers up."""
    if robot.arms or not robot.hands:
        return np.array([0.0, 0.0, -1.0])
    hand = next(iter(robot.hands.values()))
    kinematics = robot.kinematics
    return np.asarray(-kinematics.frames(robot.rest).rotations[kinematics.index(hand.palm)] @ hand.axes[0])


def _add(spec: mujoco.MjSpec, bar: Segment) -> None:
    """A capsule of no weight of its own: the URDF has it."""
    body = spec.body(bar.link)
    shape = {"mass": 0.0, "friction": [_FRICTION, 0.005, 0.0001], "solref": [0.01, 1.0], "name": f"g{len(spec.geoms)}"}
    if bar.length < 1e-4:
        body.add_geom(type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[bar.radius, 0, 0], pos=bar.start, **shape)
    else:
        ends = np.concatenate([bar.start, bar.end])
        body.add_geom(type=mujoco.mjtGeom.mjGEOM_CAPSULE, size=[bar.radius, 0, 0], fromto=ends, **shape)


def _drive(spec: mujoco.MjSpec, robot: Robot, model: mujoco.MjModel, arms: set[str]) -> None:
    for i, name in enumerate(robot.joints):
        inertia = float(model.dof_M0[model.jnt_dofadr[model.joint(name).id]])
        frequency = 2 * np.pi * FREQUENCY["arm" if name in arms else "hand"]
        actuator = spec.add_actuator(name=name, target=name, trntype=mujoco.mjtTrn.mjTRN_JOINT)
        actuator.set_to_position(kp=inertia * frequency**2, kv=2 * inertia * frequency)
        actuator.ctrlrange = np.array([robot.limits.lower[i], robot.limits.upper[i]])
        actuator.ctrllimited = actuator.forcelimited = True
        actuator.forcerange = np.array([-_STRONG, _STRONG])


def _neighbours(robot: Robot, bars: tuple[Segment, ...]) -> list[tuple[str, str]]:
    """Links with shapes of which one carries the other, and no link with a shape lies between."""
    shaped, root, rows = {bar.link for bar in bars}, robot.urdf.links[0], []
    for link in sorted(shaped - {root}):
        inner = robot.urdf.carrier[link].parent
        while inner != root and inner not in shaped:
            inner = robot.urdf.carrier[inner].parent
        rows.append((inner, link))
    return rows


def _overlapping(model: mujoco.MjModel, robot: Robot) -> list[tuple[str, str]]:
    """Links that are in each other at rest: bars are thicker there than what they stand for."""
    data = mujoco.MjData(model)
    joints = [model.jnt_qposadr[model.joint(name).id] for name in robot.joints]
    data.qpos[joints] = robot.rest
    for address, source, multiplier, offset in _followers(robot, model):
        data.qpos[address] = multiplier * data.qpos[source] + offset
    mujoco.mj_forward(model, data)
    bodies = {tuple(sorted(int(model.geom_bodyid[g]) for g in contact.geom)) for contact in data.contact}
    return [(model.body(a).name, model.body(b).name) for a, b in bodies]


def _followers(robot: Robot, model: mujoco.MjModel) -> list[tuple[int, int, float, float]]:
    """Mimic joints, each after the one it follows: address, address of that one, multiplier, offset."""
    rows = []
    for joint in robot.urdf.joints:
        if joint.mimic and _moves(robot, joint):
            address = [int(model.jnt_qposadr[model.joint(name).id]) for name in (joint.name, joint.mimic.joint)]
            rows.append((address[0], address[1], joint.mimic.multiplier, joint.mimic.offset))
    return rows
