"""Films of robots: the alphabet on a hand beside the signer's, and a sentence with arms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from nsa_ros.rehearsal.figure import HumanHand, RobotStage
from nsa_ros.rehearsal.measures import Letter
from nsa_ros.rehearsal.pictures import HandView, main_side, sheet
from nsa_ros.rehearsal.play import TICK, Run
from nsa_ros.robots.description.robot import Robot
from nsa_ros.signing.playback import Played
from nsa_ros.viewer.caption import NOTE, Caption, font
from nsa_ros.viewer.encode import Encoder, Mp4, encoder
from nsa_ros.viewer.film import renderer
from nsa_ros.viewer.scene import CAMERAS, Camera, Placed, default_scene

Picture = NDArray[np.uint8]

FPS = 20.0
"""Pictures a second."""

_HAND, _BAR = (240, 288), 72
_FIGURE, _STRIP = (360, 380), 84
_INK, _FAINT, _PAPER = (28, 34, 44), (122, 130, 142), (247, 248, 250)
_CRF = "29"
_LONGEST = 24.0
"""A film that would last longer is played faster [s]."""


def alphabet_film(path: str | Path, robot: Robot, run: Run, played: Played, seconds: float = _LONGEST) -> float:
    """The signer's hand and the robot's simulated one, side by side, spelling.

    Args:
        path: `.mp4` or `.gif` file to write.
        robot: whose hand.
        run: of `played`.
        played: letters and digits.
        seconds: the film is sped up when it would last longer.

    Returns:
        How many times faster than it was signed the film is, 1 or more; it is written in the picture, too.
    """
    side = main_side(robot)
    chosen, factor = _frames(len(run.measured), seconds)
    human = HandView(HumanHand(side), run.poses[::5], _HAND)
    machine = HandView(RobotStage(robot, side), run.measured[::5], _HAND)
    with _file(Path(path)) as file:
        for k in chosen:
            pictures = [human.draw(run.poses[k]), machine.draw(run.measured[k])]
            unit = int(played.motion.unit[k])
            letter = played.units[unit].text if unit >= 0 else ""
            file.add(np.concatenate([np.hstack(pictures), _bar(letter, robot.title, _speed(robot, factor))]))
    human.close()
    machine.close()
    return factor


def alphabet_sheet(path: str | Path, robot: Robot, run: Run, letters: Sequence[Letter], lag: float) -> None:
    """A contact sheet of the simulated hand at the end of each hold, `lag` ms later, with what it was misread as."""
    frames = [hold.frame for hold in run.holds]
    seen = [min(frame + round(lag / 1e3 / TICK), len(run.measured) - 1) for frame in frames]
    read = {letter.name: "" if letter.right else f"read as {letter.read}" for letter in letters}
    notes = [read.get(hold.name, "") for hold in run.holds]
    sheet(path, robot, [hold.name for hold in run.holds], run.poses[frames], run.measured[seen], notes=notes)


def sentence_film(
    path: str | Path, robot: Robot, run: Run, played: Played, sentence: str, seconds: float = 15.0
) -> float:
    """The signer and the whole robot in physics, side by side; arguments and result as of `alphabet_film`."""
    chosen, factor = _frames(len(run.measured), seconds)
    signer, stage, scene = renderer(default_scene(), _FIGURE), RobotStage(robot), default_scene()
    machine = renderer(stage, _FIGURE, None)
    caption = Caption(sentence, played.units, (2 * _FIGURE[0], _STRIP), f"{_speed(robot, factor)}, {NOTE}")
    posed = scene.place(played.motion.poses, played.motion.expression, played.motion.transl)
    placed, eye = stage.place(run.measured), robot_camera(stage)
    with _file(Path(path)) as file:
        for k in chosen:
            pictures = [
                signer.render(Placed(posed.positions[k], posed.rotations[k]), CAMERAS["front"]),
                machine.render(Placed(placed.positions[k], placed.rotations[k]), eye),
            ]
            file.add(np.concatenate([np.hstack(pictures), caption.strip(int(played.motion.unit[k]))]))
    signer.close()
    machine.close()
    return factor


def robot_camera(stage: RobotStage) -> Camera:
    """An eye that sees the upper body of a robot with arms from the front."""
    placed = stage.place(stage.robot.rest)
    middle = placed.positions[stage.carriers.index(stage.lit.carrier)]
    middle = middle + np.array([0.0, 0.17, 0.0])
    return Camera(tuple(middle + np.array([0.0, 0.06, 2.6])), tuple(middle), 0.31)


def _file(path: Path) -> Encoder:
    return Mp4(path, FPS, crf=_CRF) if path.suffix == ".mp4" else encoder(path, FPS)


def _frames(count: int, seconds: float) -> tuple[NDArray[np.int64], float]:
    """Which ticks are shown, and how many times faster that is."""
    factor = max(1.0, np.ceil(10 * count * TICK / seconds) / 10)
    return np.arange(0, count, factor / (FPS * TICK)).astype(np.int64), float(factor)


def _speed(robot: Robot, factor: float) -> str:
    tempo = f"signed at {robot.tempo:g} of normal tempo" if robot.tempo != 1.0 else "signed at normal tempo"
    return tempo + (f", film {factor:g} times faster" if factor > 1.0 else "")


def _bar(letter: str, title: str, speed: str) -> Picture:
    width = 2 * _HAND[0]
    picture = Image.new("RGB", (width, _BAR), _PAPER)
    pen = ImageDraw.Draw(picture)
    pen.text((18, 30), letter, _INK, font=font(36, bold=True), anchor="lm")
    pen.text((width - 12, 18), title, _INK, font=font(13, bold=True), anchor="rm")
    pen.text((width - 12, 38), f"{speed}; simulated in MuJoCo", _FAINT, font=font(11), anchor="rm")
    pen.text((width - 12, 57), NOTE, _FAINT, font=font(10), anchor="rm")
    return np.asarray(picture)
