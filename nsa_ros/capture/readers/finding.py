"""What clips there are under a file or a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from nsa_ros.capture.readers import arrays, openpose
from nsa_ros.capture.readers.collections import Collection, collection_of
from nsa_ros.capture.readers.options import ClipReference, Kind
from nsa_ros.capture.readers.video import KEPT
from nsa_ros.errors import NsaError

VIDEOS = (".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4v")

_KINDS: dict[str, Kind] = {".npy": "array", ".npz": "array", ".pose": "pose", **dict.fromkeys(VIDEOS, "video")}

ACCEPTED = f".pose, .npz, .npy, folders of *{openpose.SUFFIX}, and videos ({' '.join(VIDEOS)})"


def clips_in(path: Path) -> list[ClipReference]:
    """The clips under a file or folder, by name, without reading them.

    Args:
        path: a file, a folder of OpenPose frames, or a folder of any of these; hidden files are passed over.

    Raises:
        NsaError: nothing is there, or nothing that is accepted.
    """
    if not path.exists():
        raise NsaError(f"{path} is not there. Accepted are {ACCEPTED}")
    if path.is_file():
        if path.name.endswith(openpose.SUFFIX):
            raise NsaError(f"{path} is one frame of OpenPose; give its folder {path.parent}")
        if path.suffix.lower() not in _KINDS:
            raise NsaError(f"{path} is not of a format that is read. Accepted are {ACCEPTED}")
        references = list(_of_file(path, path.parent, strict=True))
    else:
        references = [reference for folder in _folders(path) for reference in _of_folder(folder, path)]
        if not references:
            raise NsaError(f"{path} has no clips. Accepted are {ACCEPTED}")
    return sorted(_unique(references), key=lambda reference: _natural(reference.name))


def _folders(root: Path) -> Iterator[Path]:
    for place, below, _ in os.walk(root):
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield Path(place)


def _of_folder(folder: Path, root: Path) -> Iterator[ClipReference]:
    """Clips directly in a folder."""
    clips = openpose.clips_of(folder)
    relative = folder.relative_to(root) if folder != root else Path(folder.absolute().name)
    for key in clips:
        parts = relative.parts if len(clips) == 1 else (*relative.parts, key)
        yield ClipReference(folder, _name(parts), "openpose", key)
    collection = collection_of(folder)
    for path in sorted(folder.iterdir()):
        known = path.suffix.lower() in _KINDS and path.is_file() and not path.name.startswith(".")
        if known and not _kept(path) and (collection is None or _belongs(path, collection)):
            yield from _of_file(path, root, strict=False)


def _belongs(path: Path, collection: Collection) -> bool:
    relative = path.absolute().relative_to(collection.folder)
    return any(relative.match(pattern) for pattern in collection.files)


def _kept(path: Path) -> bool:
    """Whether it is what was detected in a video beside it."""
    return path.name.endswith(KEPT) and path.with_name(path.name.removesuffix(KEPT)).is_file()


def _of_file(path: Path, root: Path, strict: bool) -> Iterator[ClipReference]:
    kind = _KINDS[path.suffix.lower()]
    collection = collection_of(path)
    parts = path.relative_to(root).with_suffix("").parts
    if collection and collection.table:
        parts = (*path.relative_to(root).parts[:-1], collection.text(path, "") or path.stem)
    keys = [""]
    if kind == "array":
        try:
            keys = arrays.clips_of(path)
        except arrays.NoLandmarks:
            if strict:
                raise
            return
        except NsaError:
            if strict:
                raise
    for key in keys:
        yield ClipReference(path, _name(parts if len(keys) == 1 else (*parts, key)), kind, key)


def _name(parts: tuple[str, ...]) -> str:
    """A relative path that cannot leave its folder."""
    every = (re.sub(r"[^\w.+-]", "_", part).lstrip(".") for whole in parts for part in re.split(r"[/\\]", whole))
    return "/".join(part for part in every if part) or "_"


def _unique(references: list[ClipReference]) -> list[ClipReference]:
    """Names that files of several formats have get their suffix; any that are still the same, a number."""
    suffixes: dict[str, set[str]] = {}
    for one in references:
        suffixes.setdefault(one.name, set()).add(one.path.suffix)
    result: dict[str, ClipReference] = {}
    for one in references:
        name = one.name + (one.path.suffix if len(suffixes[one.name]) > 1 else "")
        free = next(new for new in chain([name], (f"{name}-{i}" for i in count(2))) if new not in result)
        result[free] = replace(one, name=free)
    return list(result.values())


def _natural(name: str) -> list[tuple[int, str]]:
    """Order in which numbers count as numbers: `s2` before `s10`."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
