"""What poses of signing look like: probabilistic PCA of hand and body (Tipping & Bishop, JRSS B 61, 1999).

The paper's term is a PCA pose prior without further word. Here poses are playback coordinates [rad], in which a joint's
limits and its anatomical movements are single numbers; a left hand is the mirror of a right one. A prior is a small
file that names what it was learned from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.motion import Motion, mirror_motion
from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.body.skeleton import LEFT_HAND, default_skeleton
from nsa_ros.capture.files import whole
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.figure import BODY_JOINTS

Array = NDArray[np.float64]

PRIOR_FILE = Path(__file__).parent / "data" / "prior.npz"
"""The shipped prior."""

_SIZES = {"hand": 45, "body": 3 * len(BODY_JOINTS)}


@dataclass(frozen=True)
class Subspace:
    """A Gaussian with few strong directions and the same small variance in all others.

    Attributes:
        mean: [rad]. Shape (D,).
        directions: of unit length, strongest first. Shape (K, D).
        variances: along them [rad²]. Shape (K,).
        residual: variance along every other direction [rad²].
    """

    mean: Array
    directions: Array
    variances: Array
    residual: float

    def whitening(self) -> Array:
        """W with |W (x − mean)|² the squared Mahalanobis distance. Shape (K + D, D)."""
        strong = self.directions / np.sqrt(self.variances)[:, None]
        rest = (np.eye(len(self.mean)) - self.directions.T @ self.directions) / np.sqrt(self.residual)
        return np.concatenate([strong, rest])


@dataclass(frozen=True)
class Prior:
    """Priors of a hand (left; a right one in the mirror) and of the body from the first spine joint to the wrists.

    Attributes:
        hand: over 15 joints, 45 coordinates.
        body: over `figure.BODY_JOINTS`, 39 coordinates.
        labels: provenance: what it was learned from, licence, how many frames.
    """

    hand: Subspace
    body: Subspace
    labels: dict[str, str] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write it as `.npz`.

        Raises:
            NsaError: it cannot be written.
        """
        arrays = {
            f"{name}_{key}": np.asarray(getattr(getattr(self, name), key), dtype=np.float32)
            for name in _SIZES
            for key in ("mean", "directions", "variances", "residual")
        }
        with whole(path) as file:
            np.savez_compressed(file, **arrays, provenance=np.array(json.dumps(self.labels)))  # type: ignore[arg-type]


def load_prior(path: Path) -> Prior:
    """Read a prior.

    Raises:
        NsaError: no such file, or it is no prior.
    """
    if not path.is_file():
        raise NsaError(f"no prior at {path}. `nsa fit prior MOTIONS --out {path}` learns one")
    try:
        with np.load(path, allow_pickle=False) as data:
            parts = {}
            for name, size in _SIZES.items():
                mean, directions, variances = (
                    np.asarray(data[f"{name}_{key}"], dtype=np.float64) for key in ("mean", "directions", "variances")
                )
                if mean.shape != (size,) or directions.shape != (len(variances), size):
                    raise ValueError(f"{name} has {mean.shape} coordinates, {size} are needed")
                parts[name] = Subspace(mean, directions, variances, float(data[f"{name}_residual"]))
            labels = json.loads(str(data["provenance"]))
    except (KeyError, ValueError, OSError, EOFError, BadZipFile) as error:
        raise NsaError(f"{path} is not a prior ({error}). `nsa fit prior MOTIONS --out FILE` learns one") from error
    return Prior(parts["hand"], parts["body"], labels)


def shipped_prior() -> Prior:
    """The prior in the package, learned from signs of our own lexicon (`shipped_prior.py`)."""
    return load_prior(PRIOR_FILE)


def learn_prior(motions: Iterable[Motion], labels: dict[str, str], share: float = 0.97) -> Prior:
    """Learn from motions; each is taken with its mirror image, so that both hands count the same.

    Args:
        motions: to learn from.
        labels: provenance.
        share: of the variance that the strong directions hold together.

    Raises:
        NsaError: fewer than 1,000 frames.
    """
    model = RevoluteModel(default_skeleton())
    hands, bodies, frames = [], [], 0
    for motion in motions:
        for seen in (motion, mirror_motion(motion)):
            turns = model.from_motion(seen.poses, seen.transl)[:, len(ROOT) :].reshape(len(seen), -1, 3)
            hands.append(turns[:, LEFT_HAND].reshape(len(seen), -1))
            bodies.append(turns[:, list(BODY_JOINTS)].reshape(len(seen), -1))
        frames += len(motion)
    if frames < _FEWEST:
        raise NsaError(f"a prior needs at least {_FEWEST} frames of motion; {frames} were given")
    return Prior(
        _subspace(np.concatenate(hands), share),
        _subspace(np.concatenate(bodies), share),
        {**labels, "frames": str(frames)},
    )


_FEWEST = 1000
_LEAST_VARIANCE = np.radians(2.0) ** 2
"""No direction is held tighter: motions of a synthesiser never move some joints, people do."""


def _subspace(values: Array, share: float) -> Subspace:
    mean = values.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov((values - mean).T))
    variances, directions = np.maximum(variances[::-1], 0.0), directions[:, ::-1].T
    count = int(np.searchsorted(np.cumsum(variances), share * variances.sum())) + 1
    residual = max(float(variances[count:].mean()) if count < len(mean) else 0.0, _LEAST_VARIANCE)
    return Subspace(mean, directions[:count], np.maximum(variances[:count], residual), residual)
