"""Left upper arms of the signing space, by two-bone inverse kinematics written apart from the package's own."""

import numpy as np
from scipy.spatial.transform import Rotation

from nsa_ros.body.skeleton import INDEX, default_skeleton

UP = np.array([0.0, 1.0, 0.0])


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def signing_space(count, seed=0):
    """Rotations of the left shoulder, shape (n, 3, 3), for hands from the hips to above the head.

    Hand: 0 to 0.8 m above the pelvis, 0.12 to 0.45 m before it, 0.22 m across the midline to 0.45 m aside; elbow: from
    hanging (turned inwards by 10 degrees) to raised by 80 degrees. Left out: hands in the head, elbows in the trunk.
    """
    rng = np.random.default_rng(seed)
    shoulder, elbow, wrist = (default_skeleton().rest[INDEX[f"left_{name}"]] for name in ("shoulder", "elbow", "wrist"))
    upper, fore = np.linalg.norm(elbow - shoulder), np.linalg.norm(wrist - elbow)
    hand = rng.uniform([-0.22, 0.0, 0.12], [0.45, 0.8, 0.45], (count, 3))
    hand = hand[np.linalg.norm(hand - shoulder, axis=1) < 0.985 * (upper + fore)]
    swivel = np.deg2rad(rng.uniform(-10, 80, len(hand)))[:, None]
    reach = np.linalg.norm(hand - shoulder, axis=1, keepdims=True)
    towards = (hand - shoulder) / reach
    opening = np.arccos(np.clip((upper**2 + reach**2 - fore**2) / (2 * upper * reach), -1, 1))
    hanging = -UP + towards * towards[:, 1:2]
    outward = np.cross(towards, hanging)
    outward *= np.where(outward[:, :1] < 0, -1, 1)
    aside = np.cos(swivel) * unit(hanging) + np.sin(swivel) * unit(outward)
    arm = np.cos(opening) * towards + np.sin(opening) * aside
    at = shoulder + upper * arm
    forearm = unit(hand - at)
    front = unit(forearm - arm * (arm * forearm).sum(1, keepdims=True))
    rotations = np.stack([arm, np.cross(front, arm), front], axis=-1)
    in_head = (np.hypot(hand[:, 0], hand[:, 2] - 0.02) < 0.13) & (hand[:, 1] > 0.48)
    in_trunk = ((at[:, 2] < 0.06) & (at[:, 0] < 0.18)) | (at[:, 2] < -0.10)
    possible = (reach[:, 0] > 0.12) & (np.linalg.norm(hanging, axis=1) > 0.15)
    return rotations[possible & ~in_head & ~in_trunk]


def hanging_and_spread():
    """Rotations of the left shoulder at rest and in the T-pose with the upper arm twisted by up to 60 degrees."""
    turns = [(lift, twist) for lift in (-1.45, -1.25, -1.1, 0.0) for twist in np.deg2rad([-60, -30, 0, 30, 60])]
    return np.array(
        [(Rotation.from_euler("Z", lift) * Rotation.from_euler("X", twist)).as_matrix() for lift, twist in turns]
    )
