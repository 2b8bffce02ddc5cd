"""Animation files as other programs write them: our signing on rigs with other rest poses, axes, units and names."""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from nsa_ros.body.kinematics import Posed, forward
from nsa_ros.body.motion import Motion, concatenate
from nsa_ros.body.rotations import matrix_to_quat, slerp
from nsa_ros.body.skeleton import INDEX, JOINTS, PARENTS, TIPS, Skeleton, default_skeleton
from nsa_ros.capture.animation.bone_map import shipped_maps
from nsa_ros.phonology.reference import ReferenceSigner

A_POSE = {
    "left_shoulder": (0.0, 0.0, -0.8),
    "right_shoulder": (0.0, 0.0, 0.8),
    "left_elbow": (0.0, -0.25, 0.0),
    "right_elbow": (0.0, 0.25, 0.0),
    "left_index1": (0.0, 0.0, -0.3),
    "right_thumb2": (0.0, 0.2, 0.2),
}
"""Arms lowered by 46°, elbows bent by 14°, a bent finger and thumb."""

Z_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""From our axes to x left, z up, facing -y (Blender, Unreal)."""

BACKWARDS = np.diag([-1.0, 1.0, -1.0])
"""A figure that faces -z (VRM 0.x)."""


@dataclass(frozen=True)
class Style:
    """How a rig differs from our figure.

    Attributes:
        names: shipped map that names the bones.
        prefix: before each name.
        rest: rotation of some joints in the rig's rest pose, axis-angle [rad].
        along: own axis of a bone that points to its child; the axes of the file when None.
        world: our axes to the file's.
        unit: file units per metre.
        extra: bones between those of the spine, and twist bones on the forearms.
        ends: whether fingertips are bones.
    """

    names: str
    prefix: str = ""
    rest: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    along: tuple[float, float, float] | None = (0.0, 1.0, 0.0)
    world: np.ndarray = field(default_factory=lambda: np.eye(3))
    unit: float = 1.0
    extra: bool = False
    ends: bool = True

    def bone(self, joint: str) -> str | None:
        """Name of the bone of a joint."""
        names = next(bone_map for bone_map in shipped_maps() if bone_map.name == self.names).joints.get(joint)
        if names is None:
            return None
        three_spine_bones = {("unreal", "spine2"): 1, ("unreal", "spine3"): 1, ("mixamo", "spine3"): 1}
        return self.prefix + names[three_spine_bones.get((self.names, joint), 0)]


MIXAMO = Style("mixamo", prefix="mixamorig:", unit=100.0)
UNREAL = Style("unreal", rest=A_POSE, along=(1.0, 0.0, 0.0), world=Z_UP, unit=100.0, extra=True, ends=False)
VRM = Style("vrm", along=None, world=BACKWARDS, ends=False)


@cache
def signing() -> Motion:
    """Some signs of ours at 12 frames/s."""
    motion = concatenate(list(ReferenceSigner().sign("my friend")))[::2]
    return replace(motion, fps=motion.fps / 2)


@dataclass(frozen=True)
class Bones:
    """A rig with a take, in world axes of the file: names, parents, rest and movement of J bones over F frames."""

    names: list[str]
    parents: list[int]
    rest_rotations: np.ndarray
    rest_positions: np.ndarray
    rotations: np.ndarray
    positions: np.ndarray

    def local(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Rotations and translations relative to the parent: at rest (J), then moving (F, J)."""
        return (
            *_relative(self.parents, self.rest_rotations, self.rest_positions),
            *_relative(self.parents, self.rotations, self.positions),
        )


def _relative(parents, rotations, positions):
    turns, moves = rotations.copy(), positions.copy()
    for bone, parent in enumerate(parents):
        if parent >= 0:
            back = np.swapaxes(rotations[..., parent, :, :], -1, -2)
            turns[..., bone, :, :] = back @ rotations[..., bone, :, :]
            moves[..., bone, :] = (back @ (positions[..., bone, :] - positions[..., parent, :])[..., None])[..., 0]
    return turns, moves


def rest_pose(style: Style) -> np.ndarray:
    """Of our figure as the rig rests. Shape (55, 3)."""
    pose = np.zeros((len(JOINTS), 3))
    for joint, turn in style.rest.items():
        pose[INDEX[joint]] = turn
    return pose


