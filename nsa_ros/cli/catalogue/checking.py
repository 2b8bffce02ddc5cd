"""`nsa vocabulary --check`: what is measured of each sign, and what is beyond its limit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from nsa_ros.cli.catalogue.entries import Entry
from nsa_ros.cli.catalogue.workshop import in_parallel, motion
from nsa_ros.errors import NsaError
from nsa_ros.phonology.inspection import Inspection, Inspector


class Measure(NamedTuple):
    """A column of the table.

    Attributes:
        title: with its unit.
        limit: what is beyond is marked.
        value: of an inspection, in that unit.
    """

    title: str
    limit: float
    value: Callable[[Inspection], float]


MEASURES = (
    Measure("turn °", 20.0, lambda found: math.degrees(found.turn)),
    Measure("body mm", 15.0, lambda found: 1e3 * found.body),
    Measure("hands mm", 8.0, lambda found: 1e3 * found.hands),
    Measure("limit °", 0.5, lambda found: math.degrees(max(found.position, 0.0))),
    Measure("speed", 1.0, lambda found: found.speed),
)
"""How far a hand is turned from what is written; how deep hands go under the skin of head and trunk, and into each
other; how far a joint goes beyond its limits; the fastest joint as a share of its limit."""


def check(entries: Sequence[Entry]) -> bool:
    """Print the table; whether all is within the limits."""
    width = max(len(entry.name) for entry in entries) + 2
    print(f"{'sign':<{width}}" + "".join(f"{measure.title:>10}" for measure in MEASURES))
    print(f"{'limit':<{width}}" + "".join(f"{measure.limit:>10.1f}" for measure in MEASURES))
    worst: dict[Measure, tuple[float, str]] = {}
    wrong, impossible = 0, 0
    for entry, found in in_parallel(_inspect, entries, "checked"):
        if isinstance(found, str):
            print(f"{entry.name:<{width}}  {found}")
            impossible += 1
            continue
        row, beyond = [], []
        for measure in MEASURES:
            value = measure.value(found)
            if value > worst.get(measure, (-1.0, ""))[0]:
                worst[measure] = (value, entry.name)
            over = value > measure.limit
            row.append(f"{value:>9.{1 if measure.limit > 1 else 2}f}{'!' if over else ' '}")
            beyond += [measure.title.split()[0]] if over else []
        print(f"{entry.name:<{width}}{''.join(row)}{'  ' if beyond else ''}{', '.join(beyond)}".rstrip())
        wrong += bool(beyond)
    if len(entries) > 1 and worst:
        print(f"\nWorst of {len(entries)}:")
        for measure, (value, name) in worst.items():
            print(f"  {measure.title:<9} {value:6.2f} {name}")
    verdict = f"{wrong} of {len(entries)} beyond a limit (!)" if wrong else "all within the limits"
    print(f"\n{verdict}{f'; {impossible} cannot be made' if impossible else ''}.")
    return not wrong and not impossible


def _inspect(entry: Entry) -> Inspection | str:
    try:
        return _inspector().inspect(entry.sign, motion(entry))
    except NsaError as error:
        return str(error)


@cache
def _inspector() -> Inspector:
    return Inspector()
