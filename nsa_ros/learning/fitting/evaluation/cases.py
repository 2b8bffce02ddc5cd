"""Clips whose truth is known: signs of the measured half by figures of other proportions before a camera."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.motion import Motion, concatenate
from nsa_ros.body.proportions import random_figure, resized
from nsa_ros.body.rotations import matrix_to_rotvec, rotvec_to_matrix
from nsa_ros.body.skeleton import FINGERS, INDEX, JOINTS, PARENTS, Skeleton, default_skeleton
from nsa_ros.capture.landmarks import Landmarks
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.evaluation.cameras import KINDS, Shot, draw_shot
from nsa_ros.learning.fitting.evaluation.detector import HEADLINE, DetectorNoise, see
from nsa_ros.learning.fitting.split import half, within
from nsa_ros.phonology.entry import LexiconError
from nsa_ros.phonology.grammar import translate
from nsa_ros.phonology.sentences import default_sentences
from nsa_ros.phonology.synthesis import Synthesizer
from nsa_ros.phonology.variation import NATURAL, Drift
from nsa_ros.phonology.vocabulary import default_vocabulary
from nsa_ros.text.tokenizer import tokenize
from nsa_ros.text.units import Unit

Array = NDArray[np.float64]

_SPREAD = {"head": 0.03, "fingers": 0.04}
"""Standard deviation of the log of what `random_figure` does not vary."""

_BONE = 0.02
"""Of the log of each bone's length, apart from its segment's: a fit knows segments only."""

_LEAN, _SHIFT = 0.02, 0.012
"""How far the whole signer leans [rad] and moves [m], slowly."""

_SENTENCES = 0.4
"""Share of clips that are a sentence; the others are one to three signs, letters or numbers."""

_LEFT_HANDED = 0.1


class Scene(NamedTuple):
    """A motion before a camera.

    Attributes:
        motion: in the axes of the camera.
        skeleton: of the signer.
        shot: the camera.
        units: that are signed.
        seed: of the scene and of a detector's errors.
    """

    motion: Motion
    skeleton: Skeleton
    shot: Shot
    units: tuple[str, ...]
    seed: int


def scenes(count: int, seed: int = 0) -> list[Scene]:
    """Scenes of the measured half of the lexicon, the cameras in turn webcam, phone and studio.

    Raises:
        NsaError: fewer than one.
    """
    if count < 1:
        raise NsaError(f"{count} clips; give at least 1")
    return [make_scene(10_000 * seed + number, list(KINDS)[number % len(KINDS)]) for number in range(count)]


def cases(count: int, seed: int = 0, noise: DetectorNoise = HEADLINE) -> list[tuple[Landmarks, Motion, Skeleton]]:
    """What a detector saw, with the true motion in the camera's axes and the true figure."""
    return [(seen(scene, noise), scene.motion, scene.skeleton) for scene in scenes(count, seed)]


def seen(scene: Scene, noise: DetectorNoise = HEADLINE) -> Landmarks:
    """What a detector makes of a scene."""
    return see(scene.motion, scene.skeleton, scene.shot.camera, noise, scene.seed)


def make_scene(seed: int, kind: str) -> Scene:
    """One scene before one of `cameras.KINDS`."""
    rng = np.random.default_rng([seed, 11])
    skeleton = signer(seed)
    fps = float(rng.choice(KINDS[kind].rates))
    synthesizer = Synthesizer(skeleton, fps, replace(NATURAL, left_handed=_LEFT_HANDED))
    units, motion = _signing(synthesizer, rng, seed)
    shot = draw_shot(rng, skeleton, kind)
    return Scene(shot.seen(_swaying(motion, rng), skeleton), skeleton, shot, tuple(u.text for u in units), seed)


def _signing(synthesizer: Synthesizer, rng: np.random.Generator, seed: int) -> tuple[list[Unit], Motion]:
    """Units and their motion; drawn again where the figure's arms do not reach a posture of a sign."""
    while True:
        units = _sentence(rng) if rng.random() < _SENTENCES else _signs(rng)
        try:
            return units, concatenate([motion for _, motion in synthesizer.stream(units, seed)])
        except LexiconError:
            continue


def signer(seed: int) -> Skeleton:
    """A figure of random proportions, whose bones differ a little from its segments' proportions, too."""
    rng = np.random.default_rng([seed, 13])
    factors = {name: float(np.exp(size * np.clip(rng.standard_normal(), -2, 2))) for name, size in _SPREAD.items()}
    figure = resized(random_figure(default_skeleton(), seed), factors, f"signer-{seed}")
    names = [joint.removeprefix("left_").removeprefix("right_") for joint in JOINTS]
    grown = {name: float(np.exp(_BONE * np.clip(rng.standard_normal(), -2, 2))) for name in dict.fromkeys(names)}
    offsets = figure.offsets * np.array([grown[name] for name in names])[:, None]
    rest = offsets.copy()
    for joint in range(1, len(JOINTS)):
        rest[joint] += rest[PARENTS[joint]]
    tips = figure.tips * np.tile([[grown[f"{finger}3"]] for finger in FINGERS], (2, 1))
    return Skeleton(figure.name, rest, tips, figure.license, figure.source)


def _signs(rng: np.random.Generator) -> list[Unit]:
    units = half(measured=True)
    return [units[i] for i in rng.choice(len(units), size=rng.integers(1, 4), replace=False)]


def _sentence(rng: np.random.Generator) -> list[Unit]:
    """The first drawn sentence of two to five signs that are all of the measured half."""
    while True:
        text = default_sentences().draw(rng)
        units = [gloss.unit() for gloss in translate(tokenize(text, default_vocabulary()))]
        if 2 <= len(units) <= 5 and all(within(True, unit.text, unit.kind) for unit in units):
            return units


def _swaying(motion: Motion, rng: np.random.Generator) -> Motion:
    drift = Drift(rng, 6)(np.arange(len(motion)) / motion.fps)
    poses = motion.poses.copy()
    turns = rotvec_to_matrix(_LEAN * drift[:, :3])
    poses[:, INDEX["pelvis"]] = matrix_to_rotvec(turns @ rotvec_to_matrix(poses[:, INDEX["pelvis"]]))
    return replace(motion, poses=poses, transl=motion.transl + _SHIFT * drift[:, 3:])