class _Rigger:
    """Hangs bones on joints of our figure."""

    def __init__(self, motion: Motion, style: Style, skeleton: Skeleton) -> None:
        self.style = style
        self.rest, self.moving = forward(skeleton, rest_pose(style)), forward(skeleton, motion.poses, motion.transl)
        self.names, self.parents, self.rows, self.at = ["Armature"], [-1], [], {}
        frames, still = len(motion), np.eye(3)
        self.rows.append((np.zeros(3), still, np.zeros((frames, 3)), np.tile(still, (frames, 1, 1)), np.eye(3)[1]))
        for joint in JOINTS:
            if style.bone(joint):
                self._hang(joint)

    def _add(self, name: str, parent: int, row: tuple) -> int:
        self.names.append(name)
        self.parents.append(parent)
        self.rows.append(row)
        return len(self.names) - 1

    def _hang(self, joint: str) -> None:
        j, rest, moving = INDEX[joint], self.rest, self.moving
        parent = 0 if j == 0 else self.at[JOINTS[PARENTS[j]]]
        if self.style.extra and joint in ("spine2", "spine3"):
            parent = self._add(f"{joint}_extra", parent, self._between(PARENTS[j], j))
        tip = TIPS.index(joint[:-1]) if joint[:-1] in TIPS and joint[-1] == "3" else None
        ends = [rest.positions[c] for c, p in enumerate(PARENTS) if p == j] if tip is None else [rest.tips[tip]]
        along = np.mean(ends, axis=0) - rest.positions[j] if ends else np.array([0.0, 0.1, 0.0])
        own = (rest.positions[j], rest.rotations[j], moving.positions[:, j], moving.rotations[:, j], along)
        self.at[joint] = self._add(self.style.bone(joint), parent, own)
        if self.style.extra and joint.endswith("elbow"):
            self._add(f"{joint}_twist", self.at[joint], own)
        if self.style.ends and tip is not None:
            end = (rest.tips[tip], rest.rotations[j], moving.tips[:, tip], moving.rotations[:, j], along)
            self._add(f"{self.style.bone(joint)}_end", self.at[joint], end)

    def _between(self, parent: int, child: int) -> tuple:
        """A bone that takes half of the rotation of the next one."""
        rest, moving = self.rest, self.moving
        middle = (rest.positions[parent] + rest.positions[child]) / 2
        offset = moving.rotations[:, parent] @ (middle - rest.positions[parent])
        turned = slerp(moving.rotations[:, parent], moving.rotations[:, child], np.full(len(offset), 0.5))
        return middle, np.eye(3), moving.positions[:, parent] + offset, turned, np.eye(3)[1]

    def bones(self) -> Bones:
        """In the axes and the unit of the file, each bone with axes of its own."""
        style, draws = self.style, np.random.default_rng(3)
        own = []
        for *_, along in self.rows:
            if style.along is None:
                own.append(np.eye(3))
                continue
            swing = Rotation.align_vectors([style.world @ along / np.linalg.norm(along)], [style.along])[0]
            own.append((swing * Rotation.from_rotvec(draws.uniform(-3, 3) * np.array(style.along))).as_matrix())
        turn, rows = style.world, list(zip(self.rows, own, strict=True))
        return Bones(
            self.names,
            self.parents,
            np.array(own),
            style.unit * np.array([row[0] for row in self.rows]) @ turn.T,
            np.stack([turn @ row[3] @ row[1].T @ turn.T @ axes for row, axes in rows], axis=1),
            style.unit * np.stack([row[2] for row in self.rows], axis=1) @ turn.T,
        )


def rigged(motion: Motion, style: Style, skeleton: Skeleton | None = None) -> Bones:
    """The motion on a rig of a style, with the proportions of a skeleton."""
    return _Rigger(motion, style, skeleton or default_skeleton()).bones()


