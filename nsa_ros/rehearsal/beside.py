"""Our retargeting beside dex-retargeting: the same poses, one hand, frame by frame, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nsa_ros.rehearsal.hand_geometry import OneHand
from nsa_ros.rehearsal.legibility import Alphabet
from nsa_ros.rehearsal.peer import KINDS, Peer
from nsa_ros.rehearsal.reader import Reader
from nsa_ros.rehearsal.second_opinion import SecondOpinion
from nsa_ros.robots.description.robot import Robot
from nsa_ros.robots.retarget import Retargeter
from nsa_ros.signing.playback import Played

Array = NDArray[np.float64]

OURS = "nsa_ros"


class Row(NamedTuple):
    """What one method does.

    Attributes:
        name: `OURS`, or a kind of dex-retargeting.
        named: letters named right.
        taken: letters that were not, and what they were taken for.
        second: letters that another judge names right (`second_opinion`).
        median: processor time of a solve [ms].
        p99: processor time that 1 of 100 solves exceeds [ms].
        acceleration: root mean square over joints and frames [rad/s²].
        step: largest change of a joint from frame to frame [rad].
    """

    name: str
    named: tuple[str, ...]
    taken: dict[str, str]
    second: tuple[str, ...]
    median: float
    p99: float
    acceleration: float
    step: float


@dataclass(frozen=True)
class Beside:
    """All methods on one hand.

    Attributes:
        robot: its name.
        side: of the hand.
        letters: how many were signed.
        rows: one for each method.
    """

    robot: str
    side: str
    letters: int
    rows: tuple[Row, ...]

    def __str__(self) -> str:
        """A table of text."""
        lines = [
            f"{self.robot}, {self.side} hand: letters named right (by another judge), CPU ms a solve (median, p99), "
            "rad/s² (rms), rad a step"
        ]
        for row in self.rows:
            taken = ", ".join(f"{name} for {other}" for name, other in row.taken.items())
            lines.append(
                f"  {row.name:10s} {len(row.named):2d} ({len(row.second):2d}) of {self.letters}  "
                f"{row.median:5.2f} {row.p99:6.2f} {row.acceleration:7.1f} {row.step:6.3f}  taken: {taken or 'none'}"
            )
        return "\n".join(lines)


def beside(
    robot: Robot, side: str, played: Played, kinds: tuple[str, ...] = KINDS, alphabet: Alphabet | None = None
) -> Beside:
    """Follow what was signed with each method, and read the letters.

    Each unit is read while it is held, from the joints that are asked for: no controller and no physics between.

    Args:
        robot: the robot; its arms stay still.
        side: of the hand.
        played: letters, once each (`texts.spelled`), by the hand of that side.
        kinds: of dex-retargeting; those without a configuration for the hand are left out. It is not needed for none.
        alphabet: of what was signed; `letters()` when left out.

    Raises:
        NsaError: dex-retargeting cannot be imported, or the robot has no such hand.
    """
    form = OneHand(robot, side).form
    alone = replace(robot, arms={}, hands={side: robot.hands[side]})
    ours = Retargeter(alone)
    methods: dict[str, Callable[[Array], Array]] = {OURS: ours}
    methods |= {kind: Peer(robot, side, kind) for kind in kinds if Peer.offers(robot, kind)}
    where = robot.indices(robot.hands[side].joints)
    took: dict[str, list[float]] = {name: [] for name in methods}
    made: dict[str, list[Array]] = {name: [] for name in methods}
    for pose in played.motion.poses:
        for name, follow in methods.items():
            start = time.thread_time()
            q = follow(pose)
            took[name].append(1000.0 * (time.thread_time() - start))
            made[name].append(q[where] if name == OURS else q)
    judges = Reader(alone, side, alphabet), SecondOpinion(form, alphabet)
    rows = []
    for name in methods:
        q = np.repeat(robot.rest[None], len(played.motion), axis=0)
        q[:, where] = made[name]
        rows.append(_row(name, q, took[name], judges, played))
    return Beside(robot.name, side, len(played.units), tuple(rows))


def _row(name: str, q: Array, took: list[float], judges: tuple[Reader, SecondOpinion], played: Played) -> Row:
    """The row of a method that gave joints q (F, n) and took some time for each [ms]."""
    reader, other = judges
    frames = {unit.text: q[played.motion.unit == i] for i, unit in enumerate(played.units)}
    read = {letter: reader.read(own) for letter, own in frames.items()}
    moves = np.diff(q, axis=0)
    moves = moves[:, np.ptp(q, axis=0) > 0.0]
    return Row(
        name,
        tuple(letter for letter, group in read.items() if letter in group),
        {letter: " or ".join(group) for letter, group in read.items() if letter not in group},
        tuple(letter for letter, own in frames.items() if letter in other.read(reader.held(own))),
        float(np.median(took)),
        float(np.quantile(took, 0.99)),
        float(np.sqrt(np.mean(np.diff(moves, axis=0) ** 2)) * played.motion.fps**2) if moves.size else 0.0,
        float(np.abs(moves).max(initial=0.0)),
    )
