"""What a report of `capture.quality` comes to: good, usable or reject, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

VERDICTS = ("good", "usable", "reject")
"""`good`: to learn from as it is. `usable`: look at the reasons first. `reject`: it does not show what was signed."""

HANDS_OFF = (0.15, 0.40)
"""Median reprojection error of the hands [palm widths] that is still good, and still usable. The thinnest finger is a
fifth of a palm wide: beyond that a point lies on the wrong finger; at twice that the handshape is not the signer's."""

BODY_OFF = (0.5, 1.5)
"""The same of the body: half a palm is how far detectors differ on where a shoulder is; 1.5, about 10 cm, is another
place of articulation."""

HANDS_SEEN = (0.5, 0.2)
"""Share of frames with a hand seen. Clips begin and end without; below a fifth there is no sign."""

PERSON_SEEN = (0.9, 0.5)
"""Share of frames with both shoulders in the picture."""

NEVER = 0.02
"""Share of frames below which a hand counts as never seen."""

GAP = 0.25
"""How long a hand may be lost between two sightings [s]: about a handshape of fluent fingerspelling."""

EXCHANGED = (0.05, 0.3)
"""Share of hands at the wrist of the other arm; crossing arms do it for some frames."""

TURNED = 0.5
"""Share of frames with the left shoulder left of the right one: mirrored footage, or seen from behind."""

REPEATED = (0.3, 0.9)
"""Share of frames equal to the one before: footage of 15 frames/s stored at 24 has 0.38; at 0.9 the camera stood."""

OUTSIDE_LIMITS = (0.02, 0.2)
"""Share of frames of joints beyond their limits."""

DEEP = (15.0, 60.0)
"""95th percentile of penetration [mm]: flesh of hand and face gives way by about 1 cm; 6 cm is a wrong depth."""

FAST = 8.0
"""Speed of a wrist [m/s] above which the frame rate is doubted: signers stay below about 3."""

UNUSUAL = 1.25
"""Factor of a segment against the shipped figure: adults differ by 4 % (one standard deviation; ANSUR II, 2012)."""


def verdict(report: Mapping[str, Any]) -> tuple[str, list[str]]:
    """One of `VERDICTS`, and every reason against `good`, the worst first."""
    found = sorted(_reasons(report), key=lambda reason: -reason[0])
    return VERDICTS[max((level for level, _ in found), default=0)], [text for _, text in found]


def _above(value: float | None, bounds: tuple[float, float]) -> int:
    return 0 if value is None else int(value > bounds[0]) + int(value > bounds[1])


def _below(value: float | None, bounds: tuple[float, float]) -> int:
    return 0 if value is None else int(value < bounds[0]) + int(value < bounds[1])


def _reasons(report: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Level (1 usable, 2 reject) and what speaks against the clip."""
    yield from _what_was_seen(report)
    yield from _what_was_made(report)


def _what_was_seen(report: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    seen = report["seen"]
    if level := _below(seen["hand"], HANDS_SEEN):
        yield level, f"a hand is seen in {seen['hand']:.0%} of the frames only"
    else:
        for side in ("left", "right"):
            if seen[f"{side}_hand"] < NEVER:
                yield 1, f"the {side} hand is never seen: its pose is made up (as it should be for a one-handed sign)"
    if seen["person"] is None:
        yield 1, "no points of the body: arms, head and place of the hands are made up"
    elif level := _below(seen["person"], PERSON_SEEN):
        yield level, f"the signer's shoulders are in the picture in {seen['person']:.0%} of the frames only"
    if seen["turned"] is not None and seen["turned"] > TURNED:
        yield 2, "the left shoulder is left of the right one: mirrored footage, or seen from behind"
    if level := _above(seen["exchanged"], EXCHANGED):
        yield level, f"{seen['exchanged']:.0%} of the hands are at the wrist of the other arm: left and right exchanged"
    for name, gap in (report["gap_s"] or {}).items():
        if gap > GAP:
            yield 1, f"the {name.replace('_', ' ')} is lost for {gap:.2f} s and bridged"
    if level := _above(report["repeated"], REPEATED):
        yield level, f"{report['repeated']:.0%} of the frames repeat the one before"


def _what_was_made(report: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    for part, bounds in (("hands", HANDS_OFF), ("body", BODY_OFF)):
        row = report["reprojection"][part]
        if row is None:
            continue
        if row["median_px"] is None:
            yield 2, f"most points of the {part} are behind the camera"
        elif level := _above(row["median_palm"], bounds):
            yield level, f"the fit is {row['median_palm']:.2f} palm widths off the landmarks of the {part} (median)"
    jitter = report["jitter"]
    if jitter and jitter["ratio"] is not None and jitter["ratio"] > 1.0:
        yield 1, f"the fit trembles more than the landmarks: {jitter['fit']:.1f} against {jitter['raw']:.1f} m/s²"
    if report["speed"] is not None and report["speed"] > FAST:
        yield 1, f"a hand moves at {report['speed']:.1f} m/s: is {report['fps']:g} frames/s its rate?"
    beyond = report["limits"]
    if level := _above(beyond["share"], OUTSIDE_LIMITS):
        deepest = f"{beyond['joint']} by {beyond['deepest']:.0f}°"
        yield level, f"{beyond['share']:.0%} of the joints are beyond their limits, {deepest}"
    for name, text in (("hands", "the hands are in each other"), ("skin", "a hand is in head or trunk")):
        if level := _above(report["penetration"][name]["p95"], DEEP):
            yield level, f"{text}, {report['penetration'][name]['p95']:.0f} mm deep (95th percentile)"
    for segment, factor in report["proportions"].items():
        if not 1 / UNUSUAL <= factor <= UNUSUAL:
            yield 1, f"unusual proportions: {segment} {factor:.2f} times the shipped figure's"