def write_bvh(path: Path, motion: Motion, style: Style, order: str = "ZXY", moving: np.ndarray | None = None) -> Path:
    """BVH, whose bones have no axes of their own, and of which only the hips move.

    Args:
        path: to write.
        motion: the take.
        style: of the rig.
        order: of the rotations.
        moving: from the axes of the rest pose to those of the take, where they differ.
    """
    bones = rigged(motion, replace(style, along=None))
    if moving is not None:
        bones = replace(bones, rotations=moving @ bones.rotations, positions=bones.positions @ moving.T)
    _, offsets, turns, _ = bones.local()
    turns[:, 1] = bones.rotations[:, 1]
    lines: list[str] = ["HIERARCHY"]
    columns: list[np.ndarray] = []

    def offset(bone: int) -> str:
        return "OFFSET " + " ".join(f"{value:.8f}" for value in offsets[bone])

    def write(bone: int, depth: int) -> None:
        pad, root = "\t" * depth, depth == 0
        lines.extend([f"{pad}{'ROOT' if root else 'JOINT'} {bones.names[bone]}", pad + "{", f"{pad}\t{offset(bone)}"])
        rotations = " ".join(f"{axis}rotation" for axis in order)
        lines.append(pad + ("\tCHANNELS 6 Xposition Yposition Zposition " if root else "\tCHANNELS 3 ") + rotations)
        columns.extend([bones.positions[:, bone]] if root else [])
        columns.append(Rotation.from_matrix(turns[:, bone]).as_euler(order, degrees=True))
        for child in (child for child, parent in enumerate(bones.parents) if parent == bone):
            if bones.names[child].endswith("_end"):
                lines.extend([f"{pad}\tEnd Site", pad + "\t{", f"{pad}\t\t{offset(child)}", pad + "\t}"])
            else:
                write(child, depth + 1)
        lines.append(pad + "}")

    write(1, 0)
    lines += ["MOTION", f"Frames: {len(motion)}", f"Frame Time: {1 / motion.fps:.7f}"]
    lines += [" ".join(f"{value:.7f}" for value in row) for row in np.concatenate(columns, axis=1)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


class _Buffer:
    """Collects arrays into one buffer."""

    def __init__(self) -> None:
        self.data = b""
        self.views: list[dict] = []
        self.accessors: list[dict] = []

    def add(self, values: np.ndarray, kind: str) -> int:
        packed = np.asarray(values, dtype="<f4").tobytes()
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(packed)})
        view = {"bufferView": len(self.views) - 1, "componentType": 5126, "count": len(values), "type": kind}
        self.accessors.append(view)
        self.data += packed
        return len(self.accessors) - 1


@dataclass
class Gltf:
    """A glTF document and its buffer."""

    document: dict
    data: bytes

    def glb(self, path: Path) -> Path:
        """Write it as binary glTF."""
        text = json.dumps(self.document).encode()
        text += b" " * (-len(text) % 4)
        data = self.data + b"\0" * (-len(self.data) % 4)
        path.write_bytes(
            struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(data))
            + struct.pack("<I4s", len(text), b"JSON")
            + text
            + struct.pack("<I4s", len(data), b"BIN\0")
            + data
        )
        return path

    def gltf(self, path: Path, *, beside: str = "") -> Path:
        """Write it as JSON, with the buffer in a file beside it, or in the JSON itself."""
        uri = "data:application/octet-stream;base64," + base64.b64encode(self.data).decode()
        self.document["buffers"][0]["uri"] = beside.replace(" ", "%20") or uri
        if beside:
            (path.parent / beside).write_bytes(self.data)
        path.write_text(json.dumps(self.document), encoding="utf-8")
        return path


