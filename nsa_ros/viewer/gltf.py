"""Pieces of the mannequin as binary glTF 2.0, with their own smooth normals and matt colours."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence

import numpy as np

from nsa_ros.body.part import Part

_FLOAT, _UINT32, _VERTICES, _INDICES = 5126, 5125, 34962, 34963


def glb(parts: Sequence[Part]) -> bytes:
    """A `.glb` file of pieces that one carrier carries, in its frame [m]."""
    views: list[dict[str, int]] = []
    accessors: list[dict[str, object]] = []
    materials, primitives, data = [], [], b""
    for part in parts:
        arrays = (
            (part.mesh.vertices.astype("<f4"), _FLOAT, "VEC3", _VERTICES),
            (part.mesh.normals.astype("<f4"), _FLOAT, "VEC3", _VERTICES),
            (part.mesh.faces.astype("<u4").ravel(), _UINT32, "SCALAR", _INDICES),
        )
        for values, component, kind, target in arrays:
            views.append({"buffer": 0, "byteOffset": len(data), "byteLength": values.nbytes, "target": target})
            accessor: dict[str, object] = {
                "bufferView": len(views) - 1,
                "componentType": component,
                "count": len(values),
                "type": kind,
            }
            if target == _VERTICES:
                accessor |= {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()}
            accessors.append(accessor)
            data += values.tobytes()
        first, index = len(accessors) - 3, len(materials)
        linear = [*np.power(part.colour, 2.2).tolist(), 1.0]
        surface = {"baseColorFactor": linear, "metallicFactor": 0.0, "roughnessFactor": 0.8}
        materials.append({"name": part.name, "pbrMetallicRoughness": surface})
        attributes = {"POSITION": first, "NORMAL": first + 1}
        primitives.append({"attributes": attributes, "indices": first + 2, "material": index})
    document = {
        "asset": {"version": "2.0", "generator": "nsa_ros"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": primitives}],
        "materials": materials,
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(data)}],
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    header = struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(data))
    return header + struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
