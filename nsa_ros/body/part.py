"""A piece of the mannequin, its colours, and its mesh as a file."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from nsa_ros.body.solids import Mesh

Colour = tuple[float, float, float]

SKIN: Colour = (0.69, 0.49, 0.39)
PALM: Colour = (0.87, 0.69, 0.59)
NAIL: Colour = (0.93, 0.80, 0.73)
LIP: Colour = (0.58, 0.34, 0.30)
HAIR: Colour = (0.16, 0.13, 0.12)
SHIRT: Colour = (0.14, 0.18, 0.24)
BAND: Colour = (0.18, 0.23, 0.31)
TROUSERS: Colour = (0.22, 0.23, 0.25)
SHOE: Colour = (0.10, 0.10, 0.11)
WHITE: Colour = (0.90, 0.90, 0.88)
IRIS: Colour = (0.40, 0.27, 0.16)
BLACK: Colour = (0.04, 0.03, 0.03)
MOUTH: Colour = (0.24, 0.08, 0.08)


@dataclass(frozen=True)
class Part:
    """One rigid piece.

    Attributes:
        name: of the piece, unique; also the name of its mesh file.
        carrier: the SMPL-X or face joint that carries it.
        colour: red, green, blue in [0, 1] (sRGB).
        mesh: in the carrier's frame: relative to the joint in the T-pose, SMPL-X axes [m].
    """

    name: str
    carrier: str
    colour: Colour
    mesh: Mesh


def mesh_file(part: Part) -> bytes:
    """The piece as a binary STL file, in its carrier's frame (SMPL-X axes, metres), with facet normals."""
    corners = part.mesh.vertices[part.mesh.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)
    record = np.zeros(len(corners), dtype=[("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    record["normal"], record["corners"] = normals, corners
    return part.name.encode().ljust(80) + struct.pack("<I", len(corners)) + record.tobytes()
