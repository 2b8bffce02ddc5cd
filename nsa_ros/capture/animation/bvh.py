"""Biovision Hierarchy (`.bvh`): a skeleton and one take as text.

The format is small and its readers on PyPI are no gain: `bvhio` needs the compiled PyGLM and reads value by value in
Python, `bvh` and `bvhtoolbox` rest since 2017 and 2020, `pybvh` brings matplotlib; none says which line of a damaged
file is wrong. So it is parsed here, after Meredith and Maddock, "Motion capture file formats explained" (2001).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from nsa_ros.capture.animation.animation import Animation
from nsa_ros.capture.animation.rig import HUGE, Rig
from nsa_ros.capture.animation.take import Channel, Take, tidy_rate
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

_CHANNELS = tuple(f"{axis}{kind}" for kind in ("position", "rotation") for axis in "XYZ")
_LOWER = {name.lower(): name for name in _CHANNELS}


class _Bone:
    def __init__(self, name: str, parent: int) -> None:
        self.name, self.parent = name, parent
        self.offset: Array | None = None
        self.channels: list[str] = []


class _Reader:
    """Lines of a file one after the other, with their numbers; braces are lines of their own."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()
        self.number = 0
        self._pieces: list[str] = []

    def fail(self, what: str) -> NoReturn:
        raise NsaError(f"{self.path}, line {self.number}: {what}")

    def line(self, expected: str) -> list[str]:
        """Words of the next line that is not empty."""
        while self._pieces or self.number < len(self.lines):
            if not self._pieces:
                self.number += 1
                self._pieces = re.findall(r"[{}]|[^{}]+", self.lines[self.number - 1])
            if words := (self._pieces.pop(0) if self._pieces else "").split():
                return words
        self.fail(f"the file ends where {expected} is expected; it is truncated, get it again")

    def number_of(self, word: str, what: str) -> float:
        try:
            value = float(word)
        except ValueError:
            self.fail(f"{what} is {word!r}, not a number")
        if not abs(value) < HUGE:
            self.fail(f"{what} is {word}, not a usable number")
        return value


def read_bvh(path: Path, text: str) -> Animation:
    """Parse the text of a BVH file. Rotations are in degrees, channel values replace a bone's offset.

    Raises:
        NsaError: it is damaged or truncated; the message names line and bone.
    """
    reader = _Reader(path, text)
    bones = _hierarchy(reader)
    values, fps = _motion(reader, bones)
    zeros = np.array([bone.offset for bone in bones])
    names, parents = tuple(bone.name for bone in bones), tuple(bone.parent for bone in bones)
    rig = Rig(names, parents, np.tile(np.eye(3), (len(bones), 1, 1)), zeros, np.ones((len(bones), 3)))
    take = Take(path.stem, tuple(_animated(bones, values, fps)), fps)
    return Animation(path, "BVH", rig, (take,), {"zero pose of the BVH hierarchy": rig.rest})


def _hierarchy(reader: _Reader) -> list[_Bone]:
    bones: list[_Bone] = []
    if reader.line("HIERARCHY")[0].upper() != "HIERARCHY":
        reader.fail("a BVH file starts with HIERARCHY")
    open_bones: list[int] = []
    while True:
        words = reader.line("a bone or MOTION")
        key = words[0].upper()
        if key == "MOTION":
            break
        current = bones[open_bones[-1]] if open_bones else None
        if key in ("ROOT", "JOINT") or (key == "END" and current):
            _open(reader, bones, open_bones, words)
        elif key == "}" and current:
            if current.offset is None:
                reader.fail(f"bone {current.name!r} has no OFFSET")
            open_bones.pop()
        elif key == "OFFSET" and current:
            if len(words) != 4:
                reader.fail(f"OFFSET of bone {current.name!r} has {len(words) - 1} values, it needs 3")
            current.offset = np.array([reader.number_of(w, f"OFFSET of bone {current.name!r}") for w in words[1:]])
        elif key == "CHANNELS" and current:
            current.channels = _channels(reader, current, words)
        else:
            reader.fail(f"{' '.join(words)[:60]!r} is not expected here")
    if open_bones:
        reader.fail(f"MOTION comes before the brace that closes bone {bones[open_bones[-1]].name!r}")
    if not any(bone.channels for bone in bones):
        reader.fail("no bone has channels, so nothing moves")
    return bones


