"""Whether a hand is built as its YAML says: palm axes, handedness, fingers and their points (`nsa hand check`)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError
from nsa_ros.robots.checking.finding import Finding
from nsa_ros.robots.description.parts import Finger, Hand
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.description.urdf import Urdf, frame_at_zero
from nsa_ros.robots.hands.points import HandPoints
from nsa_ros.robots.human import POINTS

Array = NDArray[np.float64]

POSES = 2000
"""Poses within the limits from which the way a finger opens and closes is read."""

SHORTEST, LONGEST = 0.003, 0.12
"""Of the bones of a finger [m]."""

THICKEST = 0.05
"""Radius of a finger from which it is taken for millimetres [m]."""

BESIDE = 0.01
"""From how far beside the only finger of a hand its thumb tells left from right [m]."""

TOGETHER = 0.7
"""Length of the mean of the fingers' directions from which they count as one direction."""

_DISTAL, _PALMAR, _RADIAL = range(3)


def geometry(robot: Robot, hand: Hand) -> list[Finding]:
    """What contradicts the geometry of a hand.

    Raises:
        NsaError: its kinematics cannot be computed.
    """
    found = [finding for finger in hand.fingers for finding in _chain(robot, hand, finger)]
    if found:
        return found
    every = HandPoints(robot)
    rows = [i for i, row in enumerate(every.fingers) if row.side == hand.side]
    points = every.points(_poses(robot, hand))[:, rows]
    for row, finger in enumerate(hand.fingers):
        found += _bones(robot, hand, finger, points[:, row])
    for further in (_axes, _handedness, _thickness):
        if not any(finding.level == "error" for finding in found):
            found += further(robot, hand, points)
    return found


def _poses(robot: Robot, hand: Hand) -> Array:
    """The hand all over its limits, the rest of the robot at rest. Shape (POSES, n)."""
    where = robot.indices(hand.joints)
    q = np.tile(robot.rest, (POSES, 1))
    q[:, where] = np.random.default_rng(0).uniform(
        robot.limits.lower[where], robot.limits.upper[where], (POSES, len(where))
    )
    return q


def _chain(robot: Robot, hand: Hand, finger: Finger) -> Iterator[Finding]:
    """Points of a finger must be carried one by the other."""
    what = f"{hand.side} {finger.name}"
    names = list(finger.points)
    for inner, outer in pairwise(names):
        links = finger.points[inner].link, finger.points[outer].link
        try:
            robot.urdf.chain(*links)
        except NsaError:
            text = (
                f"{outer} (link {links[1]!r}) is not carried by {inner} (link {links[0]!r}). Points go outwards along "
                f"one finger: {_path(robot.urdf, hand.palm, links[1])}"
            )
            yield Finding("error", what, text, robot.file)
            return
    if not any(joint.moves for joint in robot.urdf.chain(hand.palm, finger.points["tip"].link)):
        text = f"no joint moves its tip (link {finger.points['tip'].link!r}); take the link at the end of the finger"
        yield Finding("error", what, text, robot.file)


def _bones(robot: Robot, hand: Hand, finger: Finger, points: Array) -> Iterator[Finding]:
    """Lengths between the points of a finger. points: (POSES, 4, 3)."""
    slots = [POINTS.index(name) for name in finger.points]
    for inner, outer in pairwise(slots):
        length = float(np.median(np.linalg.norm(points[:, outer] - points[:, inner], axis=-1)))
        between = f"{POINTS[inner]} and {POINTS[outer]}"
        if length < SHORTEST:
            text = (
                f"{between} are {1000 * length:.1f} mm apart, so the bone has no direction; name another link, or move "
                "the outer point: {link: LINK, at: [x, y, z]} in metres"
            )
            yield Finding("error", f"{hand.side} {finger.name}", text, robot.file)
        elif length > LONGEST:
            text = f"{between} are {1000 * length:.0f} mm apart; is that one bone, and in metres?"
            yield Finding("warning", f"{hand.side} {finger.name}", text, robot.file)


