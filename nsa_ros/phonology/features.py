"""What an entry is in the terms of the field: sign type, selected fingers, locations, movement, as ASL-LEX codes them.

The values are those of ASL-LEX 2.0 (Sehyr, Caselli, Cohen-Goldberg and Emmorey, "The ASL-LEX 2.0 project", J. Deaf
Stud. Deaf Educ. 26, 2021), which codes the first part of a compound and the place where a sign begins. They are derived
from our entries by the rules below, not copied from that data base.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nsa_ros.phonology import handshapes
from nsa_ros.phonology.lexicon import simple_signs
from nsa_ros.phonology.locations import SPACE, WEAK, Place
from nsa_ros.phonology.sign import Posture, Sign

SIGN_TYPES = (
    "OneHanded", "SymmetricalOrAlternating", "AsymmetricalSameHandshape", "AsymmetricalDifferentHandshape",
)  # fmt: skip
"""Battison's types of signs under the names of ASL-LEX."""

MAJOR_LOCATIONS = ("Head", "Arm", "Body", "Hand", "Neutral")

MOVEMENTS = ("Straight", "Curved", "Circular", "BackAndForth", "Other", "None")
"""Shape of the path; `None` when only the fingers, the wrist or the forearm move."""

_AWAY = 0.10
"""A place further off than this [m] and not touched is `HeadAway`, `BodyAway`, `ArmAway` or `HandAway`."""

_STILL = 0.015
"""A path shorter than this [m] is none."""

_HEAD = {
    "head_top": "HeadTop", "forehead": "Forehead", "temple": "Forehead", "eye": "Eye", "cheek": "CheekNose",
    "nose": "CheekNose", "ear": "CheekNose", "upper_lip": "UpperLip", "mouth": "Mouth", "chin": "Chin",
    "under_chin": "UnderChin",
}  # fmt: skip
_BODY = {
    "neck": "Neck", "shoulder": "Shoulder", "clavicle": "Clavicle", "chest": "TorsoTop", "stomach": "TorsoMid",
    "belly": "TorsoBottom", "waist": "Waist", "hips": "Hips",
}  # fmt: skip
_ARM = {
    "upper_arm": "UpperArm", "elbow_front": "ElbowFront", "elbow_back": "ElbowBack", "forearm_front": "ForearmFront",
    "forearm_back": "ForearmBack", "forearm_ulnar": "ForearmUlnar", "wrist_front": "WristFront",
    "wrist_back": "WristBack",
}  # fmt: skip
_HAND = {
    "center": "Palm", "palm": "Palm", "palm_back": "PalmBack", "heel": "Heel", "palm_radial": "FingerRadial",
    "palm_ulnar": "FingerUlnar", "fingertips": "FingerTip", "pads": "FingerFront", "pinch": "FingerTip",
    "fist": "FingerBack", "knuckles": "FingerBack", "index": "FingerRadial", "middle": "FingerRadial",
}  # fmt: skip
_FINGER = {"tip": "FingerTip", "pad": "FingerFront", "front": "FingerFront", "back": "FingerBack"}


@dataclass(frozen=True)
class SignFeatures:
    """A sign as ASL-LEX 2.0 would describe it.

    Attributes:
        sign_type: one of `SIGN_TYPES`.
        compound: whether it is made of several signs; the other features are those of the first.
        selected_fingers: of the dominant hand's first handshape, of `imrp`; empty when the thumb alone is selected.
        thumb: whether the thumb is selected, too.
        flexion: of the selected fingers, one of `handshapes.FLEXIONS`.
        flexion_change: whether the handshape opens, closes or bends.
        major_location: one of `MAJOR_LOCATIONS`, where it first touches, or else begins.
        minor_location: the same more exactly, e.g. `Chin`, `Palm`, `HeadAway`, `Neutral`.
        movement: one of `MOVEMENTS`.
        repeated: whether the movement, or the one inside the hand, is made more than once.
        contact: whether the dominant hand touches body, head or the other hand.
    """

    sign_type: str
    compound: bool
    selected_fingers: str
    thumb: bool
    flexion: str
    flexion_change: bool
    major_location: str
    minor_location: str
    movement: str
    repeated: bool
    contact: bool


