"""An animation file of any kind that is read here, told by its first bytes."""

from __future__ import annotations

from pathlib import Path

from nsa_ros.capture.animation.animation import Animation
from nsa_ros.capture.animation.bvh import read_bvh
from nsa_ros.capture.animation.gltf import read_gltf
from nsa_ros.errors import NsaError

_CONVERT = "Convert it with Blender: File > Import, then File > Export > glTF 2.0 (.glb) with Animation ticked"

_OTHERS = {
    b"Kaydara FBX": f"is FBX, whose format is not public. {_CONVERT}",
    b"; FBX": f"is FBX, whose format is not public. {_CONVERT}",
    b"BLENDER": "is a Blender file. Open it in Blender and export glTF 2.0 (.glb) with Animation ticked",
    b"PK": "is a zip archive. Unpack it; a motion in .npz plays with `nsa view`",
    b"<?xml": f"is XML (COLLADA?). {_CONVERT}",
    b"PXR-USDC": f"is USD. {_CONVERT}",
    b"\x80": "is a Python pickle, which can run code: it is never opened. Ask for BVH or glTF",
}
"""First bytes of files that are not read, and what to do."""


def read_animation(path: str | Path) -> Animation:
    """Read a BVH, glTF, GLB, VRM or VRMA file.

    Raises:
        NsaError: no such file, it is empty, of another kind, damaged or truncated.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NsaError(f"{path} cannot be read: {error.strerror or error}") from error
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:16]
    if not start:
        raise NsaError(f"{path} is empty; get it again")
    for mark, what in _OTHERS.items():
        if start.startswith(mark):
            raise NsaError(f"{path} {what}")
    if data.startswith(b"glTF") or start.startswith(b"{"):
        return read_gltf(path, data)
    if start[:9].upper() == b"HIERARCHY":
        return read_bvh(path, data.decode("utf-8-sig", errors="replace"))
    raise NsaError(f"{path} is neither BVH (it would start with HIERARCHY) nor glTF 2.0 (.glb, .gltf, .vrm, .vrma)")
