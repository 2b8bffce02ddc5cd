"""The parts of a robot, as its YAML names them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

METHODS = ("optimise", "search", "joints")
"""How a hand follows: fingertips and finger directions by optimisation, the same with a search, or joint by joint."""

CONTROLLERS = ("joint_trajectory", "position", "joint_state")
"""How a controller is commanded: by JointTrajectory, Float64MultiArray or JointState messages."""


@dataclass(frozen=True)
class Point:
    """A point that a link carries, `at` in the link's frame [m]. Shape (3,)."""

    link: str
    at: Array


@dataclass(frozen=True)
class Capsule:
    """All points within `radius` [m] of a line between two points in a link's frame [m]. Shapes (3,)."""

    link: str
    start: Array
    end: Array
    radius: float


@dataclass(frozen=True)
class Finger:
    """One finger of a robot.

    Attributes:
        name: one of `FINGERS`.
        follows: human fingers that it follows; of several the most extended leads.
        points: those of `POINTS` that it has, in that order.
    """

    name: str
    follows: tuple[str, ...]
    points: dict[str, Point]


@dataclass(frozen=True)
class Row:
    """A row of the direct map: robot joint = scale × human coordinate + offset [rad].

    Attributes:
        joint: of the robot.
        source: human coordinate without its side (`RevoluteModel.names`), e.g. `index1_flexion`.
        scale: [-].
        offset: [rad].
    """

    joint: str
    source: str
    scale: float
    offset: float


@dataclass(frozen=True)
class Hand:
    """One hand of a robot.

    Attributes:
        side: left or right.
        palm: link whose frame is the palm's.
        axes: distal, palmar and radial (rows) in that frame. Shape (3, 3).
        method: one of `METHODS`.
        radius: of the fingers [m].
        fingers: in the order of `FINGERS`.
        rows: the direct map.
        joints: driven joints, in the order of the URDF.
    """

    side: str
    palm: str
    axes: Array
    method: str
    radius: float
    fingers: tuple[Finger, ...]
    rows: tuple[Row, ...]
    joints: tuple[str, ...]


@dataclass(frozen=True)
class Arm:
    """One arm of a robot.

    Attributes:
        side: left or right.
        base: link that it stands on.
        shoulder: link at the middle of the shoulder.
        elbow: link at the elbow.
        wrist: link that the arm's last joint carries.
        radius: of upper arm and forearm [m].
        scale: of the signer's space to the robot's; None for the ratio of the arms' lengths [-].
        joints: driven joints between base and wrist.
    """

    side: str
    base: str
    shoulder: str
    elbow: str
    wrist: str
    radius: float
    scale: float | None
    joints: tuple[str, ...]


@dataclass(frozen=True)
class Controller:
    """A controller of the robot: its name, its type (`CONTROLLERS`) and its joints in its own order."""

    name: str
    kind: str
    joints: tuple[str, ...]
