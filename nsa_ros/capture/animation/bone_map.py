"""Which bone of a rig drives which SMPL-X joint: the YAML maps, shipped (`capture/data/rigs`) or of the user."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nsa_ros.body.skeleton import JOINTS
from nsa_ros.capture.animation.animation import Animation
from nsa_ros.capture.landmarks import SIDES
from nsa_ros.errors import NsaError

FOLDER = Path(__file__).parents[1] / "data" / "rigs"

REQUIRED = ("pelvis", *(f"{side}_{part}" for side in SIDES for part in ("shoulder", "elbow", "wrist")))
"""Joints that every rig must drive."""

_KEYS = {"name", "about", "prefix", "joints", "marks", "rest", "humanoid"}


@dataclass(frozen=True)
class BoneMap:
    """How the bones of a kind of rig are called.

    Attributes:
        name: of the kind of rig.
        joints: for each SMPL-X joint the names that its bone may have, the likeliest first.
        prefix: regular expression that is taken off the start of the names in the file.
        marks: bones that only this kind of rig has; where all of them are, it comes before other maps.
        rest: frame of the take, from 1, in which the figure stands in a T or an A pose; 0 when the rig itself does.
        humanoid: the names are those of VRM humanoid bones, which the file assigns to its own.
    """

    name: str
    joints: dict[str, tuple[str, ...]]
    prefix: str = ""
    marks: tuple[str, ...] = ()
    rest: int = 0
    humanoid: bool = False

    def bones(self, animation: Animation) -> dict[str, int]:
        """Index of the bone of each joint, in the order of `JOINTS`; joints whose bone the rig lacks are left out.

        Names are compared without case and without anything but letters and digits. The outermost joints choose first,
        so that the last spine bone, which carries the arms, is taken before those below it.
        """
        known = self._known(animation)
        found: dict[str, int] = {}
        for joint in reversed(JOINTS):
            names = [_plain(name) for name in self.joints.get(joint, ())]
            free = [known[name] for name in names if name in known and known[name] not in found.values()]
            if free:
                found[joint] = free[0]
        return {joint: found[joint] for joint in JOINTS if joint in found}

    def marked(self, animation: Animation) -> bool:
        """Whether the rig has all the marks, if there are any."""
        known = self._known(animation)
        return bool(self.marks) and all(_plain(mark) in known for mark in self.marks)

    def _known(self, animation: Animation) -> dict[str, int]:
        """Bones by their plain names."""
        if self.humanoid and animation.humanoid:
            return {_plain(name): bone for name, bone in animation.humanoid.items()}
        known: dict[str, int] = {}
        for bone, name in enumerate(animation.rig.names):
            known.setdefault(_plain(re.sub(f"^(?:{self.prefix})", "", name, flags=re.IGNORECASE)), bone)
        return known


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@cache
def shipped_maps() -> tuple[BoneMap, ...]:
    """The maps of the package, by name."""
    return tuple(load_map(file) for file in sorted(FOLDER.glob("*.yaml")))


def load_map(path: Path) -> BoneMap:
    """Read a map.

    Raises:
        NsaError: no such file, no YAML, an unknown key or joint, a joint without a name.
    """
    try:
        row = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise NsaError(f"bone map {path} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise NsaError(f"bone map {path} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(row, dict) or not isinstance(row.get("joints"), dict):
        raise NsaError(f"bone map {path} needs a table `joints` of SMPL-X joint: bone name (docs/import.md)")
    if unknown := sorted(map(str, set(row) - _KEYS)):
        raise NsaError(f"bone map {path} has the unknown key {unknown[0]!r}. Keys: {', '.join(sorted(_KEYS))}")
    if unknown := [joint for joint in row["joints"] if joint not in JOINTS]:
        raise NsaError(f"bone map {path}: unknown joint {unknown[0]!r}. SMPL-X joints: {', '.join(JOINTS)}")
    joints = {str(joint): _names(path, str(joint), names) for joint, names in row["joints"].items()}
    prefix, rest = str(row.get("prefix", "")), row.get("rest", 0)
    marks = _names(path, "marks", row["marks"]) if "marks" in row else ()
    try:
        re.compile(prefix)
    except re.error as error:
        raise NsaError(f"bone map {path}: prefix {prefix!r} is not a regular expression ({error})") from error
    if not isinstance(rest, int) or rest < 0:
        raise NsaError(f"bone map {path}: rest is {rest!r}; it must be the number of a frame, from 1")
    return BoneMap(str(row.get("name", path.stem)), joints, prefix, marks, rest, bool(row.get("humanoid", False)))


def _names(path: Path, key: str, names: Any) -> tuple[str, ...]:
    listed = names if isinstance(names, list) else [names]
    if not listed or not all(isinstance(name, str) and name for name in listed):
        raise NsaError(f"bone map {path}: {key} is {names!r}; give the name of a bone or a list of names")
    return tuple(listed)


def choose_map(animation: Animation, wanted: str = "") -> tuple[BoneMap, dict[str, int]]:
    """The map of a rig and the bone of each joint.

    Args:
        animation: the file.
        wanted: name of a shipped map or path of a YAML file; recognised from the bones when left out.

    Raises:
        NsaError: no such map, or a joint of `REQUIRED` has no bone; the message says what to do.
    """
    candidates = [_wanted(wanted)] if wanted else _likely(animation)
    fits = [(bone_map, bone_map.bones(animation)) for bone_map in candidates]
    bone_map, bones = max(
        fits, key=lambda fit: (all(j in fit[1] for j in REQUIRED), fit[0].marked(animation), len(fit[1]))
    )
    missing = [joint for joint in REQUIRED if joint not in bones]
    if missing:
        tried = ", ".join(
            f"{joint} ({' or '.join(bone_map.joints.get(joint, ('not in the map',)))})" for joint in missing
        )
        what = "the map" if wanted else "unknown rig; the nearest map"
        raise NsaError(
            f"{animation.path}: {what} {bone_map.name!r} finds no bone for {tried}. "
            f"Bones of the file: {_listed(animation.rig.names)}. Write a map (docs/import.md) with a "
            f"line `joint: bone` for each of {', '.join(REQUIRED)} and more, and give it with --map FILE.yaml"
        )
    return bone_map, bones


def _wanted(wanted: str) -> BoneMap:
    shipped = {bone_map.name: bone_map for bone_map in shipped_maps()}
    if wanted in shipped:
        return shipped[wanted]
    if not Path(wanted).is_file():
        raise NsaError(f"no map {wanted!r}. Shipped: {', '.join(shipped)}; or the path of a YAML file (docs/import.md)")
    return load_map(Path(wanted))


def _likely(animation: Animation) -> Sequence[BoneMap]:
    """What the file assigns itself comes before any guess from names."""
    maps = shipped_maps()
    return [bone_map for bone_map in maps if bone_map.humanoid] if animation.humanoid else maps


def _listed(names: Sequence[str], most: int = 40) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more (--list shows all)" if rest > 0 else "")
