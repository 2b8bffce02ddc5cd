"""Pictures and films of robots' hands beside the signer's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

from nsa_ros.errors import NsaError
from nsa_ros.rehearsal.figure import HumanHand, RobotStage
from nsa_ros.robots.description.robot import Robot
from nsa_ros.viewer.caption import font
from nsa_ros.viewer.film import renderer
from nsa_ros.viewer.scene import Camera

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

FIELD = 0.30
"""Vertical field of view [rad]."""

MARGIN = 1.06
"""By how much the picture is larger than what it shows."""

TURN, RISE = np.radians(24.0), 0.10
"""How far the eye is turned towards the thumb's side, and how much it is raised, of its distance."""

BACKDROP = (0.90, 0.915, 0.935)
"""Colour behind hands."""

_INK, _FAINT, _PAPER = (28, 34, 44), (122, 130, 142), (247, 248, 250)


class HandView:
    """A hand and the eye that looks at it, as large as the picture allows.

    Args:
        stage: a robot's hand (`RobotStage` with a side) or the signer's (`HumanHand`).
        shown: everything that must be seen, for `place` of the stage. Shape (k, ...).
        size: width and height of a picture [pixels].
    """

    def __init__(self, stage: RobotStage | HumanHand, shown: ArrayLike, size: tuple[int, int]) -> None:
        self.stage, self._drawing = stage, renderer(stage, size, BACKDROP)
        turn = TURN if stage.side == "right" else -TURN
        back = np.array([np.sin(turn), RISE, np.cos(turn)])
        back /= np.linalg.norm(back)
        right = np.cross([0.0, 1.0, 0.0], back)
        right /= np.linalg.norm(right)
        up, corners = np.cross(back, right), _corners(stage, np.asarray(shown, dtype=np.float64))
        across, along, near = (corners @ axis for axis in (right, up, back))
        x, y = (_middle(values) for values in (across, along))
        reach = np.maximum(np.abs(along - y), np.abs(across - x) * size[1] / size[0])
        away = (MARGIN * reach / np.tan(FIELD / 2) + near).max()
        middle = x * right + y * up
        self._camera = Camera(tuple(middle + away * back), tuple(middle), FIELD)

    def draw(self, values: ArrayLike) -> Picture:
        """The hand for what `place` of its stage takes. Shape (height, width, 3)."""
        return self._drawing.render(self.stage.place(values), self._camera)

    def close(self) -> None:
        """Give the renderer back."""
        self._drawing.close()


def _corners(stage: RobotStage | HumanHand, shown: Array) -> Array:
    """Points on all its pieces in all that is shown [m]. Shape (points, 3)."""
    placed, index = stage.place(shown), {name: i for i, name in enumerate(stage.carriers)}
    rows = []
    for part in stage.parts:
        carrier, own = index[part.carrier], part.mesh.vertices[::3]
        rows.append(own @ np.swapaxes(placed.rotations[:, carrier], -1, -2) + placed.positions[:, carrier, None])
    return np.concatenate(rows, axis=1).reshape(-1, 3)


def _middle(values: Array) -> float:
    return float(values.min() + values.max()) / 2


def draw(robot: Robot, q: ArrayLike, side: str | None = None, size: tuple[int, int] = (240, 240)) -> Picture:
    """Pictures of a robot's hand, its fingers up and its palm to the viewer.

    Args:
        robot: whose hand.
        q: positions of the driven joints [rad]. Shape (k, n).
        side: left or right; the right hand, or the only one, when left out.
        size: width and height of a picture [pixels].

    Returns:
        Shape (k, height, width, 3).

    Raises:
        NsaError: the robot has no hand of that side.
    """
    q = np.atleast_2d(np.asarray(q, dtype=np.float64))
    view = HandView(RobotStage(robot, side or main_side(robot)), np.concatenate([q, robot.rest[None]]), size)
    try:
        return np.stack([view.draw(row) for row in q])
    finally:
        view.close()


def main_side(robot: Robot) -> str:
    """The hand that signs: the right one, or the only one.

    Raises:
        NsaError: the robot has no hand.
    """
    if not robot.hands:
        raise NsaError(f"{robot.file}: has no hands")
    return "right" if "right" in robot.hands else next(iter(robot.hands))


def sheet(
    path: str | Path,
    robot: Robot,
    names: Sequence[str],
    poses: ArrayLike,
    q: ArrayLike,
    *,
    side: str | None = None,
    columns: int = 7,
    cell: int = 140,
    notes: Sequence[str] = (),
) -> None:
    """A contact sheet: for each name the signer's hand and, beside it, the robot's. Written as a small `.png`.

    Args:
        path: file to write.
        robot: whose hand.
        names: what is written above each pair.
        poses: of the signer [rad]. Shape (k, 55, 3).
        q: positions of the robot's driven joints [rad]. Shape (k, n).
        side: left or right; the right hand, or the only one, when left out.
        columns: pairs in a row.
        cell: width and height of one picture [pixels].
        notes: a small word beside each name.

    Raises:
        NsaError: the robot has no hand of that side, or the numbers of names, poses and q differ.
    """
    poses, q = np.asarray(poses, dtype=np.float64), np.asarray(q, dtype=np.float64)
    if not len(names) == len(poses) == len(q):
        raise NsaError(f"a sheet of {len(names)} names needs as many poses and q, not {len(poses)} and {len(q)}")
    side = side or main_side(robot)
    human = HandView(HumanHand(side), poses, (cell, cell))
    machine = HandView(RobotStage(robot, side), q, (cell, cell))
    bar, gap = 22, 6
    rows = -(-len(names) // columns)
    page = Image.new("RGB", (columns * (2 * cell + gap) - gap, rows * (cell + bar)), _PAPER)
    pen = ImageDraw.Draw(page)
    for n, name in enumerate(names):
        left, top = n % columns * (2 * cell + gap), n // columns * (cell + bar)
        pen.text((left + 6, top + bar / 2), name, _INK, font=font(14, bold=True), anchor="lm")
        if notes:
            pen.text((left + 2 * cell - 4, top + bar / 2), notes[n], _FAINT, font=font(11), anchor="rm")
        for x, view, values in ((left, human, poses[n]), (left + cell, machine, q[n])):
            page.paste(Image.fromarray(view.draw(values)), (x, top + bar))
    human.close()
    machine.close()
    page.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, "PNG", optimize=True)
