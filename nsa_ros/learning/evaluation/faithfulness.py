"""Does the motion depend on the text? Ratios of distances between motions of the same and of other texts.

"Conditional Collapse in Sign Language Production" (arXiv 2606.01643) shows models with a good FID that ignore the
sentence, by two ratios of mean distances:

- d_pair_gt / d_pair_random: a sample to the reference of its own text, over a sample to another text's reference. 1
  where the text does not matter, far below where it does ("target faithfulness").
- d_inter / d_intra: samples of different texts to each other, over two samples of one text. 1 where the text does not
  matter, far above where it does ("output diversity").

The paper measures in the latent space of its own motion autoencoder; here any distance between motions will do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.errors import NsaError
from nsa_ros.learning.evaluation.points import ARMS_AND_HANDS, points
from nsa_ros.learning.evaluation.warping import dtw_distance

Array = NDArray[np.float64]
Places = NDArray[np.int64]

_EVERY = 3
_RESAMPLES = 1000


def sign_points(poses: ArrayLike) -> Array:
    """What the default distance compares: arms and hands in every third frame. (F, 55, 3) [rad] -> (F/3, 46, 3) [m]."""
    return points(np.asarray(poses)[::_EVERY])[:, ARMS_AND_HANDS]


def faithfulness(
    samples: tuple[Sequence[ArrayLike], Sequence[ArrayLike]],
    references: tuple[Sequence[ArrayLike], Sequence[ArrayLike]],
    pairings: int = 4,
    seed: int = 0,
) -> dict[str, Any]:
    """`distance_ratios` of motions by n-DTW (`warping.dtw_distance`) of `sign_points`; distances in mm.

    Args:
        samples: two draws (seeds) of a model: poses [rad] of the same texts in the same order. Shapes (F, 55, 3).
        references: two draws of the reference, likewise.
        pairings, seed: as in `distance_ratios`.
    """
    made, true = (
        tuple([1e3 * sign_points(poses) for poses in draw] for draw in draws) for draws in (samples, references)
    )
    return distance_ratios(made, true, dtw_distance, pairings, seed)


def distance_ratios(
    samples: tuple[Sequence[Any], Sequence[Any]],
    references: tuple[Sequence[Any], Sequence[Any]],
    distance: Callable[[Any, Any], float],
    pairings: int = 4,
    seed: int = 0,
) -> dict[str, Any]:
    """The ratios of a model, beside those of a second draw of the reference and of shuffled text.

    Args:
        samples: two draws (seeds) of a model, of the same texts in the same order; motions or their embeddings.
        references: two draws of the reference, likewise.
        distance: between two of them.
        pairings: how many other texts each text is compared with, drawn at random; fewer where texts are few.
        seed: of the pairings and of the bootstrap.

    Returns:
        `texts`, `pairings`, and for `model`, `reference` (the second draw in the model's place: what a faithful signer
        scores) and `shuffled_text` (both draws of the model given other texts: what one scores that does not read) each
        `d_pair_gt`, `d_pair_random`, `d_intra`, `d_inter`, and `d_pair_ratio` and `d_inter_over_intra` with the 95 %
        interval of the percentile bootstrap over texts under the same name and `_interval`. The reference's two draws
        are one pair of motions a text, so its `d_pair_gt` and `d_intra` are equal.

    Raises:
        NsaError: draws of different length, or fewer than 4 texts.
    """
    counts = [len(draw) for draw in (*samples, *references)]
    texts = counts[0]
    if set(counts) != {texts} or texts < 4:
        raise NsaError(f"faithfulness needs two draws each, of the same 4 texts or more; got {counts} motions.")
    rng = np.random.default_rng(seed)
    wrong, wrong_again, *others = _others(texts, 2 + min(pairings, texts - 3), rng)
    own = np.arange(texts)
    again = rng.integers(texts, size=(_RESAMPLES, texts))

    def ratios(draws: tuple[Sequence[Any], Sequence[Any]], first: Places, second: Places) -> dict[str, Any]:
        """Of draws that were made for texts `first` and `second` in place of `own`."""

        def apart(targets: Sequence[Any], places: Places) -> Array:
            return np.array([distance(draws[0][i], targets[j]) for i, j in zip(first, places, strict=True)])

        pair_gt, intra = apart(references[0], own), apart(draws[1], second)
        pair_random = np.mean([apart(references[0], places) for places in others], axis=0)
        inter = np.mean([apart(draws[1], places) for places in others], axis=0)
        return {
            "d_pair_gt": float(pair_gt.mean()),
            "d_pair_random": float(pair_random.mean()),
            "d_pair_ratio": _ratio(pair_gt, pair_random, own[None])[0],
            "d_pair_ratio_interval": _interval(_ratio(pair_gt, pair_random, again)),
            "d_intra": float(intra.mean()),
            "d_inter": float(inter.mean()),
            "d_inter_over_intra": _ratio(inter, intra, own[None])[0],
            "d_inter_over_intra_interval": _interval(_ratio(inter, intra, again)),
        }

    return {
        "texts": texts,
        "pairings": len(others),
        "model": ratios(samples, own, own),
        "reference": ratios((references[1], references[0]), own, own),
        "shuffled_text": ratios(samples, wrong, wrong_again),
    }


def _others(texts: int, count: int, rng: np.random.Generator) -> list[Places]:
    """For each text `count` other texts, all different, each text as often as any other. `count` of shape (texts,).

    The texts are put in a random circle; the steps along it are drawn without replacement.
    """
    circle = rng.permutation(texts)
    steps = 1 + rng.choice(texts - 1, count, replace=False)
    others = []
    for step in steps:
        other = np.empty(texts, dtype=np.int64)
        other[circle] = np.roll(circle, -step)
        others.append(other)
    return others


def _ratio(above: Array, below: Array, chosen: Places) -> list[float]:
    """Ratio of the means over the chosen texts; infinite where a collapsed model leaves nothing to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios: list[float] = (above[chosen].mean(1) / below[chosen].mean(1)).tolist()
    return ratios


def _interval(ratios: list[float]) -> tuple[float, float]:
    low, high = np.quantile(ratios, (0.025, 0.975), method="nearest")
    return float(low), float(high)
