"""Units to motion: strokes from the lexicon joined by transitions, with face, head and natural variation.

The synthesis is a stream: it looks one unit ahead and keeps only the state that the hands, the face and the clock are
in, so text of any length costs a bounded memory and the first frames come at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import NO_UNIT, Motion, concatenate
from nsa_ros.body.poses import named_pose
from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import EYES, JOINTS, LEFT_HAND, RIGHT_HAND, Skeleton, default_skeleton, joint_index
from nsa_ros.phonology.arms import WRIST
from nsa_ros.phonology.lexicon import find_sign
from nsa_ros.phonology.movement import ARM, FINGERS, HEAD, WIDTH, Movements, Stroke, minimum_jerk
from nsa_ros.phonology.nonmanuals import Nonmanuals
from nsa_ros.phonology.transitions import Transitions
from nsa_ros.phonology.variation import Drift, Variation
from nsa_ros.text.units import Unit

Array = NDArray[np.float64]

FPS = 24.0
"""Frame rate of the models and so of the synthesis."""

_LEAD, _RETURN, _TAIL = 2, 13, 2
"""Frames in `neutral` before the first unit, of the way back, and in `neutral` at the end, at 24 fps."""

_SPELLING_TRANSITION, _SPELLING_HOLD, _EDGE_HOLD = 5, 4, 6
"""Frames towards a letter, holding it, and holding the first and last of a word, at 24 fps: 2.7 letters a second."""

_LETTER_STEP, _LETTER_RUN, _DOUBLE_STEP = 0.006, 8, 0.028
"""How far the hand moves outward from letter to letter [m], for how many letters, and for the second of a double."""

_FLIP = np.array([1.0, -1.0, -1.0])


class Synthesizer:
    """Turns units into motion.

    Args:
        skeleton: the figure; contacts hold for its proportions.
        fps: frames per second.
        variation: how renditions of different seeds differ; not at all when left out.
    """

    def __init__(
        self,
        skeleton: Skeleton | None = None,
        fps: float = FPS,
        variation: Variation | None = None,
    ) -> None:
        self.skeleton = skeleton or default_skeleton()
        self.fps = fps
        self.variation = variation or Variation()
        self._movements = Movements(self.skeleton, fps)
        arms = self._movements.arms
        self._transitions = Transitions(self.skeleton, arms["right"], fps)
        self._neutral_pose = named_pose("neutral")
        posed = forward(self.skeleton, self._neutral_pose.copy())
        self._neutral = np.zeros((2, WIDTH))
        for row, (side, hand) in enumerate((("right", RIGHT_HAND), ("left", LEFT_HAND))):
            self._neutral[row, ARM] = arms[side].coordinates(posed)
            fingers = self._neutral_pose[hand] * (_FLIP if side == "left" else 1.0)
            self._neutral[row, FINGERS] = fingers.reshape(45)

    def _frames(self, at_24: float, tempo: float = 1.0) -> int:
        return max(1, round(at_24 * self.fps / 24.0 / tempo))

    def stream(self, units: Iterable[Unit], seed: int = 0) -> Iterator[tuple[Unit | None, Motion]]:
        """The motion of each unit as soon as the next one is known, and lead and return (with no unit) around them.

        The units come back with their `frames` set; `motion.unit` counts them from 0. The same units, variation and
        seed give the same motion.

        Raises:
            LexiconError: a unit that the lexicon lacks, or an entry that the arm cannot take.
        """
        run = _Run(self, self.variation, np.random.default_rng(seed))
        yield None, run.assemble(np.repeat(self._neutral[None], self._frames(_LEAD), axis=0), (), NO_UNIT)
        before: Unit | None = None
        current: Unit | None = None
        for following in _with_end(units):
            if current is not None:
                yield run.unit(before, current, following)
                before = current
            current = following
        yield None, run.end()


def _with_end(units: Iterable[Unit]) -> Iterator[Unit | None]:
    yield from units
    yield None


class _Run:
    """The state of one utterance."""

    def __init__(self, parent: Synthesizer, variation: Variation, rng: np.random.Generator) -> None:
        self._p = parent
        self._variation, self._rng = variation, rng
        self._tempo = float(np.exp(variation.tempo * rng.standard_normal()))
        self._amplitude = float(np.exp(variation.amplitude * rng.standard_normal()))
        self._drift = Drift(rng, 6 + 2 * 45)
        self._face = Nonmanuals(parent.fps)
        self._state = parent._neutral.copy()
        self._frame = 0
        self._index = 0
        self._letters = 0
        self._slide = 0.0
        joints = ("neck", "head", "spine3")
        self._neck, self._head, self._spine = (joint_index(name) for name in joints)

    def unit(self, before: Unit | None, unit: Unit, following: Unit | None) -> tuple[Unit, Motion]:
        p, third = self._p, 1.0 / 3.0
        sign = find_sign(unit.kind, unit.text)
        tempo = self._tempo * float(np.exp(third * self._variation.tempo * self._rng.standard_normal()))
        size = self._amplitude * float(np.exp(third * self._variation.amplitude * self._rng.standard_normal()))
        stroke = p._movements.stroke(sign, tempo, size)
        jitter = self._variation.position * np.clip(self._rng.standard_normal(3), -2.0, 2.0)
        spelled = unit.kind == "letter"
        if spelled:
            stroke = self._spell(before, unit, following, stroke, tempo)
        else:
            self._letters, self._slide = 0, 0.0
        dominant, weak = stroke
        if not any(posture.contact for posture in (*sign.postures, *sign.base)):
            dominant = dominant.copy()
            dominant[:, WRIST] += jitter
            if weak is not None and sign.type != "dominant-on-base":
                weak = weak.copy()
                weak[:, WRIST] += jitter
        if spelled and before is not None and before.kind == "letter":
            transition = p._frames(_SPELLING_TRANSITION, tempo)
        else:
            rows = [(0, dominant[0])] + ([(1, weak[0])] if weak is not None else [])
            transition = max(p._transitions.frames(self._state[row], goal, tempo) for row, goal in rows)
        course = np.empty((transition + len(dominant) - 1, 2, WIDTH))
        course[:, 0] = np.concatenate([p._transitions.path(self._state[0], dominant[0], transition), dominant[1:]])
        course[:, 1] = self._weak(weak, transition, len(course), _uses_weak(following))
        markers = (unit.face, *sign.nonmanual)
        self._state = course[-1]
        motion = self.assemble(course, markers, self._index)
        self._index += 1
        return replace(unit, frames=len(motion)), motion

    def _weak(self, weak: Array | None, transition: int, frames: int, needed: bool) -> Array:
        """The weak hand: into its own part, held where it is when the next sign needs it, else lowered."""
        p, start = self._p, self._state[1]
        if weak is not None:
            return np.concatenate([p._transitions.path(start, weak[0], transition), weak[1:]])
        neutral = p._neutral[1]
        if needed or np.abs(start - neutral).max() < 1e-9:
            return np.repeat(start[None], frames, axis=0)
        lowering = min(frames, p._transitions.frames(start, neutral, 0.8 * self._tempo))
        path = p._transitions.path(start, neutral, lowering)
        return np.concatenate([path, np.repeat(path[-1:], frames - lowering, axis=0)])

    def _spell(self, before: Unit | None, unit: Unit, following: Unit | None, stroke: Stroke, tempo: float) -> Stroke:
        """A letter at its place in the run of letters, held as long as its place in the word asks."""
        first = before is None or before.kind != "letter"
        last = following is None or following.kind != "letter"
        if first:
            self._letters, self._slide = 0, 0.0
        elif before is not None and before.text == unit.text:
            self._slide += _DOUBLE_STEP
        elif self._letters < _LETTER_RUN:
            self._slide += _LETTER_STEP
        self._letters += 1
        hold = self._p._frames(_EDGE_HOLD if first or last else _SPELLING_HOLD, tempo)
        moving = len(find_sign(unit.kind, unit.text).postures) > 1
        course = stroke.dominant if moving else stroke.dominant[:1]
        course = np.concatenate([course, np.repeat(course[-1:], hold - (2 if moving else 0), axis=0)])
        course[:, 0] -= self._slide
        return Stroke(course, None)

    def end(self) -> Motion:
        """Back to neutral."""
        p = self._p
        back = p._frames(_RETURN, self._tempo)
        rows = [p._transitions.path(self._state[row], p._neutral[row], back) for row in (0, 1)]
        course = np.concatenate([np.stack(rows, axis=1), np.repeat(p._neutral[None], p._frames(_TAIL), axis=0)])
        fade = 1.0 - minimum_jerk(np.arange(1, len(course) + 1) / back)
        motion = self.assemble(course, (), NO_UNIT, fade)
        motion.poses[back - 1 :] = p._neutral_pose
        return motion

    def assemble(self, course: Array, markers: tuple[str, ...], label: int, fade: Array | None = None) -> Motion:
        """Joint rotations and face for the course of both hands, shape (F, 2, WIDTH)."""
        p, count = self._p, len(course)
        seconds = (self._frame + np.arange(count)) / p.fps
        expression, head = self._face.advance(markers, count)
        ramp = minimum_jerk(seconds / 0.7) if fade is None else fade
        drift = self._drift(seconds) * ramp[:, None]
        fade = np.ones(count) if fade is None else fade
        life = drift[:, :6] * self._variation.sway
        poses = np.zeros((count, len(JOINTS), 3))
        turn = head * fade[:, None] + life[:, :3]
        poses[:, self._neck] = 0.4 * turn
        poses[:, self._head] = 0.6 * turn
        poses[:, self._spine] = life[:, 3:]
        poses[:, EYES] = -turn[:, None]
        course = course.copy()
        course[:, :, WRIST] += course[:, :, HEAD, None] * self._carried(poses, course[:, :, WRIST])
        wobble = drift[:, 6:].reshape(count, 2, 45) * self._variation.fingers
        course[:, :, FINGERS] += wobble * (np.tile([0.0, 0.25, 1.0], 15))
        for row, (side, hand) in enumerate((("right", RIGHT_HAND), ("left", LEFT_HAND))):
            arm = p._movements.arms[side]
            poses[:, list(arm.joints)] = arm.pose(course[:, row, ARM])
            fingers = course[:, row, FINGERS].reshape(count, 15, 3)
            poses[:, hand] = fingers * _FLIP if side == "left" else fingers
        if self._frame == 0:
            poses[: p._frames(_LEAD)] = p._neutral_pose
        self._frame += count
        unit = np.full(count, label, dtype=np.int64)
        return Motion(poses, expression * fade[:, None], np.zeros((count, 3)), p.fps, unit)

    def _carried(self, poses: Array, wrists: Array) -> Array:
        """How far wrists that follow the head are moved by its rotation [m]. (F, 55, 3), (F, 2, 3) -> (F, 2, 3)."""
        rest = self._p.skeleton.rest
        mirror = np.array([[1.0, 1.0, 1.0], [-1.0, 1.0, 1.0]])
        points = wrists * mirror
        neck, head = rotvec_to_matrix(poses[:, None, self._neck]), rotvec_to_matrix(poses[:, None, self._head])
        turned = (head @ (points - rest[self._head])[..., None])[..., 0] + rest[self._head] - rest[self._neck]
        moved = (neck @ turned[..., None])[..., 0] + rest[self._neck]
        return np.asarray((moved - points) * mirror)


def _uses_weak(unit: Unit | None) -> bool:
    return unit is not None and find_sign(unit.kind, unit.text).type != "one-handed"


def sign_units(
    units: Iterable[Unit],
    seed: int = 0,
    variation: Variation | None = None,
    fps: float = FPS,
    skeleton: Skeleton | None = None,
) -> Motion:
    """The motion of units, from `neutral` to `neutral`; `motion.unit` gives the index of the unit of each frame.

    Raises:
        LexiconError: a unit that the lexicon lacks, or an entry that the arm cannot take.
    """
    return concatenate([motion for _, motion in Synthesizer(skeleton, fps, variation).stream(units, seed)])