def _axes(robot: Robot, hand: Hand, points: Array) -> Iterator[Finding]:
    """Distal and palmar against how the fingers lie and close."""
    rows = [row for row, finger in enumerate(hand.fingers) if finger.name != "thumb"]
    ways = [way for row in rows if (way := _ways(points[:, row]))]
    where = f"{hand.side} palm"
    if not ways:
        text = "no finger has bones that bend against each other, so distal and palmar are not checked; look at A to Z"
        yield Finding("note", where, text, robot.file)
        return
    opened, closing = np.mean(ways, axis=0)
    if min(np.linalg.norm(opened), np.linalg.norm(closing)) < TOGETHER:
        text = (
            "its fingers point or close in different directions, so distal and palmar cannot be checked; look whether "
            "the points of the fingers are right, and at A to Z"
        )
        yield Finding("warning", where, text, robot.file)
    elif opened[_DISTAL] < 0.6 * np.linalg.norm(opened):
        distal = _nearest(hand.axes.T @ opened)
        text = (
            f"open fingers do not point distal, but {_axis(distal)} of {hand.palm!r}. Write distal: {_axis(distal)}, "
            f"palmar: {_axis(_across(distal, hand.axes.T @ closing))}, or look whether the points of the fingers are "
            "right"
        )
        yield Finding("error", where, text, robot.file)
    elif closing[_PALMAR] < 0.5 * np.linalg.norm(closing):
        text = (
            f"fingers close {'away from the palm' if closing[_PALMAR] < -0.3 else 'sideways'}: write palmar: "
            f"{_axis(_across(hand.axes[_DISTAL], hand.axes.T @ closing))} (or, if palmar is right, the points of the "
            "fingers are not)"
        )
        yield Finding("error", where, text, robot.file)


def _handedness(robot: Robot, hand: Hand, points: Array) -> Iterator[Finding]:
    """Whether fingers and thumb stand beside each other as on a hand of its side."""
    rows = [row for row, finger in enumerate(hand.fingers) if finger.name != "thumb"]
    names = [hand.fingers[row].name for row in rows]
    first = points[:, :, 0, _RADIAL].mean(axis=0)
    steps = -np.diff(first[rows])
    other = "left" if hand.side == "right" else "right"
    if len(steps) > 0 and (steps < -SHORTEST).all():
        text = (
            f"from {names[0]} to {names[-1]} its fingers stand as those of a {other} hand: write it under `hands: "
            f"{other}`, or mend the order of the fingers"
        )
        yield Finding("error", f"{hand.side} hand", text, robot.file)
    elif (steps < -SHORTEST).any():
        wrong = int(np.argmin(steps))
        text = f"{names[wrong + 1]} stands nearer to the thumb's side than {names[wrong]}; are their points exchanged?"
        yield Finding("error", f"{hand.side} hand", text, robot.file)
    elif len(rows) > 1 and hand.fingers[0].name == "thumb":
        across = first[rows]
        if first[0] < across.mean() - 0.3 * np.ptp(across):
            text = (
                f"it stands on the side of the {names[-1]} finger; is this the {hand.side} hand, and do thumb and "
                f"{names[-1]} have each other's points?"
            )
            yield Finding("error", f"{hand.side} thumb", text, robot.file)
    elif len(rows) < 2:
        yield from _pair(robot, hand, other)


def _pair(robot: Robot, hand: Hand, other: str) -> Iterator[Finding]:
    """A hand of two fingers, or of one. Thumbs that oppose start up to 3 cm across the palm, so it is no error."""
    places = {finger.name: _root(robot.urdf, hand, finger) for finger in hand.fingers}
    beside = places.pop("thumb", np.nan) - next(iter(places.values()), np.nan)
    if beside < -BESIDE:
        text = (
            f"its first joint is {-1000 * beside:.0f} mm farther on the little finger's side than that of the "
            f"{next(iter(places))} finger. If it is not so on the hand, this is a {other} one: write it under `hands: "
            f"{other}`"
        )
        yield Finding("warning", f"{hand.side} thumb", text, robot.file)
    elif not beside > BESIDE:
        text = f"with these fingers it cannot be seen whether it is a {hand.side} one; look at A to Z"
        yield Finding("note", f"{hand.side} hand", text, robot.file)


