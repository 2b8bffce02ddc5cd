"""Sentence templates: `{slot}`, `[optional]`, `(one|or another)`, and the names and numbers that fill them."""

from __future__ import annotations

import bisect
import math
import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

import numpy as np

from nsa_ros.errors import NsaError
from nsa_ros.phonology.forms import inflect

_SYNTAX = re.compile(r"[{}\[\]()|]|[^{}\[\]()|]+")
_ANY = TypeVar("_ANY")


@dataclass(frozen=True)
class Slot:
    """Filled by an alternative of the slot's own.

    Attributes:
        name: of the slot.
        form: of what fills it, one of `forms.FORMS`; empty as it is written.
        adjective: slot of an adjective between an article and a noun; empty for none.
    """

    name: str
    form: str = ""
    adjective: str = ""


@dataclass(frozen=True)
class Choice:
    """One of several sequences; an option is a choice between something and nothing.

    Attributes:
        options: the sequences.
        edges: cumulative weights of the options; empty when each is as likely.
    """

    options: tuple[Line, ...]
    edges: tuple[float, ...] = ()


Node = str | Slot | Choice
Line = tuple[Node, ...]


def pick(rng: np.random.Generator, options: Sequence[_ANY]) -> _ANY:
    """One of the options, each as likely."""
    return options[int(rng.random() * len(options))]


def parse_template(template: str) -> Line:
    """Read a template.

    Raises:
        NsaError: a bracket is not closed, or closed without being open.
    """
    parts = _SYNTAX.findall(template)
    sequence, end = _parse(parts, 0, template)
    if end != len(parts):
        raise NsaError(f"template {template!r}: {parts[end]!r} closes nothing")
    return sequence


def _parse(parts: list[str], place: int, template: str) -> tuple[Line, int]:
    nodes: list[Node] = []
    while place < len(parts) and parts[place] not in ")]|}":
        part = parts[place]
        if part == "{":
            if parts[place + 2 : place + 3] != ["}"]:
                raise NsaError(f"template {template!r}: a slot is written {{name}}")
            name, _, form = parts[place + 1].partition(":")
            nodes.append(Slot(name, *form.split(" ", 1)))
            place += 3
        elif part in "([":
            options: list[Line] = [()] if part == "[" else []
            separator = "|"
            while separator == "|":
                option, place = _parse(parts, place + 1, template)
                options.append(option)
                separator = parts[place] if place < len(parts) else ""
            if separator != {"(": ")", "[": "]"}[part]:
                raise NsaError(f"template {template!r}: {part!r} is not closed")
            nodes.append(Choice(tuple(options)))
            place += 1
        else:
            nodes.append(part)
            place += 1
    return tuple(nodes), place


class Templates:
    """Templates with their slots: written ones, and ones that a function fills."""

    def __init__(
        self,
        slots: Mapping[str, Sequence[str]],
        makers: Mapping[str, tuple[Callable[[np.random.Generator], str], int]],
    ) -> None:
        """Args:
        slots: alternatives of each written slot.
        makers: for each other slot a function that draws its text, and how many texts to count it as.
        """
        self._slots = {
            name: _weighted(tuple(map(parse_template, options)), {other: len(slots[other]) for other in slots})
            for name, options in slots.items()
        }
        self._makers = makers
        self._counts: dict[Slot, int] = {}

    def draw(self, node: Node | Line, rng: np.random.Generator) -> str:
        """A random text of a template."""
        if isinstance(node, str):
            return node
        if isinstance(node, tuple):
            return "".join(self.draw(part, rng) for part in node)
        if isinstance(node, Choice):
            if node.edges:
                return self.draw(node.options[bisect.bisect(node.edges, rng.random() * node.edges[-1])], rng)
            return self.draw(pick(rng, node.options), rng)
        if node.name in self._makers:
            return self._makers[node.name][0](rng)
        adjective = self.draw(Slot(node.adjective), rng) if node.adjective else ""
        return inflect(self.draw(self._slot(node), rng), node.form, adjective)

    def count(self, node: Node | Line) -> int:
        """Number of ways to fill a template."""
        if isinstance(node, str):
            return 1
        if isinstance(node, tuple):
            return math.prod(self.count(part) for part in node)
        if isinstance(node, Choice):
            return sum(self.count(option) for option in node.options)
        if node.name in self._makers:
            return self._makers[node.name][1]
        if node not in self._counts:
            adjectives = self.count(Slot(node.adjective)) if node.adjective else 1
            self._counts[node] = self.count(self._slot(node)) * adjectives
        return self._counts[node]

    def literals(self, lines: Iterable[Line]) -> list[str]:
        """Every piece of text written in some templates and in the slots."""
        nodes: list[Node | Line] = [*lines, *self._slots.values()]
        return [text for node in nodes for text in _literals(node)]

    def _slot(self, slot: Slot) -> Choice:
        if slot.name not in self._slots:
            known = ", ".join(sorted({*self._slots, *self._makers}))
            raise NsaError(f"template: unknown slot {{{slot.name}}}; known are {known}")
        return self._slots[slot.name]


