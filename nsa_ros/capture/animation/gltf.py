"""glTF 2.0 and VRM: nodes as bones, animations as takes, and what the file says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.rotations import quat_to_matrix
from nsa_ros.capture.animation.animation import Animation
from nsa_ros.capture.animation.gltf_file import GltfFile, Json
from nsa_ros.capture.animation.rig import HUGE, Placed, Rig, sorted_tree
from nsa_ros.capture.animation.take import Channel, Take, key_rate
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

_PATHS = {"rotation": 4, "translation": 3, "scale": 3}
_INTERPOLATIONS = ("LINEAR", "STEP", "CUBICSPLINE")
_LABELS = {
    "title": ("title", "name"),
    "author": ("author", "authors", "creator"),
    "license": ("license", "licenseName", "licenseUrl", "otherLicenseUrl", "otherPermissionUrl"),
    "copyright": ("copyright", "copyrightInformation"),
    "source": ("source", "reference", "references"),
}
"""Label, and the keys under which VRM 0.x, VRM 1.0 and `asset.extras` (Sketchfab) give it; all that are there count."""


def read_gltf(path: Path, data: bytes) -> Animation:
    """Parse a `.gltf`, `.glb`, `.vrm` or `.vrma`.

    Raises:
        NsaError: it is damaged, truncated or packed; the message names the bone and the animation.
    """
    file = GltfFile(path, data)
    try:
        return _read(file)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        raise NsaError(f"{path} is not sound glTF ({type(error).__name__}: {error}); export it again") from error


def _read(file: GltfFile) -> Animation:
    order, rig = _rig(file)
    place = {node: bone for bone, node in enumerate(order)}
    notes: list[str] = []
    takes = [_take(file, i, row, place, rig, notes) for i, row in enumerate(file.items("animations"), start=1)]
    extensions = file.document.get("extensions", {})
    kind, humanoid = _humanoid(extensions)
    rests = {"nodes of the file": rig.rest}
    if bound := _bound(file, place, rig):
        rests = {**rests, "bind pose of the skin": bound} if humanoid else {"bind pose of the skin": bound, **rests}
    if any(row.get("blendShapeMaster", row.get("expressions")) for row in extensions.values() if isinstance(row, dict)):
        notes.append("expressions and blend shapes are not read: the face is that of the bones")
    return Animation(
        file.path,
        kind,
        rig,
        tuple(take for take in takes if take),
        rests,
        {name: place[node] for name, node in humanoid.items() if node in place},
        _labels(file.document["asset"], extensions),
        tuple(dict.fromkeys(notes)),
    )


def _rig(file: GltfFile) -> tuple[list[int], Rig]:
    """Nodes in tree order, and the bones that they are."""
    nodes = file.items("nodes")
    if not nodes:
        raise NsaError(f"{file.path} has no nodes, so no skeleton")
    parents = [-1] * len(nodes)
    for index, node in enumerate(nodes):
        for child in node.get("children", []):
            file.item("nodes", child)
            if parents[child] >= 0:
                raise NsaError(f"{file.path}: node {child} has two parents; the file is damaged")
            parents[child] = index
    order = sorted_tree(parents)
    place = {node: bone for bone, node in enumerate(order)}
    names = tuple(str(nodes[i].get("name") or f"node {i}") for i in order)
    rotations, translations, scales = zip(*(_local(file, i, nodes[i]) for i in order), strict=True)
    bones = tuple(place[parents[i]] if parents[i] >= 0 else -1 for i in order)
    return order, Rig(names, bones, np.array(rotations), np.array(translations), np.array(scales))


def _local(file: GltfFile, index: int, node: Json) -> tuple[Array, Array, Array]:
    name = node.get("name", index)
    given = {"matrix": 16, "rotation": 4, "translation": 3, "scale": 3}
    values = {key: np.array(node[key], float).reshape(size) for key, size in given.items() if key in node}
    for key, numbers in values.items():
        if not (np.abs(numbers) < HUGE).all():
            raise NsaError(f"{file.path}: the {key} of bone {name!r} is {node[key]}; these are not usable numbers")
    if "matrix" in values:
        matrix = values["matrix"].reshape(4, 4).T
        scale = np.linalg.norm(matrix[:3, :3], axis=0)
        rotation, translation = matrix[:3, :3] / np.maximum(scale, 1e-300), matrix[:3, 3]
        if np.linalg.det(rotation) < 0.0:
            scale = -scale
    else:
        turn = values.get("rotation", np.array([0.0, 0.0, 0.0, 1.0]))
        rotation = quat_to_matrix(_unit_quaternions(file, turn, f"bone {name!r}"))
        translation, scale = values.get("translation", np.zeros(3)), values.get("scale", np.ones(3))
    _check_scale(file, scale, f"bone {name!r}")
    return rotation, translation, scale


def _check_scale(file: GltfFile, scale: Array, what: str) -> None:
    if not (scale > 0.0).all():
        raise NsaError(
            f"{file.path}: {what} has the scale {scale.reshape(-1, 3).min(0).tolist()}; mirrored or flat bones are not "
            "read. Apply the transforms in Blender (Object > Apply > All Transforms) and export again"
        )


def _unit_quaternions(file: GltfFile, values: Array, what: str) -> Array:
    length = np.linalg.norm(values, axis=-1, keepdims=True)
    if not (length > 1e-6).all():
        raise NsaError(f"{file.path}: {what} has a rotation of length 0; the file is damaged, export it again")
    return np.asarray(values / length)


def _take(file: GltfFile, number: int, row: Json, place: dict[int, int], rig: Rig, notes: list[str]) -> Take | None:
    """One animation; None when it moves no bone (blend shapes only)."""
    name = str(row.get("name") or f"animation {number}")
    channels = []
    for channel in row["channels"]:
        target = channel["target"]
        path = target.get("path")
        if path not in _PATHS:
            notes.append(f"channels of kind {path!r} (blend shapes and the like) are not read")
            continue
        if target.get("node") is None:
            continue
        file.item("nodes", target["node"])
        bone = place[target["node"]]
        what = f"animation {name!r}, {path} of bone {rig.names[bone]!r}"
        channels.append(_channel(file, row["samplers"][channel["sampler"]], bone, path, what))
    return Take(name, tuple(channels), key_rate(channels)) if channels else None


def _channel(file: GltfFile, sampler: Json, bone: int, path: Any, what: str) -> Channel:
    interpolation = sampler.get("interpolation", "LINEAR")
    if interpolation not in _INTERPOLATIONS:
        raise NsaError(
            f"{file.path}: {what}: interpolation {interpolation!r} is not one of {', '.join(_INTERPOLATIONS)}"
        )
    times = file.numbers(sampler["input"], f"{what}, times")[:, 0]
    values = file.numbers(sampler["output"], what)
    keys = 3 if interpolation == "CUBICSPLINE" else 1
    if values.shape != (keys * len(times), _PATHS[path]):
        raise NsaError(f"{file.path}: {what}: {len(times)} keys and values of shape {values.shape} do not fit")
    if not (np.diff(times) > 0.0).all():
        raise NsaError(f"{file.path}: {what}: the times of the keys do not rise")
    if keys == 3:
        return Channel(bone, path, times, values.reshape(len(times), 3, -1), interpolation)
    if path == "rotation":
        values = _unit_quaternions(file, values, what)
    elif path == "scale":
        _check_scale(file, values, what)
    return Channel(bone, path, times, values, interpolation)


def _humanoid(extensions: Json) -> tuple[str, dict[str, int]]:
    """Kind of the file, and the node of each humanoid bone (VRM 0.x, VRM 1.0, VRM animation)."""
    if "VRMC_vrm_animation" in extensions:
        bones = extensions["VRMC_vrm_animation"]["humanoid"]["humanBones"]
        return "VRM animation", {name: bone["node"] for name, bone in bones.items()}
    if "VRMC_vrm" in extensions:
        bones = extensions["VRMC_vrm"]["humanoid"]["humanBones"]
        return "VRM 1.0", {name: bone["node"] for name, bone in bones.items()}
    if "VRM" in extensions:
        return "VRM 0.x", {str(bone["bone"]): bone["node"] for bone in extensions["VRM"]["humanoid"]["humanBones"]}
    return "glTF 2.0", {}


def _bound(file: GltfFile, place: dict[int, int], rig: Rig) -> Placed | None:
    """Bones where the skins were bound to them; those without a skin follow their parents. None without skins."""
    worlds = _matrices(rig, {})
    found: dict[int, Array] = {}
    for index, node in enumerate(file.items("nodes")):
        if "skin" not in node or "inverseBindMatrices" not in (skin := file.item("skins", node["skin"])):
            continue
        matrices = file.numbers(skin["inverseBindMatrices"], "inverse bind matrices").reshape(-1, 4, 4)
        if len(matrices) < len(skin["joints"]):
            raise NsaError(f"{file.path}: a skin has {len(skin['joints'])} joints, but {len(matrices)} matrices")
        for joint, matrix in zip(skin["joints"], matrices, strict=False):
            file.item("nodes", joint)
            if abs(np.linalg.det(matrix)) > 1e-12:
                found.setdefault(place[joint], worlds[place[index]] @ np.linalg.inv(matrix.T))
    if not found:
        return None
    bound = _matrices(rig, found)
    left, _, right = np.linalg.svd(bound[:, :3, :3])
    return Placed(bound[:, :3, 3], left @ right)


def _matrices(rig: Rig, given: dict[int, Array]) -> Array:
    """World transforms of the bones at rest, some of them given. Shape (J, 4, 4)."""
    matrices = np.tile(np.eye(4), (len(rig), 1, 1))
    matrices[:, :3, :3], matrices[:, :3, 3] = rig.rotations * rig.scales[:, None, :], rig.translations
    for bone, parent in enumerate(rig.parents):
        if bone in given:
            matrices[bone] = given[bone]
        elif parent >= 0:
            matrices[bone] = matrices[parent] @ matrices[bone]
    return matrices


def _labels(asset: Json, extensions: Json) -> dict[str, str]:
    """What the file says of its making, as text."""
    places = [asset.get("extras"), *(extensions.get(key, {}).get("meta") for key in ("VRM", "VRMC_vrm"))]
    metas = [asset, *(row for row in places if isinstance(row, dict))]
    labels = {"generator": str(asset.get("generator", "")).strip()}
    for label, keys in _LABELS.items():
        said = [row[key] for key in keys for row in metas if row.get(key)]
        words = [" / ".join(map(str, word)) if isinstance(word, list) else str(word).strip() for word in said]
        labels[label] = ", ".join(dict.fromkeys(word for word in words if word))
    return {label: word for label, word in labels.items() if word}
