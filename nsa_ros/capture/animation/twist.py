"""Twists of the arms, which differ between rigs though every bone points the same way.

Rigs put the turn of a forearm into the forearm, the hand or into twist bones, and their upper arms rest with any roll.
Our signs have the elbow bend about one axis and share pronation between elbow and wrist, half each
(`body/data/limits.yaml`); imported motion is brought to the same form. Where bones point and hands face stays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.rotations import matrix_to_rotvec, rotvec_to_matrix
from nsa_ros.body.skeleton import INDEX, JOINTS, Skeleton
from nsa_ros.capture.landmarks import SIDES

Array = NDArray[np.float64]

_BENT = np.radians(40.0)
"""Frames with a straighter elbow show no hinge: there the carrying angle, of up to 15° (Kapandji), points elsewhere."""


def set_hinges(rotations: Array, skeleton: Skeleton) -> dict[str, float]:
    """Turn each upper arm about itself by one angle for the whole take, so that its elbow bends forward as a hinge.

    The angle is the mean over the frames in which the elbow is well bent.

    Args:
        rotations: world rotations of the joints, changed in place. Shape (F, 55, 3, 3).
        skeleton: our figure.

    Returns:
        The angle of each side [degrees]; a side whose elbow never bends that far is left out.
    """
    found = {}
    for side in SIDES:
        shoulder, elbow, wrist = (INDEX[f"{side}_{part}"] for part in ("shoulder", "elbow", "wrist"))
        upper = skeleton.rest[elbow] - skeleton.rest[shoulder]
        upper /= np.linalg.norm(upper)
        fore = skeleton.rest[wrist] - skeleton.rest[elbow]
        seen = np.swapaxes(rotations[:, shoulder], -1, -2) @ rotations[:, elbow] @ (fore / np.linalg.norm(fore))
        forward = np.array([0.0, 0.0, 1.0])
        forward -= (forward @ upper) * upper
        forward /= np.linalg.norm(forward)
        down = np.cross(upper, forward)
        y, x = seen @ down, seen @ forward
        bent = np.arctan2(np.hypot(x, y), seen @ upper) > _BENT
        if not bent.any():
            continue
        angle = float(np.arctan2(y[bent].sum(), x[bent].sum()))
        rotations[:, shoulder] = rotations[:, shoulder] @ rotvec_to_matrix(angle * upper)
        found[side] = float(np.degrees(angle))
    return found


def share_pronation(poses: Array, skeleton: Skeleton) -> None:
    """Let elbow and wrist of each arm take half of the forearm's turn each.

    Args:
        poses: axis-angle [rad], changed in place. Shape (F, 55, 3).
        skeleton: our figure.
    """
    model = RevoluteModel(skeleton)
    q = model.from_motion(poses, np.zeros((len(poses), 3)))
    for side in SIDES:
        elbow, wrist = INDEX[f"{side}_elbow"], INDEX[f"{side}_wrist"]
        at_elbow, at_wrist = (q[:, model.names.index(f"{JOINTS[j]}_pronation")] for j in (elbow, wrist))
        half = (at_wrist - at_elbow)[:, None] / 2 * model.axes[elbow, 2]
        poses[:, elbow] = matrix_to_rotvec(rotvec_to_matrix(poses[:, elbow]) @ rotvec_to_matrix(half))
        poses[:, wrist] = matrix_to_rotvec(rotvec_to_matrix(-half) @ rotvec_to_matrix(poses[:, wrist]))
