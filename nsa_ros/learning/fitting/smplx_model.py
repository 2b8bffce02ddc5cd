"""A licensed SMPL-X model in torch: vertices, joints and landmarks from pose, shape and expression.

The file itself comes from its makers (https://smpl-x.is.tue.mpg.de) and is never part of this project.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nsa_ros.body.skeleton import JOINTS, PARENTS
from nsa_ros.errors import NsaError

COEFFICIENTS = 10
"""Of shape, and of expression."""

_SHAPE_SPACE = 300
"""Shape directions that stand before the expressions' in files that hold them all (300 + 100); in others 10 + 10."""

_KEYS = ("v_template", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table", "f")
_LANDMARK_KEYS = ("lmk_faces_idx", "lmk_bary_coords")
_PER_JOINT = 4
"""Points of the surface kept for each joint."""


class Shaped(NamedTuple):
    """A posed figure.

    Attributes:
        vertices: those asked for [m]. Shape (N, V, 3).
        joints: [m]. Shape (N, 55, 3).
        turns: rotations of the joints against the T-pose. Shape (N, 55, 3, 3).
    """

    vertices: Tensor
    joints: Tensor
    turns: Tensor


class SmplxModel(nn.Module):
    """Linear blend skinning with shape, expression and pose correctives (Pavlakos et al., CVPR 2019, §3.1).

    Poses are against the flat hand and the pelvis lies at the translation, as in `body.motion.Motion`; the `smplx`
    package adds a mean hand and the template's pelvis.

    Attributes:
        surface_indices: vertices spread over the surface, a few for each joint. Shape (S,).
        landmark_faces: vertices of the triangles that carry the 51 landmarks, dlib's 17 to 67. Shape (51, 3).
    """

    surface_indices: Tensor
    landmark_faces: Tensor
    landmark_weights: Tensor
    template: Tensor
    directions: Tensor
    correctives: Tensor
    weights: Tensor
    joint_template: Tensor
    joint_directions: Tensor

    def __init__(self, path: str | Path) -> None:
        """Args:
        path: `SMPLX_*.npz` of the first or the later layout (10 + 10 or 300 + 100 directions).

        Raises:
            NsaError: no such file, or it is not a whole SMPL-X model of plain arrays.
        """
        super().__init__()
        arrays = _read(Path(path))
        shapes = arrays["shapedirs"]
        begin = _SHAPE_SPACE if shapes.shape[2] >= _SHAPE_SPACE + COEFFICIENTS else COEFFICIENTS
        directions = np.concatenate([shapes[..., :COEFFICIENTS], shapes[..., begin : begin + COEFFICIENTS]], axis=2)
        template, regressor = arrays["v_template"], arrays["J_regressor"]
        corners = arrays["f"].astype(np.int64)[arrays["lmk_faces_idx"].astype(np.int64)]
        buffers = {
            "template": template,
            "directions": directions,
            "correctives": arrays["posedirs"],
            "weights": arrays["weights"],
            "joint_template": regressor @ template,
            "joint_directions": np.einsum("jv,vid->jid", regressor, directions),
            "landmark_weights": arrays["lmk_bary_coords"],
        }
        for name, values in buffers.items():
            self.register_buffer(name, torch.tensor(values, dtype=torch.float32), persistent=False)
        spread = _spread(template, arrays["weights"])
        self.register_buffer("surface_indices", torch.tensor(spread), persistent=False)
        self.register_buffer("landmark_faces", torch.tensor(corners), persistent=False)

    def joints_at_rest(self, betas: Tensor, expression: Tensor | None = None) -> Tensor:
        """Joints in the T-pose, the pelvis at the origin [m]. (N, 10), (N, 10) -> (N, 55, 3)."""
        joints = self._pelvis_and_joints(_both(betas, expression))
        return joints - joints[:, :1]

    def _pelvis_and_joints(self, coefficients: Tensor) -> Tensor:
        return self.joint_template + torch.einsum("jid,nd->nji", self.joint_directions, coefficients)

    def forward(
        self,
        rotations: Tensor,
        betas: Tensor,
        expression: Tensor | None = None,
        transl: Tensor | None = None,
        vertices: Tensor | None = None,
    ) -> Shaped:
        """Pose the figure.

        Args:
            rotations: of each joint against its parent, flat-hand mean. Shape (N, 55, 3, 3).
            betas: shape coefficients. Shape (N, 10).
            expression: coefficients of SMPL-X's own basis; neutral when left out. Shape (N, 10).
            transl: position of the pelvis [m]; the origin when left out. Shape (N, 3).
            vertices: indices of those to compute; all when left out. Shape (V,).
        """
        coefficients = _both(betas, expression)
        rest = self._pelvis_and_joints(coefficients)
        start = torch.zeros_like(rest[:, 0]) if transl is None else transl
        turns, places = [rotations[:, 0]], [start]
        for joint, parent in enumerate(PARENTS[1:], start=1):
            bone = rest[:, joint] - rest[:, parent]
            turns.append(turns[parent] @ rotations[:, joint])
            places.append(places[parent] + (turns[parent] @ bone[..., None])[..., 0])
        turned, placed = torch.stack(turns, dim=1), torch.stack(places, dim=1)
        chosen = slice(None) if vertices is None else vertices
        bent = (rotations[:, 1:] - torch.eye(3, device=rotations.device)).flatten(1)
        flat = (
            self.template[chosen]
            + torch.einsum("vid,nd->nvi", self.directions[chosen], coefficients)
            + torch.einsum("vip,np->nvi", self.correctives[chosen], bent)
        )
        shift = placed - (turned @ rest[..., None])[..., 0]
        weights = self.weights[chosen]
        mixed = torch.einsum("vj,njab->nvab", weights, turned)
        moved = (mixed @ flat[..., None])[..., 0] + torch.einsum("vj,nji->nvi", weights, shift)
        return Shaped(moved, placed, turned)

    def landmarks(
        self, rotations: Tensor, betas: Tensor, expression: Tensor | None = None, transl: Tensor | None = None
    ) -> Tensor:
        """The 51 landmarks of the face, dlib's 17 to 67, for the arguments of `forward` [m]. Shape (N, 51, 3)."""
        corners, where = torch.unique(self.landmark_faces, return_inverse=True)
        vertices = self(rotations, betas, expression, transl, corners).vertices
        return torch.einsum("nlci,lc->nli", vertices[:, where], self.landmark_weights)


def _both(betas: Tensor, expression: Tensor | None) -> Tensor:
    return torch.cat([betas, torch.zeros_like(betas) if expression is None else expression], dim=-1)


def _read(path: Path) -> dict[str, NDArray[np.float64]]:
    if not path.is_file():
        raise NsaError(
            f"no SMPL-X model file at {path}. It is licensed separately: register at https://smpl-x.is.tue.mpg.de, "
            "download SMPLX_NEUTRAL.npz and give its path; without one the open figure is fitted."
        )
    wanted = (*_KEYS, *_LANDMARK_KEYS)
    try:
        with np.load(path, allow_pickle=False) as data:
            missing = [key for key in wanted if key not in data.files]
            arrays = {key: np.asarray(data[key], dtype=np.float64) for key in wanted if not missing}
    except (ValueError, OSError, EOFError, TypeError, AttributeError, BadZipFile) as error:
        raise NsaError(f"{path} is not a usable SMPL-X .npz ({error}); plain arrays {', '.join(wanted)}") from error
    if missing:
        raise NsaError(f"{path} has no {', '.join(missing)}; a whole SMPLX_*.npz has {', '.join(wanted)}")
    _check(path, arrays)
    return arrays


def _check(path: Path, arrays: dict[str, NDArray[np.float64]]) -> None:
    vertices, joints, marks = len(arrays["v_template"]), len(JOINTS), len(arrays["lmk_faces_idx"])
    expected = {
        "v_template": (vertices, 3),
        "posedirs": (vertices, 3, 9 * (joints - 1)),
        "J_regressor": (joints, vertices),
        "weights": (vertices, joints),
        "kintree_table": (2, joints),
        "lmk_bary_coords": (marks, 3),
        "lmk_faces_idx": (51,),
    }
    for key, shape in expected.items():
        if arrays[key].shape != shape:
            raise NsaError(f"{path}: {key} has shape {arrays[key].shape}, expected {shape}")
    directions = arrays["shapedirs"].shape
    if directions[:2] != (vertices, 3) or directions[2:] < (2 * COEFFICIENTS,):
        raise NsaError(
            f"{path}: shapedirs has shape {directions}, expected ({vertices}, 3, 20) or ({vertices}, 3, 400): shape "
            "and expression directions"
        )
    for key, values in arrays.items():
        if not values.size or not np.isfinite(values).all():
            raise NsaError(f"{path}: {key} is empty or holds values that are not finite")
    if tuple(arrays["kintree_table"][0, 1:].astype(np.int64)) != PARENTS[1:]:
        raise NsaError(f"{path}: kintree_table is not the tree of SMPL-X's 55 joints")
    faces = arrays["f"].astype(np.int64)
    if faces.ndim != 2 or faces.shape[1] != 3 or faces.min() < 0 or faces.max() >= vertices:
        raise NsaError(f"{path}: f {faces.shape} is not triangles of the {vertices} vertices")
    marked = arrays["lmk_faces_idx"]
    if marked.min() < 0 or marked.max() >= len(faces):
        raise NsaError(f"{path}: lmk_faces_idx goes to {marked.max():g}, there are {len(faces)} triangles")


def _spread(template: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each joint a few vertices that follow it most, far from each other."""
    owner, kept = weights.argmax(axis=1), []
    for joint in range(len(JOINTS)):
        own = np.flatnonzero(owner == joint)
        if not len(own):
            continue
        chosen = [int(own[np.linalg.norm(template[own] - template[own].mean(axis=0), axis=1).argmax()])]
        while len(chosen) < min(_PER_JOINT, len(own)):
            gaps = np.linalg.norm(template[own, None] - template[chosen], axis=-1).min(axis=1)
            chosen.append(int(own[gaps.argmax()]))
        kept += chosen
    return np.array(kept, dtype=np.int64)