def _literals(node: Node | Line) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from _literals(part)
    elif isinstance(node, Choice):
        for option in node.options:
            yield from _literals(option)


def _weighted(options: tuple[Line, ...], sizes: Mapping[str, int]) -> Choice:
    """A choice in which an option that is another slot alone is likelier the more that slot offers."""
    slots = [
        line[0].name if len(line) == 1 and isinstance(line[0], Slot) and not line[0].form else "" for line in options
    ]
    if not any(slots):
        return Choice(options)
    return Choice(options, tuple(accumulate(sizes.get(slot, 1) ** _SIZE_POWER for slot in slots)))


_SIZE_POWER = 0.7


def draw_name(rng: np.random.Generator, known: Sequence[str]) -> str:
    """A name: more than half of them known ones, else pronounceable syllables, else any 2 to 10 letters."""
    kind = rng.random()
    if kind < 0.55:
        return pick(rng, known)
    if kind < 0.8:
        syllables = int(rng.integers(1, 5))
        name = "".join(pick(rng, _ONSETS) + pick(rng, _NUCLEI) for _ in range(syllables))
        name += pick(rng, _CODAS)
        return name[:12].capitalize() if len(name) > 1 else f"{name}{name}".capitalize()
    letters: list[str] = []
    for _ in range(int(rng.integers(2, 11))):
        again = letters and rng.random() < 0.12
        letters.append(letters[-1] if again else pick(rng, string.ascii_lowercase))
    return "".join(letters).capitalize()


def draw_number(rng: np.random.Generator) -> str:
    """A number: mostly up to ten, in figures or words; else up to 9999."""
    kind = rng.random()
    if kind < 0.35:
        return str(rng.integers(0, 11))
    if kind < 0.5:
        return pick(rng, _WRITTEN)
    if kind < 0.75:
        return str(rng.integers(10, 100))
    if kind < 0.9:
        return str(rng.integers(100, 1000))
    return str(rng.integers(1000, 10000))


_ONSETS: tuple[str, ...] = (
    "",
    "b",
    "br",
    "c",
    "ch",
    "d",
    "f",
    "g",
    "h",
    "j",
    "k",
    "l",
    "ll",
    "m",
    "n",
    "p",
    "q",
    "r",
    "s",
    "sh",
    "t",
    "tt",
)
_ONSETS += ("th", "v", "w", "x", "y", "z", "st", "nn", "ss", "rr", "gr", "kl")
_NUCLEI = ("a", "e", "i", "o", "u", "ai", "ee", "oo", "ia", "ea", "y", "ou")
_CODAS = ("", "", "", "n", "s", "l", "r", "m", "ck", "x", "th", "tt", "z", "d", "nd", "ll")
_WRITTEN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
