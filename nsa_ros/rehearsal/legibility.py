"""Which letter a hand shows: a classifier that is trained on human handshapes and reads human and robot hands.

A Gaussian for each handshape with one covariance for all (linear discriminant analysis; Fisher 1936), on the geometry
of `hand_geometry`. It is trained when it is made, in about a second, on the handshapes of the lexicon as people vary
them: joint angles, proportions, what comes before and after. Human hands are reduced to the fingers and points that
the robot has. docs/robots-legibility.md says how well it names captured letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.proportions import resized
from nsa_ros.body.skeleton import JOINTS, RIGHT_HAND, Skeleton, default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.phonology import handshapes
from nsa_ros.phonology.lexicon import find_sign, simple_signs
from nsa_ros.rehearsal.hand_geometry import HUMAN, HandForm, as_form, features
from nsa_ros.robots.human import SIDES, HumanHands

Array = NDArray[np.float64]

_FIGURES, _SAMPLES = 6, 40
"""Figures of other proportions, and renditions of each handshape by each."""

_PROPORTIONS = 0.08
"""Standard deviation of the log of the fingers' length against the palm's."""

_ANGLES = 0.10 * np.array([0.3, 0.5, 1.0])
"""Standard deviations of the joints' turns: along the finger, sideways, flexion [rad]."""

_NEIGHBOUR = 0.2
"""Largest share of another handshape that is still, or already, in one."""

_FLOOR = 0.2
"""Standard deviation that each feature has beside that of human hands, for hands of other build (hand_geometry)."""

_USUAL = 0.99
"""Share of human renditions that are as near to their handshape as distances are measured by."""


@dataclass(frozen=True)
class Alphabet:
    """What is to be told apart.

    Attributes:
        name: of the set.
        shapes: what is shown, and the name of its handshape.
        groups: of those that a hand without an arm cannot tell apart, since they differ in orientation or movement.
    """

    name: str
    shapes: dict[str, str]
    groups: tuple[tuple[str, ...], ...] = ()


_AT_REST = ("rest", "neutral")

SAME_HANDSHAPE = (("G", "Q"), ("H", "U"), ("I", "J"), ("K", "P"))
"""Letters that share a handshape in the manual alphabet: orientation, and for J movement, tells them apart."""


@cache
def letters() -> Alphabet:
    """A to Z as the lexicon spells them; those of `SAME_HANDSHAPE` in groups."""
    names = [chr(ord("A") + i) for i in range(26)]
    return Alphabet("letters", {name: _shape("letter", name) for name in names}, SAME_HANDSHAPE)


@cache
def digits() -> Alphabet:
    """0 to 9."""
    return Alphabet("digits", {name: _shape("number", name) for name in "0123456789"})


@cache
def inventory() -> Alphabet:
    """Every handshape of the package but those of hands at rest; G and Q, K and P in groups."""
    names = dict.fromkeys(handshapes.canonical_name(name) for name in handshapes.names())
    return Alphabet("handshapes", {name: name for name in names if name not in _AT_REST}, (("G", "Q"), ("K", "P")))


class Reading(NamedTuple):
    """What hands show.

    Attributes:
        groups: index of the best in `Legibility.groups`. Shape (...).
        margins: by how much it is likelier than the next, logarithm; 3 is 20 times. Shape (...).
        strangeness: distance from the middle of the human handshape; 1 is that of a rare human rendition. Shape (...).
    """

    groups: NDArray[np.intp]
    margins: Array
    strangeness: Array


