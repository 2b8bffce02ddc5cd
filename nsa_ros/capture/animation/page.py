"""The report of an import for a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nsa_ros.body.skeleton import JOINTS
from nsa_ros.capture.animation.labels import NOT_STATED

_PARTS = ("trunk and head", "left arm", "right arm", "left hand", "right hand", "legs")


def _part(joint: str) -> str:
    """Which of `_PARTS` a joint belongs to."""
    side, _, name = joint.partition("_")
    if name in ("hip", "knee", "ankle", "foot"):
        return "legs"
    if name in ("collar", "shoulder", "elbow", "wrist"):
        return f"{side} arm"
    return f"{side} hand" if name[-1:] in ("1", "2", "3") else "trunk and head"


def page(told: dict[str, Any]) -> str:
    """Lines of a name and what there is to say.

    Args:
        told: what `report` gives, with `labels`.
    """
    errors, offsets = told["direction_error_degrees"], told["hand_offset_mm"]
    twists = {side: angle for side, angle in told["upper_arm_twist_degrees"].items() if abs(angle) >= 1.0}
    missing = [key for key in ("license", "source", "kind", "text") if told.get(key, NOT_STATED) == NOT_STATED]
    rows = [
        ("motion", f"{told['frames']} frames, {told['fps']:g} frames/s, {told['seconds']:.2f} s"),
        ("rig", f"map {told['map']}; rest pose: {told['rest_pose']}; {_up(told)}"),
        ("size", f"1 unit = {told['metres_per_unit']:g} m of our figure (by the {told['scale_measured_on']})"),
        ("facing", f"turned by {told['turned_degrees']:g}° to face ahead" if told["turned_degrees"] else "ahead"),
        ("driven", f"{len(told['driven'])} of {len(JOINTS)} joints"),
        *_driven(told["driven"]),
        ("at rest", ", ".join(_at_rest(told["at_rest"])) or "none"),
        ("no direction", ", ".join(told["no_direction"])),
        ("not used", ", ".join(told["unused_bones"])),
        ("arms", ", ".join(f"{side} upper arm turned by {angle:g}° about itself" for side, angle in twists.items())),
        ("directions", "off the rig's by " + ", ".join(f"{name} {error:g}°" for name, error in errors.items())),
        ("hands", "off the rig's by " + ", ".join(f"{name} {mm['median']:g} mm" for name, mm in offsets.items())),
        ("limits", _exceeded(told["frames_beyond_limits"])),
        *((key, told[key]) for key in ("license", "source", "kind")),
        *(("note", note) for note in told["notes"]),
        ("to add", ", ".join(f"--{key}" for key in missing)),
    ]
    lines = [f"  {name:<18}{words}" for name, words in rows if words]
    return "\n".join([f"{told['file']}: {told['format']}, take {told['take']!r}", *lines])


def _driven(bones: dict[str, str]) -> Iterable[tuple[str, str]]:
    """One row for each part of the body."""
    for part in _PARTS:
        pairs = [f"{_short(joint, part)} ← {bone}" for joint, bone in bones.items() if _part(joint) == part]
        yield f"  {part}", ", ".join(pairs)


def _up(told: dict[str, Any]) -> str:
    differs = told["up_at_rest"] != told["up"]
    return f"{told['up']} up" + (f" ({told['up_at_rest']} at rest)" if differs else "")


def _short(joint: str, part: str) -> str:
    """Without the side where the part says it."""
    return joint.partition("_")[2] if part.startswith(("left", "right")) else joint


def _at_rest(joints: list[str]) -> Iterable[str]:
    """Names of joints, whole parts of the body by their own name."""
    for part in _PARTS:
        of_part = [joint for joint in JOINTS if _part(joint) == part]
        here = [joint for joint in of_part if joint in joints]
        yield from [part] if here == of_part else here


def _exceeded(frames: dict[str, int]) -> str:
    return ", ".join(f"{joint} in {count} frames" for joint, count in frames.items()) or "none exceeded"
