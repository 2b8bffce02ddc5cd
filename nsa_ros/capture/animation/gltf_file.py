"""The container of glTF 2.0: JSON, buffers (in the file, as data URIs, beside it) and accessors.

Readers on PyPI do not help here: `pygltflib` and `gltflib` give the JSON as data classes and leave buffers, accessors
and their checks to the caller, `trimesh` reads meshes and leaves animations out. So the few pages of the specification
that animation needs are done here (Khronos glTF 2.0, sections 3.6 and 4).
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError

Array = NDArray[np.float64]
Json = dict[str, Any]

_COMPONENTS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class GltfFile:
    """A glTF document and its numbers.

    Attributes:
        path: of the file.
        document: its JSON.

    Args:
        path: of the file, for buffers beside it and for messages.
        data: its bytes, `.glb` or `.gltf`.

    Raises:
        NsaError: it is truncated, no glTF 2.0, or its JSON is damaged.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        text, self._chunk = self._unpack(data) if data.startswith(b"glTF") else (data, b"")
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise NsaError(f"{path}: its JSON cannot be read ({error}); the file is damaged or truncated") from error
        if not isinstance(document, dict) or not isinstance(document.get("asset"), dict):
            raise NsaError(f"{path} is JSON but no glTF: it has no `asset`")
        version = str(document["asset"].get("version"))
        if not version.startswith("2."):
            raise NsaError(f"{path} is glTF {version}; version 2.0 is read. Convert it with Blender")
        self.document: Json = document
        self._buffers: dict[int, bytes] = {}

    def _unpack(self, data: bytes) -> tuple[bytes, bytes]:
        """JSON and binary chunk of a `.glb`."""
        if len(data) < 20:
            raise NsaError(f"{self.path} ends inside its header; it is truncated, get it again")
        _, version, length = struct.unpack_from("<4sII", data)
        if version != 2:
            raise NsaError(f"{self.path} is binary glTF of version {version}; version 2 is read")
        if length > len(data):
            raise NsaError(f"{self.path} has {len(data)} of its {length} bytes; it is truncated, get it again")
        chunks: dict[bytes, bytes] = {}
        at = 12
        while at + 8 <= length:
            size, kind = struct.unpack_from("<I4s", data, at)
            if at + 8 + size > length:
                raise NsaError(f"{self.path}: a chunk of {size} bytes does not fit into the file; it is damaged")
            chunks.setdefault(kind, data[at + 8 : at + 8 + size])
            at += 8 + size
        if b"JSON" not in chunks:
            raise NsaError(f"{self.path} has no JSON chunk; it is damaged")
        return chunks[b"JSON"], chunks.get(b"BIN\0", b"")

    def items(self, key: str) -> list[Json]:
        """A top-level list of the document, empty where it has none.

        Raises:
            NsaError: it is no list of objects.
        """
        found = self.document.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise NsaError(f"{self.path}: `{key}` is not a list of objects; the file is damaged")
        return found

    def item(self, key: str, index: Any) -> Json:
        """One object of a top-level list.

        Raises:
            NsaError: there is none of that index.
        """
        items = self.items(key)
        if not isinstance(index, int) or not 0 <= index < len(items):
            raise NsaError(f"{self.path} refers to {key}[{index}], it has {len(items)}; the file is damaged")
        return items[index]

    def numbers(self, accessor: Any, what: str) -> Array:
        """Values of an accessor, normalised integers as fractions. Shape (count, width).

        Args:
            accessor: its index.
            what: is read, for messages.

        Raises:
            NsaError: it is damaged, its buffer is missing or too short, or a value is not finite.
        """
        row = self.item("accessors", accessor)
        component, width, count = row.get("componentType"), _WIDTHS.get(str(row.get("type"))), row.get("count")
        if component not in _COMPONENTS or width is None or not isinstance(count, int) or count < 1:
            raise NsaError(f"{self.path}: accessor {accessor} ({what}) is not usable: {_short(row)}")
        kind = np.dtype(_COMPONENTS[component])
        if "bufferView" in row:
            values = self._view(row["bufferView"], row.get("byteOffset", 0), kind, count, width, what)
        else:
            values = np.zeros((count, width), kind)
        if "sparse" in row:
            values = self._replaced(values, row["sparse"], kind, what)
        numbers = values.astype(np.float64)
        if row.get("normalized") and kind.kind in "iu":
            numbers = np.maximum(numbers / np.iinfo(kind).max, -1.0)
        if not np.isfinite(numbers).all():
            at = int(np.argwhere(~np.isfinite(numbers))[0, 0])
            raise NsaError(f"{self.path}: {what}: value {at + 1} of {count} is not a finite number")
        return numbers

    def _replaced(self, values: Array, sparse: Json, kind: np.dtype[Any], what: str) -> Array:
        """Values with some of them replaced (sparse accessor)."""
        count, places, with_ = sparse["count"], sparse["indices"], sparse["values"]
        index = np.dtype(_COMPONENTS[places["componentType"]])
        rows = self._view(places["bufferView"], places.get("byteOffset", 0), index, count, 1, what)[:, 0]
        new = self._view(with_["bufferView"], with_.get("byteOffset", 0), kind, count, values.shape[1], what)
        values = values.copy()
        if rows.max() >= len(values):
            raise NsaError(f"{self.path}: {what}: a sparse accessor replaces value {rows.max()} of {len(values)}")
        values[rows] = new
        return values

    def _view(self, view: Any, offset: int, kind: np.dtype[Any], count: int, width: int, what: str) -> NDArray[Any]:
        """Numbers out of a buffer view. Shape (count, width)."""
        row = self.item("bufferViews", view)
        if packed := next((name for name in row.get("extensions", {}) if "meshopt" in name), None):
            raise NsaError(
                f"{self.path}: {what} is packed with {packed}, which is not read. Unpack the file, e.g. with "
                "`npx @gltf-transform/cli copy IN.glb OUT.glb`, or import and export it with Blender"
            )
        buffer = self._buffer(row.get("buffer"), what)
        start, size = row.get("byteOffset", 0), kind.itemsize * width
        stride = row.get("byteStride") or size
        end = offset + stride * (count - 1) + size
        if min(start, offset) < 0 or stride < size or end > row["byteLength"] or start + end > len(buffer):
            raise NsaError(
                f"{self.path}: {what} needs {end} bytes at {start} of a buffer of {len(buffer)}; "
                "the file or the buffer beside it is damaged or truncated"
            )
        shape, strides = (count, width), (stride, kind.itemsize)
        return np.ndarray(shape, kind, buffer, start + offset, strides)

    def _buffer(self, index: Any, what: str) -> bytes:
        row = self.item("buffers", index)
        if index not in self._buffers:
            self._buffers[index] = self._load(row, what)
        buffer = self._buffers[index]
        if len(buffer) < row["byteLength"]:
            raise NsaError(f"{self.path}: buffer {index} has {len(buffer)} of its {row['byteLength']} bytes: truncated")
        return buffer

    def _load(self, row: Json, what: str) -> bytes:
        uri = row.get("uri")
        if uri is None:
            return self._chunk
        if uri.startswith("data:"):
            try:
                return base64.b64decode(uri.partition(",")[2], validate=True)
            except binascii.Error as error:
                raise NsaError(f"{self.path}: {what}: a data URI is not base64 ({error})") from error
        name = unquote(uri)
        folder = self.path.parent.resolve()
        file = (folder / name).resolve()
        if "://" in uri or not file.is_relative_to(folder):
            raise NsaError(f"{self.path} wants the buffer {name!r}; only files beside it are read. Put it there")
        try:
            return file.read_bytes()
        except OSError as error:
            raise NsaError(
                f"{self.path} needs its buffer {name!r} beside it ({error.strerror}). Copy it there, or export as .glb"
            ) from error


def _short(row: Json) -> str:
    return ", ".join(f"{key} {row.get(key)!r}" for key in ("componentType", "type", "count"))
