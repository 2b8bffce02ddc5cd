"""What is drawn of a robot, and of the human hand beside it: stages for the renderers of `nsa_ros.viewer`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.part import Colour, Part
from nsa_ros.body.solids import Mesh, ball, ellipsoid, half_space, intersection, rounded_cone, union, wrap
from nsa_ros.errors import NsaError
from nsa_ros.rehearsal.shape import Segment, palm_bars, segments
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.human import FINGERS, PALM_AXES
from nsa_ros.viewer.scene import CARRIER_INDEX, Lit, Placed, Scene, default_scene

Array = NDArray[np.float64]

PLASTIC: Colour = (0.70, 0.715, 0.74)
DARK: Colour = (0.17, 0.18, 0.20)
PALM: Colour = (0.50, 0.52, 0.56)
TIPS: dict[str, Colour] = dict(
    zip(FINGERS, [(0.80, 0.26, 0.20), (0.88, 0.56, 0.14), (0.36, 0.62, 0.24), (0.18, 0.50, 0.75), (0.48, 0.33, 0.66)],
        strict=True)
)  # fmt: skip
"""Of the fingertips."""

_VISOR = np.array([0.035, 0.045, 0.045])
"""Half the size of a visor, forwards, sideways and upwards [m]."""


class RobotStage:
    """A robot, or one of its hands seen from its palm.

    Pictures have x to the right, y up, z towards the viewer. A hand has its fingers up and its palm to the viewer; a
    robot with arms faces the viewer.

    Attributes:
        robot: what is drawn.
        side: of the hand alone; None for the whole robot.

    Args:
        robot: what is drawn.
        side: `left` or `right` for that hand alone; the whole robot when left out.

    Raises:
        NsaError: the robot has no hand of that side.
    """

    def __init__(self, robot: Robot, side: str | None = None) -> None:
        if side is not None and side not in robot.hands:
            raise NsaError(f"{robot.file}: has no {side} hand; it has {', '.join(robot.hands) or 'none'}")
        self.robot, self.side = robot, side
        self._kinematics = robot.kinematics

    @property
    def carriers(self) -> tuple[str, ...]:
        """The robot's links."""
        return self._kinematics.links

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Its pieces: bars between dark joints."""
        bars = segments(self.robot)
        drawn = [bar for bar in bars if (bar.side == self.side and bar.part != "arm") or self.side is None]
        for side, hand in self.robot.hands.items():
            if self.side in (side, None) and any(c.link == hand.palm for c in self.robot.capsules):
                drawn += palm_bars(self.robot, hand)
        whole = (*_waist(self.robot, drawn), *_visor(self.robot)) if self.side is None else ()
        return (*_pieces(drawn), *whole)

    @cached_property
    def lit(self) -> Lit:
        """Around the hand, or the robot's upper body."""
        if self.side is not None:
            return Lit(self.robot.hands[self.side].palm, (0.0, 0.06, 0.0), 0.26)
        return Lit(self._middle, (0.0, 0.15, 0.1), 0.75)

    def place(self, q: ArrayLike) -> Placed:
        """The links for positions of the driven joints. (..., n) -> (..., L, 3), (..., L, 3, 3)."""
        positions, rotations = self._kinematics.frames(q)
        if self.side is None:
            turn = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])  # y, z, x of the robot
            return Placed(positions @ turn.T, turn @ rotations)
        hand = self.robot.hands[self.side]
        palm = self._kinematics.index(hand.palm)
        turn = _upright(self.side) @ hand.axes @ np.swapaxes(rotations[..., palm, :, :], -1, -2)
        moved = positions - positions[..., palm, None, :]
        return Placed((turn[..., None, :, :] @ moved[..., None])[..., 0], turn[..., None, :, :] @ rotations)

    @property
    def _middle(self) -> str:
        arms = list(self.robot.arms.values())
        return arms[0].base if arms else self._kinematics.links[0]


class HumanHand:
    """The mannequin's hand as `RobotStage` shows a robot's.

    Attributes:
        side: left or right.
    """

    def __init__(self, side: str = "right", scene: Scene | None = None) -> None:
        self.side, self._scene = side, scene or default_scene()

    @property
    def carriers(self) -> tuple[str, ...]:
        """Those of the mannequin."""
        return self._scene.carriers

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The hand's pieces."""
        own = (f"{self.side}_wrist", *(f"{self.side}_{finger}{i}" for finger in FINGERS for i in (1, 2, 3)))
        return tuple(part for part in self._scene.parts if part.carrier in own)

    @property
    def lit(self) -> Lit:
        """Around the hand."""
        return Lit(f"{self.side}_wrist", (0.0, 0.08, 0.0), 0.22)

    def place(self, poses: ArrayLike) -> Placed:
        """The hand for poses (..., 55, 3) [rad]."""
        poses = np.asarray(poses, dtype=np.float64)
        placed = self._scene.place(poses, np.zeros((*poses.shape[:-2], 10)))
        wrist = CARRIER_INDEX[f"{self.side}_wrist"]
        turn = _upright(self.side) @ PALM_AXES[self.side] @ np.swapaxes(placed.rotations[..., wrist, :, :], -1, -2)
        moved = placed.positions - placed.positions[..., wrist, None, :]
        turned = (turn[..., None, :, :] @ moved[..., None])[..., 0]
        return Placed(turned, turn[..., None, :, :] @ placed.rotations)