def _root(urdf: Urdf, hand: Hand, finger: Finger) -> float:
    """Where the first joint that moves a finger is, towards the thumb's side [m]."""
    chain = urdf.chain(hand.palm, finger.points["tip"].link)
    moving = next(i for i, joint in enumerate(chain) if joint.moves)
    return float(hand.axes[_RADIAL] @ frame_at_zero(chain[: moving + 1])[0])


def _thickness(robot: Robot, hand: Hand, points: Array) -> Iterator[Finding]:
    """Fingers too thick to be, or to stand side by side: their knuckles are one knuckle's width apart."""
    if hand.radius > THICKEST:
        text = f"radius: {hand.radius:g} makes fingers {2000 * hand.radius:.0f} mm thick; is it in metres?"
        yield Finding("warning", f"{hand.side} hand", text, robot.file)
        return
    rows = [row for row, finger in enumerate(hand.fingers) if finger.name != "thumb"]
    first = points[:, rows, 0].mean(axis=0)
    between = np.linalg.norm(np.diff(first, axis=0), axis=-1)
    if len(between) and between.min() < 2 * hand.radius:
        near = int(np.argmin(between))
        one, other = (hand.fingers[row].name for row in rows[near : near + 2])
        text = (
            f"fingers are {2000 * hand.radius:.0f} mm thick, but {one} and {other} stand {1000 * between[near]:.0f} mm "
            f"apart, so they would rub and hold each other. Write radius: {0.45 * between[near]:.3f}, or what they have"
        )
        yield Finding("warning", f"{hand.side} hand", text, robot.file)


def _ways(points: Array) -> tuple[Array, Array] | None:
    """Where an open finger points, and where its bones turn from there when it closes. (POSES, 4, 3) -> (3,), (3,).

    The last bone, bent against the first, gives the axis about which the finger closes. Open is where the first bone is
    turned back the farthest. None for a finger that does not bend.
    """
    first, last = points[:, 1] - points[:, 0], points[:, 3] - points[:, 2]
    axis = np.cross(first, last).mean(axis=0)
    length = float(np.linalg.norm(axis))
    if not length > 0.02 * float(np.linalg.norm(first, axis=-1).mean() * np.linalg.norm(last, axis=-1).mean()):
        return None
    axis /= length
    middle = first.mean(axis=0)
    middle -= (middle @ axis) * axis
    middle /= np.linalg.norm(middle)
    across = np.cross(axis, middle)
    back = float(np.quantile(np.arctan2(first @ across, first @ middle), 0.02))
    opened = np.cos(back) * middle + np.sin(back) * across
    return opened, np.cross(axis, opened)


def _nearest(direction: Array) -> Array:
    """The axis of a link that a direction in it is near to, or the direction. Unit vector. (3,) -> (3,)."""
    unit = direction / np.linalg.norm(direction)
    axis = int(np.argmax(np.abs(unit)))
    return np.asarray(np.sign(unit[axis]) * np.eye(3)[axis] if abs(unit[axis]) > 0.75 else unit)


def _across(distal: Array, palmar: Array) -> Array:
    """A palmar direction at right angles to the distal one, an axis of the link where one is near. (3,) -> (3,)."""
    across = palmar - (palmar @ distal) * distal
    near = _nearest(across)
    return near if abs(near @ distal) < 1e-3 else np.asarray(across / np.linalg.norm(across))


def _axis(direction: Array) -> str:
    """A direction as the YAML has it: `+z`, or `[0.6, 0, 0.8]`."""
    axis = int(np.argmax(np.abs(direction)))
    if abs(direction[axis]) > 1.0 - 1e-9:
        return ("+" if direction[axis] > 0 else "-") + "xyz"[axis]
    return f"[{', '.join(f'{value:.5g}' for value in np.round(direction, 5) + 0.0)}]"


def _path(urdf: Urdf, palm: str, link: str) -> str:
    return " – ".join([palm, *(joint.child for joint in urdf.chain(palm, link))])
