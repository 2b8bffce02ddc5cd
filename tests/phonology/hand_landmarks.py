"""What the tests of handshapes share: the inventory and the landmarks of a hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from nsa_ros.body.kinematics import forward
from nsa_ros.body.skeleton import FINGERS, INDEX, RIGHT_HAND, TIPS, Skeleton, default_skeleton
from nsa_ros.phonology import handshapes

INVENTORY = yaml.safe_load((Path(handshapes.__file__).parent / "data" / "handshapes.yaml").read_text(encoding="utf-8"))
TO_HAND_FRAME = np.diag([-1.0, -1.0, 1.0])


def landmarks(rotations, skeleton: Skeleton | None = None) -> np.ndarray:
    """Wrist, then thumb, index, middle, ring, pinky with 4 points each: (distal, palmar, radial) [mm]. (21, 3)."""
    poses = np.zeros((55, 3))
    poses[RIGHT_HAND] = rotations
    posed = forward(skeleton or default_skeleton(), poses)
    points = [posed.positions[INDEX["right_wrist"]]]
    for finger in FINGERS:
        points += [posed.positions[INDEX[f"right_{finger}{i}"]] for i in (1, 2, 3)]
        points.append(posed.tips[TIPS.index(f"right_{finger}")])
    return 1000 * (np.array(points) - points[0]) @ TO_HAND_FRAME