def _upright(side: str) -> Array:
    """Palm coordinates (distal, palmar, radial) to picture axes: fingers up, palm to the viewer."""
    right = 1.0 if side == "right" else -1.0
    return np.array([[0.0, 0.0, right], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def _pieces(bars: Sequence[Segment]) -> Iterator[Part]:
    groups: dict[tuple[str, str], list[Segment]] = {}
    for i, bar in enumerate(bars):
        name = f"{bar.part}_{bar.side}_{bar.name}_{i}"
        if bar.part in ("palm", "body"):
            groups.setdefault((bar.link, bar.part), []).append(bar)
        elif bar.part == "arm" or bar.length < 0.6 * bar.radius:
            short = bar.length < 1.5 * bar.radius
            slim = bar._replace(radius=0.97 * bar.radius) if short else bar
            yield Part(name, bar.link, DARK if short else PLASTIC, _capsule(slim))
        else:
            yield from _bar(name, bar)
    for (link, part), group in groups.items():
        yield Part(f"{part}_{link}", link, PALM if part == "palm" else PLASTIC, _blended(group))


def _waist(robot: Robot, bars: Sequence[Segment]) -> Iterator[Part]:
    """A dark bar from the root's capsules to the lowest one of what the arms stand on."""
    bases = {arm.base for arm in robot.arms.values()}
    low = [bar for bar in bars if bar.link == robot.urdf.links[0] and bar.part == "body"]
    high = [bar for bar in bars if bar.link in bases and bar.part == "body"]
    if low and high:
        positions, rotations = robot.kinematics.frames(robot.rest)
        base = robot.kinematics.index(high[0].link)
        top = positions[base] + rotations[base] @ np.mean([bar.start for bar in high], axis=0)
        bottom = np.mean([(bar.start + bar.end) / 2 for bar in low], axis=0)
        bar = Segment(low[0].link, bottom, top, 0.8 * high[0].radius, "body", "", "")
        yield Part("waist", bar.link, DARK, _capsule(bar))


def _visor(robot: Robot) -> Iterator[Part]:
    """A dark visor where the YAML says that the robot's face is."""
    if robot.face is not None:
        centre = robot.face.at - 0.35 * _VISOR * np.eye(3)[0]
        near, far = centre - 1e-4 * np.eye(3)[1], centre + 1e-4 * np.eye(3)[1]
        shape = ellipsoid(centre, _VISOR)
        yield Part("visor", robot.face.link, DARK, wrap(shape, near, far, 0.1, around=24, along=0, caps=8))


def _capsule(bar: Segment) -> Mesh:
    end = bar.end + np.array([0.0, 0.0, 1e-4]) * (bar.length < 1e-4)
    solid = rounded_cone(bar.start, end, bar.radius, bar.radius)
    grid = {"around": 24, "along": 2, "caps": 6}
    return wrap(solid, bar.start, end, 1.6 * bar.radius, front=_aside(end - bar.start), **grid)


def _bar(name: str, bar: Segment) -> Iterator[Part]:
    """A light bar with cut ends, its joint as a dark ball; the end of a fingertip in its colour."""
    axis = (bar.end - bar.start) / bar.length
    r, tip = bar.radius, bar.part == "tip"
    gap = min(0.55 * r, 0.3 * bar.length)
    first, last = bar.start + gap * axis, bar.end - (0.0 if tip else gap) * axis
    whole = rounded_cone(bar.start, bar.end, r, 0.88 * r if tip else 0.96 * r)
    cuts = [half_space(first, -axis)] + ([] if tip else [half_space(last, axis)])
    split = bar.start + max(0.5 * bar.length, bar.length - 1.2 * r) * axis
    front = _aside(axis)
    grid = {"around": 20, "along": 3, "caps": 5}
    shaft = intersection(whole, *cuts, *([half_space(split, axis)] if tip else []), blend=0.25 * r)
    end = split if tip else last
    inner = 0.12 * np.linalg.norm(end - first)
    yield Part(
        name, bar.link, PLASTIC, wrap(shaft, first + inner * axis, end - inner * axis, 2 * r, front=front, **grid)
    )
    joint = wrap(
        ball(bar.start, 0.93 * r),
        bar.start - 1e-4 * axis,
        bar.start + 1e-4 * axis,
        2 * r,
        front=front,
        around=18,
        along=0,
        caps=7,
    )
    yield Part(f"{name}_joint", bar.link, DARK, joint)
    if tip:
        cap = intersection(whole, half_space(split, -axis), blend=0.1 * r)
        mesh = wrap(cap, split + 0.15 * r * axis, bar.end, 2 * r, front=front, **grid)
        yield Part(f"{name}_tip", bar.link, TIPS[bar.name], mesh)


def _blended(bars: Sequence[Segment]) -> Mesh:
    """One smooth piece around bars that lie side by side or one above the other."""
    radius = min(bar.radius for bar in bars)
    solid = union(*[rounded_cone(bar.start, bar.end, bar.radius, bar.radius) for bar in bars], blend=1.4 * radius)
    low, high = np.mean([bar.start for bar in bars], axis=0), np.mean([bar.end for bar in bars], axis=0)
    middles = np.array([(bar.start + bar.end) / 2 for bar in bars])
    if np.ptp(middles, axis=0).max() > np.linalg.norm(high - low):
        axis = np.argmax(np.ptp(middles, axis=0))
        low, high = middles[middles[:, axis].argmin()], middles[middles[:, axis].argmax()]
    return wrap(solid, low, high + 1e-4, 0.3, around=40, along=14, caps=8, front=_aside(high - low))


def _aside(axis: Array) -> Array:
    """A direction that is not that of `axis`."""
    return np.asarray(np.eye(3)[int(np.argmin(np.abs(axis)))])
