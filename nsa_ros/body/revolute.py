"""The playback coordinate q: SMPL-X poses as one number per robot joint, and back.

q holds three prismatic coordinates of the pelvis and three revolute ones for each of the 55 ball joints, 168 in all. A
ball joint's rotation is a chain of three turns about axes fixed in its parent's T-pose axes,

    R = Rot(a, q1) Rot(b, q2) Rot(c, q3),    b = a × c / |a × c|

(generalised Euler angles of Davenport, "Rotations about nonorthogonal axes", AIAA Journal 11(6), 1973). q = 0 is the
T-pose. The chain is singular where R c = ± a and nowhere else, so a and c are chosen joint by joint such that c never
points along a:

- where one anatomical movement is large (flexion of elbow, wrist, fingers) it is the first or the last turn, and the
  middle one is a movement that stays far below 90° (carrying angle, deviation, twist of a phalanx);
- a shoulder has no small movement. Its a and c were found by maximising the smallest angle between R c and ± a over
  upper arms whose hand is anywhere in the signing space (0 to 0.8 m above the pelvis, 0.12 to 0.45 m before it, up to
  0.22 m across the midline, elbow from hanging to raised by 80°), over rest and over the T-pose with the upper arm
  twisted by up to 60° either way. The angle stays above 31° there. With the upper arm's own axis as c the best a
  leaves 18°, the vertical of the ISB convention (plane of elevation, Wu et al., J. Biomech. 38, 2005) 4°.

The right side mirrors the left: equal q on both sides are a symmetric pose.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.rotations import cross, dot, rotvec_to_matrix
from nsa_ros.body.skeleton import FINGERS, JOINTS, TIPS, Skeleton, joint_index
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

ROOT = ("root_x", "root_y", "root_z")
"""The prismatic coordinates: position of the pelvis along SMPL-X axes [m]."""


class _Chain(NamedTuple):
    """How a left or midline joint is taken apart: names of the turns, first and last axis."""

    turns: tuple[str, str, str]
    first: tuple[float, float, float]
    last: tuple[float, float, float]


_SPINE = _Chain(("flexion", "bending", "rotation"), (1, 0, 0), (0, 1, 0))
_FOOT = _Chain(("flexion", "rotation", "inversion"), (1, 0, 0), (0, 0, 1))
_FINGER = _Chain(("abduction", "rotation", "flexion"), (0, -1, 0), (0, 0, -1))
_CHAINS: dict[str, _Chain] = {
    "pelvis": _Chain(("yaw", "pitch", "roll"), (0, 1, 0), (0, 0, 1)),
    "spine1": _SPINE,
    "spine2": _SPINE,
    "spine3": _SPINE,
    "neck": _SPINE,
    "head": _SPINE,
    "jaw": _Chain(("opening", "sideways", "roll"), (1, 0, 0), (0, 0, 1)),
    "eye_smplhf": _Chain(("yaw", "pitch", "roll"), (0, 1, 0), (0, 0, 1)),
    "hip": _Chain(("flexion", "abduction", "rotation"), (-1, 0, 0), (0, -1, 0)),
    "knee": _Chain(("flexion", "bending", "rotation"), (1, 0, 0), (0, -1, 0)),
    "ankle": _FOOT,
    "foot": _FOOT,
    "collar": _Chain(("protraction", "elevation", "rotation"), (0, -1, 0), (1, 0, 0)),
    "shoulder": _Chain(("yaw", "roll", "swing"), (-0.26, 0.95, 0.17), (0.34, 0.90, -0.30)),
    "elbow": _Chain(("flexion", "carrying", "pronation"), (0, -1, 0), (1, 0, 0)),
    "wrist": _Chain(("pronation", "deviation", "flexion"), (1, 0, 0), (0, 0, -1)),
    **{f"{finger}{i}": _FINGER for finger in FINGERS[1:] for i in (1, 2, 3)},
}
_THUMB_TURNS = {1: ("flexion", "abduction", "rotation"), 2: _FINGER.turns, 3: _FINGER.turns}

_TINY = 1e-300

_MIDDLE_OF_RANGE = {"shoulder_yaw": -0.85, "shoulder_swing": -0.35}
"""Where the window of a full turn that q is first put into is centred, when not at zero [rad]."""


def _unit(vector: ArrayLike) -> Array:
    vector = np.asarray(vector, dtype=np.float64)
    return np.asarray(vector / np.linalg.norm(vector, axis=-1, keepdims=True))


def _thumb_axes(skeleton: Skeleton, side: str, phalanx: int) -> tuple[Array, Array]:
    """First and last axis of a thumb joint: its flexion axis is read off the bend of the rest thumb."""
    joints = [skeleton.rest[joint_index(f"{side}_thumb{i}")] for i in (1, 2, 3)]
    bones = _unit([joints[1] - joints[0], joints[2] - joints[1], skeleton.tips[TIPS.index(f"{side}_thumb")]])
    bend = np.cross(bones[0], bones[1])
    if not np.linalg.norm(bend) > 1e-3:
        raise NsaError(
            f"the {side} thumb of skeleton {skeleton.name!r} shows no flexion axis: its bones lie in one line at rest. "
            f"Give it a bend between {side}_thumb1, {side}_thumb2 and {side}_thumb3."
        )
    flexion = _unit(bend)
    along = bones[phalanx - 1]
    return (flexion, along) if phalanx == 1 else (_unit(np.cross(flexion, along)), flexion)


def _chain_quaternions(axes: Array) -> Array:
    """What the quaternion (w, x, y, z) of a chain consists of, since it is linear in each turn's cosine and sine.

    Args:
        axes: of three turns one after the other, unit vectors. Shape (N, 3, 3), `axes[chain, turn]`.

    Returns:
        Products of 1 (for the cosine of half the angle) or the axis (for its sine), turn by turn. Shape (N, 8, 4), the
        last turn varying fastest.
    """
    still = np.tile([1.0, 0.0, 0.0, 0.0], (len(axes), 1))
    products = still[:, None]
    for turn in range(3):
        about = np.concatenate([np.zeros((len(axes), 1)), axes[:, turn]], axis=-1)
        products = _quaternion_products(products, np.stack([still, about], axis=1))
    return products


def _quaternion_products(left: Array, right: Array) -> Array:
    """Every one on the left with every one on the right. (N, a, 4), (N, b, 4) -> (N, a b, 4)."""
    left, right = left[:, :, None], right[:, None]
    w, x, v, u = left[..., :1], right[..., :1], left[..., 1:], right[..., 1:]
    product = np.concatenate([w * x - dot(v, u)[..., None], w * u + x * v + np.cross(v, u)], axis=-1)
    return product.reshape(len(left), -1, 4)


class RevoluteModel:
    """Conversion between motion and the playback coordinate.

    Attributes:
        names: of the 168 coordinates, `<SMPL-X joint>_<turn>` after the three of `ROOT`.
        axes: of the three turns of each joint, in SMPL-X axes at the T-pose. Shape (55, 3, 3), `axes[joint, turn]`.
        chains: what the quaternion (w, x, y, z) of each joint consists of: products of its turns' cosines and sines of
            half the angle, the last turn varying fastest. Shape (55, 8, 4).

    Args:
        skeleton: the rest figure; only its thumbs matter (their flexion axis).

    Raises:
        NsaError: the bones of a thumb lie in one line, so that it shows no flexion axis.
    """

    def __init__(self, skeleton: Skeleton) -> None:
        self.skeleton = skeleton
        names, axes = [*ROOT], np.empty((len(JOINTS), 3, 3))
        centre = np.zeros((len(JOINTS), 3))
        for joint, name in enumerate(JOINTS):
            side, _, part = name.partition("_") if name.startswith(("left_", "right_")) else ("", "", name)
            if part.startswith("thumb"):
                phalanx = int(part[-1])
                turns, (first, last) = _THUMB_TURNS[phalanx], _thumb_axes(skeleton, "left", phalanx)
            else:
                turns, first, last = _CHAINS[part].turns, _unit(_CHAINS[part].first), _unit(_CHAINS[part].last)
            axes[joint] = first, _unit(np.cross(first, last)), last
            if side == "right":
                axes[joint] *= (1.0, -1.0, -1.0)
            centre[joint] = [_MIDDLE_OF_RANGE.get(f"{part}_{turn}", 0.0) for turn in turns]
            names += [f"{name}_{turn}" for turn in turns]
        self.names: tuple[str, ...] = tuple(names)
        self.axes = axes
        self._centre = centre
        a, b, c = axes[:, 0], axes[:, 1], axes[:, 2]
        self._a_to_c = np.arccos((a * c).sum(-1))
        self._e = np.cross(b, a)
        self.chains = _chain_quaternions(axes)

    def __len__(self) -> int:
        return len(self.names)

    def from_motion(self, poses: ArrayLike, transl: ArrayLike, previous: ArrayLike | None = None) -> Array:
        """Poses to q, continuous from frame to frame.

        Args:
            poses: axis-angle [rad]. Shape (F, 55, 3).
            transl: position of the pelvis [m]. Shape (F, 3).
            previous: q of the frame before the first, whose branch is carried on. Shape (168,). Without it the first
                frame is put into the window of one full turn around the middle of each joint's range.

        Returns:
            q [m] and [rad]. Shape (F, 168).
        """
        rotations = rotvec_to_matrix(poses)
        a, b, c = self.axes[:, 0], self.axes[:, 1], self.axes[:, 2]
        turned_b, turned_c = ((rotations @ axis[..., None])[..., 0] for axis in (b, c))
        sideways, along = dot(turned_c, b), dot(turned_c, self._e)
        first = np.arctan2(sideways, along)
        second = np.arctan2(np.hypot(sideways, along), dot(turned_c, a)) - self._a_to_c
        carried_b = np.cos(first)[..., None] * b - np.sin(first)[..., None] * self._e
        third = np.arctan2(dot(turned_b, cross(turned_c, carried_b)), dot(turned_b, carried_b))
        angles = np.stack([first, second, third], axis=-1)
        return np.concatenate([np.asarray(transl, dtype=np.float64), self._unwrapped(angles, previous)], axis=-1)

    def _unwrapped(self, angles: Array, previous: ArrayLike | None) -> Array:
        """Angles without jumps of 2π. (F, 55, 3) -> (F, 165)."""
        before = self._centre.ravel() if previous is None else np.asarray(previous, dtype=np.float64)[len(ROOT) :]
        flat = np.concatenate([before[None], angles.reshape(len(angles), -1)])
        jumps = np.abs(np.diff(flat, axis=0)) >= np.pi
        return np.asarray(np.unwrap(flat, axis=0) if jumps.any() else flat)[1:]

    def to_motion(self, q: ArrayLike) -> tuple[Array, Array]:
        """q to poses and position of the pelvis. (F, 168) -> (F, 55, 3) [rad], (F, 3) [m]."""
        q = np.asarray(q, dtype=np.float64)
        halves = q[..., len(ROOT) :].reshape(*q.shape[:-1], len(JOINTS), 3) / 2
        turns = np.stack([np.cos(halves), np.sin(halves)], axis=-1)
        shares = turns[..., 0, :, None, None] * turns[..., 1, None, :, None] * turns[..., 2, None, None, :]
        quaternions = (shares.reshape(*halves.shape[:-1], 1, -1) @ self.chains)[..., 0, :]
        cosine, along = quaternions[..., 0], quaternions[..., 1:]
        sine = np.sqrt(dot(along, along))
        longer = np.copysign(2.0 * np.arctan2(sine, np.abs(cosine)) / np.maximum(sine, _TINY), cosine)
        return along * longer[..., None], q[..., : len(ROOT)].copy()

    def singularity_distance(self, q: ArrayLike) -> Array:
        """Angle of each joint's last axis from the line of its first [rad]. (..., 168) -> (..., 55), 0 is singular."""
        q = np.asarray(q, dtype=np.float64)
        angle = q[..., len(ROOT) + 1 :: 3] + self._a_to_c
        return np.asarray(np.arcsin(np.abs(np.sin(angle))))