def make_gltf(
    motion: Motion,
    style: Style,
    *,
    interpolation: str = "LINEAR",
    posed: bool = False,
    armature: float = 1.0,
    skeleton: Skeleton | None = None,
) -> Gltf:
    """A glTF file of a rig with one take.

    Args:
        motion: the take.
        style: of the rig.
        interpolation: of all channels.
        posed: nodes stand as in frame 1, so that only the skin knows the rest pose.
        armature: scale of the root, which the bones undo.
        skeleton: proportions.
    """
    bones, buffer = rigged(motion, style, skeleton), _Buffer()
    rest_turns, rest_moves, turns, moves = bones.local()
    scales = np.where(np.arange(len(bones.names)) > 0, armature, 1.0)[:, None]
    rest_moves, moves = rest_moves / scales, moves / scales
    standing, places = (turns[0], moves[0]) if posed else (rest_turns, rest_moves)
    nodes = [
        {"name": name, "rotation": turn, "translation": place, "children": children}
        for name, turn, place, children in zip(
            bones.names,
            matrix_to_quat(standing).tolist(),
            places.tolist(),
            [[c for c, p in enumerate(bones.parents) if p == bone] for bone in range(len(bones.names))],
            strict=True,
        )
    ]
    nodes[0]["scale"] = [armature] * 3
    times = np.arange(len(motion)) / motion.fps
    clock, samplers, channels = buffer.add(times, "SCALAR"), [], []

    def animate(bone: int, path: str, values: np.ndarray) -> None:
        if interpolation == "CUBICSPLINE":
            slopes = np.gradient(values, times, axis=0)
            values = np.stack([slopes, values, slopes], axis=1).reshape(-1, values.shape[1])
        output = buffer.add(values, f"VEC{values.shape[1]}")
        samplers.append({"input": clock, "output": output, "interpolation": interpolation})
        channels.append({"sampler": len(samplers) - 1, "target": {"node": bone, "path": path}})

    for bone in range(1, len(bones.names)):
        quaternions = matrix_to_quat(turns[:, bone])
        quaternions[1:] *= np.cumprod(np.sign((quaternions[1:] * quaternions[:-1]).sum(-1)))[:, None]
        animate(bone, "rotation", quaternions)
    animate(1, "translation", moves[:, 1])
    document = {
        "asset": {"version": "2.0", "generator": "synthetic rigs"},
        "nodes": nodes,
        "animations": [{"name": "Take 001", "samplers": samplers, "channels": channels}],
    }
    if posed:
        bind = np.tile(np.eye(4), (len(nodes) - 1, 1, 1))
        bind[:, :3, :3], bind[:, :3, 3] = bones.rest_rotations[1:] * armature, bones.rest_positions[1:]
        inverse = np.swapaxes(np.linalg.inv(bind), 1, 2).reshape(-1, 16)
        skin = {"joints": list(range(1, len(nodes))), "inverseBindMatrices": buffer.add(inverse, "MAT4")}
        document["skins"] = [skin]
        nodes.append({"name": "Body", "skin": 0})
    document |= {
        "accessors": buffer.accessors,
        "bufferViews": buffer.views,
        "buffers": [{"byteLength": len(buffer.data)}],
    }
    return Gltf(document, buffer.data)


def make_vrm(motion: Motion, version: str) -> Gltf:
    """A VRM file (`0.x`, `1.0` or `animation`) whose bones only the extension tells apart."""
    made = make_gltf(motion, replace(VRM, world=BACKWARDS if version == "0.x" else np.eye(3)))
    nodes = made.document["nodes"]
    humanoid = {node["name"]: index for index, node in enumerate(nodes) if index}
    if version == "0.x":
        for joint in ("left", "right"):
            humanoid[f"{joint}ThumbIntermediate"] = humanoid.pop(f"{joint}ThumbIntermediate")
            humanoid[f"{joint}ThumbProximal"] = humanoid.pop(f"{joint}ThumbMetacarpal")
    else:
        for joint in ("left", "right"):
            humanoid[f"{joint}ThumbProximal"] = humanoid.pop(f"{joint}ThumbIntermediate")
    for index, node in enumerate(nodes):
        node["name"] = f"J_{index}"
    if version == "0.x":
        bones = [{"bone": name, "node": node} for name, node in humanoid.items()]
        meta = {"title": "Signer", "author": "A. Maker", "licenseName": "CC0"}
        made.document["extensions"] = {"VRM": {"humanoid": {"humanBones": bones}, "meta": meta}}
    else:
        key = "VRMC_vrm_animation" if version == "animation" else "VRMC_vrm"
        meta = {"name": "Signer", "authors": ["A. Maker", "B. Maker"], "licenseUrl": "https://vrm.dev/licenses/1.0/"}
        table = {name: {"node": node} for name, node in humanoid.items()}
        made.document["extensions"] = {key: {"humanoid": {"humanBones": table}, "meta": meta}}
    return made


def directions(posed: Posed) -> np.ndarray:
    """Unit vectors of all bones that lead to a joint or to a fingertip. Shape (F, 64, 3)."""
    carriers = [INDEX[f"{tip}3"] for tip in TIPS]
    joints = posed.positions[:, 1:] - posed.positions[:, list(PARENTS[1:])]
    lines = np.concatenate([joints, posed.tips - posed.positions[:, carriers]], axis=1)
    return lines / np.linalg.norm(lines, axis=-1, keepdims=True)


def degrees_apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angles between unit vectors. (..., 3), (..., 3) -> (...)."""
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(-1)))
