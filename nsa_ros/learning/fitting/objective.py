"""What a fit minimises."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nsa_ros.body.limits import limits
from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.learning.fitting import terms
from nsa_ros.learning.fitting.evidence import Evidence
from nsa_ros.learning.fitting.figure import BODY_PLACES, LEFT_PLACES, MOVING, RIGHT_PLACES
from nsa_ros.learning.fitting.prior import Prior
from nsa_ros.learning.fitting.settings import Settings
from nsa_ros.learning.fitting.start import Start
from nsa_ros.learning.fitting.unknowns import Figure, Unknowns

Array = NDArray[np.float64]

LANDMARK = 5.0
"""Where detectors put a point, mean error [mm]: divides L1 distances."""

SMOOTH = 1.0
"""Of the temporal term, for each mm that joints and skin go from frame to frame."""

LIFTED = 1.0
"""Of the distance from the lifted start in its own standard deviations, halved and squared."""

LIMITS = 0.05
"""For each degree², beyond a limit."""

PENETRATION = 0.02
"""For each mm²."""

UPRIGHT = 0.15
"""How far signers and cameras lean or turn away from each other, a standard deviation [rad]."""

SHAPE = 0.05
"""Of the logarithm of proportions among people (ANSUR II, 2012: about 0.04)."""

FOCAL = 0.15
"""Of the logarithm of focal lengths around `start.FIELD`."""

_CLIP = 0.05
"""Frames' worth of what is the same through a clip: shape and camera."""


class Objective:
    """The weighted sum of all terms."""

    def __init__(
        self,
        figure: Figure,
        evidence: Evidence,
        prior: Prior,
        settings: Settings,
        unknowns: Unknowns,
        starts: Sequence[Start],
    ) -> None:
        self._figure, self._seen, self._settings, self._unknowns = figure, evidence, settings, unknowns
        device = evidence.points.device

        def tensor(values: Array) -> Tensor:
            return torch.tensor(np.asarray(values), dtype=torch.float32, device=device)

        self._hand = tensor(prior.hand.mean), tensor(prior.hand.whitening())
        self._body = tensor(prior.body.mean), tensor(prior.body.whitening())
        self._start = unknowns.angles.detach().clone()
        self._spread = tensor(
            np.concatenate(
                [np.full((len(s.q), len(MOVING), 3), np.inf) if s.spread is None else s.spread for s in starts]
            )
        )
        model = RevoluteModel(default_skeleton())
        bound = limits(model)
        self._lower, self._upper = (
            tensor(values[len(ROOT) :].reshape(-1, 3)[list(MOVING)].ravel()) for values in (bound.lower, bound.upper)
        )

    def __call__(self) -> Tensor:
        """Mean over frames."""
        given, seen, found = self._settings, self._seen, self._unknowns
        shown = self._figure(found.angles, found.transl(), found.shape, seen.clip)
        pixel = found.millimetres()
        total = self._held()
        if given.reprojection:
            off = terms.reprojection(found.project(shown.anchors), seen.points, seen.weight, pixel)
            total = total + given.reprojection / LANDMARK * off.sum()
        if given.depth:
            off = terms.relief(shown.anchors, seen.depth, seen.depth_weight, seen.unslanted, pixel)
            total = total + given.depth / LANDMARK * off.sum()
        if given.smooth:
            moved = terms.smooth(shown.joints, seen.follows) + terms.smooth(shown.skin, seen.follows)
            total = total + given.smooth * SMOOTH * moved.sum()
        if given.penetration:
            deep = terms.penetration(shown.anchors, shown.trunk, self._figure.trunk_radius)
            total = total + given.penetration * PENETRATION * deep.sum()
        return total / len(seen.points)

    def _held(self) -> Tensor:
        """What is known before anything is seen: poses, limits, how people and cameras differ."""
        given, found = self._settings, self._unknowns
        angles = found.angles
        people = ((found.shape / SHAPE) ** 2).sum(dim=1) + (found.focal / FOCAL) ** 2
        total = 0.5 * ((angles[:, 0] / UPRIGHT) ** 2).sum() + 0.5 * _CLIP * people[self._seen.clip].sum()
        if given.prior:
            total = total + given.prior * terms.improbability(angles[:, BODY_PLACES].flatten(1), *self._body).sum()
            for hand in (LEFT_PLACES, RIGHT_PLACES):
                total = total + given.prior * terms.improbability(angles[:, hand].flatten(1), *self._hand).sum()
        if given.lifted:
            total = total + given.lifted * LIFTED * 0.5 * (((angles - self._start) / self._spread) ** 2).sum()
        if given.limits:
            total = total + given.limits * LIMITS * terms.beyond(angles.flatten(1), self._lower, self._upper).sum()
        return total
