"""An entry in plain English, for people who would rather read a sign than its notation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from nsa_ros.phonology.locations import WEAK, Place
from nsa_ros.phonology.sign import Movement, Posture, Sign

_SPACES = {
    "neutral": "the space in front of the right side",
    "center": "the space in front of the body",
    "side": "the space beside the body",
    "spelling": "the space beside the shoulder",
}
_PLACES = {
    "head_top": "the top of the head", "under_chin": "the underside of the chin", "clavicle": "the collarbone",
    "hips": "the hip", "temple": "the side of the forehead", "chest": "the middle of the chest",
}  # fmt: skip
_PARTS = {
    "center": "hand", "palm": "palm", "palm_back": "back of the hand", "heel": "heel of the hand",
    "palm_ulnar": "little-finger edge", "palm_radial": "index-finger edge", "fingertips": "fingertips",
    "pads": "pads of the fingers", "pinch": "tips of thumb and index finger", "fist": "knuckle side of the fist",
    "knuckles": "knuckles", "index": "index finger", "middle": "middle finger", "wrist": "wrist",
    "upper_arm": "upper arm", "elbow_front": "inside of the elbow", "elbow_back": "elbow",
    "forearm_front": "inside of the forearm", "forearm_back": "back of the forearm",
    "forearm_ulnar": "little-finger side of the forearm", "wrist_front": "inside of the wrist",
    "wrist_back": "back of the wrist",
}  # fmt: skip
_FINGERS = {"thumb": "thumb", "index": "index finger", "middle": "middle finger", "ring": "ring finger",
            "pinky": "little finger"}  # fmt: skip
_SEGMENTS = {"1": " near its knuckle", "2": "", "3": " near its tip"}
_TOWARDS = {"forward": "forward", "back": "back", "left": "left", "right": "right", "up": "up", "down": "down"}
_FACES = {**_TOWARDS, "forward": "away from the signer", "back": "to the signer"}
_LOCAL = {
    "nod": "the hand nods at the wrist", "twist": "the forearm twists", "sway": "the hand sways sideways",
    "wiggle": "the fingers wiggle", "rub": "the thumb rubs along the fingers",
}  # fmt: skip
_PATHS = {"straight": "in a straight line", "arc": "in an arc", "trace": "in one smooth line"}
_CIRCLES = {"up": "a level circle", "down": "a level circle", "forward": "an upright circle, as seen from the front",
            "back": "an upright circle, as seen from the front", "left": "an upright circle, as seen from the side",
            "right": "an upright circle, as seen from the side"}  # fmt: skip
_TIMES = {2: "twice", 3: "three times", 4: "four times"}
_TYPES = {
    "one-handed": "One hand.",
    "symmetric": "Both hands alike; the left mirrors the right.",
    "alternating": "Both hands alike, taking turns.",
    "dominant-on-base": "Two hands with different jobs: the right one moves, the left one is its base.",
}
_SAME = 0.012
"""Postures nearer than this [m] are one place."""

_SMALL, _SMALL_IN_SPACE = 0.015, 0.035
"""Offsets below these [m] are not worth a word: from a place on the body, and from a point of the space."""


def describe(sign: Sign) -> list[tuple[str, str]]:
    """Headings with what an entry says under each, in reading order: hands, handshape, palm and fingers, place, …"""
    if sign.parts:
        rows = [("Compound", ", then ".join(sign.parts) + ", run together.")]
        return rows + _face(sign)
    rows = [
        ("Hands", _TYPES[sign.type]),
        ("Handshape", _changes([posture.handshape for posture in sign.postures])),
        ("Palm and fingers", _orientation(sign.postures)),
        ("Place", _course(sign.postures, "right")),
    ]
    if moved := _moves(sign.movement, sign.postures):
        rows.append(("Movement", moved))
    if sign.base:
        base = f"{_changes([p.handshape for p in sign.base])}; {_orientation(sign.base)}; {_course(sign.base, 'left')}"
        rows.append(("Left hand", base))
    return rows + _face(sign)


def _face(sign: Sign) -> list[tuple[str, str]]:
    return [("Face and head", ", ".join(name.replace("-", " ") for name in sign.nonmanual))] if sign.nonmanual else []


def _changes(values: Sequence[str], link: str = ", then ") -> str:
    kept = [value for i, value in enumerate(values) if i == 0 or value != values[i - 1]]
    return link.join(kept)


def _orientation(postures: Sequence[Posture]) -> str:
    return _changes([f"palm {_say(p.palm, _FACES)}, fingers {_say(p.fingers, _TOWARDS)}" for p in postures])


def _say(words: str, names: dict[str, str]) -> str:
    """`up-up-back` as `up and slightly back`."""
    counted = Counter(words.split("-")).most_common()
    most = counted[0][1]
    return _and([("" if count == most else "slightly ") + names[word] for word, count in counted])


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _course(postures: Sequence[Posture], side: str) -> str:
    """Where the hand is brought, posture by posture."""
    stops: list[str] = []
    for i, posture in enumerate(postures):
        before = postures[i - 1] if i else None
        if before and _near(before, posture) and (before.site, before.contact) == (posture.site, posture.contact):
            continue
        touches = ""
        if posture.contact:
            touches = " (touching the other hand)" if posture.place.name in _SPACES else " (touching)"
        part = "" if before and before.site == posture.site else f"the {part_name(posture.site)} "
        stops.append(f"{part}{'' if part else 'to '}{_at(posture.place, side, posture.contact, bool(part))}{touches}")
    return ", then ".join(stops)


def _near(a: Posture, b: Posture) -> bool:
    gap = sum((x - y) ** 2 for x, y in zip(a.place.offset, b.place.offset, strict=True)) ** 0.5
    return a.place.name == b.place.name and gap < _SAME


def _at(place: Place, side: str, contact: bool, first: bool) -> str:
    name = place_name(place.name, side)
    ways = (("left of", "right of"), ("above", "below"), ("in front of", "behind"))
    least = _SMALL_IN_SPACE if place.name in _SPACES else _SMALL
    steps = [(abs(x), ways[i][x < 0]) for i, x in enumerate(place.offset) if abs(x) >= least]
    if not steps or contact:
        return name if not first else f"{'in' if place.name in _SPACES else 'at'} {name}"
    return _and([f"{round(100 * size)} cm {way}" for size, way in sorted(steps, reverse=True)]) + f" {name}"


def place_name(name: str, side: str = "right") -> str:
    """A place in words, e.g. `weak.index_tip` as `the tip of the left index finger`.

    Args:
        name: one of `locations.place_names`.
        side: of the hand that is brought there; points of the space lie on its side.
    """
    if name in _SPACES:
        return _SPACES[name].replace("right side", f"{side} side")
    if name.startswith(WEAK):
        words = part_name(name.removeprefix(WEAK))
        words = words.replace("of the ", "of the left ", 1) if "of the " in words else f"left {words}"
        return f"the {words}"
    which, _, rest = name.partition("_")
    if which in ("left", "right"):
        return _PLACES.get(rest, f"the {rest.replace('_', ' ')}").replace("the ", f"the {which} ", 1)
    return _PLACES.get(name, f"the {name.replace('_', ' ')}")


def part_name(site: str) -> str:
    """A part of the hand in words, e.g. `index2_back` as `back of the index finger`."""
    if site in _PARTS:
        return _PARTS[site]
    finger, segment, what = re.fullmatch(r"([a-z]+)(\d?)_([a-z]+)", site).groups()  # type: ignore[union-attr]
    return f"{what} of the {_FINGERS[finger]}{_SEGMENTS.get(segment, '')}"


def _moves(movement: Movement, postures: Sequence[Posture]) -> str:
    said = []
    if movement.path == "circle":
        axis = Counter(movement.direction.split("-")).most_common(1)[0][0]
        said.append(f"{_CIRCLES[axis]}, {round(200 * movement.size)} cm across{_often(movement.turns)}")
    elif len(postures) > 1 and any(not _near(postures[0], posture) for posture in postures):
        bulge = f" that bulges {_say(movement.direction, _TOWARDS)}" if movement.path == "arc" and movement.size else ""
        said.append(_PATHS[movement.path] + bulge)
    if movement.local:
        said.append(_LOCAL[movement.local] + _often(movement.count))
    if movement.repeat > 1:
        said.append(f"the whole {_often(movement.repeat).strip()}")
    return "; ".join(said)


def _often(count: float) -> str:
    if count == int(count) and count != 1:
        return f" {_TIMES.get(int(count), f'{int(count)} times')}"
    return "" if count == 1 else f" {count:g} times"
