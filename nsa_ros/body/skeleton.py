"""The rest skeleton: 55 joints with the names, order and parents of SMPL-X, and ten fingertips.

Axes are those of SMPL-X: x to the figure's left, y up, z forward, metres, pelvis at the origin, T-pose.
The shipped figure (`data/skeleton.yaml`) is open; a licensed SMPL-X model file takes its place through
`load_smplx_skeleton`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import yaml
from numpy.typing import NDArray

from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

_FILE = Path(__file__).parent / "data" / "skeleton.yaml"
_FIGURE = yaml.safe_load(_FILE.read_text(encoding="utf-8"))

JOINTS: tuple[str, ...] = tuple(_FIGURE["joints"])
"""The 55 SMPL-X joint names, in SMPL-X order."""

INDEX: dict[str, int] = {name: i for i, name in enumerate(JOINTS)}
"""Joint name to its index in `JOINTS`."""

PARENTS: tuple[int, ...] = tuple(INDEX.get(row[0], -1) for row in _FIGURE["joints"].values())
"""Index of each joint's parent; -1 for the pelvis."""

FINGERS = ("thumb", "index", "middle", "ring", "pinky")

TIPS: tuple[str, ...] = tuple(_FIGURE["tips"])
"""The ten fingertips, `left_thumb` … `right_pinky`."""

TIP_PARENTS: tuple[int, ...] = tuple(INDEX[f"{name}3"] for name in TIPS)
"""Index of the joint that carries each fingertip."""

BODY = slice(1, 22)
JAW = 22
EYES = slice(23, 25)
LEFT_HAND = slice(25, 40)
RIGHT_HAND = slice(40, 55)


def joint_index(name: str) -> int:
    """Index of a joint by its SMPL-X name.

    Raises:
        NsaError: the name is not one of the 55.
    """
    if name not in INDEX:
        raise NsaError(f"unknown joint {name!r}. SMPL-X joints: {', '.join(JOINTS)}")
    return INDEX[name]


def mirror_permutation() -> NDArray[np.intp]:
    """Shape (55,): for each joint the index of its counterpart on the other side."""
    swap = {"left": "right", "right": "left"}
    other = [INDEX["_".join([swap.get(n.split("_")[0], n.split("_")[0]), *n.split("_")[1:]])] for n in JOINTS]
    return np.array(other, dtype=np.intp)


@dataclass(frozen=True)
class Skeleton:
    """A figure at rest.

    Attributes:
        name: identifies the proportions; a model bundle records the one it was made for.
        rest: joint positions in the T-pose [m]. Shape (55, 3).
        tips: fingertips relative to their last finger joint, in the T-pose [m]. Shape (10, 3).
        license: licence of the figures.
        source: where they come from.
    """

    name: str
    rest: Array
    tips: Array
    license: str = ""
    source: str = ""

    @property
    def offsets(self) -> Array:
        """Each joint relative to its parent in the T-pose [m]. Shape (55, 3); the pelvis keeps its position."""
        parents = np.array(PARENTS)
        offsets = self.rest.copy()
        offsets[1:] -= self.rest[parents[1:]]
        return offsets


@cache
def default_skeleton() -> Skeleton:
    """The open figure shipped with the package (CC0-1.0, see `data/skeleton.yaml`)."""
    rest = np.array([row[1:] for row in _FIGURE["joints"].values()], dtype=np.float64)
    tips = np.array(list(_FIGURE["tips"].values()), dtype=np.float64)
    rest.setflags(write=False)
    tips.setflags(write=False)
    return Skeleton(_FIGURE["name"], rest, tips, _FIGURE["license"], _FIGURE["source"].strip())


def load_smplx_skeleton(path: str | Path, betas: Array | None = None) -> Skeleton:
    """The rest skeleton of a licensed SMPL-X model file.

    Joints are regressed from the shaped template, J (v_template + S β); fingertips are the
    vertices farthest along each last finger bone (SMPL-X, Pavlakos et al., CVPR 2019, §3.1).

    Args:
        path: `SMPLX_*.npz` with `v_template` (V, 3), `shapedirs` (V, 3, S) and `J_regressor` (55, V).
        betas: shape coefficients, at most S. Shape (n,).

    Raises:
        NsaError: no such file, or a key is missing or has the wrong shape.
    """
    path = Path(path)
    if not path.is_file():
        raise NsaError(
            f"no SMPL-X model file at {path}. It is licensed separately: register at https://smpl-x.is.tue.mpg.de, "
            "download SMPLX_NEUTRAL.npz and give its path; without one the open figure is used."
        )
    try:
        with np.load(path, allow_pickle=False) as data:
            template, shapedirs, regressor = (
                np.asarray(data[key], dtype=np.float64) for key in ("v_template", "shapedirs", "J_regressor")
            )
    except (KeyError, ValueError, OSError, EOFError, TypeError, AttributeError, BadZipFile) as error:
        raise NsaError(
            f"{path} is not a usable SMPL-X .npz ({error}). It needs the plain arrays v_template (V,3), "
            "shapedirs (V,3,S) and J_regressor (55,V)."
        ) from error
    if regressor.shape != (len(JOINTS), len(template)):
        raise NsaError(f"{path}: J_regressor has shape {regressor.shape}, expected (55, {len(template)}).")
    if betas is not None:
        betas = np.asarray(betas, dtype=np.float64).ravel()
        if len(betas) > shapedirs.shape[2]:
            raise NsaError(f"{len(betas)} betas given, {path} has {shapedirs.shape[2]} shape directions.")
        template = template + shapedirs[..., : len(betas)] @ betas
    joints = regressor @ template
    tips = np.empty((len(TIPS), 3))
    for i, parent in enumerate(TIP_PARENTS):
        bone = joints[parent] - joints[PARENTS[parent]]
        length = np.linalg.norm(bone)
        relative = template - joints[parent]
        along = relative @ bone / length
        across = np.linalg.norm(relative - along[:, None] * bone / length, axis=1)
        of_finger = (along < 1.5 * length) & (across < 0.6 * length)
        tips[i] = relative[of_finger][np.argmax(along[of_finger])]
    return Skeleton(path.stem, joints - joints[0], tips, "SMPL-X model licence", str(path.name))
