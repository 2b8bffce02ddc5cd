"""Made-up footage of a signer as MediaPipe would see it: parts of a picture of 1280 x 720."""

import numpy as np

SIZE = (1280, 720)
HANDS = np.array([[0.62, 0.6], [0.38, 0.6]])


def a_signer(frames=12, rng=None, faces=0):
    """Body (F, 33, 4), hands (F, 2, 21, 3) and face (F, faces, 3); each hand wanders about its wrist's place."""
    rng = rng or np.random.default_rng(0)
    pose = np.zeros((frames, 33, 4))
    pose[:, 0, :2], pose[:, 2, :2], pose[:, 5, :2] = [0.5, 0.25], [0.53, 0.22], [0.47, 0.22]
    pose[:, 7, :2], pose[:, 8, :2], pose[:, 9, :2], pose[:, 10, :2] = (
        [0.56, 0.24],
        [0.44, 0.24],
        [0.52, 0.3],
        [0.48, 0.3],
    )
    pose[:, 11, :2], pose[:, 12, :2], pose[:, 13, :2], pose[:, 14, :2] = (
        [0.6, 0.4],
        [0.4, 0.4],
        [0.65, 0.6],
        [0.35, 0.6],
    )
    pose[:, 23, :2], pose[:, 24, :2] = [0.56, 1.3], [0.44, 1.3]
    pose[..., 2] = rng.normal(0.0, 0.1, 33)
    pose[..., 3] = 0.9
    path = 0.02 * np.cumsum(rng.normal(0.0, 0.3, (frames, 2, 2)), axis=0)
    hands = np.zeros((frames, 2, 21, 3))
    shape = rng.normal(0.0, 0.02, (2, 21, 3))
    shape[:, 0], shape[:, 9] = 0.0, [0.0, -0.08, 0.01]
    hands[:] = shape
    hands[..., :2] += (HANDS + path)[:, :, None]
    pose[:, [15, 16], :2] = hands[:, :, 0, :2]
    face = np.array([0.5, 0.25, 0.0]) + rng.normal(0.0, 0.02, (frames, faces, 3))
    return pose, hands, face


def rows_258(pose, hands):
    return np.concatenate([pose.reshape(len(pose), -1), hands.reshape(len(hands), -1)], axis=1)
