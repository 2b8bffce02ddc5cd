"""Made-up captures for the tests of the check against reality."""

import numpy as np

from nsa_ros.reality.captures import Capture

DATA_MISSING = "needs the captures of ../shared/data (docs/reality.md)"


def a_hand(rng):
    """21 landmarks of no hand in particular."""
    return rng.normal(0.0, 0.05, (21, 3))


def a_capture(source, name, hand, rng, frames=12, path=None, noise=0.002, left=None, scale=1.0, at=(0.5, -0.5)):
    """A hand held, or moved along a path (F, 2), before a signer with shoulders 0.4 wide (times scale)."""
    path = np.zeros((frames, 2)) if path is None else np.asarray(path)
    hands = np.full((len(path), 2, 21, 3), np.nan)
    hands[:, 1] = hand + rng.normal(0.0, noise, (len(path), 21, 3))
    hands[:, 1, :, :2] += path[:, None]
    if left is not None:
        hands[:, 0] = left + rng.normal(0.0, noise, (len(path), 21, 3))
    body = np.tile(
        [[0.0, 0.2], [0.2, 0.0], [-0.2, 0.0], [0.3, -0.3], [-0.3, -0.3], [0.3, -0.5], [-0.3, 0.0]], (len(path), 1, 1)
    )
    hands = hands * scale + [*at, 0.0]
    return Capture(source, name, "made-up", hands, body * scale + at)