def sign_features(sign: Sign) -> SignFeatures:
    """The features of an entry; of a compound those of its first part."""
    first = simple_signs(sign)[0]
    shapes = [handshapes.features(posture.handshape) for posture in first.postures]
    major, minor = _location(first)
    return SignFeatures(
        sign_type=_sign_type(first),
        compound=bool(sign.parts),
        selected_fingers=shapes[0].selected,
        thumb=shapes[0].thumb,
        flexion=shapes[0].flexion,
        flexion_change=len({shape.flexion for shape in shapes}) > 1,
        major_location=major,
        minor_location=minor,
        movement=_movement(first),
        repeated=_repeated(first),
        contact=any(posture.contact for posture in first.postures),
    )


def _sign_type(sign: Sign) -> str:
    if sign.type == "one-handed":
        return "OneHanded"
    if sign.type in ("symmetric", "alternating"):
        return "SymmetricalOrAlternating"
    same = all(
        handshapes.canonical_name(own.handshape) == handshapes.canonical_name(base.handshape)
        for own, base in zip(sign.postures, sign.base, strict=True)
    )
    return "AsymmetricalSameHandshape" if same else "AsymmetricalDifferentHandshape"


def _location(sign: Sign) -> tuple[str, str]:
    """Major and minor location where the sign first touches, or else begins."""
    posture = next((posture for posture in sign.postures if posture.contact), sign.postures[0])
    major, minor = _named(posture.place)
    if major != "Neutral" and not posture.contact and float(np.linalg.norm(posture.place.offset)) > _AWAY:
        minor = f"{major}Away"
    return major, minor


def _named(place: Place) -> tuple[str, str]:
    if place.name in SPACE:
        return "Neutral", "Neutral"
    part = re.sub("^(left|right)_", "", place.name.removeprefix(WEAK))
    if place.name.startswith(WEAK):
        if part in _ARM:
            return "Arm", _ARM[part]
        return "Hand", _HAND.get(part) or _FINGER[part.split("_")[-1]]
    return ("Head", _HEAD[part]) if part in _HEAD else ("Body", _BODY[part])


def _movement(sign: Sign) -> str:
    movement, postures = sign.movement, sign.postures
    if all(posture.place.on_weak_hand and not _far(postures[0], posture) for posture in postures):
        postures = sign.base
    if movement.path == "circle":
        return "Circular"
    if movement.path == "arc":
        return "Curved"
    stops = [
        postures[0],
        *(after for before, after in pairwise(postures) if _far(before, after)),
    ]
    if len(stops) == 1:
        return "None"
    if movement.path == "trace":
        return "Other"
    back = len(stops) > 2 and not any(_far(stops[i], stops[i - 2]) for i in range(2, len(stops)))
    taps = postures[0].contact != postures[-1].contact
    if back or (len(stops) == 2 and movement.repeat > 1 and not taps):
        return "BackAndForth"
    return "Straight" if len(stops) == 2 or _in_line(stops) else "Other"


def _far(a: Posture, b: Posture) -> bool:
    """Whether the hand goes somewhere between two postures."""
    return a.place.name != b.place.name or _distance(a, b) > _STILL


def _distance(a: Posture, b: Posture) -> float:
    return float(np.linalg.norm(np.subtract(a.place.offset, b.place.offset)))


def _in_line(stops: list[Posture]) -> bool:
    """Whether stops about one place lie one after another on a line."""
    if len({stop.place.name for stop in stops}) > 1:
        return False
    steps = np.diff([stop.place.offset for stop in stops], axis=0)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    return bool((steps @ steps[0] > 0.9).all())


def _repeated(sign: Sign) -> bool:
    movement = sign.movement
    again = len(sign.postures) > 3 and sign.postures[0] == sign.postures[2]
    return movement.repeat > 1 or again or movement.turns > 1.25 or (bool(movement.local) and movement.count > 1)
