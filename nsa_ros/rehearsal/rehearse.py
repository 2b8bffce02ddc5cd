"""A robot's whole rehearsal: the alphabet, digits, names and sentences in physics, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nsa_ros.rehearsal.ceiling import ceiling
from nsa_ros.rehearsal.measures import HeldLetters, Letter, Measures, measure
from nsa_ros.rehearsal.physics import Simulation
from nsa_ros.rehearsal.pictures import main_side
from nsa_ros.rehearsal.play import TICK, Run, play
from nsa_ros.rehearsal.texts import DIGITS, LETTERS, NAMES, sentences, signed, spelled
from nsa_ros.robots.description.robot import Robot
from nsa_ros.signing.playback import Played
from nsa_ros.signing.player import Signer

SEED = 7
"""Of the sentences."""

TOGETHER = 5
"""Sentences that are signed one after the other, without going to rest between them."""


@dataclass(frozen=True)
class Rehearsal:
    """What came of it.

    Attributes:
        robot: its name.
        title: what people call it.
        side: of the hand that spells.
        joints: how many are driven.
        tempo: of signing [-].
        letters_per_second: in fluent spelling of the names.
        spelling: figures of letters, digits and names.
        signing: figures of the sentences; None where none were played.
        shown: letters that some pose of the hand shows at best (`ceiling`).
        letters: A to Z, one after the other.
        free: the same, were the robot's parts not to stop each other.
        digits: 0 to 9, one after the other.
        names: letters of the names.
        sentences: how many.
        signer: that signed the sentences.
        seed: of the sentences.
    """

    robot: str
    title: str
    side: str
    joints: int
    tempo: float
    letters_per_second: float
    spelling: Measures
    signing: Measures | None
    shown: tuple[str, ...]
    letters: tuple[Letter, ...]
    free: tuple[Letter, ...]
    digits: tuple[Letter, ...]
    names: tuple[Letter, ...]
    sentences: int
    signer: str
    seed: int


@dataclass(frozen=True)
class Alphabet:
    """A to Z as it was played, for pictures."""

    played: Played
    run: Run


def rehearse(
    robot: Robot,
    count: int = 50,
    signer: Signer | None = None,
    progress: Callable[[str], None] = lambda what: None,
) -> tuple[Rehearsal, Alphabet]:
    """Play a robot's rehearsal at its own tempo.

    Args:
        robot: the robot.
        count: of sentences.
        signer: of the sentences; the reference signer when left out.
        progress: is told what is being played.

    Raises:
        NsaError: the robot has no hand, or MuJoCo does not take its URDF.
    """
    side, simulation = main_side(robot), Simulation(robot)
    runs, names = [], []
    for text in (LETTERS, DIGITS, *NAMES):
        progress(text)
        played = spelled(text, robot.tempo, side)
        names.append(played)
        runs.append(play(simulation, played))
    spelling = measure(robot, runs)
    held, late = HeldLetters(robot, side), round(spelling.lag / 1e3 / TICK)
    read = [held(run, late) for run in runs]
    signed_runs = []
    said = [text if text[-1] in ".?!" else f"{text}." for text in sentences(count, SEED)]
    for first in range(0, count, TOGETHER):
        text = " ".join(said[first : first + TOGETHER])
        progress(text)
        signed_runs.append(play(simulation, signed(text, robot.tempo, signer, side)))
    rehearsal = Rehearsal(
        robot=robot.name,
        title=robot.title,
        side=side,
        joints=len(robot.joints),
        tempo=robot.tempo,
        letters_per_second=_rate(runs[2:]),
        spelling=spelling,
        signing=measure(robot, signed_runs) if signed_runs else None,
        shown=ceiling(robot, side).shown,
        letters=read[0],
        free=held(play(Simulation(robot, contacts=False), names[0], feedback=False), late),
        digits=read[1],
        names=tuple(letter for row in read[2:] for letter in row),
        sentences=count,
        signer=signer.name if signer else "reference",
        seed=SEED,
    )
    return rehearsal, Alphabet(names[0], runs[0])


def summary(rehearsal: Rehearsal) -> str:
    """What came of it, in a few lines."""
    spelling, signing = rehearsal.spelling, rehearsal.signing
    wrong = ", ".join(f"{one.name} as {one.read}" for one in (*rehearsal.letters, *rehearsal.digits) if not one.right)
    named, free = (sum(one.right for one in letters) for letters in (rehearsal.letters, rehearsal.free))
    lines = [
        f"{rehearsal.robot} at tempo {rehearsal.tempo:g}, {rehearsal.letters_per_second:.2f} letters/s",
        f"  letters read right in physics: {named} of 26, {free} if fingers did not block each other, "
        f"and the hand can show {len(rehearsal.shown)}; digits "
        f"{sum(one.right for one in rehearsal.digits)} of 10; letters of names {share(rehearsal.names):.0%}",
        f"  misread: {wrong or 'none'}",
    ]
    for what, found in (("spelling", spelling), (f"{rehearsal.sentences} sentences", signing)):
        if found is not None:
            lines.append(
                f"  {what}: tracking error {found.error_rms:.3f} rad rms, {found.error_p95:.3f} p95, lag "
                f"{found.lag:.0f} ms, fingertips {found.fingertip:.0f} mm; {found.violations} violations; "
                f"stray contacts {found.colliding:.1%} of the time, to {found.depth:.1f} mm"
            )
    return "\n".join(lines)


def share(letters: tuple[Letter, ...]) -> float:
    """Of letters, those read right [-]."""
    return sum(one.right for one in letters) / max(len(letters), 1)


def _rate(runs: list[Run]) -> float:
    """Letters a second, from the first hold of a name to its last."""
    spans = [(len(run.holds) - 1, (run.holds[-1].frame - run.holds[0].frame) * TICK) for run in runs]
    return float(sum(count for count, _ in spans) / sum(seconds for _, seconds in spans))


def document(rehearsal: Rehearsal) -> dict[str, Any]:
    """A rehearsal for JSON, numbers rounded to what they are worth."""
    return {key: _rounded(value) for key, value in asdict(rehearsal).items()}


def save(rehearsal: Rehearsal, path: str | Path) -> None:
    """Write a rehearsal as JSON."""
    Path(path).write_text(json.dumps(document(rehearsal), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if hasattr(value, "_asdict"):
        return _rounded(value._asdict())
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