def _open(reader: _Reader, bones: list[_Bone], open_bones: list[int], words: list[str]) -> None:
    """Start a bone, whose brace follows."""
    if words[0].upper() == "ROOT" and bones:
        reader.fail("a second ROOT: only files with one figure are read; split the file")
    if words[0].upper() == "JOINT" and not open_bones:
        reader.fail(f"JOINT {' '.join(words[1:])!r} is outside the ROOT")
    parent = open_bones[-1] if open_bones else -1
    end = words[0].upper() == "END"
    name = f"{bones[parent].name} end" if end else " ".join(words[1:])
    if not name:
        reader.fail(f"{words[0]} without a name")
    if not end and any(bone.name == name for bone in bones):
        reader.fail(f"a second bone {name!r}; names must differ")
    if reader.line("{") != ["{"]:
        reader.fail(f"bone {name!r} needs a {{")
    open_bones.append(len(bones))
    bones.append(_Bone(name, parent))


def _channels(reader: _Reader, bone: _Bone, words: list[str]) -> list[str]:
    names = [_LOWER.get(word.lower(), word) for word in words[2:]]
    if len(words) < 2 or words[1] != str(len(names)):
        reader.fail(f"CHANNELS of bone {bone.name!r} says {' '.join(words[1:2]) or 'nothing'}, names {len(names)}")
    wrong = [name for name in names if name not in _CHANNELS]
    if wrong or len(set(names)) < len(names):
        reader.fail(f"channels of bone {bone.name!r} are {', '.join(names)}; known, once each: {', '.join(_CHANNELS)}")
    return names


def _motion(reader: _Reader, bones: list[_Bone]) -> tuple[Array, float]:
    """Values of all channels, shape (F, channels), and the rate [1/s]."""
    words = reader.line("Frames:")
    if words[0].lower().rstrip(":") != "frames" or len(words) < 2 or not words[-1].isdigit() or int(words[-1]) < 1:
        reader.fail(f"expected `Frames: N` with N above 0, found {' '.join(words)[:60]!r}")
    count = int(words[-1])
    words = reader.line("Frame Time:")
    if words[0].lower() != "frame" or len(words) < 3:
        reader.fail(f"expected `Frame Time: SECONDS`, found {' '.join(words)[:60]!r}")
    step = reader.number_of(words[-1], "the frame time")
    if not 1e-3 <= step <= 1.0:
        reader.fail(f"the frame time is {step:g} s; it must be between 0.001 and 1")
    owners = [(bone, channel) for bone in bones for channel in bone.channels]
    rows: list[list[float]] = []
    first = reader.number
    while reader.number < len(reader.lines) and len(rows) < count:
        reader.number += 1
        if row := reader.lines[reader.number - 1].split():
            if len(row) < len(owners) and reader.number == len(reader.lines):
                reader.fail(f"the file ends inside frame {len(rows) + 1} of {count}; it is truncated, get it again")
            if len(row) != len(owners):
                reader.fail(f"frame {len(rows) + 1} has {len(row)} values, the channels of the bones are {len(owners)}")
            try:
                rows.append([float(word) for word in row])
            except ValueError:
                _find_broken(reader, first, owners)
    if len(rows) < count:
        reader.fail(f"the file ends after {len(rows)} of {count} frames; it is truncated, get it again")
    values = np.array(rows)
    if not (np.abs(values) < HUGE).all():
        _find_broken(reader, first, owners)
    return values, tidy_rate(1.0 / step)


def _find_broken(reader: _Reader, first: int, owners: list[tuple[_Bone, str]]) -> NoReturn:
    """Raise for the first value that is not a usable number."""
    frame = 0
    for number, line in enumerate(reader.lines[first:], start=first + 1):
        words = line.split()
        frame += bool(words)
        reader.number = number
        for word, (bone, channel) in zip(words, owners, strict=False):
            reader.number_of(word, f"frame {frame}, {channel} of bone {bone.name!r}")
    raise AssertionError("every value is usable")


def _animated(bones: list[_Bone], values: Array, fps: float) -> list[Channel]:
    times = np.arange(len(values)) / fps
    channels, column = [], 0
    for index, bone in enumerate(bones):
        own = values[:, column : column + len(bone.channels)]
        column += len(bone.channels)
        turns = [i for i, name in enumerate(bone.channels) if name.endswith("rotation")]
        moves = [i for i, name in enumerate(bone.channels) if name.endswith("position")]
        if turns:
            order = "".join(bone.channels[i][0] for i in turns)
            quaternions = Rotation.from_euler(order, own[:, turns], degrees=True).as_quat()
            channels.append(Channel(index, "rotation", times, np.asarray(quaternions)))
        if moves:
            places = np.repeat(np.asarray(bone.offset)[None], len(values), axis=0)
            places[:, ["XYZ".index(bone.channels[i][0]) for i in moves]] = own[:, moves]
            channels.append(Channel(index, "translation", times, places))
    return channels
