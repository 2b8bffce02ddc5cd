"""Whether the direct map of a hand makes sense: ranges, directions, fingers (`nsa hand check`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.robots.checking.finding import Finding, Level
from nsa_ros.robots.description.parts import Hand, Row
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.hands.points import HandPoints
from nsa_ros.robots.human import FINGERS, SIDES, HumanHands

Array = NDArray[np.float64]

CUT = np.radians(15.0)
"""More than this beyond a joint's limit is told [rad]."""

USED = 0.25
"""Less of a joint's range than this is told."""

CURVED = 0.35
"""Flexion of every finger joint where directions are compared [rad]."""

STEP = 1e-3
"""Of a human coordinate [rad]."""

OPPOSITE = -0.5
"""Cosine between the ways of a human and a robot fingertip from which they go opposite ways."""


def direct_map(robot: Robot, hand: Hand, shapes: Mapping[str, Array], ways: bool = True) -> list[Finding]:
    """What is wrong with the rows under `joints`.

    Args:
        robot: as it was loaded.
        hand: one of its hands.
        shapes: human poses that it is to show, by name [rad]. Shapes (55, 3).
        ways: compare the ways that fingertips go; of no use while the palm or the fingers are wrong.
    """
    if not hand.rows:
        return []
    level: Level = "error" if hand.method == "joints" else "warning"
    model = RevoluteModel(default_skeleton())
    found = list(_missing(robot, hand))
    if shapes:
        poses = np.stack(list(shapes.values()))
        human = model.from_motion(poses, np.zeros((len(poses), 3)))
        for row in hand.rows:
            asked = row.scale * human[:, model.names.index(f"{hand.side}_{row.source}")] + row.offset
            found += _range(robot, row, asked, list(shapes))
    return found + (list(_directions(robot, hand, model, level)) if ways else [])


def _missing(robot: Robot, hand: Hand) -> Iterator[Finding]:
    """Joints without a row, rows of another finger than the one that the joint carries."""
    if hand.method == "joints":
        for joint in sorted(set(hand.joints) - {row.joint for row in hand.rows}):
            text = (
                f"method is joints, but it has no row under `joints`, so it stays at rest. Add `{joint}: {{from: "
                "index1_flexion}`, with the human coordinate that it stands for"
            )
            yield Finding("warning", joint, text, robot.file)
    follows: dict[str, set[str]] = {}
    for finger in hand.fingers:
        for link in robot.urdf.chain(hand.palm, finger.points["tip"].link):
            if link.moves:
                name = link.mimic.joint if link.mimic else link.name
                follows.setdefault(name, set()).update(finger.follows)
    for row in hand.rows:
        human = _finger_of(row.source)
        if human and row.joint in follows and human not in follows[row.joint]:
            text = (
                f"it carries a finger that follows the human {' and '.join(sorted(follows[row.joint]))}, but is driven "
                f"from {row.source}; mend one of them"
            )
            yield Finding("warning", row.joint, text, robot.file)


def _range(robot: Robot, row: Row, asked: Array, names: list[str]) -> Iterator[Finding]:
    index = robot.joints.index(row.joint)
    lower, upper = float(robot.limits.lower[index]), float(robot.limits.upper[index])
    over = np.maximum(np.maximum(asked - upper, lower - asked), 0.0)
    span = f"the letters ask for {_degrees(asked.min())} to {_degrees(asked.max())}"
    has = f"the joint has {_degrees(lower)} to {_degrees(upper)}"
    if (over > 0).all():
        text = f"{span}, {has}: it would never leave its limit. Mend scale and offset, or the sign of scale"
        yield Finding("error", row.joint, text, robot.file)
    elif over.max() > CUT:
        cut = [name for name, much in zip(names, over, strict=True) if much > CUT]
        text = (
            f"{span}, {has}: cut by up to {_degrees(over.max())} in {' '.join(cut)}. A smaller scale shows them all, "
            "less far; or leave it, if a bent finger is bent enough then"
        )
        yield Finding("warning", row.joint, text, robot.file)
    elif upper > lower and np.ptp(asked) > 0:
        used = (min(asked.max(), upper) - max(asked.min(), lower)) / (upper - lower)
        if used < USED:
            text = f"{span}, {has}: only {100 * used:.0f} % is used. A larger scale would show more"
            yield Finding("note", row.joint, text, robot.file)


def _directions(robot: Robot, hand: Hand, model: RevoluteModel, level: Level) -> Iterator[Finding]:
    """Rows by which a robot finger goes the opposite way of the human one."""
    rows = hand.rows
    flexions = [f"{hand.side}_{finger}{i}_flexion" for finger in FINGERS[1:] for i in (1, 2, 3)]
    q = np.zeros((2 * len(rows) + 1, len(model)))
    q[:, [model.names.index(name) for name in flexions]] = CURVED
    columns = [model.names.index(f"{hand.side}_{row.source}") for row in rows]
    for i, column in enumerate(columns):
        q[2 * i, column] += STEP
        q[2 * i + 1, column] -= STEP
    human = HumanHands().points(model.to_motion(q)[0])[:, SIDES.index(hand.side)]
    where = [robot.joints.index(row.joint) for row in rows]
    at = np.tile(robot.rest, (2 * len(rows) + 1, 1))
    for row, index, column in zip(rows, where, columns, strict=True):
        value = row.scale * q[-1, column] + row.offset
        at[:, index] = np.clip(value, robot.limits.lower[index], robot.limits.upper[index])
    for i, (row, index) in enumerate(zip(rows, where, strict=True)):
        at[2 * i, index] += STEP * row.scale
        at[2 * i + 1, index] -= STEP * row.scale
    every = HandPoints(robot)
    own = [i for i, finger in enumerate(every.fingers) if finger.side == hand.side]
    points = every.points(at)[:, own]
    for i, row in enumerate(rows):
        finger = _finger_of(row.source)
        followed = [f for f, robot_finger in enumerate(hand.fingers) if finger in robot_finger.follows]
        if not finger or not followed:
            continue
        theirs = _way(human[2 * i, FINGERS.index(finger)], human[2 * i + 1, FINGERS.index(finger)])
        ours = _way(points[2 * i, followed[0]], points[2 * i + 1, followed[0]])
        if ours is None or theirs is None or ours @ theirs > OPPOSITE:
            continue
        turn = "closes" if row.source.endswith("flexion") else "goes one way"
        text = (
            f"when the human {finger} {turn} ({row.source}), this joint moves its finger the opposite way. "
            f"Turn the sign: scale: {-row.scale:g}"
        )
        yield Finding("warning" if finger == "thumb" else level, row.joint, text, robot.file)


def _way(after: Array, before: Array) -> Array | None:
    """Direction in which a fingertip goes, against its finger's root; None where it does not move. (4, 3) -> (3,)."""
    moved = (after[3] - after[0]) - (before[3] - before[0])
    length = float(np.linalg.norm(moved))
    return None if length < 1e-3 * STEP else np.asarray(moved / length)


def _finger_of(source: str) -> str:
    """Human finger of a coordinate, `` where it is none's."""
    return next((finger for finger in FINGERS if source.startswith(finger)), "")


def _degrees(angle: float) -> str:
    return f"{np.degrees(angle):.0f}°"
