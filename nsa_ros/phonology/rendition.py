"""One rendition of an utterance: strokes joined by transitions, with face, head and natural variation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.contact import Hands
from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import NO_UNIT, Motion, mirror_motion
from nsa_ros.body.poses import named_pose
from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import EYES, JAW, JOINTS, LEFT_HAND, RIGHT_HAND, Skeleton, joint_index
from nsa_ros.phonology.arms import WRIST
from nsa_ros.phonology.lexicon import find_sign, simple_signs
from nsa_ros.phonology.movement import ARM, FINGERS, HEAD, WIDTH, Movements, Stroke
from nsa_ros.phonology.nonmanuals import Nonmanuals
from nsa_ros.phonology.sign import Sign
from nsa_ros.phonology.timing import minimum_jerk
from nsa_ros.phonology.transitions import Transitions
from nsa_ros.phonology.variation import Drift, Variation
from nsa_ros.text.units import Unit

Array = NDArray[np.float64]

_LEAD, _RETURN, _TAIL = 2, 13, 2
"""Frames in `neutral` before the first unit, of the way back, and in `neutral` at the end, at 24 fps."""

_SPELLING_TRANSITION, _SPELLING_HOLD, _EDGE_HOLD = 5, 4, 6
"""Frames towards a letter, holding it, and holding the first and last of a word, at 24 fps: 2.7 letters a second."""

_LETTER_STEP, _LETTER_RUN, _DOUBLE_STEP = 0.006, 8, 0.028
"""How far the hand moves outward from letter to letter [m], for how many letters, and for the second of a double."""

_COMPOUND_TEMPO = 1.2
"""How much faster the parts of a compound are but for the last."""

_PAUSE_HOLD, _PAUSE, _SINK = 3, 9, 0.5
"""Frames that the last sign of a sentence is held longer, frames in which the hands then sink, at 24 fps, and how far,
as a share of the way to where they rest: a pause between sentences."""

_TOUCHING, _DETOUR, _DETOURS = 0.004, 0.04, 5
"""How deep hands may be in each other while they move, how far they swerve at most at a time [m], and how often."""

_ROLLS_NOT = np.array([1.0, 1.0, 0.0])
_MIRROR = np.array([-1.0, 1.0, 1.0])
_FLIP = np.array([1.0, -1.0, -1.0])
_SIDES = (("right", RIGHT_HAND), ("left", LEFT_HAND))


class Figure:
    """What is known of a figure before it signs.

    Args:
        skeleton: the figure; contacts hold for its proportions.
        fps: frames per second.
    """

    def __init__(self, skeleton: Skeleton, fps: float) -> None:
        self.skeleton, self.fps = skeleton, fps
        self.movements = Movements(skeleton, fps)
        self._hands = Hands(skeleton)
        self.transitions = Transitions(skeleton, self.movements.arms["right"], fps)
        self.neutral, self.hanging = (self._both(named_pose(name)) for name in ("neutral", "rest"))

    def _both(self, pose: Array) -> Array:
        """Both hands in a pose (55, 3), shape (2, WIDTH)."""
        posed, hands = forward(self.skeleton, pose.copy()), np.zeros((2, WIDTH))
        for row, (side, hand) in enumerate(_SIDES):
            hands[row, ARM] = self.movements.arms[side].coordinates(posed)
            hands[row, FINGERS] = (pose[hand] * (_FLIP if side == "left" else 1.0)).reshape(45)
        return hands

    def pose(self, hands: Array) -> Array:
        """The other way round for frames of both hands: (F, 2, WIDTH) -> (F, 55, 3)."""
        poses = np.zeros((len(hands), len(JOINTS), 3))
        for row, (side, hand) in enumerate(_SIDES):
            arm = self.movements.arms[side]
            poses[:, list(arm.joints)] = arm.pose(hands[:, row, ARM])
            fingers = hands[:, row, FINGERS].reshape(-1, 15, 3)
            poses[:, hand] = fingers * _FLIP if side == "left" else fingers
        return poses

    def give_way(self, course: Array) -> None:
        """Let the hands of a transition pass each other, in place; its end stays. Shape (F, 2, WIDTH)."""
        u = np.arange(1, len(course) + 1) / len(course)
        for _ in range(_DETOURS):
            depth, out = self._hands.overlap(forward(self.skeleton, self.pose(course)))
            deepest = int(depth[:-1].argmax()) if len(depth) > 1 else 0
            if len(depth) < 2 or depth[deepest] < _TOUCHING:
                return
            peak = float(np.clip(u[deepest], 0.15, 0.85))
            steep = 2.0 / min(peak, 1.0 - peak)
            bump = (u / peak) ** (steep * peak) * ((1.0 - u) / (1.0 - peak)) ** (steep * (1.0 - peak))
            away = self._between(course[deepest]) + 0.5 * out[deepest]
            far = min(1.5 * depth[deepest] + 0.004, _DETOUR)
            detour = 0.5 * far * bump[:, None] * away / np.linalg.norm(away)
            course[:, 0, WRIST] += detour
            course[:, 1, WRIST] -= detour * _MIRROR

    def _between(self, hands: Array) -> Array:
        """Unit vector from the middle of the weak hand to that of the dominant one. (2, WIDTH) -> (3,)."""
        dominant, weak = self.transitions.points(hands).mean(axis=1)
        away = dominant - weak * _MIRROR
        return np.asarray(away / max(float(np.linalg.norm(away)), 1e-6))

    def frames(self, at_24: float, tempo: float = 1.0) -> int:
        """How many frames a time takes that is given in frames at 24 fps."""
        return max(1, round(at_24 * self.fps / 24.0 / tempo))


class Rendition:
    """One utterance being signed: the state of hands, face and clock."""

    def __init__(self, figure: Figure, variation: Variation, rng: np.random.Generator) -> None:
        self._figure = figure
        self._variation, self._rng = variation, rng
        self._tempo = float(np.exp(variation.tempo * rng.standard_normal()))
        self._amplitude = float(np.exp(variation.amplitude * rng.standard_normal()))
        self._drift = Drift(rng, 6 + 2 * 45)
        self._face = Nonmanuals(figure.fps)
        share = variation.rest * float(rng.random())
        self._home = figure.neutral + share * (figure.hanging - figure.neutral)
        self._home_pose = figure.pose(self._home[None])[0] if share else named_pose("neutral")
        self._left = bool(rng.random() < variation.left_handed)
        self._state = self._home.copy()
        self._frame = 0
        self._index = 0
        self._letters = 0
        self._slide = 0.0
        joints = ("neck", "head", "spine3")
        self._neck, self._head, self._spine = (joint_index(name) for name in joints)

    def begin(self) -> Motion:
        """A moment at rest."""
        lead = self._figure.frames(_LEAD)
        motion = self._assemble(np.repeat(self._home[None], lead, axis=0), (), NO_UNIT)
        motion.poses[:] = self._home_pose
        return self._handed(motion)

    def unit(self, before: Unit | None, unit: Unit, following: Unit | None) -> tuple[Unit, Motion]:
        third = 1.0 / 3.0
        entry = find_sign(unit.kind, unit.text)
        tempo = self._tempo * float(np.exp(third * self._variation.tempo * self._rng.standard_normal()))
        size = self._amplitude * float(np.exp(third * self._variation.amplitude * self._rng.standard_normal()))
        jitter = self._variation.position * np.clip(self._rng.standard_normal(3), -2.0, 2.0)
        courses = []
        parts = simple_signs(entry)
        for sign, ahead in zip(parts, [*parts[1:], None], strict=True):
            if ahead is not None:
                stroke = self._figure.movements.stroke(sign, _COMPOUND_TEMPO * tempo, size, reduced=True)
            else:
                stroke = self._figure.movements.stroke(sign, tempo, size)
            spelled = unit.kind == "letter"
            if spelled:
                stroke = self._spell(before, unit, following, stroke, tempo)
            else:
                self._letters, self._slide = 0, 0.0
            joins = spelled and before is not None and before.kind == "letter"
            needed = ahead.type != "one-handed" if ahead is not None else _uses_weak(following)
            courses.append(self._joined(sign, _shifted(sign, stroke, jitter), tempo, joins, needed))
        if unit.closes:
            courses.append(self._pause(tempo))
        motion = self._assemble(np.concatenate(courses), (unit.face, *entry.nonmanual), self._index)
        self._index += 1
        return replace(unit, frames=len(motion)), self._handed(motion)

    def _pause(self, tempo: float) -> Array:
        """Between two sentences: the last sign is held, then the hands sink."""
        figure = self._figure
        held = np.repeat(self._state[None], figure.frames(_PAUSE_HOLD, tempo), axis=0)
        low = self._state + _SINK * (self._home - self._state)
        paths = [figure.transitions.path(self._state[row], low[row], figure.frames(_PAUSE, tempo)) for row in (0, 1)]
        self._state = low
        return np.concatenate([held, np.stack(paths, axis=1)])

    def _joined(self, sign: Sign, stroke: Stroke, tempo: float, spelled: bool, needed: bool) -> Array:
        """The course of both hands from where they are through a stroke, shape (F, 2, WIDTH)."""
        figure = self._figure
        dominant, weak = stroke
        if spelled:
            transition = figure.frames(_SPELLING_TRANSITION, tempo)
        else:
            rows = [(0, dominant[0])] + ([(1, weak[0])] if weak is not None else [])
            transition = max(figure.transitions.frames(self._state[row], goal, tempo) for row, goal in rows)
        course = np.empty((transition + len(dominant) - 1, 2, WIDTH))
        course[:, 0] = np.concatenate([figure.transitions.path(self._state[0], dominant[0], transition), dominant[1:]])
        course[:, 1] = self._weak(weak, transition, len(course), needed)
        figure.give_way(course[:transition])
        self._state = course[-1]
        return course

    def _weak(self, weak: Array | None, transition: int, frames: int, needed: bool) -> Array:
        """The weak hand: into its own part, held where it is when the next sign needs it, else lowered."""
        figure, start = self._figure, self._state[1]
        if weak is not None:
            return np.concatenate([figure.transitions.path(start, weak[0], transition), weak[1:]])
        home = self._home[1]
        if needed or np.abs(start - home).max() < 1e-9:
            return np.repeat(start[None], frames, axis=0)
        lowering = min(frames, figure.transitions.frames(start, home, 0.8 * self._tempo))
        path = figure.transitions.path(start, home, lowering)
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
        hold = self._figure.frames(_EDGE_HOLD if first or last else _SPELLING_HOLD, tempo)
        moving = len(find_sign(unit.kind, unit.text).postures) > 1
        course = stroke.dominant if moving else stroke.dominant[:1]
        course = np.concatenate([course, np.repeat(course[-1:], hold - (2 if moving else 0), axis=0)])
        course[:, 0] -= self._slide
        return Stroke(course, None)

    def end(self) -> Motion:
        """Back to where it began."""
        figure = self._figure
        back = figure.frames(_RETURN, self._tempo)
        rows = [figure.transitions.path(self._state[row], self._home[row], back) for row in (0, 1)]
        way = np.stack(rows, axis=1)
        figure.give_way(way)
        course = np.concatenate([way, np.repeat(self._home[None], figure.frames(_TAIL), axis=0)])
        fade = 1.0 - minimum_jerk(np.arange(1, len(course) + 1) / back)
        motion = self._assemble(course, (), NO_UNIT, fade)
        motion.poses[back - 1 :] = self._home_pose
        return self._handed(motion)

    def _handed(self, motion: Motion) -> Motion:
        """As the signer makes it: in the mirror for a left-handed one."""
        return mirror_motion(motion) if self._left else motion

    def _assemble(self, course: Array, markers: tuple[str, ...], label: int, fade: Array | None = None) -> Motion:
        """Joint rotations and face for the course of both hands, shape (F, 2, WIDTH)."""
        figure, count = self._figure, len(course)
        seconds = (self._frame + np.arange(count)) / figure.fps
        face = self._face.advance(markers, count)
        ramp = minimum_jerk(seconds / 0.7) if fade is None else fade
        drift = self._drift(seconds) * ramp[:, None]
        fade = np.ones(count) if fade is None else fade
        life = drift[:, :6] * self._variation.sway
        turn = face.head * fade[:, None] + life[:, :3]
        trunk = np.zeros((count, len(JOINTS), 3))
        trunk[:, self._neck] = 0.4 * turn
        trunk[:, self._head] = 0.6 * turn
        trunk[:, self._spine] = life[:, 3:]
        trunk[:, EYES] = ((face.gaze * fade[:, None] - turn) * _ROLLS_NOT)[:, None]
        trunk[:, JAW, 0] = face.jaw * fade
        course = course.copy()
        course[:, :, WRIST] += course[:, :, HEAD, None] * self._carried(trunk, course[:, :, WRIST])
        wobble = drift[:, 6:].reshape(count, 2, 45) * self._variation.fingers
        course[:, :, FINGERS] += wobble * (np.tile([0.0, 0.25, 1.0], 15))
        poses = figure.pose(course) + trunk
        self._frame += count
        unit = np.full(count, label, dtype=np.int64)
        return Motion(poses, face.expression * fade[:, None], np.zeros((count, 3)), figure.fps, unit)

    def _carried(self, poses: Array, wrists: Array) -> Array:
        """How far wrists that follow the head are moved by its rotation [m]. (F, 55, 3), (F, 2, 3) -> (F, 2, 3)."""
        rest = self._figure.skeleton.rest
        mirror = np.array([[1.0, 1.0, 1.0], [-1.0, 1.0, 1.0]])
        points = wrists * mirror
        neck, head = rotvec_to_matrix(poses[:, None, self._neck]), rotvec_to_matrix(poses[:, None, self._head])
        turned = (head @ (points - rest[self._head])[..., None])[..., 0] + rest[self._head] - rest[self._neck]
        moved = (neck @ turned[..., None])[..., 0] + rest[self._neck]
        return np.asarray((moved - points) * mirror)


def _shifted(sign: Sign, stroke: Stroke, shift: Array) -> Stroke:
    """A stroke elsewhere by some metres; one that touches stays."""
    if any(posture.contact for posture in (*sign.postures, *sign.base)):
        return stroke
    dominant, weak = stroke.dominant.copy(), stroke.weak
    dominant[:, WRIST] += shift
    if weak is not None and sign.type != "dominant-on-base":
        weak = weak.copy()
        weak[:, WRIST] += shift
    return Stroke(dominant, weak)


def _uses_weak(unit: Unit | None) -> bool:
    return unit is not None and simple_signs(find_sign(unit.kind, unit.text))[0].type != "one-handed"