class Legibility:
    """Names what a hand shows.

    Attributes:
        form: fingers and points that are looked at.
        names: what can be shown.
        groups: what can be told apart: tuples of `names`.

    Args:
        form: of the hand, `HandForm.of(robot.hands[side])`; a human hand when left out.
        alphabet: `letters()` when left out.
        skeleton: the figure that is varied; the shipped one when left out.
        seed: of the variation.
    """

    def __init__(
        self,
        form: HandForm = HUMAN,
        alphabet: Alphabet | None = None,
        skeleton: Skeleton | None = None,
        seed: int = 0,
    ) -> None:
        alphabet = alphabet or letters()
        self.form, self.names = form, tuple(alphabet.shapes)
        self.groups = _groups(alphabet)
        self._shapes = tuple(dict.fromkeys(alphabet.shapes.values()))
        self._shape_of = np.array([self._shapes.index(shape) for shape in alphabet.shapes.values()])
        self._group_of = np.array([next(g for g, own in enumerate(self.groups) if name in own) for name in self.names])
        seen = features(as_form(human_renditions(self._shapes, skeleton, seed), form), form)
        middle = seen.mean(axis=1)
        apart = (seen - middle[:, None]).reshape(-1, seen.shape[-1])
        covariance = apart.T @ apart / len(apart) + _FLOOR**2 * np.eye(seen.shape[-1])
        self._whiten = np.linalg.inv(np.linalg.cholesky(covariance)).T
        self._middle = middle @ self._whiten
        self._usual = float(np.quantile(np.linalg.norm(apart @ self._whiten, axis=-1), _USUAL))

    def distances(self, points: ArrayLike) -> Array:
        """Squared Mahalanobis distance of hands (..., K, 4, 3) [palm coordinates, m] from each group. (..., G)."""
        each = self._distances(np.asarray(points, dtype=np.float64))
        return np.stack([each[..., self._group_of == g].min(axis=-1) for g in range(len(self.groups))], axis=-1)

    def read(self, points: ArrayLike) -> Reading:
        """What hands (..., K, 4, 3) show [palm coordinates, m]."""
        distances = self.distances(points)
        near = np.partition(distances, 1, axis=-1)
        strangeness = np.sqrt(near[..., 0]) / self._usual
        return Reading(distances.argmin(axis=-1), 0.5 * (near[..., 1] - near[..., 0]), strangeness)

    def margins(self, points: ArrayLike, name: str) -> Array:
        """By how much hands look more like `name`'s group than like any other; negative where they do not. (...).

        Raises:
            NsaError: no such name.
        """
        own = self.group(name)
        distances = self.distances(points)
        others = np.delete(distances, own, axis=-1).min(axis=-1)
        return np.asarray(0.5 * (others - distances[..., own]))

    def strangeness(self, points: ArrayLike, name: str) -> Array:
        """Distance of hands from the handshape of `name`; 1 is that of a rare human rendition. (...)."""
        return np.asarray(np.sqrt(self._distances(np.asarray(points))[..., self._name(name)]) / self._usual)

    def target(self, name: str) -> Array:
        """`whitened` of the handshape of `name`, the middle of its renditions. Shape (D,)."""
        return np.asarray(self._middle[self._shape_of[self._name(name)]])

    def group(self, name: str) -> int:
        """Index in `groups` of the group that `name` belongs to."""
        return int(self._group_of[self._name(name)])

    def label(self, group: int) -> str:
        """A group in words, `G or Q`."""
        return " or ".join(self.groups[group])

    def whitened(self, points: ArrayLike) -> Array:
        """`features` of hands (..., K, 4, 3) in which distances to `target` are Mahalanobis distances. (..., D)."""
        return np.asarray(features(points, self.form) @ self._whiten)

    def _distances(self, points: Array) -> Array:
        """To each of `names`. (..., N)."""
        seen = self.whitened(points)
        squared = ((seen[..., None, :] - self._middle) ** 2).sum(axis=-1)
        return np.asarray(squared[..., self._shape_of])

    def _name(self, name: str) -> int:
        if name not in self.names:
            raise NsaError(f"{name!r} is not among those that are told apart: {', '.join(self.names)}")
        return self.names.index(name)


def human_renditions(shapes: tuple[str, ...], skeleton: Skeleton | None = None, seed: int = 0) -> Array:
    """Handshapes as people vary them, palm coordinates of the fingers [m]. Shape (shapes, n, 5, 4, 3)."""
    skeleton, rng = skeleton or default_skeleton(), np.random.default_rng([seed, 31])
    turns = np.stack([handshapes.handshape(shape) for shape in shapes])
    figures = []
    for _ in range(_FIGURES):
        factor = float(np.exp(_PROPORTIONS * np.clip(rng.standard_normal(), -2.0, 2.0)))
        other = turns[rng.integers(0, len(shapes), (len(shapes), _SAMPLES))]
        share = rng.uniform(0.0, _NEIGHBOUR, (len(shapes), _SAMPLES, 1, 1))
        varied = turns[:, None] * (1.0 - share) + other * share
        varied += _ANGLES * rng.standard_normal(varied.shape)
        poses = np.zeros((*varied.shape[:2], len(JOINTS), 3))
        poses[:, :, RIGHT_HAND] = varied
        figure = HumanHands(resized(skeleton, {"fingers": factor}, "varied"))
        figures.append(figure.points(poses)[:, :, SIDES.index("right")])
    return np.concatenate(figures, axis=1)


def _shape(kind: str, name: str) -> str:
    posture = simple_signs(find_sign(kind, name))[0].postures[0]
    return handshapes.canonical_name(posture.handshape)


def _groups(alphabet: Alphabet) -> tuple[tuple[str, ...], ...]:
    grouped = {name: group for group in alphabet.groups for name in group}
    return tuple(dict.fromkeys(grouped.get(name, (name,)) for name in alphabet.shapes))
