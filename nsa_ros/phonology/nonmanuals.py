"""Face, head, jaw and gaze: the grammatical markers of units and the lexical ones of signs, eased in and out.

Brows rise for yes/no questions and lower for wh-questions, the head shakes for negation and nods for affirmation
(Baker-Shenk 1983; Valli and Lucas, "Linguistics of American Sign Language", 2000).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.face import EXPRESSION

Array = NDArray[np.float64]

_LEVELS = (*EXPRESSION, "shake", "nod", "lean", "tilt", "jaw", "gaze_down", "gaze_left")

_MARKERS: dict[str, dict[str, float]] = {
    "neutral": {},
    "yes_no": {"brows_raise": 0.9, "eyes_wide": 0.3, "lean": 0.10},
    "wh": {"brows_furrow": 0.9, "eyes_wide": -0.25, "lean": 0.06, "tilt": 0.07},
    "negation": {"shake": 0.16, "brows_furrow": 0.35},
    "affirmation": {"nod": 0.13},
    "smile": {"mouth_corners": 0.8, "eyes_wide": -0.1},
    "frown": {"mouth_corners": -0.7, "brows_furrow": 0.2, "lean": 0.06},
    "brows-up": {"brows_raise": 0.8},
    "brows-down": {"brows_furrow": 0.8},
    "nod": {"nod": 0.13},
    "shake": {"shake": 0.16},
    "puff": {"cheeks_puff": 0.8},
    "squint": {"eyes_wide": -0.6},
    "head-tilt": {"tilt": 0.16, "lean": 0.05},
    "eyes-wide": {"eyes_wide": 0.8},
    "nose-wrinkle": {"nose_wrinkle": 0.8},
    "lips-round": {"mouth_round": 0.8},
    "lips-pressed": {"lips_press": 0.8},
    "jaw-open": {"jaw": 0.22},
    "gaze-up": {"gaze_down": -0.30},
    "gaze-down": {"gaze_down": 0.30},
    "gaze-left": {"gaze_left": 0.35},
    "gaze-right": {"gaze_left": -0.35},
}

_SHAKE_HERTZ, _NOD_HERTZ = 1.7, 1.9
_EASE = 0.085
"""Time constant of each of the two stages that ease a marker in and out [s]."""


class Face(NamedTuple):
    """What face and head do over some frames.

    Attributes:
        expression: coefficients of `body.face`. Shape (F, 10).
        head: rotation of the head as pitch (+ down), yaw (+ left), roll [rad]. Shape (F, 3).
        gaze: rotation of the eyes against the world, likewise [rad]. Shape (F, 3).
        jaw: opening of the mouth [rad]. Shape (F,).
    """

    expression: Array
    head: Array
    gaze: Array
    jaw: Array


class Nonmanuals:
    """The state of face and head while units pass.

    Args:
        fps: frames per second.
    """

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._stages = np.zeros((2, len(_LEVELS)))
        self._frame = 0

    def advance(self, markers: tuple[str, ...], frames: int) -> Face:
        """Face and head over the next frames.

        Args:
            markers: that hold now: a grammatical face of `text.units.FACES`, and non-manuals of a sign.
            frames: how many.
        """
        target = np.zeros(len(_LEVELS))
        for marker in markers:
            for name, level in _MARKERS[marker].items():
                i = _LEVELS.index(name)
                target[i] = level if abs(level) > abs(target[i]) else target[i]
        share = 1.0 - np.exp(-1.0 / (self._fps * _EASE))
        levels = np.empty((frames, len(_LEVELS)))
        for frame in range(frames):
            self._stages[0] += share * (target - self._stages[0])
            self._stages[1] += share * (self._stages[0] - self._stages[1])
            levels[frame] = self._stages[1]
        seconds = (self._frame + np.arange(frames)) / self._fps
        self._frame += frames
        shake, nod, lean, tilt, jaw, down, left = levels[:, len(EXPRESSION) :].T
        head = np.stack(
            [
                lean + nod * (0.5 - 0.5 * np.cos(2.0 * np.pi * _NOD_HERTZ * seconds)),
                shake * np.sin(2.0 * np.pi * _SHAKE_HERTZ * seconds),
                tilt,
            ],
            axis=-1,
        )
        gaze = np.stack([down, left, np.zeros(frames)], axis=-1)
        return Face(levels[:, : len(EXPRESSION)], head, gaze, jaw)
